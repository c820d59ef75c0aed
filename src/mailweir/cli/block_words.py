"""How entries of the blocklist are shown, to people and to programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

from mailweir.model.ban import Ban, Holder
from mailweir.services.ban_edits import Confirmations


def shown(ban: Ban) -> dict[str, object]:
    """An entry as JSON."""
    terms = ban.terms
    return {
        "kind": ban.subject.kind,
        "subject": str(ban.subject),
        "list": "allow" if ban.register == "allow" else "block",
        "byRule": ban.register == "rule",
        "created": terms.created,
        "expires": terms.expires,
        "reason": terms.reason,
        "origin": terms.origin,
    }


def line(ban: Ban) -> str:
    """An entry on one line: whom, until when, by whom and why."""
    terms = ban.terms
    does = "allow" if ban.register == "allow" else "block"
    by = f"rule {terms.origin}" if ban.register == "rule" else terms.origin
    reason = f": {terms.reason}" if terms.reason else ""
    whom = f"{does} {ban.subject.kind:<9} {ban.subject!s:<32}"
    return f"{whom} {until(terms.expires)}, by {by} on {_moment(terms.created)}{reason}"


def phrase(ban: Ban) -> str:
    """The same in a sentence."""
    return " ".join(line(ban).split())


def until(expires: int | None) -> str:
    """How long something holds."""
    return "for good" if expires is None else f"until {_moment(expires)}"


def told(seen: Confirmations) -> str:
    """How many processes go by an edit, and who has not said so."""
    if not seen.confirmed and not seen.waiting:
        return "kept in the book; no process is running."
    held = f"{len(seen.confirmed)} of {len(seen.confirmed) + len(seen.waiting)} processes go by it"
    waiting = ", ".join(f"{one.role} {one.pid}" for one in seen.waiting)
    return f"{held}, not heard from: {waiting}." if waiting else f"{held}."


def processes(seen: Confirmations) -> dict[str, object]:
    """The same as JSON."""
    return {"confirmed": _holders(seen.confirmed), "waiting": _holders(seen.waiting)}


def _holders(holders: Sequence[Holder]) -> list[dict[str, object]]:
    return [{"role": one.role, "pid": one.pid} for one in holders]


def _moment(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
