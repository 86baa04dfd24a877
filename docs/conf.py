"""How the site is built: `make docs`. Nothing is fetched; pages under `generated/` are written from the package itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import eligo

project = "eligo"
author = "the authors of eligo"
copyright = author
version = release = eligo.__version__

extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "docs.extensions.mathml",
    "docs.extensions.pages",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["extensions"]
nitpicky = True
keep_warnings = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

html_theme = "furo"
html_title = "eligo"
html_static_path = ["static"]
html_css_files = ["eligo.css"]
html_favicon = "static/mark.svg"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_logo": "logo-light.svg",
    "dark_logo": "logo-dark.svg",
    "sidebar_hide_name": True,
    "light_css_variables": {"color-brand-primary": "#0072b2", "color-brand-content": "#0072b2"},
    "dark_css_variables": {"color-brand-primary": "#4aa8e0", "color-brand-content": "#6cb9ea"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_exclude = ".linenos, .gp, .go"
