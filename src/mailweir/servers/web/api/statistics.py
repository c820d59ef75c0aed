"""What public mail is like, by REST."""

import re
from typing import Annotated, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct, field

from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.attachments import download
from mailweir.servers.web.api.parameters import MOST, number_of, until_of
from mailweir.servers.web.api.schema import EmailMessage, email_messages
from mailweir.servers.web.api.specification import STATISTICS, errors, gives_also
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NotFoundError, WrongRequestError
from mailweir.services.statistics import SCANNED, Counts, Period, Ranked

NO_SUCH_FILE: Final = "No public message has such an attachment."

_DEFAULT: Final = 20
_ERRORS: Final = errors(400, 401, 403, 503)
_MD5 = re.compile(r"[0-9a-f]{32}")
_STATS: Final = "/api/mailstats"
_FILES: Final = f"{_STATS}/common-attachments"


def _moment(name: str, description: str) -> QueryParameter:
    extra = {"format": OpenAPIFormat.DATE_TIME, "default": None}
    return QueryParameter(name=name, description=description, schema_extra=extra)


def _number(description: str, default: int, most: int) -> QueryParameter:
    extra = {"type": OpenAPIType.INTEGER, "minimum": 0, "maximum": most, "default": default}
    return QueryParameter(description=description, schema_extra=extra)


_Start = Annotated[str, _moment("startDate", "Leaves out what was received earlier")]
_End = Annotated[str, _moment("endDate", "Leaves out what was received later")]
_Skip = Annotated[str, _number("How many of the first to leave out", 0, SCANNED)]
_Limit = Annotated[str, _number("How many at the most", _DEFAULT, MOST)]
_Md5 = Annotated[
    str,
    PathParameter(
        description="The MD5 of a file, in small hexadecimal digits",
        schema_extra={"pattern": f"^{_MD5.pattern}$"},
    ),
]


class Frequency(Struct, frozen=True):
    """How often something is there."""

    id: str = field(name="_id")
    n: int


class Number(Struct, frozen=True):
    """How many."""

    n: int


@get(_FILES, operation_id="ListPublicAttachments", tags=STATISTICS, responses=_ERRORS)
async def list_files(
    request: WebRequest, start: _Start = "", end: _End = "", skip: _Skip = "", limit: _Limit = ""
) -> list[Frequency]:
    """The most frequent attachments of public mail, by their MD5. Both dates are needed."""
    reader = await _reader(request)
    if not (start and end):
        raise WrongRequestError("Say from when to when: startDate and endDate.")
    period = _period(start, end)
    return _page(await door_of(request).statistics.files(reader, period), skip, limit)


@get(f"{_FILES}/{{md5:str}}/count", operation_id="CountPublicAttachments", tags=STATISTICS, responses=_ERRORS)
async def count_files(request: WebRequest, md5: _Md5) -> Number:
    """How many public messages have an attachment."""
    reader = await _reader(request)
    return Number(await door_of(request).statistics.number_with_file(reader, md5_of(md5)))


@get(f"{_FILES}/{{md5:str}}", operation_id="ListMessagesForAttachment", tags=STATISTICS, responses=_ERRORS)
async def list_messages(request: WebRequest, md5: _Md5) -> list[EmailMessage]:
    """The newest public messages with an attachment."""
    reader = await _reader(request)
    return email_messages(await door_of(request).statistics.with_file(reader, md5_of(md5)))


@get(
    f"{_FILES}/{{md5:str}}/download",
    operation_id="DownloadPublicAttachment",
    tags=STATISTICS,
    operation_class=gives_also("image/*"),
    media_type="application/octet-stream",
    responses=_ERRORS | errors(404),
)
async def download_file(request: WebRequest, md5: _Md5) -> Response[bytes]:
    """An attachment of public mail, always as a file to be saved."""
    reader = await _reader(request)
    name = md5_of(md5)
    door = door_of(request)
    for found in await door.statistics.with_file(reader, name):
        return await download(door.showing, reader, found.inbox, found.id, name)
    raise NotFoundError(NO_SUCH_FILE)


@get(f"{_STATS}/top-addresses", operation_id="ListTopPublicAddresses", tags=STATISTICS, responses=_ERRORS)
async def top_addresses(
    request: WebRequest, start: _Start = "", end: _End = "", skip: _Skip = "", limit: _Limit = ""
) -> list[Frequency]:
    """The inboxes with the most public mail."""
    return _page(await _top(request, "addresses", start, end), skip, limit)


@get(f"{_STATS}/top-senders", operation_id="ListTopPublicSenders", tags=STATISTICS, responses=_ERRORS)
async def top_senders(
    request: WebRequest, start: _Start = "", end: _End = "", skip: _Skip = "", limit: _Limit = ""
) -> list[Frequency]:
    """Who sends the most public mail."""
    return _page(await _top(request, "senders", start, end), skip, limit)


@get(f"{_STATS}/top-domains", operation_id="ListTopPublicDomains", tags=STATISTICS, responses=_ERRORS)
async def top_domains(
    request: WebRequest, start: _Start = "", end: _End = "", skip: _Skip = "", limit: _Limit = ""
) -> list[Frequency]:
    """The domains that get the most public mail."""
    return _page(await _top(request, "domains", start, end), skip, limit)


async def _reader(request: WebRequest) -> Reader:
    """Who asks, and may list all mail: nobody else is told what is wrong with his question."""
    reader = await reader_of(request)
    door_of(request).reading.access.list_all(reader)
    return reader


async def _top(request: WebRequest, ranked: Ranked, start: str, end: str) -> Counts:
    reader = await _reader(request)
    return await door_of(request).statistics.top(reader, ranked, _period(start, end))


def _period(start: str, end: str) -> Period:
    return Period(until_of(start, "startDate"), until_of(end, "endDate"))


def _page(counts: Counts, skip: str, limit: str) -> list[Frequency]:
    first = number_of("skip", skip, 0, SCANNED)
    most = number_of("limit", limit, _DEFAULT, MOST)
    return [Frequency(name, count) for name, count in counts[first : first + most]]


def md5_of(text: str) -> str:
    """The MD5 in a path. Raises WrongRequestError."""
    if not _MD5.fullmatch(text):
        raise WrongRequestError("An attachment is named by its MD5: 32 hexadecimal digits in small letters.")
    return text


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_files,
    count_files,
    list_messages,
    download_file,
    top_addresses,
    top_senders,
    top_domains,
)
