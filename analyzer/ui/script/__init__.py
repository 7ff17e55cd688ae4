"""The script that Streamlit runs, with the settings it is served under."""
