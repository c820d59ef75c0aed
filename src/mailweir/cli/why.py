"""`mailweir why`: what befell mail that somebody misses, also when no server runs."""

import os
import re
from datetime import UTC, datetime
from typing import Annotated, Final

from cyclopts import Parameter, validators

from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import complain, print_json, print_lines
from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.model.address import Address
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action

_CODE: Final = re.compile("[0-9a-f]{10}")
_DONE: Final = {
    Action.SLOW: "slowed",
    Action.LATER: "put off",
    Action.REFUSE: "refused",
    Action.BAN: "banned",
}

_Asked = Annotated[
    str, Parameter(help="The code at the end of an SMTP reply, an address, or *@HOST for all of a host.")
]
_Limit = Annotated[
    int, Parameter(help="How many at the most.", validator=validators.Number(gte=1, lte=20_000))
]


def why(
    asked: _Asked, *, limit: _Limit = 50, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Print whose mail was slowed, put off or refused in the last week, and the rule that caused it."""
    wanted = _wanted(asked)
    loaded = load({"data": data}, os.environ, config)
    complain(loaded)
    from mailweir.roles.why import why as found_out  # noqa: PLC0415  only this command pays for it

    found = found_out(loaded.settings.data, wanted, limit=limit)
    if json:
        return print_json([_shown(one) for one in found])
    otherwise = f"Nothing is known of {wanted}: no mail was slowed, put off or refused in the last week."
    return print_lines([_line(one) for one in found], otherwise)


def _wanted(asked: str) -> str:
    """The inbox, or the code without its brackets. Raises SettingsError."""
    code = asked.strip("[]").lower()
    if _CODE.fullmatch(code):
        return code
    address = Address.parse(asked)
    if address is None:
        raise SettingsError(
            f"{asked!r} is neither the code of a reply, ten digits and letters from a to f, nor an address."
        )
    return address.inbox


def _shown(one: Explanation) -> dict[str, object]:
    ruling = one.ruling
    return {
        "at": _moment(one.at),
        "action": ruling.action.value,
        "rule": ruling.rule.value,
        "subject": ruling.subject,
        "figures": dict(ruling.figures),
        "seconds": ruling.seconds,
        "code": ruling.code,
        "reply": one.reply,
        "from": one.sender,
        "ip": one.ip,
        "helo": one.hello,
        "to": one.inbox,
        "acted": one.acted,
    }


def _line(one: Explanation) -> str:
    ruling = one.ruling
    figures = "".join(f", {name} {value:g}" for name, value in ruling.figures.items())
    held = f", {ruling.seconds:g} s" if ruling.seconds else ""
    words = [
        _moment(one.at),
        _DONE[ruling.action] if one.acted else f"would have been {_DONE[ruling.action]}",
        f"to <{one.inbox or ''}> from <{one.sender or ''}> by {one.ip} ({one.hello}):",
        f"{ruling.rule.value} {ruling.subject}{figures}{held} [{ruling.code}]",
        one.reply,
    ]
    # What peers have said of themselves may hold what a terminal would obey.
    return "".join(each if each.isprintable() else "?" for each in "  ".join(words).rstrip())


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
