"""Says in the API's description what the framework leaves open there, or gets wrong.

Whoever uses a generated client would have to ask after each key that need not be there, and could not rely on
one that has a default; and a default that is no allowed value stops the generators.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

_SPARSE: Final = frozenset({"ErrorBody"})
"""What leaves out what it has not got."""

_MISSING: Final[Mapping[str, AbstractSet[str]]] = {"EmailAddress": frozenset({"owner"})}
"""Keys of all others that need not be there."""


def precise(document: dict[str, Any]) -> dict[str, Any]:
    """The description; a key of an answer is required if it is always there, and none has a default."""
    for name, schema in document["components"]["schemas"].items():
        if name not in _SPARSE:
            schema["required"] = sorted(schema["properties"].keys() - _MISSING.get(name, frozenset()))
        for key in schema["properties"].values():
            key.pop("default", None)
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if (
                    parameter["schema"].get("default") == ""
                ):  # by which a handler knows that nothing was given
                    del parameter["schema"]["default"]
    return document
