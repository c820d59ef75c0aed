"""All of an account's mail as one inbox, by REST."""

from typing import Annotated, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType
from litestar.params import QueryParameter

from mailweir.policy.finding import Conditions
from mailweir.ports.mailbox import GATHERED
from mailweir.servers.web.api.account_schema import CurrentUserStats, user_stats
from mailweir.servers.web.api.parameters import MOST, number_of, truth_of, until_of
from mailweir.servers.web.api.schema import (
    FoundMessages,
    InboxPage,
    SearchedMessages,
    email_messages,
)
from mailweir.servers.web.api.specification import ACCOUNT, TAGS, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError

DEFAULT: Final = 30
"""Messages of a page when nothing is said."""

TEXT: Final = 200
"""Characters of a text that is looked for."""

_ERRORS: Final = errors(400, 401, 403, 503)


def _number(description: str, default: int, most: int) -> QueryParameter:
    integer = {"type": OpenAPIType.INTEGER, "minimum": 0, "maximum": most, "default": default}
    return QueryParameter(description=description, schema_extra=integer)


def _text(name: str, description: str) -> QueryParameter:
    return QueryParameter(
        name=name, description=description, schema_extra={"maxLength": TEXT, "default": None}
    )


_Limit = Annotated[str, _number("How many messages at the most", DEFAULT, MOST)]
_Skip = Annotated[str, _number("How many of the newest to leave out", 0, GATHERED)]
_Since = Annotated[
    str,
    QueryParameter(
        description="Leaves out what was received earlier",
        schema_extra={"format": OpenAPIFormat.DATE_TIME, "default": None},
    ),
]
_Subject = Annotated[str, _text("andSubjectIncludes", "Part of the subject")]
_From = Annotated[str, _text("andFrom", "Part of the sender's name or address")]
_To = Annotated[str, _text("andTo", "Part of a recipient's name or address, or the inbox")]
_Read = Annotated[
    str,
    QueryParameter(
        name="andRead",
        description="Whether the message was read",
        schema_extra={"enum": ["true", "false"], "default": None},
    ),
]
_Query = Annotated[str, _text("query", "Part of a subject, a sender, a recipient or an inbox")]


@get("/api/inbox", operation_id="ListInboxMessages", tags=TAGS, responses=_ERRORS)
async def list_inbox(
    request: WebRequest, limit: _Limit = "", skip: _Skip = "", since: _Since = ""
) -> InboxPage:
    """All that the caller's account has, newest first: addresses, domains, stars; not spam and trash."""
    reader = await reader_of(request)
    most, left_out = number_of("limit", limit, DEFAULT, MOST), number_of("skip", skip, 0, GATHERED)
    earliest = until_of(since, "since")
    page = await door_of(request).unified.inbox(reader, limit=most, skip=left_out, since=earliest)
    return InboxPage(email_messages(page.messages), page.unread, most, left_out, since or None)


@get("/api/inbox-filter", operation_id="FilterInboxMessages", tags=TAGS, responses=_ERRORS)
async def filter_inbox(
    request: WebRequest, subject: _Subject = "", sender: _From = "", to: _To = "", read: _Read = ""
) -> FoundMessages:
    """Up to 100 of these messages that are as all of the conditions say."""
    reader = await reader_of(request)
    for name, text in (("andSubjectIncludes", subject), ("andFrom", sender), ("andTo", to)):
        _check(name, text)
    conditions = Conditions(subject, sender, to, truth_of("andRead", read) if read else None)
    if conditions.none:
        door_of(request).reading.access.account(reader)
        raise WrongRequestError(
            "Say what to look for: andSubjectIncludes, andFrom, andTo or andRead, or several of them."
        )
    return FoundMessages(email_messages(await door_of(request).unified.filter(reader, conditions)))


@get("/api/inbox-search", operation_id="SearchInboxMessages", tags=TAGS, responses=_ERRORS)
async def search_inbox(request: WebRequest, text: _Query = "") -> SearchedMessages:
    """Up to 100 of these messages in whose subject, people or inbox the text is."""
    reader = await reader_of(request)
    _check("query", text)
    return SearchedMessages(text, email_messages(await door_of(request).unified.search(reader, text)))


@get("/api/me/stats", operation_id="AccountStats", tags=ACCOUNT, responses=errors(401, 403, 503))
async def account_stats(request: WebRequest) -> CurrentUserStats:
    """What the caller's account has."""
    reader = await reader_of(request)
    return user_stats(await door_of(request).unified.stock(reader))


def _check(name: str, text: str) -> None:
    if len(text) > TEXT:
        raise WrongRequestError(f"{name} has {len(text):,} characters; allowed are {TEXT}.")


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (list_inbox, filter_inbox, search_inbox, account_stats)
