"""The book in a file: crashes at every octet, damage, other versions, failing disks, several processes."""

import errno
import fcntl
import os
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fakes.bans import an_edit, some_terms
from fakes.makers import HandClock
from mailweir.adapters.banbook import book as book_module
from mailweir.adapters.banbook.book import FileBanBook
from mailweir.adapters.banbook.frames import FRAME, HEAD, LARGEST, BookVersionError, frames, scan
from mailweir.adapters.system import SystemClock
from mailweir.model.ban import Edit, Name
from mailweir.ports.errors import UnavailableError

EDITS = [an_edit(f"192.0.2.{number}", terms=some_terms(number)) for number in range(1, 5)]


def a_book(place: Path, *, role: str | None = None, long: int = 1 << 30) -> FileBanBook:
    return FileBanBook(place / "blocklist", HandClock(), limit=1000, role=role, long=long)


def the_file(place: Path) -> Path:
    return place / "blocklist" / "book"


def read(place: Path) -> list[Edit]:
    return list(a_book(place).read().edits)


def test_a_crash_at_any_octet_of_an_append_leaves_what_was_kept_before(tmp_path: Path) -> None:
    writer = a_book(tmp_path)
    writer.append(EDITS[:2])
    before = the_file(tmp_path).stat().st_size
    writer.append(EDITS[2:3])
    octets = the_file(tmp_path).read_bytes()
    for size in range(before, len(octets) + 1):
        the_file(tmp_path).write_bytes(octets[:size])
        whole = EDITS[: 3 if size == len(octets) else 2]
        reader = a_book(tmp_path)
        reading = reader.read()
        assert (list(reading.edits), reading.damaged) == (whole, 0), size
        assert a_book(tmp_path).append(EDITS[3:]) > reading.position
        assert list(reader.read().edits) == EDITS[3:], "what was cut off is not in the way"
        assert read(tmp_path) == [*whole, EDITS[3]]


def test_each_damaged_octet_costs_one_append_at_most_and_is_reported(tmp_path: Path) -> None:
    for edit in EDITS[:3]:
        a_book(tmp_path).append([edit])
    octets = the_file(tmp_path).read_bytes()
    size = (len(octets) - HEAD) // 3
    for at in range(HEAD, len(octets)):
        the_file(tmp_path).write_bytes(octets[:at] + bytes([octets[at] ^ 0xFF]) + octets[at + 1 :])
        reading = a_book(tmp_path).read()
        hit = (at - HEAD) // size
        assert list(reading.edits) == EDITS[:hit] + EDITS[hit + 1 : 3], at
        assert reading.damaged == (hit < 2), "at the end it may be cut off as well"


def test_what_cannot_be_understood_is_passed_over_and_stays(tmp_path: Path) -> None:
    writer = a_book(tmp_path)
    writer.append(EDITS[:1])
    strange = frames(EDITS[1:2]).replace(b"network", b"unknown")
    body = strange[FRAME:]
    checksum = book_module.scan.__globals__["_checksum"](body)
    octets = the_file(tmp_path).read_bytes() + strange[: FRAME - 4] + struct.pack(">I", checksum) + body
    the_file(tmp_path).write_bytes(octets)
    reading = a_book(tmp_path).read()
    assert (list(reading.edits), reading.damaged, reading.position.offset) == (EDITS[:1], 1, len(octets))
    a_book(tmp_path).append(EDITS[2:3])
    assert read(tmp_path) == [EDITS[0], EDITS[2]]
    assert the_file(tmp_path).read_bytes().startswith(octets)


@pytest.mark.parametrize("length", [0, 1, 7, 8, HEAD - 1])
def test_a_file_that_is_no_book_is_refused_with_a_sentence(tmp_path: Path, length: int) -> None:
    book = a_book(tmp_path)
    book.append(EDITS)
    octets = the_file(tmp_path).read_bytes()
    for content in (octets[:length], b"x" * length, octets[: HEAD - 1] + b"\0" + octets[HEAD:]):
        the_file(tmp_path).write_bytes(content)
        for use in (lambda: a_book(tmp_path).read(), lambda: a_book(tmp_path).append(EDITS)):
            with pytest.raises(UnavailableError, match="move it away"):
                use()
        assert the_file(tmp_path).read_bytes() == content


