"""Sphinx's settings; `docs/build.py` brings the pages together and runs it."""

from sphinx.application import Sphinx

import einsum_grad

project = "einsum-grad"
version = release = einsum_grad.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]

myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # docstrings and drawings begin at any level

autodoc_default_options = {"members": True, "inherited-members": "object, Exception"}
autodoc_class_signature = "separated"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
default_role = "code"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
add_module_names = False

html_theme = "furo"
html_title = "einsum-grad"
html_static_path = ["static", "../build/pages/static"]
html_css_files = ["explained.css", "site.css"]
html_show_sphinx = False
html_copy_source = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def setup(app: Sphinx) -> None:
    """Leave out methods that are NumPy's functions under their names."""
    app.connect("autodoc-skip-member", _is_of_numpy)


def _is_of_numpy(app: Sphinx, what: str, name: str, member: object, *_: object) -> bool | None:
    return str(getattr(member, "__module__", "")).startswith("numpy") or None
