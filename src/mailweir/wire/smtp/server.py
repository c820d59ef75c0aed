"""The server side of one SMTP conversation, without I/O.

    conversation = Server(rules)
    conversation.feed(octets)
    while (event := conversation.next_event()) is not None:
        conversation.answer(decide(event))
    send(conversation.output())

`feed` and `next_event` never raise, whatever arrives. While an event waits for its answer no
further event is given, so pipelined commands (RFC 2920) are answered in order whatever the caller
awaits in between. Any cut of the octets gives the same events and the same output.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import ClassVar, Final

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.auth import LONGEST_LINE
from mailweir.wire.smtp.commands import COMMANDS, Outcome, authenticate, ordinary
from mailweir.wire.smtp.dialog import Dialog, Rules, State
from mailweir.wire.smtp.events import Authenticate, Event, Hello, Mail, Message, Recipient, StartTls
from mailweir.wire.smtp.extensions import keywords
from mailweir.wire.smtp.patience import Patience
from mailweir.wire.smtp.reply import Reply

LONGEST_COMMAND = 4096  # octets with line end; RFC 5321 §4.5.3.1.4 asks for 512 and room for parameters
_ERRORS = 500  # RFC 5321 §4.2.1: 5yz

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_HTTP = frozenset({"GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE", "PRI"})
_CR = 0x0D
_TLS_RECORD = b"\x16\x03"  # RFC 8446 §5.1: a handshake, sent to a plain door


@lru_cache(maxsize=8)
def _greeting(hostname: str) -> Reply:
    return Reply(220, "", f"{hostname} ESMTP Mailweir")


@lru_cache(maxsize=32)
def _welcome(lines: tuple[str, ...]) -> Reply:
    """The answer to a hello; a process gives a handful of different ones."""
    return Reply(250, "", "\n".join(lines))


class _Reading(Enum):
    NEED_MORE = "what has arrived is not a whole line, chunk or message"


_NEED_MORE: Final = _Reading.NEED_MORE


class Server:
    """One conversation.

    `closing` says that nothing more is read: send the output, then close. `discarded` says that
    plain octets came behind STARTTLS, which nobody who means well sends; `hasty`, that content was fed before
    it was asked for by 354 (RFC 2920 §3.1). Both depend on how the octets were cut.
    """

    __slots__ = ("_buffer", "_dialog", "_out", "_patience", "_pending", "closing", "discarded", "hasty")

    def __init__(self, rules: Rules, *, tls: bool = False) -> None:
        self._dialog = Dialog(rules, tls=tls)
        self._patience = Patience()
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._pending: Event | None = None
        self.closing = False
        self.discarded = False
        self.hasty = False

    # --- what the owner asks ----------------------------------------------------------------

    @property
    def hello(self) -> Hello | None:
        """How the peer named itself last."""
        return self._dialog.hello

    @property
    def authenticated(self) -> str | None:
        """The user name whose credentials were taken."""
        return self._dialog.authenticated

    @property
    def tls(self) -> bool:
        """Whether what is said now is said under TLS."""
        return self._dialog.tls

    @property
    def buffered(self) -> int:
        """Octets that were fed and are not yet understood."""
        return len(self._buffer)

    @property
    def held(self) -> int:
        """Octets that are kept for this conversation: those, and chunks of a message that is not whole."""
        chunks = self._dialog.transaction.chunks
        return len(self._buffer) if chunks is None else len(self._buffer) + chunks.held

    @property
    def receiving(self) -> bool:
        """Whether the octets that come now are message content."""
        state = self._dialog.state
        return state is State.DATA or state is State.CHUNK

    # --- octets in, events out, octets out --------------------------------------------------

    def greet(self, rules: Rules | None = None) -> None:
        """Say who we are (RFC 5321 §4.3.1). `rules` hold from now on, once it is known who the peer is."""
        if rules is not None:
            self._dialog.rules = rules
        self._say(_greeting(self._dialog.rules.hostname))

    def feed(self, octets: bytes) -> None:
        """Take what arrived. Plain octets that follow STARTTLS are thrown away (RFC 3207 §4.2)."""
        if self._dialog.state is State.TLS:
            self.discarded = self.discarded or bool(octets)
        elif not self.closing:
            self._buffer += octets

    def next_event(self) -> Event | None:
        """The next thing to decide; None while an answer or more octets are due, and at the end."""
        if self._pending is not None:
            return None
        dialog = self._dialog
        # Only a chunk of no octets is whole before anything has arrived.
        while (self._buffer or dialog.state is State.CHUNK) and not self.closing:
            outcome = self._READERS[dialog.state](self)
            if outcome is _NEED_MORE:
                return None
            if isinstance(outcome, Reply):
                self._say(self._patience.error(outcome) if outcome.code >= _ERRORS else outcome)
                self.hasty = self.hasty or (outcome is reply.START_MAIL and bool(self._buffer))
            elif outcome is not None:
                return self._given(outcome)
        return None

    def answer(self, answer: Reply | None = None) -> None:
        """Answer the event that waits; None is the usual positive reply."""
        event, self._pending = self._pending, None
        if event is None:
            message = "no event waits for an answer"
            raise AssertionError(message)
        self._ANSWERS[type(event)](self, event, answer)

    def secured(self) -> None:
        """TLS is up: what was said before is forgotten (RFC 3207 §4.2)."""
        self._buffer.clear()
        self._dialog.start()
        self._dialog.tls = True

    def end(self, last: Reply) -> None:
        """Close from this side, saying why (RFC 5321 §3.8)."""
        if not self.closing:
            self._say(last)
            self._close()

    def output(self) -> bytes:
        """What to send now; each octet is given once."""
        out = self._out
        octets = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        return octets

    def _given(self, event: Event) -> Event:
        if isinstance(event, StartTls):
            self._say(reply.TLS_READY)
            self.discarded = bool(self._buffer)
            self._buffer.clear()
        else:
            self._pending = event
        return event

    def _say(self, said: Reply) -> None:
        self._out.append(said.octets)
        if said.closes:
            self._close()

    def _close(self) -> None:
        self.closing = True
        self._buffer.clear()
        self._dialog.transaction.clear()

    # --- readers, one for each state ----------------------------------------------------------

    def _line(self, longest: int) -> str | Reply | _Reading:
        """The next line without its end."""
        buffer = self._buffer
        end = buffer.find(b"\n", 0, longest)
        if end < 0:
            return reply.LINE_TOO_LONG if len(buffer) >= longest else _NEED_MORE
        ended = end > 0 and buffer[end - 1] == _CR
        line = buffer[: end - 1] if ended else buffer[:end]
        del buffer[: end + 1]
        if not ended and self._dialog.rules.strict:
            return reply.BAD_LINE
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return reply.BAD_LINE if _CONTROL.search(line) else reply.NOT_UTF8
        # Nearly every line is printable, which is asked faster.
        return reply.BAD_LINE if not text.isprintable() and _CONTROL.search(line) else text

    def _read_command(self) -> Outcome | _Reading:
        if (outcome := ordinary(self._dialog, self._buffer)) is not None:
            return outcome
        if self._buffer.startswith(_TLS_RECORD):
            return reply.TLS_SPOKEN
        line = self._line(LONGEST_COMMAND)
        if not isinstance(line, str):
            return line
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        argument = argument.strip(" ")
        command = COMMANDS.get(verb)
        if command is None:
            return self._unknown(verb)
        if argument and not command.argument:
            return reply.NO_ARGUMENT
        outcome = command.run(self._dialog, argument)
        if command.idle and isinstance(outcome, Reply) and outcome.positive:
            return self._patience.idle(outcome)
        return outcome

    def _unknown(self, verb: str) -> Reply | None:
        # Counted apart from other errors, and said here, so that it does not count twice.
        self._say(reply.HTTP_SPOKEN if verb in _HTTP else self._patience.unknown())
        return None

    def _read_data(self) -> Outcome | _Reading:
        dialog = self._dialog
        body = dialog.data
        if body is None or (content := body.take(self._buffer)) is None:
            return _NEED_MORE
        dialog.data = None
        dialog.state = State.COMMAND
        return self._finished(content, oversize=body.oversize)

    def _read_chunk(self) -> Outcome | _Reading:
        dialog = self._dialog
        chunks = dialog.transaction.chunks
        if chunks is None or not chunks.take(self._buffer):
            return _NEED_MORE
        dialog.state = State.COMMAND
        if (missing := dialog.missing()) is not None:
            dialog.transaction.chunks = None
            return missing
        if chunks.last or chunks.oversize:
            return self._finished(chunks.content(), oversize=chunks.oversize)
        return reply.CHUNK_OK

    def _finished(self, content: bytes, *, oversize: bool) -> Outcome:
        transaction = self._dialog.transaction
        if oversize:
            transaction.clear()
            return reply.TOO_BIG
        message = transaction.message(content)
        if message.flaws and self._dialog.rules.strict:
            transaction.clear()
            return reply.STRAY_LINE_ENDS
        return message

    def _read_credentials(self) -> Outcome | _Reading:
        line = self._line(LONGEST_LINE)
        exchange = self._dialog.exchange
        if line is _NEED_MORE or exchange is None:
            return _NEED_MORE
        if isinstance(line, Reply):
            return authenticate(self._dialog, line)
        return authenticate(self._dialog, exchange.step(line))

    def _read_nothing(self) -> Outcome | _Reading:
        return _NEED_MORE

    # --- answers, one for each event ------------------------------------------------------------

    def _answer_hello(self, event: Hello, answer: Reply | None) -> None:
        if answer is not None:
            self._say(answer)
            return
        dialog = self._dialog
        dialog.hello = event
        dialog.transaction.clear()  # RFC 5321 §4.1.4: a hello clears as RSET does
        rules = dialog.rules
        if not event.extended:
            self._say(_welcome((rules.hostname,)))
            return
        auth = dialog.offers_auth and dialog.authenticated is None
        offered = keywords(size_limit=rules.size_limit, tls=rules.tls and not dialog.tls, auth=auth)
        self._say(_welcome((rules.hostname, *offered)))

    def _answer_mail(self, event: Mail, answer: Reply | None) -> None:
        if answer is None or answer.positive:
            self._dialog.transaction.begin(event.sender, event.parameters)
        self._say(answer or reply.SENDER_OK)

    def _answer_recipient(self, event: Recipient, answer: Reply | None) -> None:
        transaction = self._dialog.transaction
        if answer is None or answer.positive:
            transaction.recipients.append(event.path)
        else:
            transaction.refused += 1
        self._say(answer or reply.RECIPIENT_OK)

    def _answer_message(self, _event: Message, answer: Reply | None) -> None:
        self._dialog.transaction.clear()
        if answer is None or answer.positive:
            self._patience.restore()
        self._say(answer or reply.OK)

    def _answer_authenticate(self, event: Authenticate, answer: Reply | None) -> None:
        if answer is None:
            self._dialog.authenticated = event.username
            self._say(reply.AUTHENTICATED)
        else:
            self._say(self._patience.error(answer))

    # One for each `State`, in its order.
    _READERS: ClassVar[tuple[Callable[..., Outcome | _Reading], ...]] = (
        _read_command,
        _read_data,
        _read_chunk,
        _read_credentials,
        _read_nothing,
    )
    _ANSWERS: ClassVar[Mapping[type, Callable[..., None]]] = {
        Hello: _answer_hello,
        Mail: _answer_mail,
        Recipient: _answer_recipient,
        Message: _answer_message,
        Authenticate: _answer_authenticate,
    }
