"""A ZIP archive as it goes out: whole for whoever reads it, and never whole in memory."""

import io
import tracemalloc
from datetime import datetime
from random import Random
from zipfile import ZipFile

import pytest

from mailweir.wire.archive import Archive

NOON = 1_790_000_000_000
PIECE = 64 * 1024


def put(archive: Archive, name: str, *pieces: bytes, made: int = NOON) -> bytes:
    archive.begin(name, made)
    for piece in pieces:
        archive.write(piece)
    archive.end()
    return archive.taken()


def closed(archive: Archive) -> bytes:
    archive.close()
    return archive.taken()


def test_what_went_in_comes_out_in_its_order() -> None:
    archive = Archive()
    octets = put(archive, "account.json", b"{}") + put(
        archive, "mail/q1-0.eml", b"a" * PIECE, b"", b"\r\n\xff"
    )
    octets += put(archive, "empty")
    with ZipFile(io.BytesIO(octets + closed(archive))) as found:
        assert found.testzip() is None
        assert found.namelist() == ["account.json", "mail/q1-0.eml", "empty"]
        assert found.read("mail/q1-0.eml") == b"a" * PIECE + b"\r\n\xff"
        assert (found.read("account.json"), found.read("empty")) == (b"{}", b"")


@pytest.mark.parametrize(
    ("made", "moment"),
    [
        (NOON, datetime(2026, 9, 21, 14, 13, 20)),  # noqa: DTZ001  ZIP knows no zones
        (0, datetime(1980, 1, 1)),  # noqa: DTZ001
        (2**53, datetime(2107, 12, 31, 23, 59, 58)),  # noqa: DTZ001
    ],
)
def test_a_file_has_the_moment_in_which_it_was_made(made: int, moment: datetime) -> None:
    archive = Archive()
    octets = put(archive, "x", b"x", made=made) + closed(archive)
    with ZipFile(io.BytesIO(octets)) as found:
        assert datetime(*found.infolist()[0].date_time) == moment  # noqa: DTZ001
        assert found.infolist()[0].external_attr >> 16 == 0o600


def test_no_more_waits_than_was_written_since() -> None:
    archive, random = Archive(), Random(7)
    archive.begin("long", NOON)
    for _ in range(100):
        archive.write(random.randbytes(PIECE))
        assert archive.pending < 2 * PIECE
        assert len(archive.taken()) < 2 * PIECE
        assert archive.pending == 0
    archive.end()
    assert len(closed(archive)) < PIECE


def test_of_what_has_gone_out_little_is_kept() -> None:
    """It was more than a kilobyte for each file."""
    archive, number = Archive(), 5_000
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        octets = [put(archive, f"mail/{one:032}-0.eml", b"x" * 100) for one in range(number)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before - sum(map(len, octets)) < number * 250
    with ZipFile(io.BytesIO(b"".join(octets) + closed(archive))) as found:
        assert found.namelist() == [f"mail/{one:032}-0.eml" for one in range(number)]
        assert found.testzip() is None


def test_what_is_abandoned_in_the_middle_of_a_file_leaves_nothing_behind() -> None:
    archive = Archive()
    put(archive, "first", b"x")
    archive.begin("second", NOON)
    archive.write(b"x" * PIECE)
    archive.abandon()
    archive.abandon()
    assert archive.taken() == b""
