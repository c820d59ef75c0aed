"""Addresses looked at by REST: their form, and whether they are disposable."""

from typing import Annotated, Final
from urllib.parse import unquote

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter

from mailweir.policy.integrity import integrity
from mailweir.servers.web.api.account_schema import EmailAddressIntegrity, email_address_integrity
from mailweir.servers.web.api.parameters import json_body
from mailweir.servers.web.api.specification import ADDRESSES, errors, takes_list
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError

BULK: Final = 50
"""Addresses of one request."""

LENGTH: Final = 1000
"""Characters of what is looked at."""

_Text = Annotated[
    str, PathParameter(description="What may be an address", schema_extra={"maxLength": LENGTH})
]
_TAKES_EMAILS: Final = takes_list(
    "emails", Schema(type=OpenAPIType.STRING, max_length=LENGTH), fewest=1, most=BULK
)


class Emails(msgspec.Struct):
    """What is to be looked at."""

    emails: list[str]


@get(
    "/api/validations/addresses/{email:str}",
    operation_id="ValidateAddress",
    tags=ADDRESSES,
    responses=errors(400, 401),
)
async def validate_address(request: WebRequest, email: _Text) -> EmailAddressIntegrity:
    """Whether this is an address, and whether its domain is known for disposable mail. Nothing is sent."""
    await _check(request)
    return _looked_at(request, [unquote(email)])[0]


@post(
    "/api/validations/addresses",
    operation_id="ValidateAddressesBulk",
    tags=ADDRESSES,
    operation_class=_TAKES_EMAILS,
    status_code=200,
    responses=errors(400, 401),
)
async def validate_addresses(request: WebRequest) -> list[EmailAddressIntegrity]:
    """The same of up to 50 addresses."""
    await _check(request)
    emails = (await json_body(request, Emails, '{"emails": ["name@host"]}')).emails
    if not 0 < len(emails) <= BULK:
        raise WrongRequestError(f"emails has {len(emails):,} entries; allowed are 1 to {BULK}.")
    return _looked_at(request, emails)


async def _check(request: WebRequest) -> None:
    """Before anything is read that may be long. Raises RefusedError."""
    door_of(request).reading.access.read(await reader_of(request))


def _looked_at(request: WebRequest, emails: list[str]) -> list[EmailAddressIntegrity]:
    if any(len(email) > LENGTH for email in emails):
        raise WrongRequestError(f"An address has up to {LENGTH:,} characters.")
    known = door_of(request).facts.disposable
    return [email_address_integrity(integrity(email, known)) for email in emails]


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (validate_address, validate_addresses)
