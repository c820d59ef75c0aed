"""Content after DATA and BDAT: what is kept is what a reader of one octet at a time understands.

The first octet chooses rules, the second how the rest is cut. Nothing is answered before the true end has
come, and what follows it is a command.
"""

import re
from collections.abc import Iterator

from dialogs.unstuffing import unstuffed
from mailweir.wire.smtp.dialog import Rules
from mailweir.wire.smtp.events import Message
from mailweir.wire.smtp.server import Server

STRICT, CHUNKS, SMALL = 1, 2, 4
LARGE_LIMIT, SMALL_LIMIT = 5000, 20
_OPENING = b"HELO c\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"
_END = b"\r\n.\r\n"
_CODE = re.compile(rb"([0-9]{3}) ")
WORDS = (
    *(b"\r\n.\r\n", b".\r\n", b"\r\n..", b"\n.\n", b"\r.\r", b"\r\n.\n", b"\n.\r\n", b"\r\n\0.\r\n", b"\r\n"),
    *(b".", b"..", b"\0", b"\r", b"\n", b"MAIL FROM:<evil@x.test>\r\n", b"QUIT\r\n"),
)


def seeds() -> Iterator[bytes]:
    for flags in range(8):
        yield bytes([flags, 0]) + b"Subject: x\r\n\r\nhello\r\n..two\r\n.one"
        yield bytes([flags, 4]) + b"a\n.\nMAIL FROM:<evil@x.test>\r\n"
        yield bytes([flags, 6]) + b"\x05hello\x00\x03\r\n.\xff"


def check(octets: bytes) -> None:
    flags, cut, body = octets[:1] or b"\0", octets[1:2] or b"\0", octets[2:]
    limit = SMALL_LIMIT if flags[0] & SMALL else LARGE_LIMIT
    rules = Rules("mx.test", size_limit=limit, strict=bool(flags[0] & STRICT))
    server = Server(rules)
    server.feed(_OPENING)
    _answers(server)
    size = cut[0] % 16 + 1
    if flags[0] & CHUNKS:
        _check_chunks(server, body, size, rules)
    else:
        _check_data(server, body, size, rules)


def _check_data(server: Server, body: bytes, size: int, rules: Rules) -> None:
    found = unstuffed(body + _END)
    assert found is not None
    content, rest = found
    stream = (body + _END).removesuffix(rest) if rest else body + _END
    server.feed(b"DATA\r\n")
    assert _answers(server) == ([], [354])
    for at in range(0, len(stream) - 1, size):
        server.feed(stream[at : min(at + size, len(stream) - 1)])
        assert _answers(server) == ([], []), "answered before its end"
        assert server.buffered <= 2 * rules.size_limit + 16
    server.feed(stream[-1:])
    _check_outcome(server, content, rules)


def _check_chunks(server: Server, body: bytes, size: int, rules: Rules) -> None:
    """Each octet of the body says how long the chunk that follows it is; the rest is the last chunk."""
    content = b""
    while body and len(content) <= rules.size_limit:
        chunk, body = body[1 : 1 + body[0] % 32], body[1 + body[0] % 32 :]
        last = not body
        content += chunk
        stream = b"BDAT %d%s\r\n" % (len(chunk), b" LAST" if last else b"") + chunk
        if len(chunk) > rules.size_limit:
            return  # refused at once, and closed
        for at in range(0, len(stream), size):
            server.feed(stream[at : at + size])
            if at + size < len(stream):
                # Octets of a chunk are taken as they come.
                assert _answers(server) == ([], []), "answered before its end"
        if last or len(content) > rules.size_limit:
            _check_outcome(server, content, rules)
            return
        assert _answers(server) == ([], [250])


def _check_outcome(server: Server, content: bytes, rules: Rules) -> None:
    messages, codes = _answers(server)
    assert server.buffered == 0
    stray = bool(set(content.replace(b"\r\n", b"")) & set(b"\r\n\0"))
    if len(content) > rules.size_limit:
        assert (messages, codes) == ([], [552])
    elif stray and rules.strict:
        assert (messages, codes) == ([], [550])
    else:
        assert codes == [250]
        assert [one.content for one in messages] == [content]
        assert bool(messages[0].flaws) == stray
    # Whatever the content was, what follows is a command.
    server.feed(b"MAIL FROM:<next@x.test>\r\n")
    assert _answers(server) == ([], [250])


def _answers(server: Server) -> tuple[list[Message], list[int]]:
    """The messages among the events, every one of which is answered yes, and the codes of the replies."""
    messages: list[Message] = []
    while (event := server.next_event()) is not None:
        server.answer(None)
        if isinstance(event, Message):
            messages.append(event)
    return messages, [int(line[:3]) for line in server.output().splitlines() if _CODE.match(line)]
