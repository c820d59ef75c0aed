"""All of an account's data by REST: handed out as one archive, and erased with the account."""

from functools import partial
from typing import Annotated, Final

import msgspec
from litestar import delete, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from mailweir.model.account import AccountName
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.archives import ZIP, archive_answer
from mailweir.servers.web.api.specification import ACCOUNT, errors
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError
from mailweir.services.erasing import Erasing
from mailweir.services.exporting import zipped
from mailweir.services.learning import learn

_Confirm = Annotated[str, QueryParameter(description="The name of the account, as a sign that this is meant")]


class Erased(msgspec.Struct, frozen=True):
    """An account that is none any more, and how many messages went with it."""

    account: str
    messages: int


@get(
    "/api/account/export",
    operation_id="ExportAccount",
    tags=ACCOUNT,
    media_type=ZIP,
    responses=errors(401, 403, 409, 503),
)
async def export_account(request: WebRequest) -> Stream:
    """Everything that is the account's, as a ZIP archive, for whoever manages it."""
    reader = await reader_of(request)
    door = door_of(request)
    account = _manager(request, reader)
    archive = zipped(await door.exporting.begin(account))
    allow = partial(door.reading.access.manager, reader, "", changes=True)
    return archive_answer(f"{account}.zip", archive, allow)


@delete(
    "/api/account",
    operation_id="EraseAccount",
    tags=ACCOUNT,
    status_code=200,
    responses=errors(400, 401, 403, 503),
)
async def erase_account(request: WebRequest, confirm: _Confirm = "") -> Erased:
    """Erases the account with all of its private mail, for good. Asked again it does what was left to do."""
    reader = await reader_of(request)
    door = door_of(request)
    account = _manager(request, reader)
    if confirm != account:
        raise WrongRequestError(f"Say that this is meant: add ?confirm={account}, the name of the account.")
    return Erased(account, await _erased(door, account))


def _manager(request: WebRequest, reader: Reader) -> AccountName:
    """Whose account that is, if he may see to all of it."""
    return door_of(request).reading.access.manager(reader, peer_ip(request), changes=True).account


async def _erased(door: Door, account: AccountName) -> int:
    erasing = Erasing(door.addresses.accounts, door.domains.domains, door.reading.mailbox)
    removed = await erasing.erase(account)
    learn(door.reading.access.directory)
    return removed or 0


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (export_account, erase_account)
