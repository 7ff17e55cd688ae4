"""The script that Streamlit runs to draw the page; `analyzer serve` serves it, from a checkout or installed.

`streamlit run` imports it as a module and gets the same security middleware. Streamlit reads .streamlit/config.toml in
this folder after the settings of the user and of the current folder, so these settings take precedence.
"""

import sys

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.store.terminal import printable
from analyzer.ui.frame import draw
from analyzer.ui.web.server import secured

if __name__ == "__main__":
    draw()
else:
    try:
        app = st.App(__file__, middleware=secured())
    except AnalyzerError as error:
        sys.exit(printable(f"app.py: {error}"))
