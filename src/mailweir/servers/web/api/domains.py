"""Domains of accounts by REST: claim one, prove it, look at its mail, give it back."""

from typing import Annotated, Final

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter

from mailweir.model.domain import CustomDomain
from mailweir.servers.web.api.account_schema import Domain, DomainDetail, domain, email_address
from mailweir.servers.web.api.parameters import (
    DEFAULT_LIMIT,
    DomainName,
    Limit,
    Until,
    host_in,
    limit_of,
    truth_of,
    until_of,
)
from mailweir.servers.web.api.schema import EmailMessage, email_messages
from mailweir.servers.web.api.specification import DOMAINS, TRUTH, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_DOMAIN, there

_ERRORS: Final = errors(400, 401, 403, 404, 503)
_DOMAIN: Final = "/api/domains/{domain_name:str}"
_Private = Annotated[str, PathParameter(description="true or false", schema_extra={"enum": TRUTH})]
_WithMessages = Annotated[
    str,
    QueryParameter(
        name="deleteDomainMessages",
        description="true to have the messages at the domain deleted, too",
        schema_extra={"enum": ["true", "false"], "default": "false"},
    ),
]


@get("/api/domains", operation_id="ListDomains", tags=DOMAINS, responses=errors(401, 403, 503))
async def list_domains(request: WebRequest) -> list[Domain]:
    """The domains that the caller's account has claimed."""
    reader = await reader_of(request)
    return [_view(request, one) for one in await door_of(request).domains.list(reader)]


@post(_DOMAIN, operation_id="CreateDomain", tags=DOMAINS, status_code=200, responses=_ERRORS)
async def create_domain(request: WebRequest, domain_name: DomainName) -> Domain:
    """Claims a domain. It is the account's once its TXT record says `verificationTxt`.

    One directly below a base domain of this service is the account's at once.
    """
    reader = await reader_of(request)
    return _view(request, await door_of(request).domains.claim(reader, host_in(domain_name)))


@get(_DOMAIN, operation_id="GetDomain", tags=DOMAINS, responses=_ERRORS)
async def get_domain(request: WebRequest, domain_name: DomainName) -> DomainDetail:
    """One domain of the caller's, how many messages there are at it, and its catch-all address."""
    reader = await reader_of(request)
    host = host_in(domain_name)
    domains, addresses = door_of(request).domains, door_of(request).addresses
    found = there(await domains.get(reader, host), NO_SUCH_DOMAIN)
    caught = await addresses.catch_all(reader, host)
    count = await domains.count(reader, host)
    return DomainDetail(_view(request, found), count, caught and email_address(caught, addresses))


@post(f"{_DOMAIN}/verify", operation_id="VerifyDomain", tags=DOMAINS, status_code=200, responses=_ERRORS)
async def verify_domain(request: WebRequest, domain_name: DomainName) -> Domain:
    """Asks the DNS now; `lastVerificationErrors` says what is missing. At most every five seconds."""
    reader = await reader_of(request)
    checked = await door_of(request).domains.check(reader, host_in(domain_name))
    return _view(request, there(checked, NO_SUCH_DOMAIN))


@put(f"{_DOMAIN}/privacy/{{private:str}}", operation_id="SetDomainPrivacy", tags=DOMAINS, responses=_ERRORS)
async def set_privacy(request: WebRequest, domain_name: DomainName, private: _Private) -> Domain:
    """Whether all mail at a domain is the account's alone, or everybody's."""
    reader = await reader_of(request)
    host, wanted = host_in(domain_name), truth_of("isPrivate", private)
    changed = await door_of(request).domains.set_private(reader, host, private=wanted)
    return _view(request, there(changed, NO_SUCH_DOMAIN))


@delete(
    _DOMAIN,
    operation_id="DeleteDomain",
    tags=DOMAINS,
    status_code=200,
    responses=_ERRORS | errors(409),
)
async def delete_domain(
    request: WebRequest, domain_name: DomainName, with_messages: _WithMessages = ""
) -> Domain:
    """Gives a domain back. Refused as long as there is private mail that would be public then."""
    reader = await reader_of(request)
    host = host_in(domain_name)
    with_mail = bool(with_messages) and truth_of("deleteDomainMessages", with_messages)
    dropped = await door_of(request).domains.drop(reader, host, with_mail=with_mail)
    return _view(request, there(dropped, NO_SUCH_DOMAIN))


@get(f"{_DOMAIN}/messages", operation_id="ListDomainMessages", tags=DOMAINS, responses=_ERRORS)
async def list_domain_messages(
    request: WebRequest, domain_name: DomainName, limit: Limit = str(DEFAULT_LIMIT), until: Until = ""
) -> list[EmailMessage]:
    """The newest messages at a domain of the caller's, newest first."""
    reader = await reader_of(request)
    host, most, latest = host_in(domain_name), limit_of(limit), until_of(until)
    found = await door_of(request).reading.at_host(reader, host, limit=most, until=latest)
    return email_messages(found)


@post(
    f"{_DOMAIN}/delete-all-domain-mail",
    operation_id="DeleteAllDomainMessages",
    tags=DOMAINS,
    status_code=204,
    responses=_ERRORS,
)
async def delete_all(request: WebRequest, domain_name: DomainName) -> None:
    """Removes every message at a domain of the caller's but those that are starred."""
    await _cleared(request, domain_name)


@put(
    f"{_DOMAIN}/delete-all-domain-mail",
    operation_id="DeleteAllDomainMessagesByPut",
    tags=DOMAINS,
    status_code=204,
    deprecated=True,
    responses=_ERRORS,
)
async def delete_all_by_put(request: WebRequest, domain_name: DomainName) -> None:
    """The same, as some guides have it."""
    await _cleared(request, domain_name)


async def _cleared(request: WebRequest, domain_name: str) -> None:
    reader = await reader_of(request)
    there(await door_of(request).domains.clear(reader, host_in(domain_name)), NO_SUCH_DOMAIN)


def _view(request: WebRequest, claim: CustomDomain) -> Domain:
    return domain(claim, door_of(request).domains.hosting)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_domains,
    create_domain,
    get_domain,
    verify_domain,
    set_privacy,
    delete_domain,
    list_domain_messages,
    delete_all,
    delete_all_by_put,
)
