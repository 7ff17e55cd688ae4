"""The script that Streamlit runs, and its Streamlit settings."""
