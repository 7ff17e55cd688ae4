"""The Streamlit page: session, parts, and one screen a file."""
