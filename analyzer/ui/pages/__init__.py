"""One screen a file; Streamlit runs each as a script."""
