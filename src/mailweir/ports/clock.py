"""Time and names, which pure code may not make for itself."""

from typing import Protocol

from mailweir.model.message import QueueId


class Clock(Protocol):
    """The time of day and a stopwatch."""

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


class Ids(Protocol):
    """New names."""

    def message(self) -> QueueId:
        """A queue id that nobody can guess and that no other node makes."""
        ...


class Keys(Protocol):
    """New secrets."""

    def key(self) -> str:
        """An API key that nobody can guess: `k_` and letters and digits."""
        ...

    def token(self) -> str:
        """What an account puts into the DNS to prove that a host is its own."""
        ...

    def password(self) -> str:
        """A password that nobody can guess, and that a person can type: four groups of letters and digits."""
        ...

    def codes_secret(self) -> str:
        """What one-time codes are made of: 160 bits in base32 (RFC 4226 §4)."""
        ...

    def recovery_code(self) -> str:
        """What stands in for a one-time code, once: two groups of letters and digits."""
        ...

    def credential(self) -> bytes:
        """32 octets that stand for a password."""
        ...