def test_a_book_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    a_book(tmp_path).append(EDITS)
    octets = the_file(tmp_path).read_bytes()
    newer = octets[:6] + struct.pack(">H", 2) + octets[8:]
    the_file(tmp_path).write_bytes(newer)
    for use in (lambda: a_book(tmp_path).read(), lambda: a_book(tmp_path).append(EDITS)):
        with pytest.raises(BookVersionError, match="newer Mailweir"):
            use()
    assert the_file(tmp_path).read_bytes() == newer


def _fails(number: int) -> Callable[..., int]:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_an_append_that_fails_is_not_there_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    writer, reader = a_book(tmp_path), a_book(tmp_path)
    writer.append(EDITS[:1])
    reader.read()
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", _fails(error))
        with pytest.raises(UnavailableError) as failed:
            writer.append(EDITS[1:2])
    assert failed.value.full == (error == errno.ENOSPC)
    assert list(reader.read().edits) == []
    writer.append(EDITS[2:3])
    assert list(reader.read().edits) == EDITS[2:3]
    assert read(tmp_path) == [EDITS[0], EDITS[2]]


def test_after_a_failed_sync_only_a_new_file_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = a_book(tmp_path), a_book(tmp_path)
    position = writer.append(EDITS[:1])
    reader.read()
    inode = the_file(tmp_path).stat().st_ino
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _fails(errno.EIO))
        for _ in range(2):
            with pytest.raises(UnavailableError):
                writer.append(EDITS[1:2])
    assert the_file(tmp_path).stat().st_ino == inode
    assert read(tmp_path) == EDITS[:1]
    kept = writer.append(EDITS[2:3])
    assert kept.generation == position.generation + 1
    assert the_file(tmp_path).stat().st_ino != inode
    reading = reader.read()
    assert (reading.anew, reading.position) == (True, kept)
    assert sorted(_subjects(reading.edits)) == sorted(_subjects([EDITS[0], EDITS[2]]))


def _subjects(edits: Sequence[Edit]) -> list[Name]:
    return [name for edit in edits for name in edit.names]


def test_who_has_read_what_was_taken_back_reads_all_anew(tmp_path: Path) -> None:
    writer, reader = a_book(tmp_path), a_book(tmp_path)
    writer.append(EDITS[:1])
    size = the_file(tmp_path).stat().st_size
    writer.append(EDITS[1:2])
    assert list(reader.read().edits) == EDITS[:2]
    os.truncate(the_file(tmp_path), size)
    assert reader.changed()
    reading = reader.read()
    assert (list(reading.edits), reading.anew) == (EDITS[:1], True)


def test_another_edit_in_the_place_of_one_that_was_taken_back_is_seen(tmp_path: Path) -> None:
    writer, reader = a_book(tmp_path), a_book(tmp_path)
    writer.append(EDITS[:1])
    size = the_file(tmp_path).stat().st_size
    writer.append(EDITS[1:2])
    reader.read()
    os.truncate(the_file(tmp_path), size)
    a_book(tmp_path).append(EDITS[2:3])  # as long as the other
    reading = reader.read()
    assert (list(reading.edits), reading.anew) == ([EDITS[0], EDITS[2]], True)


def test_a_long_book_is_written_anew_without_what_is_outdated(tmp_path: Path) -> None:
    writer, reader = a_book(tmp_path, long=4_000), a_book(tmp_path)
    positions = [writer.append([an_edit("192.0.2.1", terms=some_terms(n))]) for n in range(1, 200)]
    assert positions == sorted(set(positions))
    assert positions[-1].generation in range(2, 20)
    assert the_file(tmp_path).stat().st_size <= 4_200
    assert reader.read().position == positions[-1]
    assert reader.read().edits == []
    writer.append(EDITS)
    assert list(reader.read().edits) == EDITS
    newest = [edit.terms.stamp.wall for edit in read(tmp_path) if edit.names == EDITS[0].names]
    assert max(newest) == 199


