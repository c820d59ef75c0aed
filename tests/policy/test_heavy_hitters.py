"""Convictions: what comes often, from many hosts, with a great share; narrow before wide; and their end."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.policy.heavy_hitters import DIVERSE, Bounds, Facet, HeavyHitters
from mailweir.policy.sketches import BITS, HALF_LIFE, Key, Sketch

BOUNDS = Bounds(count=120, wide=240, share=0.2, overwhelming=5, keys=64)
REPLY = (Facet.REPLY_TO, "boss@evil.test")
DOMAIN = (Facet.DOMAIN, "evil.test")


def a_host(number: int) -> int:
    return 1 << number % BITS


def feed(
    hitters: HeavyHitters, times: int, *keys: tuple[Facet, Key], now: float = 0.0, hosts: int = BITS
) -> int:
    """After how many messages the first was convicted; `times` if none was."""
    for number in range(times):
        if hitters.judge(keys, now, a_host(number % hosts), a_host(number)) is not None:
            return number + 1
    return times


def test_a_key_of_many_hosts_is_convicted_at_its_bound_and_not_before() -> None:
    assert feed(HeavyHitters(BOUNDS), 119, REPLY) == 119
    hitters = HeavyHitters(BOUNDS)
    assert feed(hitters, 200, REPLY) == 120
    (found,) = hitters.convictions(0.0)
    assert (found.facet, found.key, round(found.count), found.share) == (*REPLY, 120, 1.0)


@pytest.mark.parametrize(("hosts", "convicted"), [(DIVERSE - 1, False), (DIVERSE, True)])
def test_what_few_hosts_send_is_none_of_it_however_much_it_is(hosts: int, convicted: bool) -> None:  # noqa: FBT001
    hitters = HeavyHitters(BOUNDS)
    feed(hitters, 5_000, REPLY, hosts=hosts)
    assert bool(list(hitters.convictions(0.0))) is convicted


def test_a_wide_key_is_convicted_later_and_never_for_what_a_narrow_one_explains() -> None:
    hitters = HeavyHitters(BOUNDS)
    assert feed(hitters, 1_000, REPLY, DOMAIN) == 120
    feed(hitters, 5_000, REPLY, DOMAIN)
    for number in range(5_000):
        hitters.judge((REPLY, DOMAIN), 0.0, a_host(number), a_host(number))
    assert [one.facet for one in hitters.convictions(0.0)] == [Facet.REPLY_TO]
    alone = HeavyHitters(BOUNDS)
    assert feed(alone, 1_000, DOMAIN) == 240


def test_a_small_share_is_no_flood_until_it_is_overwhelming() -> None:
    """A common header shape, a tenth of all mail, from anywhere: five times the bound of it are one."""
    convicted = shared(HeavyHitters(BOUNDS), (Facet.SHAPE, "common"), every=10, hosts=BITS)
    assert convicted == BOUNDS.wide * BOUNDS.overwhelming


@pytest.mark.parametrize(("every", "convicted"), [(19, True), (40, False)])
def test_a_small_share_is_enough_where_every_message_is_from_a_host_of_its_own(
    every: int,
    convicted: bool,  # noqa: FBT001
) -> None:
    """A flood of names under several private suffixes at once, each of which has no great share."""
    found = shared(HeavyHitters(BOUNDS), (Facet.FAMILY, "github.io"), every=every, hosts=BITS)
    assert (found < BOUNDS.wide * 2) is convicted


def shared(hitters: HeavyHitters, key: tuple[Facet, Key], *, every: int, hosts: int) -> int:
    """After how many messages a key is convicted of which each so-many-th message is one."""
    chance = random.Random(7)
    for number in range(100_000):
        keys = (key,) if number % every == 0 else ((key[0], f"stranger {chance.random()}"),)
        if hitters.judge(keys, 0.0, a_host(number // every % hosts), a_host(number)) is not None:
            return number // every + 1
    pytest.fail("it was never convicted")


def test_a_conviction_holds_while_its_flood_lasts_and_ends_within_a_minute_of_it() -> None:
    hitters = HeavyHitters(BOUNDS)
    now = 0.0
    for number in range(60_000):  # a minute at a thousand a second
        now = number / 1000
        hitters.judge((REPLY,), now, a_host(number), a_host(number))
    assert hitters.standing((REPLY,), now, 1, 1) is not None
    assert not list(hitters.convictions(now + 40.0))
    assert list(hitters.convictions(now + 30.0))
    assert hitters.judge((REPLY,), now + 60.0, a_host(1), a_host(1)) is None


def test_who_falls_under_a_conviction_before_his_content_is_known_keeps_it_alive() -> None:
    hitters = HeavyHitters(BOUNDS)
    feed(hitters, 240, DOMAIN)
    for second in range(200):
        for _ in range(20):
            assert hitters.standing((DOMAIN,), float(second), 1, 1) is not None


def test_a_flood_of_new_keys_pushes_no_frequent_one_out() -> None:
    hitters = HeavyHitters(BOUNDS)
    chance = random.Random(3)
    for number in range(2_000):
        hitters.judge(((Facet.REPLY_TO, f"{chance.random()}@x.test"),), 0.0, a_host(number), 1)
        if hitters.judge((REPLY,), 0.0, a_host(number), 1) is not None:
            assert number < 300
            return
    pytest.fail("it was pushed out")


@given(keys=st.lists(st.integers(0, 400), max_size=2_000), most=st.sampled_from([8, 64]))
def test_a_count_is_never_too_big_and_a_table_never_too_long(keys: list[int], most: int) -> None:
    sketch = Sketch(most)
    for key in keys:
        sketch.add(str(key), 0.0, 1, 1)
        assert len(sketch) <= most
    for key, count in sketch.top(0.0, most):
        assert 0 < count.count <= keys.count(int(key))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=200))
def test_two_tables_merged_know_what_one_would(seen: list[tuple[bool, int]]) -> None:
    whole, left, right = Sketch(64), Sketch(64), Sketch(64)
    for number, (here, key) in enumerate(seen):
        for sketch in (whole, left if here else right):
            sketch.add(str(key), 1.0, a_host(number), a_host(key))
    left.merge(right, 1.0)
    merged = {key: (round(one.count, 6), one.hosts, one.locals) for key, one in left.top(1.0, 64)}
    assert merged == {key: (round(one.count, 6), one.hosts, one.locals) for key, one in whole.top(1.0, 64)}


def test_half_of_a_count_is_left_after_a_half_life() -> None:
    sketch = Sketch(4)
    for _ in range(8):
        sketch.add("a", 0.0, 1, 1)
    assert sketch.top(HALF_LIFE, 1)[0][1].count == pytest.approx(4.0)


def test_what_a_flood_is_convicted_of_is_bounded() -> None:
    hitters = HeavyHitters(Bounds(count=60, wide=60, share=0.0, overwhelming=1, keys=2_000))
    for flood in range(400):
        for number in range(70):
            hitters.judge(((Facet.REPLY_TO, str(flood)),), flood * 0.001, a_host(number), 1)
    assert len(list(hitters.convictions(0.4))) == 256


def test_hosts_of_long_ago_do_not_make_a_burst_of_one_host_a_flood() -> None:
    """Sixty hosts of a company, one message a second; then one of them sends a thousand at once."""
    hitters = HeavyHitters(BOUNDS)
    for second in range(600):
        hitters.judge((DOMAIN,), float(second), a_host(second // 10), 1)
    feed(hitters, 1_000, DOMAIN, now=600.0, hosts=1)
    assert not list(hitters.convictions(600.0))
