"""SMTP commands: any octets at any cut give the same events and replies, all well-formed, and hold little.

The first octet chooses rules, the second how the rest is cut. An octet of `TLS` stands for the handshake,
one of `LONG` for 500 octets of text, so that short inputs reach the limits of lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.auth import LONGEST_LINE
from mailweir.wire.smtp.dialog import Rules
from mailweir.wire.smtp.events import Event, Hello, Mail, Message, Recipient, StartTls
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import LONGEST_COMMAND, Server

TLS, LONG = b"\xfe", b"\xfd"
LIMIT, RECIPIENTS = 100, 3
STRICT, OFFERS_TLS, AUTH, PLAIN_AUTH, OPENED, HARSH = (1 << bit for bit in range(6))
OPENING = b"EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"
# RFC 5321 §4.2, RFC 2034 §4: the class of the enhanced code is that of the reply.
_LINE = re.compile(r"([2-5][0-9]{2})([ -])(?:([245])\.[0-9]{1,3}\.[0-9]{1,3} )?[ -~]*")
_KEYWORDS = re.compile(
    r"PIPELINING|SIZE \d+|8BITMIME|SMTPUTF8|ENHANCEDSTATUSCODES|CHUNKING|DSN|STARTTLS|AUTH PLAIN LOGIN|HELP"
)
WORDS = (
    *(b"EHLO c.test\r\n", b"HELO c\r\n", b"MAIL FROM:", b"<a@x.test>", b"<>", b"RCPT TO:", b'<"q s"@y.test>'),
    *(b"DATA\r\n", b"\r\n.\r\n", b".\r\n", b"..", b"BDAT 5\r\nabcde", b"BDAT 3 LAST\r\nabc", b"BDAT 101\r\n"),
    *(b"BDAT 0 LAST\r\n", b"RSET\r\n", b"NOOP\r\n", b"VRFY b\r\n", b"HELP\r\n", b"STARTTLS\r\n", b"QUIT\r\n"),
    *(b"AUTH PLAIN AGFueQB0aGluZw==\r\n", b"AUTH LOGIN\r\n", b"YW55\r\n", b"*\r\n", b"GET / HTTP/1.1\r\n"),
    *(b" SIZE=", b" BODY=8BITMIME", b" SMTPUTF8", b" RET=HDRS", b" ENVID=a+2B", b" AUTH=<>", b"<@r.test:"),
    *(b" NOTIFY=NEVER", b" NOTIFY=SUCCESS,DELAY", b" ORCPT=rfc822;b", b"<postmaster>", b"<no@y.test>"),
    *(b"@[192.0.2.1]>", b"@[IPv6:::1]>", b"\r\n", b"\n", b"\x16\x03", TLS, LONG),
)


def seeds() -> Iterator[bytes]:
    mail = b"DATA\r\nSubject: x\r\n\r\nhello\r\n..dot\r\n.\r\n"
    for flags in (0, STRICT, STRICT | OPENED, OPENED | HARSH, STRICT | OFFERS_TLS | AUTH | OPENED):
        yield bytes([flags, 5]) + OPENING + mail + b"QUIT\r\n"
        yield bytes([flags, 1]) + b"BDAT 5\r\nhelloBDAT 2 LAST\r\n\r\nRSET\r\nNOOP x\r\n"
    for flags in (AUTH | PLAIN_AUTH, STRICT | AUTH | OFFERS_TLS):
        yield bytes([flags, 3]) + b"EHLO c\r\nSTARTTLS\r\n\xfeEHLO c\r\nAUTH LOGIN\r\nYW55\r\neA==\r\n"
        yield bytes([flags, 3]) + b"EHLO c\r\nAUTH PLAIN\r\nAGFueQB0aGluZw==\r\nAUTH LOGIN\r\n*\r\n"


def check(octets: bytes) -> None:
    flags, cut, stream = octets[:1], octets[1:2], octets[2:].replace(LONG, b"x" * 500)
    rules = _rules(flags[0] if flags else 0)
    opening = OPENING if flags and flags[0] & OPENED else b""
    stream = opening + stream
    harsh = bool(flags) and bool(flags[0] & HARSH)
    whole = _Conversation(rules, harsh=harsh).play(stream, max(len(stream), 1))
    other = _Conversation(rules, harsh=harsh).play(stream, cut[0] % 16 + 1 if cut else 1)
    assert other.events == whole.events
    assert other.output == whole.output
    assert other.server.closing == whole.server.closing
    _check_replies(whole.output)


def _rules(flags: int) -> Rules:
    return Rules(
        "mx.test",
        size_limit=LIMIT,
        strict=bool(flags & STRICT),
        tls=bool(flags & OFFERS_TLS),
        auth=bool(flags & AUTH),
        auth_without_tls=bool(flags & PLAIN_AUTH),
        recipients=RECIPIENTS,
    )


@dataclass
class _Conversation:
    """One conversation with a server, and what may be in its next message.

    Who is `harsh` takes neither senders nor recipients whose local part begins with "no".
    """

    rules: Rules
    harsh: bool
    events: list[Event] = field(default_factory=list[Event])
    output: bytes = b""
    taken: list[Path] = field(default_factory=list[Path])
    sender: Path | None = None

    def __post_init__(self) -> None:
        self.server = Server(self.rules)

    def play(self, stream: bytes, size: int) -> "_Conversation":
        for number, part in enumerate(stream.split(TLS)):
            if number:
                if not self.secured:
                    continue
                self.server.secured()
            for at in range(0, len(part), size):
                self._feed(part[at : at + size])
        return self

    @property
    def secured(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], StartTls)

    def _feed(self, piece: bytes) -> None:
        server = self.server
        server.feed(piece)
        while (event := server.next_event()) is not None:
            self._check(event)
            self.events.append(event)
            if not isinstance(event, StartTls):
                server.answer(self._answer(event))
        self.output += server.output()
        # What is not understood yet is a line, or content up to its limit with a dot stuffed for every line.
        held = 2 * LIMIT + 16 if server.receiving else LONGEST_LINE if self.rules.auth else LONGEST_COMMAND
        assert server.buffered < held, f"{server.buffered} octets are held"

    def _answer(self, event: Event) -> Reply | None:
        path = (
            event.sender if isinstance(event, Mail) else event.path if isinstance(event, Recipient) else None
        )
        if self.harsh and path is not None and path.local.startswith("no"):
            return reply.BAD_RECIPIENT
        if isinstance(event, Mail):
            self.sender, self.taken = event.sender, []
        elif isinstance(event, Recipient):
            self.taken.append(event.path)
        return None

    def _check(self, event: Event) -> None:
        match event:
            case Hello(name):
                assert name
                assert re.fullmatch(r"[!-~]+", name)
            case Mail(Path() as path) | Recipient(path):
                _check_path(path, self.rules)
            case Message():
                self._check_message(event)
            case _:
                pass

    def _check_message(self, message: Message) -> None:
        assert message.sender == self.sender
        assert list(message.recipients) == self.taken
        assert 1 <= len(message.recipients) <= RECIPIENTS
        assert len(message.content) <= LIMIT
        stray = set(message.content.replace(b"\r\n", b"")) & set(b"\r\n\0")
        assert bool(stray) == bool(message.flaws)
        assert not (stray and self.rules.strict)


def _check_path(path: Path, rules: Rules) -> None:
    assert path.local
    # It is written into trace fields and logs.
    assert not re.search(r"[\x00-\x1f\x7f]", path.local + path.domain), path
    assert not re.search(r"[\s<>\"@\\(),;/]", path.domain), path
    assert len(path.local.encode()) <= (64 if rules.strict else 128)
    assert len(path.domain.encode()) <= 255


def _check_replies(output: bytes) -> None:
    first = ""
    lines = output.decode("ascii").split("\r\n")
    assert lines.pop() == ""
    for line in lines:
        assert len(line) <= 510, "RFC 5321 §4.5.3.1.5"
        parsed = _LINE.fullmatch(line)
        assert parsed is not None, line
        first = first or line
        assert parsed[1] == first[:3], "one reply, one code"
        if first[4:] == "mx.test":
            assert line == first or _KEYWORDS.fullmatch(line[4:]), line
        elif line[0] != "3":
            assert parsed[3] == line[0], line
        first = first if parsed[2] == "-" else ""
    assert not first, "a reply without its last line"