def test_a_book_that_is_long_with_reason_is_not_written_anew_each_time(tmp_path: Path) -> None:
    writer = a_book(tmp_path, long=1_000)
    generations = [
        writer.append([an_edit(f"10.0.{n >> 8}.{n & 255}", terms=some_terms(n))]).generation
        for n in range(1, 300)
    ]
    assert len(set(generations)) <= 8


def test_reading_on_while_it_is_written_anew_loses_nothing(tmp_path: Path) -> None:
    writer, reader = a_book(tmp_path, long=1_000), a_book(tmp_path)
    known = set[Name]()
    for number in range(1, 100):
        writer.append([an_edit(f"10.0.0.{number}", terms=some_terms(number))])
        if number % 3 == 0:
            reading = reader.read()
            known = (set[Name]() if reading.anew else known) | set(_subjects(list(reading.edits)))
            assert len(known) == number


def test_an_edit_of_any_size_is_kept(tmp_path: Path) -> None:
    count = LARGEST // 7 + 1_000
    names = tuple(number.to_bytes(4) + b"\x20" for number in range(1 << 24, (1 << 24) + count))
    edit = Edit("block", "network", names, some_terms())
    octets = frames([edit])
    assert len(octets) > LARGEST
    found = scan(octets)
    assert tuple(name for one in found.edits for name in one.names) == names
    a_book(tmp_path).append([edit])
    assert sum(len(one.names) for one in read(tmp_path)) == count


def test_it_is_closed_to_others(tmp_path: Path) -> None:
    book = a_book(tmp_path, role="receiver")
    book.append(EDITS)
    paths = [the_file(tmp_path).parent, *the_file(tmp_path).parent.rglob("*")]
    assert len(paths) == 5
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}
    book.close()


def test_what_dead_processes_have_left_is_no_holder(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from mailweir.adapters.banbook.book import FileBanBook; "
        "from mailweir.adapters.system import SystemClock; "
        "FileBanBook(Path(sys.argv[1]), SystemClock(), limit=9, role='receiver'); os._exit(1)"
    )
    place = tmp_path / "blocklist"
    subprocess.run([sys.executable, "-c", program, str(place)], check=False, timeout=30)
    assert len(list((place / "held").iterdir())) == 1
    (place / "held" / "note.txt").touch()
    (place / "held" / "web.77.new").touch()
    assert a_book(tmp_path).holders() == []
    assert {path.name for path in (place / "held").iterdir()} == {"note.txt", "web.77.new"}


def test_who_holds_the_lock_for_too_long_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "_PATIENCE", 0.05)
    book = FileBanBook(tmp_path / "blocklist", SystemClock(), limit=9)
    book.append(EDITS[:1])
    held = os.open(tmp_path / "blocklist" / "lock", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(UnavailableError, match="held by another process"):
        book.append(EDITS[1:2])
    os.close(held)
    book.append(EDITS[2:3])
    assert read(tmp_path) == [EDITS[0], EDITS[2]]


@pytest.mark.timeout(120)
def test_processes_that_append_at_once_lose_and_mix_up_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; "
        "from fakes.bans import an_edit, some_terms; "
        "from mailweir.adapters.banbook.book import FileBanBook; "
        "from mailweir.adapters.system import SystemClock; "
        "book = FileBanBook(Path(sys.argv[1]), SystemClock(), limit=9999, long=2000); "
        "[book.append([an_edit(f'10.{sys.argv[3]}.0.{n}', terms=some_terms(n))]) for n in range(100)]"
    )
    tests = str(Path(__file__).parents[1])
    words = [sys.executable, "-c", program, str(tmp_path / "blocklist"), tests]
    running = [subprocess.Popen([*words, str(number)]) for number in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    reading = a_book(tmp_path).read()
    assert reading.damaged == 0
    assert len(set(_subjects(list(reading.edits)))) == 300


def test_a_file_that_is_gone_is_no_news_and_a_new_one_is_a_later_generation(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    book.append(EDITS[:1])
    position = book.read().position
    the_file(tmp_path).unlink()
    assert not book.changed()
    assert (list(book.read().edits), book.read().position) == ([], position)
    assert book.append(EDITS[1:2]) > position
    reading = book.read()
    assert (list(reading.edits), reading.anew) == (EDITS[1:2], True)
