"""Why a door takes no mail for a recipient, told as the throttles tell why they put it off.

refusing = Refusing(explain, clock, ip)   # one for each connection
refusing.hello(name)
refusing.begin(sender)
refusing.refused(verdict, inbox, reply)
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Final

from mailweir.model.address import Address, Inbox, host_of
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import SUBJECT_LENGTH, Action, Rule, Ruling
from mailweir.model.verdict import Verdict
from mailweir.ports.clock import Clock

Explain = Callable[[Explanation], None]
"""Is told of each delivery that comes to nothing, or later; returns at once and never raises."""

_RULINGS: Final[Mapping[Verdict, tuple[Action, Rule]]] = {
    Verdict.NOT_OURS: (Action.REFUSE, Rule.NOT_OURS),
    Verdict.ELSEWHERE: (Action.REFUSE, Rule.ELSEWHERE),
    Verdict.OVERLOADED: (Action.LATER, Rule.OVERLOAD),
}
_CODE: Final = 5  # octets


def nobody(explanation: Explanation) -> None:
    """Nobody is told."""
    del explanation


class Refusing:
    """One peer, with what it has said of itself."""

    __slots__ = ("_clock", "_explain", "_hello", "_ip", "_sender")

    def __init__(self, explain: Explain, clock: Clock, ip: str) -> None:
        self._explain = explain
        self._clock = clock
        self._ip = ip
        self._hello = ""
        self._sender: str | None = None

    def hello(self, name: str) -> None:
        """What the peer calls itself."""
        self._hello = name.lower()[:SUBJECT_LENGTH]

    def begin(self, sender: Address | None) -> None:
        """A new delivery from this sender, None for the null path."""
        self._sender = None if sender is None else str(sender)

    def refused(self, verdict: Verdict, inbox: Inbox, reply: str) -> None:
        """The peer was told so about mail for this inbox. Any verdict but those of a recipient is not told.

        Returns at once and never raises.
        """
        if verdict not in _RULINGS:
            return
        action, rule = _RULINGS[verdict]
        subject = host_of(inbox)[:SUBJECT_LENGTH]
        ruling = Ruling(action, rule, 0.0, subject, {}, _code(rule, subject))
        at = self._clock.now()
        told = Explanation(at, ruling, self._ip, self._hello, self._sender, inbox, acted=True, reply=reply)
        self._explain(told)


def _code(rule: Rule, subject: str) -> str:
    """No reply has it, so that nobody gains by choosing one, and no secret is needed."""
    return blake2b(f"{rule.value}\n{subject}".encode("utf-8", "replace"), digest_size=_CODE).hexdigest()
