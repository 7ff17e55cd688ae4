"""The page for `streamlit run app.py` in a checkout; the page itself is analyzer/ui/script/app.py."""

import sys

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.ui.frame import draw
from analyzer.ui.web.server import APP, secured

if __name__ == "__main__":
    draw()
else:
    try:
        app = st.App(APP, middleware=secured())
    except AnalyzerError as error:
        sys.exit(f"app.py: {error}")
