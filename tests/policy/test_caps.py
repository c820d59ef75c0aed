"""Ceilings over connections from one address, its network and its region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.policy import caps as subject
from mailweir.policy.caps import Caps, Ceilings, Excess, Width, unmapped

NOW = 1000.0
OPEN_ONLY = Ceilings(new=(0, 0, 0))
NEW_ONLY = Ceilings(open=(0, 0, 0))


def v4(number: int, third: int = 2) -> str:
    return f"192.0.{third}.{number}"


@pytest.mark.parametrize(("already", "enters"), [(28, True), (29, True), (30, False)])
@pytest.mark.parametrize("ip", [v4(1), "2001:db8::1"])
def test_an_address_has_thirty_connections(ip: str, already: int, enters: bool) -> None:  # noqa: FBT001
    caps = Caps(OPEN_ONLY)
    assert [caps.enter(ip, NOW) for _ in range(already)] == [None] * already
    assert caps.enter(ip, NOW) == (None if enters else Excess(Width.ADDRESS, 30, rate=False))


@pytest.mark.parametrize(("already", "enters"), [(88, True), (89, True), (90, False)])
@pytest.mark.parametrize("pattern", ["192.0.2.{}", "2001:db8:0:1::{}"])
def test_a_network_has_ninety(pattern: str, already: int, enters: bool) -> None:  # noqa: FBT001
    caps = Caps(OPEN_ONLY)
    assert not any(caps.enter(pattern.format(number), NOW) for number in range(already))
    found = caps.enter(pattern.format(200), NOW)
    assert found == (None if enters else Excess(Width.NETWORK, 90, rate=False))


@pytest.mark.parametrize(("already", "enters"), [(268, True), (269, True), (270, False)])
@pytest.mark.parametrize("pattern", ["192.0.{}.1", "2001:db8:0:{}::1"])
def test_a_region_has_two_hundred_and_seventy(pattern: str, already: int, enters: bool) -> None:  # noqa: FBT001
    caps = Caps(OPEN_ONLY)
    for number in range(already):
        assert caps.enter(pattern.format(number % 200), NOW) is None
    assert caps.enter(pattern.format(201), NOW) == (None if enters else Excess(Width.REGION, 270, rate=False))


def test_who_leaves_makes_room_and_what_is_kept_shrinks_to_nothing() -> None:
    caps = Caps(OPEN_ONLY)
    ips = [v4(number, third) for number in range(9) for third in range(9)]
    for ip in ips:
        assert caps.enter(ip, NOW) is None
    assert caps.kept_of_open() == 81 + 9 + 1
    for ip in ips:
        caps.leave(ip)
    assert caps.kept_of_open() == 0


def test_what_is_refused_is_not_counted_as_open() -> None:
    caps = Caps(Ceilings(open=(1, 0, 0), new=(0, 0, 0)))
    assert caps.enter(v4(1), NOW) is None
    assert caps.enter(v4(1), NOW) is not None
    caps.leave(v4(1))
    assert caps.enter(v4(1), NOW) is None


@pytest.mark.parametrize(("width", "ips"), [
    (Width.ADDRESS, [v4(1)]),
    (Width.NETWORK, [v4(number) for number in range(5)]),
    (Width.REGION, [v4(number, third) for number in range(3) for third in range(5)]),
])  # fmt: skip
def test_so_many_are_made_in_a_minute_and_then_as_many_as_were_paid_for(width: Width, ips: list[str]) -> None:
    caps = Caps(NEW_ONLY)
    most = caps.ceilings.new[width]
    for number in range(most):
        assert caps.enter(ips[number % len(ips)], NOW) is None
    assert caps.enter(ips[0], NOW) == Excess(width, most, rate=True)
    assert caps.enter(ips[0], NOW + 60 / most * 0.9) is not None
    assert caps.enter(ips[0], NOW + 60 / most * 1.1) is None


def test_a_refused_attempt_costs_nothing() -> None:
    caps = Caps(NEW_ONLY)
    for _ in range(300 + 1000):
        caps.enter(v4(1), NOW)
    assert caps.enter(v4(1), NOW + 0.21) is None


def test_processes_share_what_the_machine_allows() -> None:
    parts = [Caps(OPEN_ONLY, share=4) for _ in range(4)]
    entered = [sum(caps.enter(v4(1), NOW) is None for _ in range(50)) for caps in parts]
    assert entered == [8] * 4  # rounded up
    assert parts[0].enter(v4(1), NOW) == Excess(Width.ADDRESS, 30, rate=False)


def test_nothing_is_refused_where_nothing_is_capped() -> None:
    caps = Caps(Ceilings(open=(0, 0, 0), new=(0, 0, 0)))
    assert not any(caps.enter(v4(1), NOW) for _ in range(5000))


def test_on_trial_everybody_enters_and_the_excess_is_counted() -> None:
    caps = Caps(OPEN_ONLY, acting=False)
    assert not any(caps.enter(v4(1), NOW) for _ in range(35))
    assert caps.refused == {Excess(Width.ADDRESS, 30, rate=False): 5}
    for _ in range(35):
        caps.leave(v4(1))
    assert caps.kept_of_open() == 0


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.200.1.1", "::1"])
def test_the_machine_itself_is_counted_where_it_should_be(ip: str) -> None:
    assert Caps(OPEN_ONLY).counts(ip)
    assert not Caps(OPEN_ONLY, loopback=False).counts(ip)
    assert Caps(OPEN_ONLY, loopback=False).counts(v4(1))
    assert not Caps(OPEN_ONLY).counts("")


def test_ceilings_can_change_while_connections_are_open() -> None:
    caps = Caps(OPEN_ONLY)
    for _ in range(30):
        caps.enter(v4(1), NOW)
    caps.change(Ceilings(open=(31, 0, 0), new=(0, 0, 0)))
    assert caps.enter(v4(1), NOW) is None
    assert caps.enter(v4(1), NOW) == Excess(Width.ADDRESS, 31, rate=False)


def test_what_was_opened_is_kept_for_a_bounded_number_of_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_KEYS", 50)
    caps = Caps(NEW_ONLY)
    for number in range(5000):
        ip = f"10.{number % 250}.{number // 250}.1"
        caps.enter(ip, NOW)
        caps.leave(ip)
    assert caps.kept_of_new() <= 3 * 51


@pytest.mark.parametrize(("written", "meant"), [
    ("::ffff:192.0.2.1", v4(1)),
    ("::ffff:c000:201", v4(1)),
    ("2001:db8::1", "2001:db8::1"),
    (v4(1), v4(1)),
    ("", ""),
])  # fmt: skip
def test_an_ipv4_address_in_ipv6_is_itself(written: str, meant: str) -> None:
    assert unmapped(written) == meant


@given(st.ip_addresses(), st.ip_addresses())
def test_any_two_addresses_can_come_and_go(one: object, other: object) -> None:
    caps = Caps(Ceilings())
    for ip in (str(one), str(other)):
        assert caps.enter(ip, NOW) is None
    for ip in (str(one), str(other)):
        caps.leave(ip)
    assert caps.kept_of_open() == 0
