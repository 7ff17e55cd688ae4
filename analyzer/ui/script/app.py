"""The page's script: Streamlit runs it to draw the page. `analyzer serve` serves it, from a checkout or installed.

`streamlit run` on it imports it as a module, and gets a page that is as secured. The settings in .streamlit/config.toml
beside it go with it: Streamlit reads them after those of the person and of the current folder, so they win.
"""

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
