"""The page: `analyzer serve` runs this file with Streamlit."""

import streamlit as st

from analyzer.security.egress import harden_environment, preseed_streamlit
from analyzer.ui.parts import STYLE
from analyzer.ui.session import guarded, show_workspace

harden_environment()
preseed_streamlit()
st.set_page_config(page_title="Feedback Analyzer", layout="wide")
st.html(STYLE)
pages = [
    st.Page("analyzer/ui/pages/ask.py", title="Ask", url_path="ask", default=True),
    st.Page("analyzer/ui/pages/explore.py", title="Explore", url_path="explore"),
    st.Page("analyzer/ui/pages/add_data.py", title="Add data", url_path="add-data"),
    st.Page("analyzer/ui/pages/privacy.py", title="Privacy", url_path="privacy"),
]
page = st.navigation(pages)
try:
    with guarded():
        page.run()
finally:
    with guarded():
        show_workspace()  # last, so that it counts what the page has just imported
