"""The commands: what each asks of the conversation, as an event to decide or a reply to send.

A command that changes what the next octets are sets `Dialog.state`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailweir.wire.smtp import reply
from mailweir.wire.smtp.auth import Exchange
from mailweir.wire.smtp.body import ChunkBody, DataBody
from mailweir.wire.smtp.dialog import Dialog, State
from mailweir.wire.smtp.events import Authenticate, Event, Hello, Mail, Recipient, StartTls
from mailweir.wire.smtp.extensions import (
    NO_MAIL_PARAMETERS,
    NO_RECIPIENT_PARAMETERS,
    mail_parameters,
    recipient_parameters,
)
from mailweir.wire.smtp.grammar import Path, parse_parameters, parse_recipient, parse_sender
from mailweir.wire.smtp.reply import Reply

# What nearly every client says, to the octet: addresses of ordinary length without quotes, no parameters.
_LOCAL = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,32}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,15}){0,2}"
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rb"%b(?:\.%b){0,2}" % (_LABEL, _LABEL)
_ORDINARY = re.compile(rb"(?:(MAIL FROM)|RCPT TO):<(%b)@(%b)>\r\n|DATA\r\n" % (_LOCAL, _DOMAIN))
_HELLO_NAME = re.compile(r"[!-~]{1,255}")
_CHUNK = re.compile(r"(?P<octets>[0-9]{1,10})(?P<last> +LAST)?", re.IGNORECASE)

Outcome = Event | Reply | None
"""None: say nothing, go on with what `Dialog.state` says."""


@dataclass(frozen=True, slots=True)
class Command:
    """One verb. `idle` marks those that move no mail and are counted for that."""

    run: Callable[[Dialog, str], Outcome]
    argument: bool = False
    idle: bool = False


def authenticate(dialog: Dialog, step: Reply | Authenticate) -> Outcome:
    """One step of AUTH: a challenge keeps the exchange open, anything else ends it."""
    if isinstance(step, Reply) and step.code == reply.AUTH_GO_ON.code:
        dialog.state = State.AUTH
    else:
        dialog.state = State.COMMAND
        dialog.exchange = None
    return step


def _ehlo(_dialog: Dialog, argument: str) -> Outcome:
    return Hello(argument, extended=True) if _HELLO_NAME.fullmatch(argument) else reply.HELLO_ARGUMENT


def _helo(_dialog: Dialog, argument: str) -> Outcome:
    return Hello(argument, extended=False) if _HELLO_NAME.fullmatch(argument) else reply.HELLO_ARGUMENT


def ordinary(dialog: Dialog, buffer: bytearray) -> Outcome:
    """MAIL, RCPT or DATA at the start of `buffer`, taken from it, when it is ordinary and in its place.

    None otherwise, with nothing taken: `COMMANDS` knows all the rest, and says the same to these. One
    match in place of a line, a verb and a grammar: 4 of a message's 30 µs.
    """
    match = _ORDINARY.match(buffer)
    if match is None:
        return None
    mail, local, domain = match.groups()
    if local is None:
        outcome = None if _no_data(dialog) else _data(dialog, "")
    elif mail is None:
        path = Path(local.decode(), domain.decode())
        outcome = None if _no_recipient(dialog) else Recipient(path, NO_RECIPIENT_PARAMETERS)
    else:
        path = Path(local.decode(), domain.decode())
        outcome = None if _no_mail(dialog) else Mail(path, NO_MAIL_PARAMETERS)
    if outcome is not None:
        del buffer[: match.end()]
    return outcome


def _no_mail(dialog: Dialog) -> Reply | None:
    """Why MAIL is out of place; None when it is not."""
    if dialog.hello is None:
        return reply.HELLO_FIRST
    return reply.NESTED_MAIL if dialog.transaction.open else None


def _mail(dialog: Dialog, argument: str) -> Outcome:
    rules = dialog.rules
    if (refusal := _no_mail(dialog)) is not None:
        return refusal
    found = parse_sender(argument, strict=rules.strict)
    if isinstance(found, Reply):
        return found
    sender, rest = found
    given = parse_parameters(rest)
    if isinstance(given, Reply):
        return given
    parameters = mail_parameters(given, size_limit=rules.size_limit)
    if isinstance(parameters, Reply):
        return parameters
    if sender and dialog.wants_ascii(sender.local + sender.domain, smtputf8=parameters.smtputf8):
        return reply.NEEDS_SMTPUTF8
    return Mail(sender, parameters)


def _no_recipient(dialog: Dialog) -> Reply | None:
    """Why RCPT is out of place; None when it is not."""
    transaction = dialog.transaction
    if not transaction.open:
        return reply.MAIL_FIRST if dialog.hello else reply.HELLO_FIRST
    if transaction.chunks is not None:
        return reply.BDAT_OPEN
    return reply.TOO_MANY_RECIPIENTS if len(transaction.recipients) >= dialog.rules.recipients else None


def _rcpt(dialog: Dialog, argument: str) -> Outcome:
    if (refusal := _no_recipient(dialog)) is not None:
        return refusal
    recipient = _recipient(dialog, argument)
    if isinstance(recipient, Reply):
        dialog.transaction.refused += 1
    return recipient


def _recipient(dialog: Dialog, argument: str) -> Recipient | Reply:
    found = parse_recipient(argument, strict=dialog.rules.strict)
    if isinstance(found, Reply):
        return found
    path, rest = found
    given = parse_parameters(rest)
    if isinstance(given, Reply):
        return given
    parameters = recipient_parameters(given)
    if isinstance(parameters, Reply):
        return parameters
    if dialog.wants_ascii(path.local + path.domain, smtputf8=dialog.transaction.parameters.smtputf8):
        return reply.NEEDS_SMTPUTF8
    return Recipient(path, parameters)


def _no_data(dialog: Dialog) -> Reply | None:
    """Why DATA is out of place; None when it is not."""
    return reply.BDAT_OPEN if dialog.transaction.chunks is not None else dialog.missing()


def _data(dialog: Dialog, _argument: str) -> Outcome:
    if (refusal := _no_data(dialog)) is not None:
        return refusal
    dialog.data = DataBody(dialog.rules.size_limit)
    dialog.state = State.DATA
    return reply.START_MAIL


def _bdat(dialog: Dialog, argument: str) -> Outcome:
    match = _CHUNK.fullmatch(argument)
    if match is None:
        return reply.BDAT_SYNTAX
    octets = int(match["octets"])
    limit = dialog.rules.size_limit
    if octets > limit:
        return reply.CHUNK_TOO_BIG  # closes: nobody swallows gigabytes
    transaction = dialog.transaction
    if transaction.chunks is None:
        transaction.chunks = ChunkBody(limit)
    transaction.chunks.begin(octets, last=match["last"] is not None)
    # RFC 3030 §2: even a chunk that will be refused has to be swallowed first.
    dialog.state = State.CHUNK
    return None


def _rset(dialog: Dialog, _argument: str) -> Outcome:
    dialog.transaction.clear()
    return reply.OK


def _quit(_dialog: Dialog, _argument: str) -> Outcome:
    return reply.BYE


def _noop(_dialog: Dialog, _argument: str) -> Outcome:
    return reply.OK


def _help(_dialog: Dialog, _argument: str) -> Outcome:
    return reply.HELP


def _vrfy(_dialog: Dialog, argument: str) -> Outcome:
    return reply.CANNOT_VERIFY if argument else reply.ARGUMENT_MISSING


def _expn(_dialog: Dialog, _argument: str) -> Outcome:
    return reply.NOT_IMPLEMENTED


def _starttls(dialog: Dialog, _argument: str) -> Outcome:
    if dialog.tls:
        return reply.TLS_ACTIVE
    if not dialog.rules.tls:
        return reply.TLS_NOT_OFFERED
    dialog.state = State.TLS
    return StartTls()


def _auth(dialog: Dialog, argument: str) -> Outcome:
    if not dialog.rules.auth:
        return reply.AUTH_NOT_OFFERED
    if not dialog.offers_auth:
        return reply.AUTH_NEEDS_TLS
    if dialog.hello is None:
        return reply.HELLO_FIRST
    if dialog.authenticated is not None:
        return reply.AUTH_TWICE
    if dialog.transaction.open:
        return reply.AUTH_IN_TRANSACTION
    mechanism, _, initial = argument.partition(" ")
    dialog.exchange = Exchange(mechanism.upper())
    return authenticate(dialog, dialog.exchange.begin(initial))


COMMANDS: Mapping[str, Command] = {
    "EHLO": Command(_ehlo, argument=True),
    "HELO": Command(_helo, argument=True),
    "MAIL": Command(_mail, argument=True),
    "RCPT": Command(_rcpt, argument=True),
    "DATA": Command(_data),
    "BDAT": Command(_bdat, argument=True),
    "RSET": Command(_rset, idle=True),
    "NOOP": Command(_noop, argument=True, idle=True),
    "HELP": Command(_help, argument=True, idle=True),
    "VRFY": Command(_vrfy, argument=True, idle=True),
    "EXPN": Command(_expn, argument=True),
    "QUIT": Command(_quit),
    "STARTTLS": Command(_starttls),
    "AUTH": Command(_auth, argument=True),
}
