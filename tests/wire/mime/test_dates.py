"""Dates as written, or none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.wire.mime.dates import read_date


def at(*moment: int, hours: float = 0) -> int:
    zone = timezone(timedelta(hours=hours))
    return int(datetime(*moment, tzinfo=zone).timestamp()) * 1000


@pytest.mark.parametrize(
    ("field", "moment"),
    [
        (b"Wed, 25 Nov 2026 10:00:00 +0000", at(2026, 11, 25, 10, 0, 0)),
        (b"25 Nov 2026 10:00:00 -0730", at(2026, 11, 25, 10, 0, 0, hours=-7.5)),
        (b"Wed, 25 Nov 2026 10:00:00 GMT (comment)", at(2026, 11, 25, 10, 0, 0)),
        (b"Wed, 25 Nov 26 10:00 EST", at(2026, 11, 25, 10, 0, 0, hours=-5)),
        (b"Wed, 25 Nov 2026\r\n 10:00:00 +0100", at(2026, 11, 25, 10, 0, 0, hours=1)),
        (b"Thu, 22 Aug 0102 12:07:35 +0800", at(102, 8, 22, 12, 7, 35, hours=8)),
        (b"", None),
        (b"yesterday", None),
        (b"Wed, 31 Feb 2026 10:00:00 +0000", None),
        (b"Wed, 25 Nov 99999 10:00:00 +0000", None),
        (b"Wed, 25 Nov 2026 10:00:00 +9999", None),
        (b"Wed, 25 Nov 0000 25:61:61 +0000", None),
    ],
)
def test_a_date_is_a_moment_or_nothing(field: bytes, moment: int | None) -> None:
    assert read_date(field) == moment


def test_the_epoch_is_zero() -> None:
    assert datetime.fromtimestamp(0, UTC).year == 1970
    assert read_date(b"Thu, 1 Jan 1970 00:00:00 +0000") == 0


@given(st.one_of(st.binary(max_size=200), st.text(max_size=60).map(str.encode)))
def test_never_raises(field: bytes) -> None:
    read_date(field)


@given(st.text("0123456789 :,+-()JanFebMoTuGMT\r\n\t", max_size=80))
def test_never_raises_at_what_looks_like_one(field: str) -> None:
    read_date(field.encode())
