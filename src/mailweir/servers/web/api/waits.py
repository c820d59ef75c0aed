"""Waiting for a message by REST, and for none."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple, TypeVar, cast

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIType
from litestar.params import QueryParameter

from mailweir.model.address import Inbox
from mailweir.model.criteria import LONGEST_WAIT, LOOKS_BACK, Criteria, Required
from mailweir.model.message import Summary, split_message_id
from mailweir.policy.matching import LONGEST as LONGEST_CRITERION
from mailweir.policy.matching import Matcher, RegexError
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.parameters import (
    Email,
    inbox_of,
    message_of,
    number_of,
    truth_of,
    until_of,
)
from mailweir.servers.web.api.schema import email_message
from mailweir.servers.web.api.specification import TAGS, TRUTH, errors
from mailweir.servers.web.api.wait_schema import Awaited, Intake, Nearest, NothingCame, NotQuiet, Quiet
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, WrongRequestError, there
from mailweir.services.heading import heading
from mailweir.services.waiting import Asked, Miss, Outcome

T = TypeVar("T")

USUAL: Final = 30
"""Seconds of a wait when nothing is said."""

USUAL_QUIET: Final = 5
"""The same of a silence."""

_REQUIRED: Final = ("code", "link", "attachment")


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


_Timeout = Annotated[str, _seconds("timeout", USUAL)]
_For = Annotated[str, _seconds("for", USUAL_QUIET)]
_Since = Annotated[
    str,
    QueryParameter(
        name="since",
        description="What was received from that time on, or came after the message of that id; by default "
        f"{LOOKS_BACK} seconds before the call",
        schema_extra={"default": None},
    ),
]
_From = Annotated[str, _part("from", "Part of the sender's address or name")]
_To = Annotated[str, _part("to", "Part of a recipient's address or name")]
_Subject = Annotated[str, _part("subject", "Part of the subject")]
_Text = Annotated[str, _part("text", "Part of the text")]
_RegexText = Annotated[str, _part("regex", "An expression in RE2's syntax, over subject, line end and text")]
_Require = Annotated[
    str,
    QueryParameter(
        name="require",
        description="What the message has to have",
        schema_extra={"enum": list(_REQUIRED), "default": None},
    ),
]
_Claim = Annotated[
    str,
    QueryParameter(
        name="claim",
        description="true to have no other waiter with claim=true be given the same message",
        schema_extra={"enum": TRUTH, "default": "false"},
    ),
]


_WAIT_ANSWERS: Final = {
    **errors(400, 401, 403, 503),
    408: ResponseSpec(NothingCame, description="Nothing that fits has come in time"),
}
_QUIET_ANSWERS: Final = {
    **errors(400, 401, 403, 503),
    409: ResponseSpec(NotQuiet, description="Something that fits has come"),
}


@get(
    "/api/addresses/{email:str}/wait",
    operation_id="WaitForMessage",
    tags=TAGS,
    responses=_WAIT_ANSWERS,
)
async def wait_for_message(  # noqa: PLR0913, PLR0917  each is a parameter of the query
    request: WebRequest,
    email: Email,
    seconds: _Timeout = str(USUAL),
    since: _Since = "",
    sender: _From = "",
    to: _To = "",
    subject: _Subject = "",
    text: _Text = "",
    regex: _RegexText = "",
    require: _Require = "",
    claim: _Claim = "false",
) -> Response[Awaited] | Response[NothingCame]:
    """Waits for a message that fits, of those that came since a minute ago, and gives the first of them.

    Nothing in time is 408, which says of each message that was near what was against it.
    """
    reader = await reader_of(request)
    door = door_of(request)
    criteria = Criteria(sender, to, subject, text, regex, _required(require))
    asked = await _asked(
        request,
        reader,
        inbox_of(email),
        _Wish(
            _matcher(criteria),
            since,
            number_of("timeout", seconds, USUAL, LONGEST_WAIT),
            truth_of("claim", claim),
        ),
    )
    outcome = await _unless_gone(request, door.waiting.wait(asked))
    if outcome.found is None:
        return Response(_nothing(request, outcome), status_code=HTTPStatus.REQUEST_TIMEOUT)
    return Response(_awaited(outcome.found))


@get(
    "/api/addresses/{email:str}/quiet",
    operation_id="ExpectNoMessage",
    tags=TAGS,
    responses=_QUIET_ANSWERS,
)
async def expect_no_message(  # noqa: PLR0913, PLR0917  as above
    request: WebRequest,
    email: Email,
    seconds: _For = str(USUAL_QUIET),
    since: _Since = "",
    sender: _From = "",
    to: _To = "",
    subject: _Subject = "",
    text: _Text = "",
    regex: _RegexText = "",
    require: _Require = "",
) -> Response[Quiet] | Response[NotQuiet]:
    """Says after a while that nothing that fits has come; 409 with the message as soon as one has."""
    reader = await reader_of(request)
    door = door_of(request)
    criteria = Criteria(sender, to, subject, text, regex, _required(require))
    silence = number_of("for", seconds, USUAL_QUIET, LONGEST_WAIT)
    asked = await _asked(request, reader, inbox_of(email), _Wish(_matcher(criteria), since, silence))
    found = await _unless_gone(request, door.waiting.quiet(asked))
    if found is None:
        return Response(Quiet(quiet=True, seconds=silence))
    conflict = HTTPStatus.CONFLICT
    return Response(NotQuiet(conflict.phrase, conflict.value, email_message(found)), status_code=conflict)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (wait_for_message, expect_no_message)


async def _unless_gone(request: WebRequest, waiting: Coroutine[object, object, T]) -> T:
    """What is waited for, unless the client goes away meanwhile: then nobody waits any more."""
    task = asyncio.ensure_future(waiting)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
        return await task
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _gone(request: WebRequest) -> None:
    await request.body()
    while (await request.receive())["type"] != "http.disconnect":
        continue


def _required(text: str) -> Required | None:
    if text not in {"", *_REQUIRED}:
        raise WrongRequestError(f"require is none of {', '.join(_REQUIRED)}.")
    return cast("Required", text) if text else None


def _matcher(criteria: Criteria) -> Matcher:
    fields = ("sender", "from"), ("to", "to"), ("subject", "subject"), ("text", "text"), ("regex", "regex")
    for field, name in fields:
        if len(getattr(criteria, field)) > LONGEST_CRITERION:
            raise WrongRequestError(f"{name} has more than {LONGEST_CRITERION} characters.")
    try:
        return Matcher(criteria)
    except RegexError as error:
        raise WrongRequestError(f"regex is no expression of RE2's: {error}.") from error


class _Wish(NamedTuple):
    """What is waited for, from when on as it was written, for how many seconds."""

    matcher: Matcher
    since: str
    seconds: int
    claim: bool = False


async def _asked(request: WebRequest, reader: Reader, inbox: Inbox, wish: _Wish) -> Asked:
    """From a moment on, or from a message on. Raises WrongRequestError, and NotFoundError for its id."""
    door = door_of(request)
    if split_message_id(wish.since) is not None:
        before = there(await door.reading.find(reader, inbox, message_of(wish.since)), NO_SUCH_MESSAGE)
        since, after = before.received, before.seq
    else:
        moment = until_of(wish.since, "since")
        since, after = door.facts.now() - LOOKS_BACK * 1000 if moment is None else moment, 0
    return Asked(reader, inbox, wish.matcher, since, wish.seconds, wish.claim, after)


def _awaited(found: Summary) -> Awaited:
    message = email_message(found)
    return Awaited(message, list(message.codes), list(heading(found).links), list(message.actions))


def _nothing(request: WebRequest, outcome: Outcome) -> NothingCame:
    reasons = list(door_of(request).facts.ready())
    status = HTTPStatus.REQUEST_TIMEOUT
    told = f"Nothing that fits has come in time; {len(outcome.misses)} messages were near."
    if reasons:
        told += " This server is not well just now: it may be its fault."
    nearest = [_nearest(miss) for miss in outcome.misses]
    return NothingCame(status.phrase, told, status.value, nearest, Intake(not reasons, reasons))


def _nearest(miss: Miss) -> Nearest:
    return Nearest(email_message(miss.summary), [one.value for one in miss.failed])
