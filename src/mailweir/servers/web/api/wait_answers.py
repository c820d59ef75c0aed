"""What a wait and a silence come to, for whoever answers them: the router, or what stands in front of it."""

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Literal

from litestar.types import HTTPScope
from msgspec import Struct

from mailweir.model.address import Inbox
from mailweir.model.criteria import LOOKS_BACK
from mailweir.model.explanation import Explanation
from mailweir.model.message import Summary, split_message_id
from mailweir.model.ruling import Action
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.parameters import inbox_of, message_of, until_of
from mailweir.servers.web.api.schema import email_message
from mailweir.servers.web.api.wait_parameters import Wish, wish_of
from mailweir.servers.web.api.wait_schema import (
    Awaited,
    Intake,
    Nearest,
    NothingCame,
    NotQuiet,
    Quiet,
    RefusedMail,
)
from mailweir.servers.web.caller import metered_reader, query_of
from mailweir.servers.web.door import Door, WebFacts
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, WrongRequestError, there
from mailweir.servers.web.moments import iso
from mailweir.services.heading import heading
from mailweir.services.waiting import Asked, Miss, Outcome

_NOT_READ: Final = "mail has come that was not read in time"

_BEFALLEN: Final = {
    Action.LATER: "put off",
    Action.REFUSE: "refused",
    Action.BAN: "refused by a ban",
}

Kind = Literal["wait", "quiet"]

Answered = tuple[HTTPStatus, Struct]
"""The status of an answer, and what is in it."""


async def answered(door: Door, scope: HTTPScope, segment: str, kind: Kind) -> Answered:
    """Waits as the query of a request says, at the address of that segment. Raises what `errors` knows."""
    reader = metered_reader(scope)
    wish = wish_of(query_of(scope), quiet=kind == "quiet")
    asked = await _asked(door, reader, inbox_of(segment), wish)
    if kind == "wait":
        outcome = await door.waiting.wait(asked)
        if outcome.found is None:
            return HTTPStatus.REQUEST_TIMEOUT, _nothing(door.facts, outcome)
        return HTTPStatus.OK, _awaited(outcome.found)
    found = await door.waiting.quiet(asked)
    if found is None:
        return HTTPStatus.OK, Quiet(quiet=True, seconds=wish.seconds)
    conflict = HTTPStatus.CONFLICT
    return conflict, NotQuiet(conflict.phrase, conflict.value, email_message(found))


async def _asked(door: Door, reader: Reader, inbox: Inbox, wish: Wish) -> Asked:
    """From a moment on, or from a message on. Raises WrongRequestError, and NotFoundError for its id."""
    if split_message_id(wish.since) is not None:
        before = there(await door.reading.find(reader, inbox, message_of(wish.since)), NO_SUCH_MESSAGE)
        since, after = before.received, before.seq
    else:
        moment = until_of(wish.since, "since")
        now = door.facts.now()
        since, after = now - LOOKS_BACK * 1000 if moment is None else moment, 0
        if since > now + wish.seconds * 1000:
            raise WrongRequestError("since is later than the end of the wait, so that nothing can fit.")
    return Asked(reader, inbox, wish.matcher, since, wish.seconds, wish.claim, after)


def _awaited(found: Summary) -> Awaited:
    message = email_message(found)
    return Awaited(message, list(message.codes), list(heading(found).links), list(message.actions))


def _nothing(facts: WebFacts, outcome: Outcome) -> NothingCame:
    reasons = [*facts.ready(), *((_NOT_READ,) if outcome.undecided else ())]
    status = HTTPStatus.REQUEST_TIMEOUT
    told = f"Nothing that fits has come in time; {len(outcome.misses)} messages were near."
    if outcome.refused:
        told += f" Mail for this address was {_befallen(outcome.refused)}."
    if reasons:
        told += " This server is not well just now: it may be its fault."
    nearest = [_nearest(miss) for miss in outcome.misses]
    refused = [_refused(one) for one in outcome.refused]
    return NothingCame(status.phrase, told, status.value, nearest, refused, Intake(not reasons, reasons))


def _befallen(refused: Sequence[Explanation]) -> str:
    """The worst of it, and of that the last."""
    last = next((one for one in refused if one.ruling.action is not Action.SLOW), refused[0])
    ruling = last.ruling
    if ruling.action is Action.SLOW:
        return (
            f"slowed by {math.ceil(ruling.seconds)} s: more came than the rule {ruling.rule.value!r} lets by"
        )
    return f"{_BEFALLEN[ruling.action]}: {last.reply}"


def _refused(one: Explanation) -> RefusedMail:
    ruling = one.ruling
    return RefusedMail(
        one.inbox or "",
        one.reply,
        iso(one.at),
        ruling.action.value,
        ruling.rule.value,
        ruling.seconds,
        ruling.code,
    )


def _nearest(miss: Miss) -> Nearest:
    return Nearest(email_message(miss.summary), [one.value for one in miss.failed])
