"""Who may see and delete what: the one choke point.

An inbox is public, or one account has it for itself; then nobody else sees what is in it, whenever it
came. A key that nobody has opens nothing, not even what is open without one; neither does one that is
good for less than it is used for.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from mailweir.model.account import WHOLE, AccountName, Scope
from mailweir.model.address import Host, Inbox
from mailweir.policy.sharing import Share


class Refusal(Enum):
    """Why a reader is turned away. Doors word it for their protocol."""

    UNKNOWN_KEY = "unknown key"
    KEY_NEEDED = "a key is needed"
    FORBIDDEN = "not allowed"
    NOT_YOURS = "somebody else's mail"
    TAKEN = "somebody else's address"
    NOT_YOURS_TO_SORT = "nobody's mail"
    NOT_YOUR_DOMAIN = "not this account's domain"
    DOMAIN_TAKEN = "another account's domain"
    READ_ONLY = "this key changes nothing"
    ELSEWHERE = "this key is for another place"
    NOT_A_MANAGER = "a member of the account"
    GUESTS_ONLY = "the guest password is needed"
    TOO_MANY_WRONG = "too many wrong guest passwords"


class Guest(Enum):
    """What somebody is who has no account: whether the guest password is known to him."""

    NO = "no guest"
    YES = "a guest"
    TOO_MANY_WRONG = "from a network of too many wrong passwords"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, as a door knows him: by the digest of the key that the client gave, if any.

    `on_loopback`: whether he sits at this machine. `session`: the digest of the token of somebody who has
    signed in; a key goes before it. `share`: what the link opens that he has followed; then nothing else of
    him counts. Only `services/sharing` says that a link is one of ours.
    """

    key: bytes | None = None
    on_loopback: bool = False
    session: bytes | None = None
    share: Share | None = None
    guest: Guest = Guest.NO


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, once the key was looked up; `account` is None for people without one.

    `scope`: how far the key goes that speaks for the account.
    """

    account: AccountName | None = None
    on_loopback: bool = False
    scope: Scope = WHOLE
    guest: Guest = Guest.NO


@dataclass(frozen=True, slots=True)
class AnonymousRules:
    """What the operator allows to people without an account."""

    reads: Literal["all", "latest", "none"] = "all"
    deletes: Literal["one", "all", "none"] = "one"
    key_required: bool = False
    local: bool = False  # profile `local`: *All mail* is open to this machine
    guests_only: bool = False  # of them, only to those who know the guest password


def by_link(share: Share) -> Caller:
    """Who follows a link: the account that made it, as far as reading that inbox goes."""
    return Caller(share.account, scope=Scope(share.expires, writes=False, place=share.inbox))


def may_enter(rules: AnonymousRules, caller: Caller) -> Refusal | None:
    """None when the caller may see anything here that is open to people without an account.

    A guest may do what everybody may do where no guest password is set, and nothing more.
    """
    if caller.account is not None or not rules.guests_only or caller.guest is Guest.YES:
        return None
    return Refusal.TOO_MANY_WRONG if caller.guest is Guest.TOO_MANY_WRONG else Refusal.GUESTS_ONLY


def is_for(caller: Caller, *inboxes: Inbox) -> Refusal | None:
    """None when the caller's key is good for these inboxes; of none of them: for all of the account."""
    scope = caller.scope
    if scope.place is None or (inboxes and all(scope.covers(inbox) for inbox in inboxes)):
        return None
    return Refusal.ELSEWHERE


def is_for_host(caller: Caller, host: Host) -> Refusal | None:
    """None when the caller's key is good for all inboxes of that host."""
    return None if caller.scope.place in {None, host} else Refusal.ELSEWHERE


def may_change(caller: Caller) -> Refusal | None:
    """None when the caller's key is good for changes."""
    return None if caller.scope.writes else Refusal.READ_ONLY


def may_manage(caller: Caller) -> Refusal | None:
    """None when the caller may see to domains of his account."""
    return None if caller.scope.manages else Refusal.NOT_A_MANAGER


def may_manage_people(caller: Caller) -> Refusal | None:
    """None when he may see to its users and keys: for what ends must not make what does not."""
    lasts = caller.scope.manages and caller.scope.expires is None
    return None if lasts else Refusal.NOT_A_MANAGER


def may_read_domain(caller: Caller, holder: AccountName | None) -> Refusal | None:
    """None when the caller may list all that there is at a host which `holder` holds."""
    if caller.account is None:
        return Refusal.KEY_NEEDED
    return None if caller.account == holder else Refusal.NOT_YOUR_DOMAIN


def sees(caller: Caller, owner: AccountName | None, saved_by: AccountName | None = None) -> bool:
    """Whether a message in an inbox of that owner (None: a public one) is shown.

    Whoever has saved it, and nobody else, sees it wherever it is: also its inbox's later owner does not.
    """
    if saved_by is not None:
        return saved_by == caller.account
    return owner in {None, caller.account}


def has(account: AccountName, owner: AccountName | None, saved_by: AccountName | None) -> bool:
    """Whether a message in an inbox of that owner is private to the account: nobody else sees it."""
    return sees(Caller(account), owner, saved_by) and account in {owner, saved_by}


def saver(capturer: AccountName | None, owner: AccountName | None) -> AccountName | None:
    """Who has a captured copy saved as it comes into an inbox of that owner (None: a public one).

    Somebody's own inbox is private already, and a star of another account would hide the copy from its owner.
    """
    return capturer if owner is None else None


def sees_marks(caller: Caller, owner: AccountName | None, saved_by: AccountName | None) -> bool:
    """Whether what was noted of a message is the caller's; what an earlier owner noted is nobody's."""
    return caller.account is not None and caller.account in {owner, saved_by}


def may_read(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may look into an inbox of that owner."""
    if caller.account is not None:
        return None if sees(caller, owner) else Refusal.NOT_YOURS
    if owner is not None or rules.key_required or rules.reads == "none":
        return Refusal.KEY_NEEDED
    return None


def sees_senders(caller: Caller, owner: AccountName | None) -> bool:
    """Whether the caller is told who has sent mail that was not taken for an inbox of that owner.

    Only whose inbox it is: anybody may read a public one, and so might ask who writes to it in vain.
    """
    return owner is not None and owner == caller.account


def only_latest(rules: AnonymousRules, caller: Caller) -> bool:
    """Whether the caller is shown no more of an inbox than its newest message."""
    return caller.account is None and rules.reads == "latest"


def may_list_all(rules: AnonymousRules, caller: Caller) -> Refusal | None:
    """None when the caller may list all public mail of the system, and his own."""
    if (refusal := is_for(caller)) is not None:
        return refusal
    if caller.account is not None or (rules.local and caller.on_loopback and not rules.key_required):
        return None
    return Refusal.KEY_NEEDED


def may_delete(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may delete a message that he sees."""
    if (refusal := may_read(rules, caller, owner)) is not None:
        return refusal
    return Refusal.FORBIDDEN if caller.account is None and rules.deletes == "none" else None


def may_clear(rules: AnonymousRules, caller: Caller, owner: AccountName | None) -> Refusal | None:
    """None when the caller may delete all messages of an inbox at once: his own, or what is open to all."""
    if (refusal := may_read(rules, caller, owner)) is not None:
        return refusal
    own = owner is not None and owner == caller.account
    return None if own or rules.deletes == "all" else Refusal.FORBIDDEN
