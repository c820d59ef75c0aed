"""What is fuzzed: each target by its name, what of the product guides it, and how long inputs get.

A target's module is imported by its worker once the product's imports are instrumented. It has `seeds()` to
begin with, `WORDS` to make inputs of, and `check(octets)`, which raises when a promise is broken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hypothesis.stateful import RuleBasedStateMachine


class Module(Protocol):
    """What a target's module has."""

    WORDS: Sequence[bytes]

    def check(self, octets: bytes, /) -> None:
        """Raises when a promise is broken."""
        ...

    def seeds(self) -> Iterable[bytes]:
        """Inputs that reach something, small and few."""
        ...


class Machine(Protocol):
    """What the module of a state machine has."""

    MACHINE: type[RuleBasedStateMachine]


@dataclass(frozen=True, slots=True)
class Target:
    """`guides`: packages whose branches are watched. `longest`: octets of an input.

    Without `guides` it is a state machine, whose steps hypothesis chooses.
    """

    name: str
    guides: tuple[str, ...] = ()
    longest: int = 0

    @property
    def module(self) -> str:
        """Where its check is."""
        return f"fuzz.targets.{self.name}"

    @property
    def is_machine(self) -> bool:
        """Whether hypothesis drives it, and not atheris."""
        return not self.guides


_MIME: Final = "mailweir.wire.mime"

TARGETS: Final[Mapping[str, Target]] = {
    one.name: one
    for one in (
        Target("commands", ("mailweir.wire.smtp",), 400),
        Target("data", ("mailweir.wire.smtp",), 300),
        Target("mime", (_MIME,), 1500),
        Target("digest", (_MIME, "mailweir.adapters.parser_pool"), 2000),
        Target("html", (f"{_MIME}.html", f"{_MIME}.balance", f"{_MIME}.sanitising"), 600),
        Target("codes", (f"{_MIME}.codes", f"{_MIME}.code_shapes", f"{_MIME}.links"), 600),
        Target("address", ("mailweir.model", f"{_MIME}.addresses", "mailweir.wire.smtp.grammar"), 200),
        Target("submitted", (f"{_MIME}.submitted", f"{_MIME}.addresses"), 400),
        Target("query", ("mailweir.policy",), 300),
        Target("proxy", ("mailweir.wire.proxy",), 250),
        Target("links", ("mailweir.policy.sharing",), 300),
        Target("conversation"),
        Target("store"),
    )
}
