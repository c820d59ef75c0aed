"""The account behind a key, by REST."""

from typing import Final

from litestar import get
from litestar.handlers import HTTPRouteHandler

from mailweir.servers.web.api.account_schema import CurrentUser, current_user
from mailweir.servers.web.api.specification import ACCOUNT, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of


@get("/api/me", operation_id="User", tags=ACCOUNT, responses=errors(401, 503))
async def me(request: WebRequest) -> CurrentUser:
    """Whose key this is, and what is left to that account."""
    reader = await reader_of(request)
    door = door_of(request)
    known = await door.addresses.standing(reader)
    free = max(known.plan.domains - await door.domains.number(known.account), 0)
    return current_user(known, free, door.metering.used(known.account))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (me,)
