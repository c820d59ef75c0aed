"""A node is ready when the processes that it needs are heard of and none of them is in trouble."""

from mailweir.model.event import Heartbeat
from mailweir.policy.health import FRESH, Pulse

NEEDED = frozenset({"receiver"})


def test_before_the_first_heartbeat_a_node_is_not_ready() -> None:
    assert Pulse(NEEDED).troubles(0.0) == ["receiver: no process is heard of"]


def test_a_healthy_receiver_makes_it_ready_for_a_while() -> None:
    pulse = Pulse(NEEDED)
    pulse.note(Heartbeat("receiver", 7), 100.0)
    assert pulse.troubles(100.0 + FRESH - 0.1) == []
    assert pulse.troubles(100.0 + FRESH) == ["receiver: no process is heard of"]


def test_trouble_of_any_process_is_told_until_it_is_over() -> None:
    pulse = Pulse(NEEDED)
    pulse.note(Heartbeat("receiver", 7), 100.0)
    pulse.note(Heartbeat("web", 8, "the store is full"), 100.0)
    assert pulse.troubles(101.0) == ["web 8: the store is full"]
    pulse.note(Heartbeat("web", 8), 101.0)
    assert pulse.troubles(101.0) == []


def test_a_process_that_is_gone_takes_its_trouble_with_it() -> None:
    pulse = Pulse(NEEDED)
    pulse.note(Heartbeat("receiver", 7, "the store is full"), 100.0)
    pulse.note(Heartbeat("receiver", 9), 100.0 + FRESH)
    assert pulse.troubles(100.0 + FRESH) == []


def test_a_flood_of_names_is_not_remembered() -> None:
    pulse = Pulse(NEEDED)
    pulse.note(Heartbeat("receiver", 1), 0.0)
    for number in range(5000):
        pulse.note(Heartbeat("web", number, "lies"), 0.0)
    assert len(pulse.troubles(0.0)) < 300
