"""What a failed test says: what was waited for, what was near and why not, what was refused, whose fault."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from mailweir.testing.errors import Fault, MailNotFoundError, UnexpectedMailError
from mailweir.testing.exchange import AWAY, Answer
from mailweir.testing.mail import Mail
from mailweir.testing.wishes import Wish

_SHOWN: Final = 5
"""Misses and refusals that are told."""


_DONE: Final = {
    "refuse": "refused mail for this address",
    "ban": "refused mail for this address by a ban",
    "later": "put mail for this address off, to be sent again",
}


@dataclass(frozen=True, slots=True)
class Miss:
    """A message that was not the one, and what was against it."""

    mail: Mail
    failed: Sequence[str]

    def __str__(self) -> str:
        return f"{line(self.mail)}: {', '.join(self.failed)}"


@dataclass(frozen=True, slots=True)
class _Told:
    """What the server told when nothing came in time."""

    misses: Sequence[Miss]
    refused: Sequence[str]
    actions: frozenset[str]  # what was done to mail that was refused: slow, later, refuse, ban
    troubles: Sequence[str]


def line(mail: Mail) -> str:
    """A message on one line: when, what, from whom, its code."""
    code = f", code {mail.codes[0]}" if mail.codes else ""
    return f"{mail.received:%H:%M:%S} {mail.subject!r} from {mail.sender or 'nobody'}{code}"


def not_found(
    wish: Wish, address: str, seconds: float, answer: Answer, passed: Sequence[Miss], hint: str
) -> MailNotFoundError:
    """The failure of a wait whose time is over."""
    told = _told(answer, passed)
    lines = [f"No {wish} has come to {address} in {seconds:g} s.", _verdict(told, hint)]
    if told.misses:
        lines += ["Nearest:", *(f"  {miss}" for miss in told.misses[:_SHOWN])]
    if told.refused:
        lines += [
            "Refused:" if told.actions - {"slow"} else "Slowed:",
            *(f"  {refusal}" for refusal in told.refused[:_SHOWN]),
        ]
    fault: Fault = "platform" if told.troubles else "application"
    return MailNotFoundError("\n".join(lines), fault)


def came(wish: Wish, address: str, mail: Mail) -> UnexpectedMailError:
    """The failure of a silence."""
    return UnexpectedMailError(f"A {wish} has come to {address}, where none should have:\n  {line(mail)}")


def _verdict(told: _Told, hint: str) -> str:
    if told.troubles:
        return f"The platform is at fault, not the application: {'; '.join(told.troubles)}."
    for action, sentence in _DONE.items():
        if action in told.actions:
            return f"The server is well: it {sentence}, as the application was told."
    if told.misses:
        return "The server is well, and mail has come: it is not what the test waits for."
    if told.actions:
        return "The server is well: it slowed mail for this address, which may still come."
    return f"The server is well, and nothing has come: the application sent nothing, or elsewhere{hint}."


def _told(answer: Answer, passed: Sequence[Miss]) -> _Told:
    """Of a server that was away: only that it was."""
    if answer.status in AWAY:
        return _Told(passed, (), frozenset(), (answer.trouble.rstrip("."),))
    said = cast("Mapping[str, Any]", answer.json())
    own = {miss.mail.id for miss in passed}
    near = [Miss(Mail(miss["message"]), miss["failed"]) for miss in said.get("nearest", ())]
    refused = [_refusal(one) for one in said.get("refused", ())]
    actions = frozenset(_action(one) for one in said.get("refused", ()))
    intake: Mapping[str, Any] = said.get("intake", {})
    troubles = () if intake.get("healthy", True) else tuple(intake["reasons"]) or ("it is not well",)
    misses = [*passed, *(miss for miss in near if miss.mail.id not in own)]
    return _Told(misses, refused, actions, troubles)


def _action(one: Mapping[str, Any]) -> str:
    return str(one.get("action", "refuse"))  # servers of old told of nothing else


def _refusal(one: Mapping[str, Any]) -> str:
    action = _action(one)
    if action == "slow":
        what = f"slowed by {math.ceil(one['seconds'])} s by the rule {one['rule']!r} [{one['code']}]"
    else:
        what = {"later": "put off: ", "ban": "banned: "}.get(action, "") + str(one["reply"])
    return f"{what} for {one['recipient']} at {one['at']}"
