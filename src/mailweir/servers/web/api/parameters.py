"""Values from paths and queries: what is allowed, and one sentence when it is not."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final, TypeVar
from urllib.parse import unquote

import msgspec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter, QueryParameter

from mailweir.model.address import Address, Host, Inbox
from mailweir.model.domain import custom_host
from mailweir.model.message import MessageId, message_id, split_message_id
from mailweir.model.query import And, Before, Query, QueryError
from mailweir.policy.query import parse
from mailweir.servers.web.door import WebRequest
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError, WrongQueryError, WrongRequestError

T = TypeVar("T")

MOST: Final = 1000
"""The longest list."""
DEFAULT_LIMIT: Final = 20
"""What the original lists when nothing is said."""

_SEQ_DIGITS: Final = 18
_SEGMENTS: Final = 4096  # addresses in paths that are remembered; what is none, and long, is not
_SHOWN: Final = 100  # characters of a wrong value that the answer repeats
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_DOMAIN: Final = r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9_-]{0,61}[a-z0-9_])?$"

Email = Annotated[
    str,
    PathParameter(
        description="An e-mail address; case and +tag make no difference",
        schema_extra={"format": OpenAPIFormat.EMAIL},
    ),
]
DomainName = Annotated[
    str,
    PathParameter(
        description="The name of a domain, such as qa.example.com",
        schema_extra={"pattern": _DOMAIN, "maxLength": 253},
    ),
]
Id = Annotated[str, PathParameter(description="The id of a message")]
Identifier = Annotated[
    str, PathParameter(description="MD5, SHA-256, content id or file name of an attachment")
]
# Read by hand and not by the framework, whose errors do not name the value.
Limit = Annotated[
    str,
    QueryParameter(
        description="How many messages at the most",
        schema_extra={"type": OpenAPIType.INTEGER, "minimum": 0, "maximum": MOST, "default": DEFAULT_LIMIT},
    ),
]
Until = Annotated[
    str,
    QueryParameter(
        description="Leaves out what was received later",
        schema_extra={"format": OpenAPIFormat.DATE_TIME, "default": None},
    ),
]
Since = Annotated[
    str,
    QueryParameter(
        description="The seq after which to go on",
        schema_extra={"type": OpenAPIType.INTEGER, "minimum": 0, "default": None},
    ),
]
Search = Annotated[
    str,
    QueryParameter(
        name="query",
        description='Finds messages, such as from:ann "your order" after:2026-11-24; all when empty',
        schema_extra={"default": None},
    ),
]
Download = Annotated[
    str,
    QueryParameter(
        description="1 to have it saved as a file; nothing else means anything",
        schema_extra={"default": None},
    ),
]

HEADERS_FORMATS: Final = ("json", "json-ordered", "plain")
_FORMAT = QueryParameter(
    name="messageHeadersFormat",
    description="json: by name; json-ordered: in their order; plain: as they came",
    schema_extra={"enum": list(HEADERS_FORMATS), "default": "json"},
)
HeadersFormat = Annotated[str, _FORMAT]
HeadersFormatOfOld = Annotated[
    str,
    QueryParameter(
        name="format",
        description="The older name of messageHeadersFormat",
        schema_extra={"enum": list(HEADERS_FORMATS), "default": None},
    ),
]


@lru_cache(_SEGMENTS)
def address_of(segment: str) -> Address:
    """An address in a path. Raises WrongRequestError."""
    text = unquote(segment)
    address = Address.parse(text)
    if address is None:
        raise WrongRequestError(f'"{_cut(text)}" is not an e-mail address; write it as name@host.')
    return address


async def json_body(request: WebRequest, type_: type[T], example: str) -> T:
    """The body as JSON of that type. Raises WrongRequestError, which shows the example."""
    try:
        return msgspec.json.decode(await request.body(), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongRequestError(f"The body is not JSON such as {example}.") from error


def host_in(segment: str) -> Host:
    """The host in a path. Raises WrongRequestError."""
    text = unquote(segment)
    host = custom_host(text)
    if host is None:
        raise WrongRequestError(f'"{_cut(text)}" is not the name of a domain, such as qa.example.com.')
    return host


def truth_of(name: str, text: str) -> bool:
    """A parameter that is true or false. Raises WrongRequestError."""
    if text not in {"true", "false"}:
        raise WrongRequestError(f'{name} is "{_cut(text)}"; it is either true or false.')
    return text == "true"


def number_of(name: str, text: str, default: int, most: int) -> int:
    """A number in a query, or the default. Raises WrongRequestError."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise WrongRequestError(f'{name} is "{_cut(text)}"; allowed are whole numbers from 0 to {most}.')
    return int(text)


def inbox_named(text: str) -> Inbox:
    """The inbox of an address in a body. Raises WrongRequestError."""
    address = Address.parse(text)
    if address is None:
        raise WrongRequestError(f'"{_cut(text)}" is not an e-mail address; write it as name@host.')
    return address.inbox


def inbox_of(segment: str) -> Inbox:
    """The inbox of an address in a path, in any case and with any +tag. Raises WrongRequestError."""
    return address_of(segment).inbox


def message_of(segment: str) -> MessageId:
    """A message id in a path. Raises NotFoundError for what cannot be one of ours."""
    text = unquote(segment)
    parts = split_message_id(text)
    if parts is None or message_id(*parts) != text:
        raise NotFoundError(NO_SUCH_MESSAGE)
    return message_id(*parts)


def limit_of(text: str) -> int:
    """The length of a list. Raises WrongRequestError."""
    if not text:
        raise WrongRequestError(f'limit is ""; allowed are whole numbers from 0 to {MOST}.')
    return number_of("limit", text, DEFAULT_LIMIT, MOST)


def headers_format_of(text: str) -> str:
    """How headers are to be given. Raises WrongRequestError."""
    if text not in HEADERS_FORMATS:
        raise WrongRequestError(
            f'messageHeadersFormat is "{_cut(text)}"; allowed are {", ".join(HEADERS_FORMATS)}.'
        )
    return text


def since_of(text: str) -> int | None:
    """The `seq` after which to go on; None when none is named. Raises WrongRequestError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQ_DIGITS):
        raise WrongRequestError(f'since is "{_cut(text)}"; allowed is the seq of a message.')
    return int(text)


def until_of(text: str, name: str = "until") -> int | None:
    """A moment in milliseconds since the epoch; UTC when it names no zone. Raises WrongRequestError."""
    if not text:
        return None
    # A plus that was not encoded arrives as a space.
    written = text.replace(" ", "+") if "T" in text else text
    try:
        moment = datetime.fromisoformat(written)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError) as error:
        raise WrongRequestError(
            f'{name} is "{_cut(text)}"; allowed is an ISO 8601 time such as 2026-11-24T10:00:00.000Z.'
        ) from error


def query_of(text: str, until: int | None) -> Query | None:
    """What to look for, received until that moment; None for everything. Raises WrongQueryError."""
    if not text:
        return None
    query = parse(text)
    if isinstance(query, QueryError):
        raise WrongQueryError(query.position, query.reason)
    return query if until is None else And((query, Before(until + 1)))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
