"""Addresses by REST: reserve them, look at them, give them back."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema
from litestar.params import QueryParameter

from mailweir.model.account import OwnedAddress
from mailweir.servers.web.api.account_schema import (
    Availability,
    EmailAddress,
    email_address,
    email_addresses,
    implied_address,
)
from mailweir.servers.web.api.parameters import Email, inbox_named, inbox_of, json_body, truth_of
from mailweir.servers.web.api.specification import ADDRESSES, errors, takes_list
from mailweir.servers.web.api.wishes import TAKES_WISHES, Wishes, wishes_of
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError

BULK: Final = 100
"""Addresses that are reserved in one request."""

_ERRORS: Final = errors(400, 401, 403, 503)

_TAKES_ADDRESSES: Final = takes_list(
    "addresses", Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.EMAIL), fewest=1, most=BULK
)

_WithMessages = Annotated[
    str,
    QueryParameter(
        name="deleteAddressMessages",
        description="true to have the messages of the address deleted, too",
        schema_extra={"enum": ["true", "false"], "default": "false"},
    ),
]


class Bulk(msgspec.Struct):
    """Addresses to be reserved, all of them or none."""

    addresses: list[str]


@get("/api/addresses", operation_id="ListAddresses", tags=ADDRESSES, responses=_ERRORS)
async def list_addresses(request: WebRequest) -> list[EmailAddress]:
    """The addresses that the caller's account has for itself."""
    reader = await reader_of(request)
    return _views(request, await door_of(request).addresses.list(reader))


@get("/api/addresses/{email:str}", operation_id="GetAddress", tags=ADDRESSES, responses=_ERRORS)
async def get_address(request: WebRequest, email: Email) -> EmailAddress:
    """One address of the caller's, or one that nobody owns."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    addresses = door_of(request).addresses
    found = await addresses.get(reader, inbox)
    if found is not None:
        return _view(request, found)
    return implied_address(inbox, addresses.implied(reader, inbox), addresses.alternates)


@post(
    "/api/addresses/{email:str}",
    operation_id="CreateAddress",
    tags=ADDRESSES,
    operation_class=TAKES_WISHES,
    status_code=200,
    responses=_ERRORS,
)
async def create_address(request: WebRequest, email: Email) -> EmailAddress:
    """Reserves an address: from now on only this account sees its mail, earlier mail included."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    wishes = await wishes_of(request, reader)
    info = "" if isinstance(wishes.info, msgspec.UnsetType) else wishes.info
    (new,) = await door_of(request).addresses.reserve(reader, [inbox], info, wishes.upkeep())
    return _view(request, new)


@put(
    "/api/addresses/{email:str}",
    operation_id="UpdateAddress",
    tags=ADDRESSES,
    operation_class=TAKES_WISHES,
    responses=_ERRORS,
)
async def update_address(request: WebRequest, email: Email) -> EmailAddress:
    """Changes what is noted of an address, and how long and how much of its mail is kept."""
    return await _updated(request, email)


@put(
    "/api/private-address-forwarding/{email:str}",
    operation_id="UpdateAddressLegacy",
    tags=ADDRESSES,
    operation_class=TAKES_WISHES,
    deprecated=True,
    responses=_ERRORS,
)
async def update_address_legacy(request: WebRequest, email: Email) -> EmailAddress:
    """The older path of UpdateAddress."""
    return await _updated(request, email)


@delete(
    "/api/addresses/{email:str}",
    operation_id="DeleteAddress",
    tags=ADDRESSES,
    status_code=200,
    responses=_ERRORS,
)
async def delete_address(
    request: WebRequest, email: Email, with_messages: _WithMessages = ""
) -> EmailAddress:
    """Gives an address back: everybody sees its mail again, unless the messages are deleted, too."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    door = door_of(request)
    wanted = bool(with_messages) and truth_of("deleteAddressMessages", with_messages)
    if wanted and await door.addresses.get(reader, inbox) is not None:
        await door.reading.clear(reader, inbox, saved=True)
    return _view(request, await door.addresses.release(reader, inbox))


@get(
    "/api/addresses/{email:str}/availability",
    operation_id="CheckAvailability",
    tags=ADDRESSES,
    responses=_ERRORS,
)
async def check_availability(request: WebRequest, email: Email) -> Availability:
    """Whether an address can be reserved."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    available, owned = await door_of(request).addresses.available(reader, inbox)
    return Availability(available, inbox, owned)


@post(
    "/api/private-addresses-bulk",
    operation_id="CreateAddresses",
    tags=ADDRESSES,
    operation_class=_TAKES_ADDRESSES,
    status_code=200,
    responses=_ERRORS,
)
async def create_addresses(request: WebRequest) -> list[EmailAddress]:
    """Reserves up to 100 addresses, all of them or none."""
    reader = await reader_of(request)
    door_of(request).reading.access.signed_in(reader)  # before anything is read that may be long
    wanted = (await json_body(request, Bulk, '{"addresses": ["name@host"]}')).addresses
    if not 0 < len(wanted) <= BULK:
        raise WrongRequestError(f"addresses has {len(wanted):,} entries; allowed are 1 to {BULK}.")
    inboxes = [inbox_named(text) for text in wanted]
    return _views(request, await door_of(request).addresses.reserve(reader, inboxes))


def _view(request: WebRequest, owned: OwnedAddress) -> EmailAddress:
    return email_address(owned, door_of(request).addresses)


def _views(request: WebRequest, owned: Sequence[OwnedAddress]) -> list[EmailAddress]:
    return email_addresses(owned, door_of(request).addresses)


async def _updated(request: WebRequest, email: str) -> EmailAddress:
    reader = await reader_of(request)
    inbox = inbox_of(email)
    wishes = await wishes_of(request, reader)
    change = None if wishes == Wishes() else wishes.fulfilled
    return _view(request, await door_of(request).addresses.describe(reader, inbox, change))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_addresses,
    get_address,
    create_address,
    update_address,
    update_address_legacy,
    delete_address,
    check_availability,
    create_addresses,
)
