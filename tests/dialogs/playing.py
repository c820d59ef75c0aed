"""Plays written conversations against the sans-IO server, at every cut of the client's octets.

    C: EHLO client.test
    S: 250-
    S: 250 HELP

`C:` lines are sent with CRLF, `c:` lines as they are (Python escapes apply); `S:` lines are
prefixes of the reply lines in order; `E:` names the events in order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mailweir.wire.smtp.events import Event, StartTls
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules, Server

STRICT = Rules("mx.test", size_limit=1_000_000)
Decide = Callable[[Event], Reply | None]
Answers = Mapping[type, Reply] | Callable[[], Decide] | None
"""Replies by the type of event, or what makes somebody who decides, for each play a new one."""

LENIENT = Rules("mx.test", size_limit=1_000_000, strict=False)


@dataclass
class Play:
    """What one conversation gave."""

    events: list[Event] = field(default_factory=list[Event])
    output: bytes = b""
    closed: bool = False

    @property
    def replies(self) -> list[str]:
        return self.output.decode().split("\r\n")[:-1]

    @property
    def codes(self) -> list[int]:
        """The code of each whole reply, without the lines that continue."""
        return [int(line[:3]) for line in self.replies if line[3:4] != "-"]


def play(rules: Rules, pieces: Iterable[bytes], answers: Answers = None) -> Play:
    """Feeds `pieces` one by one and answers every event at once."""
    server = Server(rules)
    decide = _deciding(answers)
    done = Play()
    for piece in pieces:
        server.feed(piece)
        while (event := server.next_event()) is not None:
            done.events.append(event)
            if isinstance(event, StartTls):
                continue
            server.answer(decide(event))
        done.output += server.output()
    done.closed = server.closing
    return done


def _deciding(answers: Answers) -> Decide:
    if answers is None:
        return lambda _: None
    if callable(answers):
        return answers()
    return lambda event: answers.get(type(event))


def cuts(octets: bytes) -> Iterator[list[bytes]]:
    """The octets whole, one by one, and in two pieces at every place (at most 400 places)."""
    yield [octets]
    yield [octets[i : i + 1] for i in range(len(octets))]
    step = max(1, len(octets) // 400)
    for at in range(1, len(octets), step):
        yield [octets[:at], octets[at:]]


def play_at_every_cut(rules: Rules, octets: bytes, answers: Answers = None) -> Play:
    """The one result that all cuts agree on."""
    results = [play(rules, pieces, answers) for pieces in cuts(octets)]
    for other in results[1:]:
        assert (other.events, other.output, other.closed) == (
            results[0].events,
            results[0].output,
            results[0].closed,
        )
    return results[0]


def check(script: str, rules: Rules = STRICT, answers: Answers = None) -> Play:
    """Plays a written conversation and compares what the server says, line by line."""
    client = b""
    expected: list[str] = []
    events: list[str] = []
    for line in script.strip().splitlines():
        kind, _, text = line.strip().partition(": ")
        if kind.startswith("C"):
            client += text.encode() + b"\r\n"
        elif kind.startswith("c"):
            client += text.encode("latin-1").decode("unicode_escape").encode("latin-1")
        elif kind.startswith("S"):
            expected.append(text)
        else:
            events += text.split()
    played = play_at_every_cut(rules, client, answers)
    for said, wanted in zip(played.replies, expected, strict=False):
        assert said.startswith(wanted), (said, wanted, played.replies)
    assert len(played.replies) == len(expected), played.replies
    if events:
        assert [type(event).__name__ for event in played.events] == events
    return played
