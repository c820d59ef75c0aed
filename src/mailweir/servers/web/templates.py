"""Our templates: every value that they are given is escaped, and a value that is missing is a mistake."""

from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from mailweir.servers.web.static import url_of

_TEMPLATES: Final = Environment(
    loader=PackageLoader("mailweir.servers.web.ui"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.globals["static"] = url_of


def filled(template: str, values: Mapping[str, object]) -> str:
    """The page that a template gives with these values."""
    return _TEMPLATES.get_template(template).render(dict(values))
