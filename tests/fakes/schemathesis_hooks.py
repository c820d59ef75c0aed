"""What Schemathesis has to be told about our API; `tests/system/schemathesis.toml` names this file."""

from typing import Any, Final
from urllib.parse import unquote

import schemathesis

_MESSAGE: Final = "message/rfc822"


@schemathesis.serializer(_MESSAGE)
def whole_message(_: schemathesis.SerializationContext, value: object) -> bytes:
    """A message is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # it is any function's, by its name
def filter_case(_: schemathesis.HookContext, case: "schemathesis.Case[Any]") -> bool:
    """Leaves out what is no fault although no schema allows it, or although one does.

    An empty value in a query counts as none: programs send it for what was not given, as the original takes
    it; lists and objects are written as one, or as other names. What is no text is none only as long as it
    is not written out, and a message is. Schemathesis holds some texts with control characters or several @
    for addresses.
    """
    given = dict(case.query or {}).values()
    vanishing = any(value == "" or isinstance(value, dict | list) for value in given)
    no_message = case.media_type == _MESSAGE and isinstance(case.body, int | float | list | dict | None)
    email = unquote(str(dict(case.path_parameters or {}).get("email", "a@b.test")))
    return not (vanishing or no_message or email.count("@") > 1 or not email.isprintable())
