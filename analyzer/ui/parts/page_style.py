"""Styles of the whole page: readable contrast, sizes of headings, and what differs on a narrow screen.

Streamlit draws captions at an opacity of 60 %, which is 3.9:1 on white; WCAG 2.2 AA asks for 4.5:1. In `light-dark()`
the second color is for the dark theme, by the color scheme that Streamlit sets on the page.
"""

PAGE_STYLE = """<style>
[data-testid="stCaptionContainer"] {opacity: 1; color: light-dark(#5c5c5c, #b8b8b8);}
[role="tab"][aria-selected="true"] p, [data-testid="stSliderThumbValue"] p,
[data-testid="stButtonGroup"] button[aria-checked="true"] p,
button[kind="segmented_controlActive"] p {color: light-dark(#0b6e6e, #5cc0c0);}
[data-testid="stSidebarHeader"] {min-height: 3.4rem; align-items: center;}
[data-testid="stSidebarHeader"]::before {
  content: "Feedback Analyzer"; font-weight: 700; font-size: 1.02rem; padding-left: 2rem; line-height: 1.5rem;
  background: linear-gradient(#0f8585 0 0) 0 100%/.38rem 55% no-repeat,
    linear-gradient(#0f8585 0 0) .55rem 100%/.38rem 100% no-repeat,
    linear-gradient(#c2570c 0 0) 1.1rem 100%/.38rem 75% no-repeat;
}
[data-testid="stMainBlockContainer"] button[kind="tertiary"] {min-height: 1.75rem; padding-top: 0; padding-bottom: 0;}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {gap: .8rem;}
[data-testid="stMainBlockContainer"] [data-testid="stMetric"] {padding-bottom: 0;}
.fa-fields {color: light-dark(#555, #b8b8b8);}
.fa-mark {color: light-dark(#0b6e6e, #5cc0c0);}
.fa-comment mark {color: #1a1a1a;}
.fa-figure {background: light-dark(#e0f0ef, #17403f);}
[data-testid="stMainBlockContainer"] h2 {font-size: 1.3rem; padding: .6rem 0 .3rem 0;}
[data-testid="stMainBlockContainer"] h3 {font-size: 1.15rem; padding: .5rem 0 .2rem 0;}
:focus-visible {outline: 2px solid light-dark(#0b6e6e, #5cc0c0); outline-offset: 2px;}
@media (max-width: 640px) {
  /* The bar with the menu button covers the first 60 px of a narrow page. */
  [data-testid="stMainBlockContainer"] {padding-top: 3.9rem;}
  [data-testid="stMainBlockContainer"] h1 {font-size: 1.45rem;}
  .st-key-headline [data-testid="stColumn"] {min-width: calc(50% - .5rem); flex: 1 1 calc(50% - .5rem);}
}
</style>"""
