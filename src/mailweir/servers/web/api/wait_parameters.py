"""What is asked of a wait and of a silence, as it stands in the query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, cast

from litestar.openapi.spec import OpenAPIType
from litestar.params import QueryParameter

from mailweir.model.criteria import LONGEST_WAIT, LOOKS_BACK, Criteria, Required
from mailweir.policy.matching import LONGEST as LONGEST_CRITERION
from mailweir.policy.matching import Matcher, RegexError
from mailweir.servers.web.api.parameters import number_of, truth_of
from mailweir.servers.web.api.specification import TRUTH
from mailweir.servers.web.errors import WrongRequestError

USUAL: Final = 30
"""Seconds of a wait when nothing is said."""

USUAL_QUIET: Final = 5
"""The same of a silence."""

_REQUIRED: Final = ("code", "link", "attachment")
_PARTS: Final = ("from", "to", "subject", "text", "regex")


def _seconds(name: str, default: int) -> QueryParameter:
    return QueryParameter(
        name=name,
        description=f"Seconds, up to {LONGEST_WAIT}",
        schema_extra={"type": OpenAPIType.INTEGER, "minimum": 0, "maximum": LONGEST_WAIT, "default": default},
    )


def _part(name: str, what: str) -> QueryParameter:
    return QueryParameter(
        name=name, description=what, schema_extra={"maxLength": LONGEST_CRITERION, "default": None}
    )


Timeout = Annotated[str, _seconds("timeout", USUAL)]
For = Annotated[str, _seconds("for", USUAL_QUIET)]
Since = Annotated[
    str,
    QueryParameter(
        name="since",
        description="What was received from that time on, or came after the message of that id; by default "
        f"{LOOKS_BACK} seconds before the call",
        schema_extra={"default": None},
    ),
]
From = Annotated[str, _part("from", "Part of the sender's address or name")]
To = Annotated[str, _part("to", "Part of a recipient's address or name")]
Subject = Annotated[str, _part("subject", "Part of the subject")]
Text = Annotated[str, _part("text", "Part of the text")]
RegexText = Annotated[str, _part("regex", "An expression in RE2's syntax, over subject, line end and text")]
Require = Annotated[
    str,
    QueryParameter(
        name="require",
        description="What the message has to have",
        schema_extra={"enum": list(_REQUIRED), "default": None},
    ),
]
Claim = Annotated[
    str,
    QueryParameter(
        name="claim",
        description="true to have no other waiter with claim=true be given the same message",
        schema_extra={"enum": TRUTH, "default": "false"},
    ),
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is waited for, from when on as it was written, for how many seconds."""

    matcher: Matcher
    since: str
    seconds: int
    claim: bool


def wish_of(query: Mapping[str, str], *, quiet: bool) -> Wish:
    """What a query asks for. Raises WrongRequestError."""
    seconds = (
        number_of("for", query.get("for", ""), USUAL_QUIET, LONGEST_WAIT)
        if quiet
        else (number_of("timeout", query.get("timeout", ""), USUAL, LONGEST_WAIT))
    )
    claim = not quiet and truth_of("claim", query.get("claim", "false"))
    return Wish(_matcher(query), query.get("since", ""), seconds, claim)


def _matcher(query: Mapping[str, str]) -> Matcher:
    sender, to, subject, text, regex = (query.get(name, "") for name in _PARTS)
    for name in _PARTS:
        if len(query.get(name, "")) > LONGEST_CRITERION:
            raise WrongRequestError(f"{name} has more than {LONGEST_CRITERION} characters.")
    try:
        return Matcher(Criteria(sender, to, subject, text, regex, _required(query.get("require", ""))))
    except RegexError as error:
        raise WrongRequestError(f"regex is no expression of RE2's: {error}.") from error


def _required(text: str) -> Required | None:
    if text not in {"", *_REQUIRED}:
        raise WrongRequestError(f"require is none of {', '.join(_REQUIRED)}.")
    return cast("Required", text) if text else None
