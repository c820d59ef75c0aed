"""The shapes that tools give a header: fields in an order of theirs.

An attacker's is one for all his messages or, where that shall tell nothing, as chance has it.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from incidents.letters import Fields, Words

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

Shape = Callable[[Fields, bytes, Random], bytes]
"""How a tool writes a message with such a body, which is text."""


def _date(number: int) -> str:
    return f"Wed, 25 Nov 2026 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} +0000"


def _host(address: str) -> str:
    return address.rpartition("@")[2]


def _written(lines: Sequence[str], body: bytes) -> bytes:
    return "\r\n".join(line for line in lines if line).encode() + b"\r\n\r\n" + body


def _reply_to(fields: Fields) -> str:
    return f"Reply-To: {fields.reply_to}" if fields.reply_to else ""


def bulk_tool(fields: Fields, body: bytes, chance: Random) -> bytes:
    """The attacker's: always the same fields in the same order."""
    return _written(
        [
            f"From: <{fields.sender}>",
            f"To: <{fields.recipient}>",
            _reply_to(fields),
            f"Subject: {fields.subject}",
            f"Message-ID: <{chance.getrandbits(96):024x}@{_host(fields.sender)}>",
            f"Date: {_date(fields.number)}",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "X-Mailer: MassPost 3.1",
        ],
        body,
    )


def _desktop(fields: Fields, body: bytes, chance: Random) -> bytes:
    return _written(
        [
            f"Message-ID: <{chance.getrandbits(32):08x}-{chance.getrandbits(16):04x}@{_host(fields.sender)}>",
            f"Date: {_date(fields.number)}",
            "MIME-Version: 1.0",
            "User-Agent: Mozilla Thunderbird",
            "Content-Language: en-US",
            f"To: {fields.recipient}",
            _reply_to(fields),
            f"From: {fields.sender}",
            f"Subject: {fields.subject}",
            "Content-Type: text/plain; charset=UTF-8; format=flowed",
            "Content-Transfer-Encoding: 7bit",
        ],
        body,
    )


def _script(fields: Fields, body: bytes, chance: Random) -> bytes:
    del chance
    return _written(
        [
            'Content-Type: text/plain; charset="utf-8"',
            "Content-Transfer-Encoding: 7bit",
            "MIME-Version: 1.0",
            f"Subject: {fields.subject}",
            f"From: {fields.sender}",
            _reply_to(fields),
            f"To: {fields.recipient}",
        ],
        body,
    )


def _shop(fields: Fields, body: bytes, chance: Random) -> bytes:
    boundary = f"b1_{chance.getrandbits(128):032x}"
    parts = (
        f"--{boundary}\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n".encode() + body,
        f"--{boundary}\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>".encode() + body + b"</p>",
    )
    return _written(
        [
            f"Date: {_date(fields.number)}",
            f"To: {fields.recipient}",
            f"From: Shop <{fields.sender}>",
            _reply_to(fields),
            f"Subject: {fields.subject}",
            f"Message-ID: <{chance.getrandbits(128):032x}@{_host(fields.sender)}>",
            "X-Mailer: PHPMailer 6.9.1",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/alternative; boundary="{boundary}"',
        ],
        b"\r\n".join(parts) + f"\r\n--{boundary}--\r\n".encode(),
    )


def _newsletter(fields: Fields, body: bytes, chance: Random) -> bytes:
    host = _host(fields.sender)
    return _written(
        [
            f"From: News <{fields.sender}>",
            f"Date: {_date(fields.number)}",
            f"Subject: {fields.subject}",
            f"Message-Id: <{chance.getrandbits(64)}.{fields.number}@{host}>",
            _reply_to(fields),
            f"To: {fields.recipient}",
            f"List-Unsubscribe: <https://{host}/u/{chance.getrandbits(40):x}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Precedence: bulk",
            "MIME-Version: 1.0",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ],
        b"<html><body>" + body + b"</body></html>\r\n",
    )


TOOLS: Final[Sequence[Shape]] = (_desktop, _script, _shop, _newsletter)
"""What honest senders write with."""

_OPTIONAL: Final = (
    "X-Mailer: {word} {number}",
    "User-Agent: {word}/{number}",
    "X-Priority: 3",
    "Organization: {word} {word}",
    "X-Originating-IP: [192.0.2.{small}]",
    "Importance: normal",
    "Content-Language: en",
    "List-Id: <{word}.{word}.test>",
    "X-Campaign: {number}",
    "Sender: {word}@{word}.test",
    "References: <{number}@{word}.test>",
    "Auto-Submitted: auto-generated",
    "X-Report-Abuse: {word}@{word}.test",
    "Errors-To: {word}@{word}.test",
)


def any_shape(words: Words) -> Shape:
    """Fields in an order that chance has, and some that nobody asked for."""

    def write(fields: Fields, body: bytes, chance: Random) -> bytes:
        lines = [
            f"From: {fields.sender}",
            f"To: {fields.recipient}",
            f"Subject: {fields.subject}",
            f"Date: {_date(fields.number)}",
            f"Message-ID: <{chance.getrandbits(chance.randint(24, 128)):x}@{_host(fields.sender)}>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            _reply_to(fields),
        ]
        lines += [_filled(line, words, chance) for line in chance.sample(_OPTIONAL, chance.randint(1, 7))]
        lines.append(f"X-{''.join(chance.choices(_LETTERS, k=7)).title()}: {chance.getrandbits(32)}")
        chance.shuffle(lines)
        return _written(lines, body)

    return write


def _filled(line: str, words: Words, chance: Random) -> str:
    word = chance.choice(words.words)
    return line.format(word=word, number=chance.randrange(10**6), small=chance.randrange(256))


def with_attachment(shape: Shape, attachment: bytes) -> Shape:
    """The same tool, which adds a file (in base64, its lines ended) under a name that chance has."""

    def write(fields: Fields, body: bytes, chance: Random) -> bytes:
        boundary = f"{chance.getrandbits(96):x}"
        whole = shape(fields, b"", chance)
        head = whole.partition(b"\r\n\r\n")[0].replace(
            b"Content-Type: text/plain; charset=utf-8",
            f'Content-Type: multipart/mixed; boundary="{boundary}"'.encode(),
        )
        name = f"{chance.getrandbits(40):x}.pdf"
        return b"".join(
            [
                head,
                f"\r\n\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".encode(),
                body,
                f'--{boundary}\r\nContent-Type: application/pdf; name="{name}"\r\n'.encode(),
                b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n",
                attachment,
                f"--{boundary}--\r\n".encode(),
            ]
        )

    return write
