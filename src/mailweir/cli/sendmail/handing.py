"""One message handed to a server by SMTP: for all of its recipients or, if one is refused, for none."""

import os
import smtplib
import ssl
from dataclasses import dataclass, field
from typing import Final

from mailweir.cli.sendmail.ends import EndedError
from mailweir.config.listener import Listener

PATIENCE: Final = 60.0
"""Seconds that a server may take for one answer: Mailweir takes milliseconds."""

_LONGEST_SHOWN: Final = 400  # characters of a reply that a sentence repeats
_NO_SUCH_USER: Final = frozenset({550, 551, 553})  # RFC 5321 §4.2.3, where no enhanced code says more


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed over. `sender` is "" for the null path; `octets` have CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes
    utf8_header: bool


@dataclass(frozen=True, slots=True)
class Door:
    """The server, and how to speak with it: by which name, and, with a key, who signs in.

    `here` says that nobody between could read the key.
    """

    where: Listener
    hello: str
    here: bool
    user: str = ""
    key: str = field(default="", repr=False)


def hand_over(letter: Letter, door: Door, *, patience: float = PATIENCE) -> None:
    """Returns when the server has taken the message. Raises EndedError."""
    try:
        client = smtplib.SMTP(door.where.host, door.where.port, door.hello, timeout=patience)
        try:
            _greet(client, door)
            _send(client, letter, str(door.where))
            client.putcmd("QUIT")  # the message is taken, whatever is said to this
        finally:
            client.close()
    except smtplib.SMTPResponseException as error:
        raise _refused(f"{door.where} refuses", error.smtp_code, error.smtp_error) from error
    # A certificate does not get right by itself. It is an OSError, as all of these are.
    except ssl.SSLCertVerificationError as error:
        why = f"{door.where} has a certificate that is not trusted: {error.verify_message}."
        raise EndedError(os.EX_UNAVAILABLE, why) from error
    except smtplib.SMTPServerDisconnected as error:
        raise _away(door, error) from error
    except (smtplib.SMTPException, ValueError) as error:
        raise EndedError(os.EX_UNAVAILABLE, f"{door.where} cannot be used: {error}") from error
    except OSError as error:
        raise _away(door, error) from error


def _away(door: Door, error: OSError) -> EndedError:
    """A passing failure (sysexits.h, EX_TEMPFAIL): in CI the server may still be starting."""
    return EndedError(os.EX_TEMPFAIL, f"{door.where} does not answer: {error}.")


def _greet(client: smtplib.SMTP, door: Door) -> None:
    """Says hello and, to a server that asks for it, who we are: by TLS unless it is on this machine."""
    client.ehlo_or_helo_if_needed()
    if not door.key:
        return
    if not door.here and (client.has_extn("starttls") or client.has_extn("auth")):
        client.starttls(context=ssl.create_default_context())
        client.ehlo_or_helo_if_needed()
    if client.has_extn("auth"):
        client.login(door.user, door.key)


def _send(client: smtplib.SMTP, letter: Letter, where: str) -> None:
    code, said = client.docmd("MAIL", f"FROM:<{letter.sender}>{_parameters(client, letter, where)}")
    if code != 250:  # noqa: PLR2004  RFC 5321 §4.3.2
        raise _refused(f"{where} refuses the sender <{letter.sender}>", code, said)
    for recipient in letter.recipients:
        code, said = client.docmd("RCPT", f"TO:<{recipient}>")
        if code not in {250, 251}:
            gone = os.EX_NOUSER if _is_no_user(code, said) else os.EX_UNAVAILABLE
            raise _refused(f"{where} refuses {recipient}", code, said, gone)
    try:
        code, said = client.data(letter.octets)
    except smtplib.SMTPDataError as error:
        code, said = error.smtp_code, error.smtp_error
    if code != 250:  # noqa: PLR2004  RFC 5321 §4.3.2
        raise _refused(f"{where} refuses the message", code, said, os.EX_DATAERR)


def _parameters(client: smtplib.SMTP, letter: Letter, where: str) -> str:
    """What MAIL says of the message, as far as the server knows of it. Raises EndedError."""
    found = ""
    size = len(letter.octets)
    if client.has_extn("size"):
        most = client.esmtp_features["size"].strip()
        if most.isascii() and most.isdecimal() and 0 < int(most[:18]) < size:
            why = f"The message has {size:,} octets, and {where} takes {int(most):,}."
            raise EndedError(os.EX_DATAERR, why)
        found += f" SIZE={size}"
    if not letter.octets.isascii() and client.has_extn("8bitmime"):
        found += " BODY=8BITMIME"
    beyond_ascii = not all(path.isascii() for path in (letter.sender, *letter.recipients))
    if client.has_extn("smtputf8"):
        if beyond_ascii or letter.utf8_header:
            client.command_encoding = "utf-8"
            found += " SMTPUTF8"
    elif beyond_ascii:
        why = f"{where} takes no addresses beyond ASCII (SMTPUTF8), and one of these is."
        raise EndedError(os.EX_UNAVAILABLE, why)
    return found


def _is_no_user(code: int, said: bytes) -> bool:
    """RFC 3463 §3.2: 5.1 is about the address; other reasons are not about who it is."""
    enhanced = said.split(b" ", 1)[0]
    if enhanced.count(b".") == 2 and enhanced.startswith(b"5."):  # noqa: PLR2004  class.subject.detail
        return enhanced.startswith(b"5.1.")
    return code in _NO_SUCH_USER


def _refused(what: str, code: int, said: bytes | str, for_good: int = os.EX_UNAVAILABLE) -> EndedError:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = "".join(one if one.isprintable() else " " for one in text[:_LONGEST_SHOWN])
    end = os.EX_TEMPFAIL if 400 <= code < 500 else for_good  # noqa: PLR2004  RFC 5321 §4.2.1
    return EndedError(end, f"{what}: {code} {line}".rstrip())
