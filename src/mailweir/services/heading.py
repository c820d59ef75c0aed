"""What a list shows of a message: from its digest, or as much as the scan of its header gives without one."""

from collections.abc import Mapping

from msgspec.structs import replace

from mailweir.model.digest import Brief, Mailbox, State
from mailweir.model.message import Summary
from mailweir.wire.mime.addresses import addresses
from mailweir.wire.mime.words import decode_text


def heading(summary: Summary) -> Brief:
    """Subject and people, and of a message that was read all the rest; `state` says which.

    The author is the envelope's sender where the message names none.
    """
    brief = summary.brief
    if brief is not None and brief.state != "failed":
        return brief if brief.sender or not summary.sender else _signed(brief, summary.sender)
    scanned = _scanned(summary.headers, "pending" if brief is None else "failed")
    return scanned if scanned.sender or not summary.sender else _signed(scanned, summary.sender)


def _scanned(headers: Mapping[str, bytes], state: State) -> Brief:
    sender, to, cc, bcc = (_people(headers.get(name)) for name in ("from", "to", "cc", "bcc"))
    return Brief(state, decode_text(headers.get("subject", b"")), sender, to, cc, bcc)


def _signed(brief: Brief, sender: str) -> Brief:
    return replace(brief, sender=(Mailbox("", sender),))


def _people(value: bytes | None) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(name, address) for name, address in addresses(value)) if value else ()
