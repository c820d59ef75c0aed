"""What `make fuzz` searches for minutes is tried for a moment by every `make test`, without instruments."""

import time
from pathlib import Path

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from fakes.examples import part
from fakes.hostile import mutations
from fuzz import machines
from fuzz.catalogue import TARGETS, Target
from fuzz.checking import SLOW, SlowError, load, load_machine, timed
from fuzz.machines import tell

OF_OCTETS = [target for target in TARGETS.values() if not target.is_machine]
MACHINES = {"conversation": 60, "store": 3}  # stories; one of the store takes a second


@pytest.mark.parametrize("target", OF_OCTETS, ids=lambda target: target.name)
def test_promises_hold_for_seeds_and_their_mutations(target: Target) -> None:
    module = load(target)
    spent: list[int] = []
    check = timed(module.check, spent.append)
    seeds = list(module.seeds())
    for octets in (b"", *seeds, *module.WORDS, *mutations(seeds, part(1000), seed=1)):
        check(octets[: target.longest])
    assert len(spent) > len(seeds)


@pytest.mark.parametrize("target", OF_OCTETS, ids=lambda target: target.name)
def test_seeds_are_small_and_few(target: Target) -> None:
    seeds = list(load(target).seeds())
    assert 4 <= len(seeds) <= 60
    assert all(len(octets) <= target.longest for octets in seeds)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", MACHINES)
def test_no_story_breaks_a_promise(name: str, tmp_path: Path) -> None:
    told: list[int] = []
    tell(load_machine(TARGETS[name]).MACHINE, stories=MACHINES[name], examples=tmp_path, count=told.append)
    assert len(told) >= MACHINES[name]


def test_every_machine_is_tried() -> None:
    assert MACHINES.keys() == {target.name for target in TARGETS.values() if target.is_machine}


def test_an_execution_of_more_than_a_second_is_told() -> None:
    def check(_octets: bytes) -> None:
        begun = time.thread_time()
        while time.thread_time() < begun + SLOW + 0.01:
            pass

    with pytest.raises(SlowError):
        timed(check, lambda _: None)(b"")


def test_an_interrupt_behind_another_error_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object, **__: object) -> None:
        error = AssertionError()  # as hypothesis does in the midst of its own work
        error.__context__ = KeyboardInterrupt()
        raise error

    monkeypatch.setattr(machines, "tell", broken_off)
    (tmp_path / "found").mkdir()
    with pytest.raises(KeyboardInterrupt):
        machines.run(RuleBasedStateMachine, 1.0, tmp_path, lambda _: None)
    assert list((tmp_path / "found").iterdir()) == []
