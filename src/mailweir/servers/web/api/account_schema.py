"""The shapes of accounts and addresses in JSON, as the original's clients expect them.

What this server has not got yet has the value that says so: no limit is 0, no text is null.
"""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType, field

from mailweir.model.account import AccountName, OwnedAddress
from mailweir.model.address import Inbox
from mailweir.policy.integrity import Integrity
from mailweir.servers.web.api.schema import iso


class EmailAddress(Struct, frozen=True, kw_only=True, rename="camel"):
    """An address that is owned, or could be: `owner` is missing as long as nobody owns it."""

    id: str = field(name="_id")
    owner: str | UnsetType = UNSET
    info: str = ""
    forward: str | None = None
    enablews: bool = True
    webhook: str | None = None
    webhook_slack: str | None = None
    webhook_slack_to_from: bool | None = None
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
    private_domain: int = 0
    mo_api_count: int = field(name="moAPICount", default=0)
    api_monthly_limit: int = 0
    mo_api_disabled: int = field(name="moAPIDisabled", default=0)
    recents: list[str] = field(default_factory=list[str])
    labels: list[str] = field(default_factory=list[str])


def email_address(owned: OwnedAddress) -> EmailAddress:
    """One that somebody owns."""
    return EmailAddress(
        id=owned.inbox,
        owner=owned.account,
        info=owned.info,
        created=iso(owned.created),
        updated=iso(owned.updated),
    )


def unowned_address(inbox: Inbox) -> EmailAddress:
    """One that nobody owns."""
    return EmailAddress(id=inbox)


def email_addresses(owned: Sequence[OwnedAddress]) -> list[EmailAddress]:
    """Several, in their order."""
    return [email_address(one) for one in owned]


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


def current_user(account: AccountName, key_name: str, free: int) -> CurrentUser:
    """The caller; `free`: how many more addresses he may reserve."""
    return CurrentUser(id=account, api_key_name=key_name, private_address_credits=free)
