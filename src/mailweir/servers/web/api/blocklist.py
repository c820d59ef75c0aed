"""Who is on the blocklist, by REST. It is edited by `mailweir block`."""

from typing import Annotated, Final
from urllib.parse import unquote

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from msgspec import Struct

from mailweir.policy.ban_subjects import Unfit, subject_of
from mailweir.servers.web.api.specification import STATISTICS, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of

_BLACKLIST: Final = "/api/mailstats/blacklist"
_LONGEST: Final = 1_000  # characters of what is looked up

_Listed = Annotated[str, PathParameter(description="A domain, an address or an IP address")]


class Listed(Struct, frozen=True):
    """Whether mail from somewhere is refused."""

    blacklisted: bool


@get(_BLACKLIST, operation_id="Denylist", tags=STATISTICS, responses=errors(401, 503))
async def denylist(request: WebRequest) -> list[str]:
    """The domains and networks whose mail is refused, 10,000 at the most."""
    door = door_of(request)
    door.reading.access.read(await reader_of(request))
    return list(await door.public_bans.listed())


@get(
    f"{_BLACKLIST}/{{listed:str}}",
    operation_id="CheckDenylist",
    tags=STATISTICS,
    responses=errors(400, 401, 503),
)
async def check_denylist(request: WebRequest, listed: _Listed) -> Listed:
    """Whether mail from a domain, an address or an IP address is refused; what is none of these is not."""
    door = door_of(request)
    door.reading.access.read(await reader_of(request))
    subject = subject_of(unquote(listed)[:_LONGEST])
    return Listed(not isinstance(subject, Unfit) and door.public_bans.refuses(subject))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (denylist, check_denylist)
