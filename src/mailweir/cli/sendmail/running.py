"""From the words of the command line, and a message on standard input, to an exit code."""

import contextlib
import os
import pwd
import re
import socket
import sys
from collections.abc import Sequence
from email.header import Header
from email.utils import formatdate, make_msgid, quote
from typing import BinaryIO, Final

from mailweir.cli.sendmail import words as arguments
from mailweir.cli.sendmail.ends import EndedError
from mailweir.cli.sendmail.handing import Door, Letter, hand_over
from mailweir.config.listener import Listener, parse
from mailweir.wire.mime.submitted import RECIPIENTS, Submitted, UnfitError, mailboxes

LARGEST: Final = 64 * 1024 * 1024
"""Octets of a message that are read: more than a server takes that was told nothing."""

LONGEST_NAME: Final = 200
"""Characters of a sender's name."""

SMTP: Final = "127.0.0.1:1025"
"""Where a server listens that was told nothing."""

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  for who connects it is this machine
_NOBODY: Final = "MAILER-DAEMON"  # who writes where the envelope names nobody, as with Postfix
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")


def sendmail(words: Sequence[str]) -> int:
    """Hands over the message on standard input; the exit code."""
    try:
        return _run(arguments.read(words))
    except EndedError as ended:
        if sys.stderr is not None:  # a daemon may have closed it
            with contextlib.suppress(OSError):
                sys.stderr.write(f"sendmail: {ended}\n")
        return ended.code
    except BrokenPipeError:  # nobody reads the help on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return os.EX_OK
    except KeyboardInterrupt:
        return os.EX_TEMPFAIL


def _run(call: arguments.Call) -> int:
    if call.only_help:
        sys.stdout.write(arguments.HELP)
        sys.stdout.flush()
    if call.only_help or call.only_queue:
        return os.EX_OK
    origin, where = _origin(call), _where(call)
    try:
        named = _addresses(call.recipients, origin)
        sender = _sender(call, origin)
    except UnfitError as unfit:
        raise EndedError(os.EX_USAGE, str(unfit)) from unfit
    if not named and not call.takes_recipients_of_header:
        raise EndedError(
            os.EX_USAGE, "There is nobody to send to; name recipients, or use those of the header (-t)."
        )
    octets = taken(_standard_input(), ends_at_dot=call.ends_at_dot)
    try:
        letter = _letter(Submitted.read(octets), call, named, sender, origin)
    except UnfitError as unfit:
        raise EndedError(os.EX_DATAERR, str(unfit)) from unfit
    hand_over(letter, _door(call, where, sender, origin))
    return os.EX_OK


def taken(stream: BinaryIO, *, ends_at_dot: bool, largest: int = LARGEST) -> bytes:
    """The message, up to a line with nothing but a dot if that ends it.

    Raises EndedError past `largest` octets.
    """
    # A person at a terminal waits for the dot to end it: line by line, and no further.
    read = stream.readline if ends_at_dot else stream.read
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := read(largest + 1 - size):
            if ends_at_dot and piece in {b".\n", b".\r\n"}:
                break
            pieces.append(piece)
            size += len(piece)
            if size > largest:
                raise EndedError(os.EX_DATAERR, f"The message is larger than {largest:,} octets.")
    except OSError as error:
        raise EndedError(os.EX_DATAERR, f"Standard input cannot be read: {error.strerror}.") from error
    if ends_at_dot and pieces[-1:] == [b"."]:
        pieces.pop()
    return b"".join(pieces)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise EndedError(os.EX_DATAERR, "Standard input is closed; the message is read from there.")
    return sys.stdin.buffer


def _letter(message: Submitted, call: arguments.Call, named: list[str], sender: str, origin: str) -> Letter:
    """Raises UnfitError, and EndedError where there is nobody to send to."""
    if call.takes_recipients_of_header:
        named = [*named, *message.recipients(origin)]
    recipients = tuple(dict.fromkeys(named))
    if not recipients:
        raise EndedError(os.EX_USAGE, "There is nobody to send to: the header's To, Cc and Bcc name no one.")
    if len(recipients) > RECIPIENTS:
        raise UnfitError(f"There are more than {RECIPIENTS:,} recipients; send the message in parts.")
    missing = {
        "From": _from(call.name, sender or f"{_NOBODY}@{origin}"),
        "Date": formatdate(localtime=True),
        "Message-ID": make_msgid(domain=origin),
    }
    return Letter(sender, recipients, message.octets(missing), message.utf8_header)


def _addresses(words: Sequence[str], origin: str) -> list[str]:
    return [one for word in words for one in mailboxes(os.fsencode(word), origin)]


def _sender(call: arguments.Call, origin: str) -> str:
    """Raises UnfitError for what is not one address."""
    if call.sender is None:
        return f"{_user()}@{origin}"
    found = _addresses([call.sender], origin)
    if len(found) > 1 or (call.sender and not found):
        raise UnfitError(
            f"{call.sender[:LONGEST_NAME]!r} is not one sender; write it as name@host, or <> for none."
        )
    return found[0] if found else ""


def _from(name: str, address: str) -> str:
    """The field of that name; a name beyond ASCII as RFC 2047 has it."""
    if not name:
        return address
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise EndedError(os.EX_USAGE, f"-F takes one line of text, up to {LONGEST_NAME} characters.")
    if name.isascii():
        return f'"{quote(name)}" <{address}>'
    return f"{Header(name, 'utf-8').encode(linesep=chr(13) + chr(10))}\r\n <{address}>"


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container, often
        return str(os.getuid())


def _origin(call: arguments.Call) -> str:
    here = socket.gethostname()
    origin = call.setting("origin", here if _HOST.fullmatch(here) else "localhost")
    if _HOST.fullmatch(origin) is None:
        raise EndedError(
            os.EX_USAGE, f"--origin {origin!r} is no name of a host; write one such as shop.test."
        )
    return origin


def _where(call: arguments.Call) -> Listener:
    """The first, where there are several: a server is told by the same variable where it listens."""
    text = call.setting("smtp", SMTP)
    try:
        where = parse(text.partition(",")[0].strip())
    except ValueError:
        where = Listener("", 0)
    if where.port == 0:
        raise EndedError(os.EX_USAGE, f"--smtp {text!r} (or MAILWEIR_SMTP) is no HOST:PORT such as {SMTP}.")
    return where


def _door(call: arguments.Call, where: Listener, sender: str, origin: str) -> Door:
    user, key = call.setting("user", sender), os.environ.get("MAILWEIR_KEY", "")
    if key and not (user + key).isascii():
        raise EndedError(
            os.EX_USAGE, "Who signs in (--user, MAILWEIR_USER) and MAILWEIR_KEY have to be ASCII."
        )
    here = where.on_loopback or where.host in _EVERYWHERE
    return Door(where, hello=origin, here=here, user=user, key=key)
