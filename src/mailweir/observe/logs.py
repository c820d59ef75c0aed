"""Logs: events with keys, one line each, on standard error.

`log = logs.get()`, then `log.info("message kept", id=id, inboxes=2)`. A line is a JSON object, or text
for people. Nothing that an outsider wrote can break a line, move a cursor or make a key: control
characters are escaped and long values cut. A slow reader of standard error holds nobody up.

structlog was measured and left out (docs/decisions/0005): it takes 100 ms and 8 MiB in each process, and what
remained of it beside our own escaping and our own writer was a dictionary.
"""

import atexit
import json
import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

from mailweir.observe.log_lines import LogLines

Format = Literal["json", "text"]
Level = Literal["debug", "info", "warning", "error"]

_LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_STANDARD_ERROR = 2
_LINES = 5_000  # lines that wait for a slow reader: about 1 MiB
_LONGEST_VALUE = 1_000  # characters of a value
_LONGEST_TRACE = 20_000  # characters of a traceback, of which the end tells the most
_LAST_WORDS = 1.0  # seconds that the end of the process waits for its last lines


@dataclass(slots=True)
class _Configured:
    """How this process logs. There is one, since there is one standard error."""

    form: Format = "json"
    least: int = _LEVELS["info"]
    always: Mapping[str, object] = field(default_factory=dict[str, object])


class Log:
    """Says what has happened. Events are in the past tense; keys are words of our code."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, object]) -> None:
        self._keys = keys

    def bind(self, **keys: object) -> "Log":
        """The same log with these keys on every line."""
        return Log({**self._keys, **keys})

    def debug(self, event: str, /, **keys: object) -> None:
        """For who reads the code beside it; off unless asked for."""
        self._say("debug", event, keys)

    def info(self, event: str, /, **keys: object) -> None:
        """Something went as it should."""
        self._say("info", event, keys)

    def warning(self, event: str, /, **keys: object) -> None:
        """Something went wrong and was dealt with."""
        self._say("warning", event, keys)

    def error(self, event: str, /, **keys: object) -> None:
        """Something went wrong and somebody has to look."""
        self._say("error", event, keys)

    def exception(self, event: str, /, **keys: object) -> None:
        """The same, with the traceback of the exception that is being handled."""
        trace = traceback.format_exc()[-_LONGEST_TRACE:]
        self._say("error", event, {**keys, "traceback": trace.splitlines()})

    def _say(self, level: Level, event: str, keys: Mapping[str, object]) -> None:
        if _LEVELS[level] >= _configured.least:
            _lines.put(_line(level, event, {**self._keys, **keys}))


def get(**keys: object) -> Log:
    """A log, with these keys on every line."""
    return Log(keys)


def configure(form: Format, level: Level = "info", **always: object) -> None:
    """Sets how this process logs from now on, with the keys that every line carries (`role`).

    What libraries say through the standard library's logging goes the same way, from `warning` on.
    """
    _configured.form, _configured.least, _configured.always = form, _LEVELS[level], always
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def flush(timeout: float = _LAST_WORDS) -> bool:
    """Waits for the lines so far to be written, `timeout` seconds at the most; False if some were not."""
    return _lines.flush(timeout)


def dropped() -> int:
    """How many lines were never written."""
    return _lines.dropped


def escaped(text: str) -> str:
    """`text` on one line, with everything that a terminal would act on or hide made visible."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _line(level: str, event: str, keys: Mapping[str, object]) -> bytes:
    stamp = datetime.fromtimestamp(time.time_ns() / 1e9, UTC).isoformat(timespec="milliseconds")
    fixed = {"time": stamp.replace("+00:00", "Z"), "level": level, "event": _plain(event)}
    line = {**fixed, **{key: _plain(value) for key, value in {**_configured.always, **keys}.items()}, **fixed}
    if _configured.form == "json":
        # Only ASCII leaves, so that C1 controls and marks that reverse text stay escapes.
        return json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
    rest = "".join(f"  {key}={_readable(value)}" for key, value in line.items() if key not in fixed)
    text = f"{fixed['time']} {level:<7} {_readable(fixed['event'])}{rest}\n"
    return text.encode("utf-8", "backslashreplace")


def _plain(value: object) -> object:
    """What JSON can hold of `value`; anything unusual becomes text. Never raises for what we log."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    if len(text) <= _LONGEST_VALUE:
        return text
    return f"{text[:_LONGEST_VALUE]}… ({len(text) - _LONGEST_VALUE} more)"


def _readable(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"\n    {_readable(item)}" for item in cast("list[object]", value))
    return escaped(str(value))


class _Libraries(logging.Handler):
    """Takes what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= _LEVELS["error"] else "warning"
        keys: dict[str, object] = {"library": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            keys["traceback"] = "".join(traceback.format_exception(record.exc_info[1])).splitlines()
        try:
            event = record.getMessage()
        except Exception:  # noqa: BLE001  a library's format and its values need not fit
            event = str(record.msg)
        _lines.put(_line(level, event, keys))


def _report(dropped_lines: int) -> bytes:
    return _line("warning", "log lines dropped", {"lines": dropped_lines})


_configured = _Configured()
_lines = LogLines(_STANDARD_ERROR, _LINES, _report)
atexit.register(flush)
