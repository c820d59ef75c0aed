"""Log lines as they leave a real process, and the queue that they wait in."""

import json
import os
import subprocess
import sys
import threading

import pytest

from mailweir.observe.log_lines import LogLines


def said(script: str) -> list[str]:
    """The lines that a process with this script writes to standard error."""
    script = f"from mailweir.observe import logs\n{script}"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=30)
    assert ended.stdout == b""
    return ended.stderr.decode("utf-8").splitlines()


def listen(reading: int, heard: list[bytes]) -> None:
    with os.fdopen(reading, "rb") as pipe:
        heard.extend(pipe)


def a_report(dropped: int) -> bytes:
    return b"dropped %d\n" % dropped


def test_an_event_is_one_json_object_on_one_line() -> None:
    (line,) = said(
        "logs.configure('json', role='web'); logs.get(pid=7).info('message kept', size=4711, ok=True)"
    )
    event = json.loads(line)
    assert event.pop("time").endswith("Z")
    assert event == {
        "level": "info",
        "event": "message kept",
        "role": "web",
        "pid": 7,
        "size": 4711,
        "ok": True,
    }


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_an_outsider_wrote_breaks_a_line_or_moves_a_cursor(form: str) -> None:
    hostile = "a\r\nb\x1b[31m\x00\x7f\x9b\u2028\u202e\udc80"
    keys = f"helo={hostile!r}, raw={hostile[:9].encode()!r}"
    lines = said(f"logs.configure({form!r}); logs.get().info('refused', {keys})")
    assert len(lines) == 1
    assert lines[0].isprintable()


def test_text_for_people_shows_event_and_keys() -> None:
    (line,) = said("logs.configure('text'); logs.get().warning('role ended', role='web', code=-9)")
    assert line.endswith("warning role ended  role=web  code=-9")


def test_a_value_of_any_length_is_cut() -> None:
    (line,) = said("logs.configure('json'); logs.get().info('refused', helo='x' * 100_000)")
    assert json.loads(line)["helo"].endswith("… (99000 more)")


def test_a_key_cannot_take_the_place_of_the_event() -> None:
    (line,) = said("logs.configure('json'); logs.get().info('kept', **{'event': 'forged', 'level': 'debug'})")
    assert (json.loads(line)["event"], json.loads(line)["level"]) == ("kept", "info")


def test_debug_is_off_unless_asked_for() -> None:
    assert said("logs.get().debug('seen')") == []
    assert len(said("logs.configure('json', 'debug'); logs.get().debug('seen')")) == 1


def test_an_exception_brings_its_traceback() -> None:
    (line,) = said("try: 1 / 0\nexcept ZeroDivisionError: logs.get().exception('failed')")
    assert json.loads(line)["traceback"][-1] == "ZeroDivisionError: division by zero"


def test_what_libraries_say_goes_the_same_way() -> None:
    script = "logs.configure('json'); import logging\nlogging.getLogger('asyncio').error('lost %s', 'task')"
    (line,) = said(script)
    assert json.loads(line).items() >= {"event": "lost task", "library": "asyncio", "level": "error"}.items()


def test_a_slow_reader_holds_nobody_up_and_what_is_dropped_is_counted() -> None:
    reading, writing = os.pipe()
    lines = LogLines(writing, 10, a_report)
    line = b"x" * 8191 + b"\n"
    for _ in range(1000):  # 8 MiB, and nobody reads
        lines.put(line)
    assert lines.dropped >= 1000 - 10 - 1 - 64 * 1024 // 8192
    heard: list[bytes] = []
    reader = threading.Thread(target=listen, args=(reading, heard), name="reader")
    reader.start()
    assert lines.flush(10)
    os.close(writing)
    reader.join(10)
    # The first reports may have gone out before the pipe was full, so there can be several.
    reports = [int(said.removeprefix(b"dropped ")) for said in heard if said != line]
    assert sum(reports) == lines.dropped
    assert heard.count(line) == 1000 - lines.dropped


def test_a_reader_that_is_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    lines = LogLines(writing, 10, a_report)
    lines.put(b"nobody hears\n")
    assert lines.flush(10)
    assert lines.dropped == 1
    os.close(writing)


def test_a_flush_does_not_wait_for_ever() -> None:
    reading, writing = os.pipe()
    lines = LogLines(writing, 10, a_report)
    for _ in range(100):
        lines.put(b"x" * 8192)
    assert not lines.flush(0.05)
    os.close(reading)  # the writer's thread gets EPIPE and goes on
    assert lines.flush(10)
    os.close(writing)
