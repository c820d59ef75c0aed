"""Whether a message is the one that somebody waits for, and if not, why.

Regular expressions are those of RE2, whose time is linear in what they are held against, whatever they are.
"""

from collections.abc import Iterator
from typing import Final, Protocol, cast

import re2

from mailweir.model.criteria import Criteria, Failed
from mailweir.model.digest import Brief, Digest, Mailbox

LONGEST: Final = 500
"""Characters of a criterion."""

_MEMORY: Final = 1024 * 1024  # octets that a compiled expression may take
SEARCHED: Final = 256 * 1024
"""Characters of a text that are looked through: thousands may wait for the same message."""


class RegexError(Exception):
    """That is no expression, or takes too much; the text says why."""


class _Regex(Protocol):
    def search(self, text: str, /) -> object: ...


class _Options(Protocol):
    max_mem: int
    log_errors: bool


class _Engine(Protocol):
    """As much of `re2`, which has no types, as is used here."""

    Options: type[_Options]
    error: type[Exception]

    def compile(self, pattern: str, options: _Options) -> _Regex: ...


_RE2: Final = cast("_Engine", re2)


class Matcher:
    """Criteria made ready. Raises RegexError."""

    __slots__ = ("_regex", "_sender", "_subject", "_text", "_to", "criteria")

    def __init__(self, criteria: Criteria) -> None:
        self.criteria = criteria
        self._sender, self._to = criteria.sender.casefold(), criteria.to.casefold()
        self._subject, self._text = criteria.subject.casefold(), criteria.text.casefold()
        self._regex = _compiled(criteria.regex) if criteria.regex else None

    @property
    def needs_text(self) -> bool:
        """Whether the text of a message has to be looked through."""
        return bool(self._text) or self._regex is not None

    @property
    def needs_digest(self) -> bool:
        """Whether what was read out of it has to be known; sender, people and subject are known at once."""
        return self.needs_text or self.criteria.require is not None

    def failed_at_once(self, brief: Brief, recipient: str) -> tuple[Failed, ...]:
        """What its header says against it. `recipient`: for whom it came."""
        return tuple(self._by_header(brief, recipient))

    def failed(self, brief: Brief, recipient: str, digest: Digest | None) -> tuple[Failed, ...]:
        """All that is against a message that was read; `digest` only when `needs_text`."""
        return (*self._by_header(brief, recipient), *self._by_content(brief, digest))

    def _by_header(self, brief: Brief, recipient: str) -> Iterator[Failed]:
        if self._sender and not _is_among(self._sender, brief.sender):
            yield Failed.FROM
        if (
            self._to
            and self._to not in recipient.casefold()
            and not _is_among(self._to, (*brief.to, *brief.cc))
        ):
            yield Failed.TO
        if self._subject not in brief.subject.casefold():
            yield Failed.SUBJECT

    def _by_content(self, brief: Brief, digest: Digest | None) -> Iterator[Failed]:
        text = digest.text[:SEARCHED] if digest is not None else ""
        if self._text not in text.casefold():
            yield Failed.TEXT
        if self._regex is not None and not self._regex.search(f"{brief.subject}\n{text}"):
            yield Failed.REGEX
        required = self.criteria.require
        if required == "code" and not brief.codes:
            yield Failed.NO_CODE
        if required == "link" and not brief.links:
            yield Failed.NO_LINK
        if required == "attachment" and not brief.attachments:
            yield Failed.NO_ATTACHMENT


def _is_among(part: str, people: tuple[Mailbox, ...]) -> bool:
    return any(part in f"{one.name} <{one.address}>".casefold() for one in people)


def _compiled(pattern: str) -> _Regex:
    options = _RE2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return _RE2.compile(pattern, options)
    except _RE2.error as error:
        raise RegexError(_told(error)) from error


def _told(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
