"""Runs by REST: addresses for the tests of one job, and all that has reached them, under one id."""

from functools import partial
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter
from litestar.response import Stream

from mailweir.model.domain import custom_host
from mailweir.model.run import (
    LONGEST,
    LONGEST_NAME,
    MOST_ADDRESSES,
    SHORTEST,
    USUAL,
    USUAL_ADDRESSES,
    Run,
    run_id,
)
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.archives import ZIP, archive_answer
from mailweir.servers.web.api.parameters import json_body
from mailweir.servers.web.api.schema import EmailMessage, email_messages
from mailweir.servers.web.api.specification import RUNS, errors, takes
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_RUN, WrongRequestError, there
from mailweir.servers.web.moments import iso
from mailweir.services.exporting import zipped
from mailweir.services.runs import Wish

_RUN: Final = "/api/runs/{run_id:str}"
_EXAMPLE: Final = '{"addresses": 10, "ttl": 3600}'
_ERRORS: Final = errors(400, 401, 403, 404, 410, 503)

_Id = Annotated[str, PathParameter(description="The id of a run, as its creation has told it")]


def _number(least: int, most: int, default: int, what: str) -> Schema:
    return Schema(type=OpenAPIType.INTEGER, minimum=least, maximum=most, default=default, description=what)


_TAKES: Final = takes(
    "application/json",
    Schema(
        type=OpenAPIType.OBJECT,
        properties={
            "addresses": _number(0, MOST_ADDRESSES, USUAL_ADDRESSES, "How many addresses are named"),
            "ttl": _number(SHORTEST, LONGEST, USUAL, "Seconds after which the run ends by itself"),
            "domain": Schema(
                type=OpenAPIType.STRING,
                max_length=253,
                description="A base domain, or one of the account's; ours if left out",
            ),
            "name": Schema(type=OpenAPIType.STRING, max_length=LONGEST_NAME, description="What you call it"),
        },
    ),
    required=False,
)


class NewRun(msgspec.Struct):
    """What is asked for. In JSON 10.0 is a whole number as well."""

    addresses: float = USUAL_ADDRESSES
    ttl: float = USUAL
    domain: str = ""
    name: str = ""


class RunHeader(msgspec.Struct, frozen=True):
    """A run: `prefix` and up to 40 letters, digits and hyphens make addresses at `domain`.

    `private`: they are the account's; else they are anybody's who knows them.
    """

    id: str
    name: str
    domain: str
    prefix: str
    created: str
    expires: str
    private: bool


class RunView(RunHeader, frozen=True):
    """The same with the addresses that it names."""

    addresses: list[str]


class RunDetail(RunView, frozen=True):
    """The same, and how many messages have reached it, up to a thousand."""

    messages: int


class FreedRun(msgspec.Struct, frozen=True):
    """A run that is over, and how many messages went with it."""

    id: str
    messages: int


@post(
    "/api/runs",
    operation_id="CreateRun",
    tags=RUNS,
    operation_class=_TAKES,
    status_code=201,
    responses=errors(400, 401, 403, 503),
)
async def create_run(request: WebRequest) -> RunView:
    """Fresh addresses for a while, under one id, which frees them all and exports what has reached them."""
    reader = await reader_of(request)
    door = door_of(request)
    door.runs.access.lessee(reader, changes=True)  # before anything is said of the body
    wanted = NewRun()
    if (await request.body()).strip():
        wanted = await json_body(request, NewRun, _EXAMPLE)
    run = await door.runs.lend(reader, peer_ip(request), _wish(wanted))
    return RunView(*_fields(run), list(run.inboxes()))


@get("/api/runs", operation_id="ListRuns", tags=RUNS, responses=errors(401, 403, 503))
async def list_runs(request: WebRequest) -> list[RunHeader]:
    """The runs of the caller's account that are not over, newest first, without their addresses."""
    reader = await reader_of(request)
    return [RunHeader(*_fields(run)) for run in await door_of(request).runs.list(reader)]


@get(_RUN, operation_id="GetRun", tags=RUNS, responses=_ERRORS)
async def get_run(request: WebRequest, run_id: _Id) -> RunDetail:
    """One run. One that is no account's is anybody's who knows its id."""
    reader = await reader_of(request)
    run = await _run(request, reader, run_id)
    number = len(await door_of(request).runs.messages(reader, run))
    return RunDetail(*_fields(run), list(run.inboxes()), number)


@get(f"{_RUN}/messages", operation_id="ListRunMessages", tags=RUNS, responses=_ERRORS)
async def list_messages(request: WebRequest, run_id: _Id) -> list[EmailMessage]:
    """What has reached a run, at whichever of its addresses, newest first, up to a thousand."""
    reader = await reader_of(request)
    run = await _run(request, reader, run_id)
    return email_messages(await door_of(request).runs.messages(reader, run))


@delete(_RUN, operation_id="FreeRun", tags=RUNS, status_code=200, responses=_ERRORS)
async def free_run(request: WebRequest, run_id: _Id) -> FreedRun:
    """Ends a run and removes all that has reached it. Who waits at one of its addresses is told so."""
    reader = await reader_of(request)
    run = await _run(request, reader, run_id, changes=True)
    return FreedRun(run.id, await door_of(request).runs.free(reader, run))


@get(
    f"{_RUN}/bundle",
    operation_id="ExportRun",
    tags=RUNS,
    media_type=ZIP,
    responses=_ERRORS | errors(409),
)
async def export_run(request: WebRequest, run_id: _Id) -> Stream:
    """Mail, digests, waits and transcripts of a run as one ZIP archive, for a job's artifacts."""
    reader = await reader_of(request)
    run = await _run(request, reader, run_id)
    archive = zipped(await door_of(request).bundling.begin(reader, run))
    allow = partial(door_of(request).runs.access.lessee, reader)
    return archive_answer(f"{run.beginning}bundle.zip", archive, allow)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    create_run,
    list_runs,
    get_run,
    list_messages,
    free_run,
    export_run,
)


async def _run(request: WebRequest, reader: Reader, text: str, *, changes: bool = False) -> Run:
    """The run of that id. Raises NotFoundError and RunOverError."""
    return there(await door_of(request).runs.get(reader, run_id(text), changes=changes), NO_SUCH_RUN)


def _fields(run: Run) -> tuple[str, str, str, str, str, str, bool]:
    times = iso(run.created), iso(run.expires)
    return (run.id, run.name, run.host, run.beginning, *times, run.account is not None)


def _wish(wanted: NewRun) -> Wish:
    host = custom_host(wanted.domain) if wanted.domain else None
    if wanted.domain and host is None:
        raise WrongRequestError("domain is not the name of a domain, such as qa.example.com.")
    if len(wanted.name) > LONGEST_NAME or not wanted.name.isprintable():
        raise WrongRequestError(f"name may have {LONGEST_NAME} characters, and no control characters.")
    addresses = _whole("addresses", wanted.addresses, 0, MOST_ADDRESSES)
    return Wish(host, addresses, _whole("ttl", wanted.ttl, SHORTEST, LONGEST), wanted.name)


def _whole(name: str, number: float, least: int, most: int) -> int:
    if not (least <= number <= most and number == int(number)):
        raise WrongRequestError(f"{name} must be a whole number from {least} to {most}.")
    return int(number)
