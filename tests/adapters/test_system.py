"""The time and the names of this machine."""

import datetime as dt

from mailweir.adapters.system import RandomIds, SystemClock
from mailweir.model.message import message_id, split_message_id


def test_now_is_milliseconds_since_the_epoch() -> None:
    elapsed = dt.datetime.fromtimestamp(SystemClock().now() / 1000, tz=dt.UTC) - dt.datetime.now(tz=dt.UTC)  # noqa: TID251  the other witness
    assert abs(elapsed) < dt.timedelta(seconds=5)


def test_the_stopwatch_never_goes_back() -> None:
    clock = SystemClock()
    first = clock.monotonic()
    assert clock.monotonic() >= first


def test_queue_ids_are_32_letters_and_digits_and_never_the_same() -> None:
    ids = RandomIds()
    made = {ids.message() for _ in range(20_000)}
    assert len(made) == 20_000
    assert {len(each) for each in made} == {32}
    assert all(each.isascii() and each.isalnum() for each in made)


def test_a_queue_id_makes_a_message_id_that_reads_back() -> None:
    made = RandomIds().message()
    assert split_message_id(message_id(made, 7)) == (made, 7)


def test_queue_ids_of_different_makers_differ_from_the_ninth_character() -> None:
    one, other = RandomIds().message(), RandomIds().message()
    assert one[8:] != other[8:]
