"""The page. `analyzer serve` and `streamlit run app.py` import this file to serve it; Streamlit runs it to draw it."""

import sys

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.ui.frame import draw
from analyzer.ui.web.server import secured

if __name__ == "__main__":
    draw()
else:
    try:
        app = st.App(__file__, middleware=secured())
    except AnalyzerError as error:
        sys.exit(f"app.py: {error}")
