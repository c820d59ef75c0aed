"""`mailweir block`: the blocklist, beside a running server or with everything else down."""

import getpass
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from mailweir.cli.block_lines import Lines, read_lines
from mailweir.cli.block_words import line, phrase, processes, shown, told, until
from mailweir.cli.durations import milliseconds_of
from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import OK, complain, print_json, print_lines, print_text, tell
from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.config.settings import Settings
from mailweir.model.ban import LONGEST_ORIGIN, LONGEST_REASON, Ban, Kind, Register, Subject, Wish
from mailweir.policy.ban_subjects import Unfit, subject_of
from mailweir.roles.errors import StartError

_SHOWN: Final = 50  # refused lines that a person is shown; `--json` has them all

_Subject = Annotated[
    str, Parameter(help="A network or IP address, a domain of senders (with all under it), or an address.")
]
_Kind = Annotated[Kind | None, Parameter(help="What it is, when it is not what it looks like.")]
_For = Annotated[
    str | None, Parameter(name="--for", help="For how long: 90s, 10m, 1h, 7d, 2w; for good if left out.")
]
_Reason = Annotated[str, Parameter(help="Why; it is shown to whoever lists the entries.")]
_File = Annotated[Path, Parameter(help="The file; - for standard input.", allow_leading_hyphen=True)]

block = App(name="block", help="The blocklist: whose mail is refused, and who is let in whatever happens.")


@block.command(name="add")
def block_add(  # noqa: PLR0913  each is a flag
    subject: _Subject,
    *,
    for_: _For = None,
    reason: _Reason = "",
    kind: _Kind = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Refuse mail from there, or for there. It is in force within a tenth of a second, and sessions end."""
    wanted = _Wanted(_wish(for_, reason), _subject(subject, kind), json)
    return _put("block", wanted, _settings(config, data))


@block.command(name="allow")
def block_allow(  # noqa: PLR0913  each is a flag
    subject: _Subject,
    *,
    for_: _For = None,
    reason: _Reason = "",
    kind: _Kind = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Let mail in from there, whatever else the blocklist says."""
    wanted = _Wanted(_wish(for_, reason), _subject(subject, kind), json)
    return _put("allow", wanted, _settings(config, data))


@block.command(name="remove")
def block_remove(
    subject: _Subject, *, kind: _Kind = None, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Take an entry out, and keep rules from banning it anew for two hours."""
    meant, settings = _subject(subject, kind), _settings(config, data)
    from mailweir.roles import blocks as office  # noqa: PLC0415  only these commands pay for it

    lifted, still, seen = office.lift(settings, meant, _who())
    refused = still is not None and still.register != "allow"
    if not lifted.bans:
        by = f"; it is refused by: {phrase(still)}" if still is not None and refused else ""
        raise StartError(f"{meant} has no entry of its own{by}.")
    if json:
        return print_json({"removed": [shown(ban) for ban in lifted.bans], "processes": processes(seen)})
    if still is not None and refused:
        tell(f"{meant} is refused all the same, by: {phrase(still)}")
    tell(f"{meant} has no entry any more; {told(seen)}")
    return OK


@block.command(name="list")
def block_list(*, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print the entries in force: since when, until when, by whom and why."""
    settings = _settings(config, data)
    from mailweir.roles import blocks as office  # noqa: PLC0415  as above

    found = sorted(office.entries(settings), key=_order)
    if json:
        return print_json([shown(ban) for ban in found])
    return print_lines([line(ban) for ban in found], "Nobody is on the blocklist.")


@block.command(name="check")
def block_check(
    subject: _Subject, *, kind: _Kind = None, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Say whether mail from there is refused, and by which entry."""
    meant, settings = _subject(subject, kind), _settings(config, data)
    from mailweir.roles import blocks as office  # noqa: PLC0415  as above

    found = office.deciding(settings, meant)
    refused = found is not None and found.register != "allow"
    if json:
        entry = None if found is None else shown(found)
        return print_json({"kind": meant.kind, "subject": str(meant), "refused": refused, "entry": entry})
    if found is None:
        return print_text(f"{meant} is not refused: no entry hits it.")
    return print_text(f"{meant} is {'refused' if refused else 'let in'} by: {phrase(found)}")


@block.command(name="import")
def block_import(  # noqa: PLR0913  each is a flag
    file: _File,
    *,
    for_: _For = None,
    reason: _Reason = "",
    kind: _Kind = None,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Block all that a file names, one network, address or domain a line; # and ; begin comments."""
    wish, settings, lines = _wish(for_, reason or file.name), _settings(config, data), _lines(file, kind)
    from mailweir.roles import blocks as office  # noqa: PLC0415  as above

    kept, seen = office.put(settings, "block", list(lines.subjects), wish)
    refused = sorted([*lines.refused, *((lines.subjects[one], unfit.why) for one, unfit in kept.refused)])
    if json:
        listed = [{"line": number, "why": why} for number, why in refused]
        return print_json({"blocked": kept.kept, "refused": listed, "processes": processes(seen)})
    for number, why in refused[:_SHOWN]:
        tell(f"line {number}: {why}")
    if len(refused) > _SHOWN:
        tell(f"and {len(refused) - _SHOWN:,} more; --json has them all")
    tell(f"{kept.kept:,} entries of {file} are blocked, {len(refused):,} lines were refused; {told(seen)}")
    return OK


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the flags ask for."""

    wish: Wish
    subject: Subject
    json: bool


def _put(register: Register, wanted: _Wanted, settings: Settings) -> int:
    from mailweir.roles import blocks as office  # noqa: PLC0415  as above

    subject, expires = wanted.subject, wanted.wish.expires
    kept, seen = office.put(settings, register, [subject], wanted.wish)
    for _, unfit in kept.refused:
        raise StartError(f"{unfit.why[:1].upper()}{unfit.why[1:]}.")
    if wanted.json:
        entry = {"kind": subject.kind, "subject": str(subject), "list": register, "expires": expires}
        return print_json({**entry, "processes": processes(seen)})
    tell(f"{subject} is {'let in' if register == 'allow' else 'blocked'} {until(expires)}; {told(seen)}")
    return OK


def _settings(config: Path | None, data: str | None) -> Settings:
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    return loaded.settings


def _wish(duration: str | None, reason: str) -> Wish:
    if not (reason.isprintable() and len(reason) <= LONGEST_REASON):
        raise SettingsError(f"A reason has up to {LONGEST_REASON} characters on one line.")
    expires = None if duration is None else time.time_ns() // 1_000_000 + milliseconds_of(duration)
    return Wish(expires, reason, _who())


def _subject(text: str, kind: Kind | None) -> Subject:
    subject = subject_of(text, kind)
    if isinstance(subject, Unfit):
        raise SettingsError(f"{subject.why[:1].upper()}{subject.why[1:]}.")
    return subject


def _lines(file: Path, kind: Kind | None) -> Lines:
    if str(file) == "-":
        return read_lines(sys.stdin, kind, tell)
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return read_lines(lines, kind, tell)
    except OSError as error:
        raise StartError(f"{file} cannot be read: {error.strerror}.") from error


def _who() -> str:
    try:
        return getpass.getuser()[:LONGEST_ORIGIN]
    except (KeyError, OSError):  # a number without a name, as in some containers
        return f"user {os.getuid()}"


def _order(ban: Ban) -> tuple[str, str, int, str]:
    return (ban.register, ban.subject.kind, ban.terms.created, str(ban.subject))
