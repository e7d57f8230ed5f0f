"""Sphinx settings; `sphinx-build -W docs build/site` builds the site."""

import os
from importlib.metadata import version as version_of

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the reference imports the recorder, and with it TensorFlow

project = "animviz"
author = "the authors of animviz"
version = release = version_of("animviz")

extensions = ["animviz.sphinx", "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"animviz {version}"
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
html_static_path = ["_static"]
html_css_files = ["pause.css"]
html_js_files = [("pause.js", {"defer": "defer"})]
