"""The arguments of sendmail, of which many mean nothing to a program without a queue and without aliases.

They are those that Postfix's sendmail(1) takes, and flags of our own, which have long names.
"""

import getopt
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mailweir.cli.sendmail.ends import EndedError

_FLAGS: Final = "A:B:C:F:GIL:N:O:R:UV:X:b:ce:f:h:imno:p:qr:tvx"
_OUR_FLAGS: Final = ["help", "smtp=", "user=", "origin="]
_TRUE: Final = frozenset({"", "t", "true", "y", "yes", "1"})

HELP: Final = """\
Usage: mailweir sendmail [FLAGS] [RECIPIENT ...] < MESSAGE

Take a message on standard input, as /usr/sbin/sendmail does, and hand it to Mailweir by SMTP.

  -t             Send to whom To, Cc and Bcc name, besides the recipients given.
  -i, -oi        A line with nothing but a dot does not end the message.
  -f, -r SENDER  The envelope's sender; <> for none.
  -F NAME        The sender's name, for a message without From.
  -bm            Take a message: the default. Other modes (-bs, -bd, -bp ...) are refused.
  -q             There is no queue: end at once.
  --smtp HOST:PORT  The server (also MAILWEIR_SMTP); 127.0.0.1:1025 if left out.
  --user NAME    Who signs in by the key in MAILWEIR_KEY (also MAILWEIR_USER); the sender if left out.
  --origin HOST  Where names without a host are (also MAILWEIR_ORIGIN); this machine's name if left out.

Flags of sendmail that have no meaning here are taken and ignored: -A -B -C -e -G -h -L -m -N -n -o -O -p
-R -U -V -v -X -x. From, Date and Message-ID are added where they are missing; Bcc is removed.

Exit codes: 0 taken, 64 wrong use or nobody to send to, 65 the message will not do, 67 no such recipient,
69 refused for good, 75 try again later. Why is one sentence on standard error.
"""


@dataclass(slots=True)
class Call:
    """What was asked for. `sender` is None when it was left out, and "" for the null path.

    `rest` are flags of ours, with two hyphens, and those that mean nothing here.
    """

    recipients: list[str] = field(default_factory=list[str])
    sender: str | None = None
    name: str = ""
    takes_recipients_of_header: bool = False
    ends_at_dot: bool = True
    only_help: bool = False
    only_queue: bool = False
    rest: dict[str, str] = field(default_factory=dict[str, str])

    def setting(self, name: str, default: str) -> str:
        """One of our own: its flag, else its variable, else the default."""
        return self.rest.get(f"--{name}") or os.environ.get(f"MAILWEIR_{name.upper()}") or default


def read(words: Sequence[str]) -> Call:
    """Flags may stand behind recipients, until `--`. Raises EndedError."""
    try:
        flags, recipients = getopt.gnu_getopt(_without_times(words), _FLAGS, _OUR_FLAGS)
    except getopt.GetoptError as error:
        raise EndedError(os.EX_USAGE, f"{error}; see `mailweir sendmail --help`.") from error
    call = Call(recipients=recipients)
    for flag, value in flags:
        _apply(call, flag, value)
    return call


def _without_times(words: Sequence[str]) -> list[str]:
    """`-q` may have a value, but only in the same word, which getopt has no way to say."""
    end = words.index("--") if "--" in words else len(words)
    return [*("-q" if word.startswith("-q") else word for word in words[:end]), *words[end:]]


def _apply(call: Call, flag: str, value: str) -> None:
    match flag:
        case "-f" | "-r":
            call.sender = "" if value == "<>" else value
        case "-F":
            call.name = value
        case "-t":
            call.takes_recipients_of_header = True
        case "-i":
            call.ends_at_dot = False
        case "-o" | "-O":
            call.ends_at_dot = call.ends_at_dot and not _ignores_dots(flag, value)
        case "-b" | "-I" if value != "m":
            raise EndedError(os.EX_USAGE, _refused_mode(value or "i"))
        case "-q":
            call.only_queue = True
        case "--help":
            call.only_help = True
        case _:
            call.rest[flag] = value


def _ignores_dots(flag: str, value: str) -> bool:
    if flag == "-o":
        return value == "i"
    name, _, switched = value.partition("=")
    return name.lower() == "ignoredots" and switched.lower() in _TRUE


def _refused_mode(mode: str) -> str:
    if mode == "s":
        return (
            "-bs is not taken: what speaks SMTP can speak to the server itself, at 127.0.0.1:1025 by default."
        )
    return (
        f"-b{mode} is not taken: here are no queue, no aliases and no daemon, and one message is taken (-bm)."
    )
