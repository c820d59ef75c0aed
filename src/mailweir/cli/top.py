"""`mailweir top`: what is going on just now, who is behind it, and the command that stops it."""

import os
import shlex
import time
from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import FAILED, OK, complain, print_json, print_text, say
from mailweir.config.load import load
from mailweir.config.settings import Settings
from mailweir.model.situation import Frequent, Situation

_KINDS: Final = {
    "network": "network",
    "HELO name": "hello",
    "sender domain": "domain",
    "sender family": "domain",
    "given-away domains": "domain",
}
_SHOWN: Final = 12
_WIDEST: Final = 48  # characters of a key

_Watch = Annotated[float | None, Parameter(help="Look again every so many seconds, until it is interrupted.")]


def top(*, watch: _Watch = None, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Show who sends how much just now, what is put off and why, and what to do about it.

    It asks the processes that take mail in, over a socket in the data directory; the database, the web
    and the rest may be down.
    """
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    while True:
        code = _once(loaded.settings, json=json)
        if watch is None or code != OK:
            return code
        time.sleep(max(watch, 0.2))  # noqa: TID251  a command line has nothing else to do
        print_text("")


def _once(settings: Settings, *, json: bool) -> int:
    from mailweir.roles.control import situations  # noqa: PLC0415  only this command pays for it

    try:
        seen = situations(settings)
    except OSError as error:
        return say(f"The processes of {settings.data} cannot be asked: {error}.", FAILED)
    for one in seen.silent:
        say(f"{one.role} {one.pid} does not answer: {one.why}", FAILED)
    if not seen.situations:
        return say(f"No process that takes mail in runs on {settings.data}.", FAILED)
    if json:
        return print_json([_as_json(one) for one in seen.situations])
    for situation in seen.situations:
        print_text("\n".join(lines(situation)))
    return OK


def lines(situation: Situation) -> Iterable[str]:
    """One process for people."""
    mode = "" if situation.throttle == "on" else f", throttles {situation.throttle}"
    yield (
        f"{situation.role} {situation.pid}: {situation.rate:g} messages a second, "
        f"{situation.sessions:,} connections, {situation.bans:,} entries on the blocklist{mode}"
    )
    for one in situation.putting:
        would = "" if one.acted else " (dry run)"
        yield f"  {one.deliveries:>10,}  {one.action} by {one.rule}{would}"
    if not situation.frequent:
        yield "  Nothing comes often enough to stand out."
        return
    yield f"  {'share':>6}  {'messages':>8}  {'hosts':>5}  what they have in common"
    for one in situation.frequent[:_SHOWN]:
        held = "  put off already" if one.held_back else ""
        yield (
            f"  {one.share:>6.0%}  {one.messages:>8,}  {one.hosts:>5}  "
            f"{one.facet} {_printable(one.key[:_WIDEST])}{held}"
        )
    culprit = _culprit(situation.frequent)
    if culprit is not None:
        yield f"  Most of it: {culprit.facet} {_printable(culprit.key[:_WIDEST])}. To stop it:"
        yield f"    {command(culprit)}"


def command(frequent: Frequent) -> str:
    """What an operator types to have no more of that."""
    kind = _KINDS[frequent.facet]
    return f"mailweir block add {shlex.quote(_printable(frequent.key))} --kind {kind} --for 1h --reason flood"


def _culprit(frequent: Sequence[Frequent]) -> Frequent | None:
    """What can be banned and has the greatest share of many hosts' mail, or of all where few send it."""
    bannable = [one for one in frequent if one.facet in _KINDS and one.share >= 0.2]  # noqa: PLR2004
    return max(bannable, key=lambda one: one.share, default=None)


def _as_json(situation: Situation) -> object:
    import msgspec  # noqa: PLC0415  as above

    culprit = _culprit(situation.frequent)
    stop = None if culprit is None else command(culprit)
    return {**msgspec.to_builtins(situation), "stop": stop}


def _printable(text: str) -> str:
    """Without anything that a terminal would act on."""
    return "".join(character if character.isprintable() else "?" for character in text)
