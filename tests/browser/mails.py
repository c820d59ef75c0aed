"""Mail that carries a vector: as its HTML, or as every word of it that a person is shown."""

import base64
import re

from browser.vectors import Vector

_NO_FIELD_NAME = re.compile(r"[^!-9;-~]")  # RFC 5322 §3.6.8
_QUOTED = re.compile(r'(["\\])')


def html_mail(vector: Vector) -> bytes:
    """The vector is the whole message."""
    return _head(
        "From: Ann <ann@sender.test>",
        f"Subject: {vector.name}",
        *_part("text/html", vector.html, vector.charset),
    )


def wordy_mail(vector: Vector) -> bytes:
    """The vector is the subject, names, a field's name and its value, the text, and an attached document."""
    words = vector.words
    name = _QUOTED.sub(r"\\\1", words)
    return _head(
        f'From: "{name}" <ann@sender.test>',
        f'To: "{name}" <bob@thing.test>',
        f"Subject: {words}",
        f"Message-ID: <{words}>",
        f"X-Word: {words}",
        f"X-{_NO_FIELD_NAME.sub('', words)[:60]}: {words}",
        "Content-Type: multipart/mixed; boundary=limit",
        "",
        "--limit",
        *_part("text/plain", vector.html, vector.charset),
        "--limit",
        f'Content-Disposition: attachment; filename="{name}"',
        f"Content-ID: <{words}>",
        *_part("text/html", vector.html, vector.charset),
        "--limit--",
        "",
    )


def attaching_mail(name: str, kind: str, content: bytes) -> bytes:
    """A text, and one file of that kind; `kind` may be empty."""
    return _head(
        "From: Ann <ann@sender.test>",
        f"Subject: {name}",
        "Content-Type: multipart/mixed; boundary=limit",
        "",
        "--limit",
        *_part("text/plain", b"See what I have attached.", "utf-8"),
        "--limit",
        f'Content-Disposition: attachment; filename="{name}"',
        *([f"Content-Type: {kind}"] if kind else []),
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(content).decode().replace("\n", "\r\n"),
        "--limit--",
        "",
    )


def _head(*lines: str) -> bytes:
    return "\r\n".join(("MIME-Version: 1.0", *lines)).encode()


def _part(kind: str, content: bytes, charset: str) -> tuple[str, ...]:
    return (
        f"Content-Type: {kind}; charset={charset}",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(content).decode().replace("\n", "\r\n"),
    )
