"""Conversations played without a server: answers that are written down, and a clock that they move."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from mailweir.testing.box import Box
from mailweir.testing.exchange import Answer, Ask, Conversation

T = TypeVar("T")

ADDRESS = "run-k3v9x2ab-one@mailweir.test"
BEGUN = "2026-11-26T12:00:00.000Z"


def a_message(number: int = 1, **more: object) -> dict[str, Any]:
    """The server's JSON of one."""
    return {
        "_id": f"M{number}-0",
        "inbox": ADDRESS,
        "subject": f"Message {number}",
        "from": [{"address": "shop@shop.test", "name": "Shop"}],
        "to": [{"address": ADDRESS, "name": ""}],
        "received": f"2026-11-26T12:00:{number:02d}.000Z",
        "attachments": [],
        "codes": [],
        "links": [],
        "actions": [],
        **more,
    }


def found(number: int = 1, **more: object) -> Answer:
    return answer(200, message=a_message(number, **more))


def nothing(**more: object) -> Answer:
    usual: dict[str, object] = {"message": "Nothing.", "nearest": (), "intake": {"healthy": True}}
    return answer(408, **usual | more)


def answer(status: int, **body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())


AWAY = answer(503, message="127.0.0.1:8025 does not answer: refused.")


class Script:
    """Plays the server: each answer takes so many seconds, and what was asked is remembered."""

    def __init__(self, *answers: Answer | tuple[float, Answer]) -> None:
        self._answers = [_timed(one) for one in answers]
        self.asked: list[Ask] = []
        self.time = 1000.0
        self.box = Box(ADDRESS, BEGUN, now=lambda: self.time)

    def play(self, conversation: Conversation[T], *more: Answer | tuple[float, Answer]) -> T:
        """What it comes to, with these answers after those that are left. All have to be used."""
        self._answers += [_timed(one) for one in more]
        try:
            ask = next(conversation)
            while True:
                self.asked.append(ask)
                seconds, answer = self._answers.pop(0)
                self.time += ask.after + seconds
                ask = conversation.send(answer)
        except StopIteration as end:
            assert self._answers == []
            return end.value

    def queries(self) -> Sequence[dict[str, str]]:
        """The parameters of all that was asked."""
        return [dict(parse_qsl(urlsplit(ask.target).query)) for ask in self.asked]


def _timed(one: Answer | tuple[float, Answer]) -> tuple[float, Answer]:
    return one if isinstance(one, tuple) else (0.0, one)
