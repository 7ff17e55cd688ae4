"""The browser interface, drawn with Streamlit: its server, its pages and their parts."""
