"""The shapes of accounts and addresses in JSON, as the original's clients expect them.

What this server has not got yet has the value that says so: no limit is 0, no text is null.
"""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType, field

from mailweir.model.account import AccountName, OwnedAddress
from mailweir.model.address import Inbox
from mailweir.model.domain import CustomDomain
from mailweir.policy.alternates import Alternates
from mailweir.policy.hosting import Hosting, Kind
from mailweir.policy.integrity import Integrity
from mailweir.servers.web.moments import iso
from mailweir.services.addresses import Addresses, Standing
from mailweir.services.unified import Stock


class EmailAddress(Struct, frozen=True, kw_only=True, rename="camel"):
    """An address that is owned, or could be: `owner` is missing as long as nobody owns it.

    `implicit`: it is not reserved, and its host is the owner's. `encryptedInbox`: its alternate. `catchAll`:
    the host for whose addresses it stands. Of its mail it keeps the newest `keepMessages`, for `keepDays`;
    null is as its account does.
    """

    id: str = field(name="_id")
    owner: str | UnsetType = UNSET
    info: str = ""
    keep_days: int | None = None
    keep_messages: int | None = None
    forward: str | None = None
    enablews: bool = True
    webhook: str | None = None
    webhook_slack: str | None = None
    webhook_slack_to_from: bool | None = None
    encrypted_inbox: str | None
    catch_all: str | None = None
    password: str | None = None
    implicit: bool = False
    created: str | None = None
    updated: str | None = None


class Availability(Struct, frozen=True):
    """Whether an address can be reserved, and whether it is the caller's."""

    available: bool
    email: str
    owned: bool


class Domain(Struct, frozen=True, kw_only=True, rename="camel"):
    """A host that the account has claimed; `verified` once it is the account's.

    `hosted`: below a base domain of this service, and so without a proof.
    """

    id: str = field(name="_id")
    owner: str
    created: str
    updated: str
    checked: str | None
    enablews: bool = True
    hosted: bool
    is_default: bool = False
    is_private: bool
    verification_txt: str
    verified: bool
    verified_mx: bool
    mail_hosts: list[str]
    last_verification_errors: str


class DomainDetail(Struct, frozen=True, rename="camel"):
    """A domain, how many messages there are at it, and the address that stands for all of its own."""

    domain: Domain
    total_messages: int
    catch_all_address: EmailAddress | None = None


class CurrentUserStats(Struct, frozen=True, rename="camel"):
    """What an account has. No quota of operations is counted yet."""

    addresses: list[str]
    domains: list[str]
    starred_messages: int
    stored_messages: int
    inbox_bytes: int
    default_domain: str
    last_month_ops: int = 0
    non_owned_inboxes: list[str] = field(default_factory=list[str])


class EmailAddressIntegrity(Struct, frozen=True, kw_only=True, rename="camel"):
    """What can be said of an address. `isValidFormat` is `validFormat` by its later name."""

    email: str
    valid_format: bool
    is_valid_format: bool
    local: str
    domain: str
    is_disposable: bool
    disposable_domains: list[str]
    aliases: list[str] = field(default_factory=list[str])


class CurrentUser(Struct, frozen=True, kw_only=True, rename="camel"):
    """The account behind a key."""

    id: str = field(name="_id")
    api_key_name: str
    email: str | None = None
    capture_private: bool = False
    message_limit: int = 0
    private_address_credits: int
    private_domain: int
    mo_api_count: int = field(name="moAPICount")
    api_monthly_limit: int
    mo_api_disabled: int = field(name="moAPIDisabled")
    plan: str
    recents: list[str] = field(default_factory=list[str])
    labels: list[str] = field(default_factory=list[str])


def email_address(owned: OwnedAddress, addresses: Addresses) -> EmailAddress:
    """One that somebody owns."""
    return EmailAddress(
        encrypted_inbox=addresses.alternates.of(owned.inbox),
        catch_all=addresses.caught_by(owned),
        id=owned.inbox,
        owner=owned.account,
        info=owned.info,
        keep_days=owned.upkeep.days,
        keep_messages=owned.upkeep.messages,
        created=iso(owned.created),
        updated=iso(owned.updated),
    )


def implied_address(inbox: Inbox, holder: AccountName | None, alternates: Alternates) -> EmailAddress:
    """One that nobody has reserved: its host's holder's, or nobody's."""
    return EmailAddress(
        id=inbox,
        owner=UNSET if holder is None else holder,
        implicit=holder is not None,
        encrypted_inbox=alternates.of(inbox),
    )


def domain(claim: CustomDomain, hosting: Hosting) -> Domain:
    """A claim in the API's shape."""
    return Domain(
        id=claim.host,
        owner=claim.account,
        created=iso(claim.created),
        updated=iso(claim.updated),
        checked=None if claim.checked is None else iso(claim.checked),
        hosted=hosting.kind(claim.host) is Kind.HOSTED,
        is_private=claim.private,
        verification_txt=claim.token,
        verified=claim.held is not None,
        verified_mx=claim.receives,
        mail_hosts=list(hosting.mail_hosts),
        last_verification_errors=claim.errors,
    )


def user_stats(stock: Stock) -> CurrentUserStats:
    """In the API's shape."""
    return CurrentUserStats(
        addresses=list(stock.inboxes),
        domains=list(stock.hosts),
        starred_messages=stock.starred,
        stored_messages=stock.stored.messages,
        inbox_bytes=stock.stored.octets,
        default_domain=stock.hosts[0] if stock.hosts else "",
    )


def email_addresses(owned: Sequence[OwnedAddress], addresses: Addresses) -> list[EmailAddress]:
    """Several, in their order."""
    return [email_address(one, addresses) for one in owned]


def email_address_integrity(found: Integrity) -> EmailAddressIntegrity:
    """In the API's shape."""
    return EmailAddressIntegrity(
        email=found.email,
        valid_format=found.is_address,
        is_valid_format=found.is_address,
        local=found.local,
        domain=found.domain,
        is_disposable=bool(found.disposable),
        disposable_domains=list(found.disposable),
    )


def current_user(known: Standing, free_domains: int, used: int) -> CurrentUser:
    """The caller; `used`: how many operations of this month."""
    return CurrentUser(
        id=known.account,
        api_key_name=known.key_name,
        capture_private=known.captures_private,
        private_address_credits=known.free,
        private_domain=free_domains,
        mo_api_count=used,
        api_monthly_limit=known.plan.operations,
        mo_api_disabled=int(0 < known.plan.operations <= used),
        plan=known.plan.name,
        message_limit=known.plan.messages,
    )
