"""Values from paths and queries: what is allowed, and one sentence when it is not."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from urllib.parse import unquote

from litestar.openapi.spec import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter, QueryParameter

from mailweir.model.address import Address, Inbox
from mailweir.model.message import MessageId, message_id, split_message_id
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError, WrongRequestError

MOST: Final = 1000
"""The longest list."""
DEFAULT_LIMIT: Final = 20
"""What the original lists when nothing is said."""

_SHOWN: Final = 100  # characters of a wrong value that the answer repeats
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Email = Annotated[
    str,
    PathParameter(description="An e-mail address; case and +tag make no difference"),
]
Id = Annotated[str, PathParameter(description="The id of a message")]
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
Download = Annotated[
    str,
    QueryParameter(
        description="1 to have it saved as a file",
        schema_extra={"enum": ["1"], "default": None},
    ),
]


def address_of(segment: str) -> Address:
    """An address in a path. Raises WrongRequestError."""
    text = unquote(segment)
    address = Address.parse(text)
    if address is None:
        raise WrongRequestError(f'"{_cut(text)}" is not an e-mail address; write it as name@host.')
    return address


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
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST):
        raise WrongRequestError(f'limit is "{_cut(text)}"; allowed are whole numbers from 0 to {MOST}.')
    return int(text)


def until_of(text: str) -> int | None:
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
            f'until is "{_cut(text)}"; allowed is an ISO 8601 time such as 2026-11-24T10:00:00.000Z.'
        ) from error


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
