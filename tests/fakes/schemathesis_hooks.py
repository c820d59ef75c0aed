"""What Schemathesis has to be told about our API; `tests/system/schemathesis.toml` names this file."""

import re
from typing import Any, Final
from urllib.parse import unquote

import schemathesis
from hypothesis import strategies
from schemathesis.generation import GenerationMode
from schemathesis.transport.serialization import Binary

_MESSAGE: Final = "message/rfc822"
_ADDRESS: Final = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\"]+@[^\s\x00-\x20\x7f()<>@,]+")

# Octets are made up without a look at how many there have to be (4.32.5).
schemathesis.openapi.format("binary", strategies.binary(min_size=1))


@schemathesis.serializer(_MESSAGE)
def whole_message(_: schemathesis.SerializationContext, value: object) -> bytes:
    """A message is sent as it is."""
    if isinstance(value, Binary):
        return value.data
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # it is any function's, by its name
def filter_case(_: schemathesis.HookContext, case: "schemathesis.Case[Any]") -> bool:
    """Leaves out what is no fault although no schema allows it, or although one does.

    An empty value in a query counts as none: programs send it for what was not given, as the original takes
    it; lists and objects are written as one, or as other names. What is no text is none only as long as it
    is not written out, and a message is. Schemathesis holds some texts with control characters or several @
    for addresses, and makes up some with commas or brackets that it says are allowed.
    """
    given = dict(case.query or {}).values()
    vanishing = any(value == "" or isinstance(value, dict | list) for value in given)
    no_message = case.media_type == _MESSAGE and isinstance(case.body, int | float | list | dict | None)
    email = unquote(str(dict(case.path_parameters or {}).get("email", "a@b.test")))
    allowed = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    refused = "/validations/" not in case.operation.path  # there any text is looked at
    made_up = allowed and refused and _ADDRESS.fullmatch(email) is None
    return not (vanishing or no_message or made_up or email.count("@") > 1 or not email.isprintable())


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]
def before_call(_: schemathesis.HookContext, case: "schemathesis.Case[Any]", kwargs: dict[str, Any]) -> None:
    """Has nobody wait: minutes are allowed there, and are waited."""
    del kwargs
    name = {"wait": "timeout", "quiet": "for"}.get(case.operation.path.rpartition("/")[2])
    if name is not None and str(dict(case.query or {}).get(name, "30")).isdigit():
        case.query = {**dict(case.query or {}), name: "0"}
