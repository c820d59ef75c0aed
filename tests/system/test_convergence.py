"""Nodes that tell each other of bans over a bad network hold the same at last, whatever the seed."""

import pytest

from incidents.convergence import Flaw, run, simulated


def test_no_seed_ends_with_nodes_that_differ() -> None:
    assert [figure.name for figure in run(seeds=500) if not figure.holds] == []


def test_a_simulation_does_all_that_it_says() -> None:
    worlds = [simulated(seed) for seed in range(20)]
    happened = {what for world in worlds for what in world.happened}
    wanted = {"put", "rule", "lift", "deliver", "snapshot", "part", "restart", "clock", "save", "shorten"}
    assert happened == wanted
    assert sum(len(world.lifts) for world in worlds) > 20


def test_a_seed_brings_about_the_same_each_time() -> None:
    assert simulated(7).made == simulated(7).made


@pytest.mark.parametrize("flaw", ["stamps cut", "no shield", "last to arrive"])
def test_a_flaw_would_be_found(flaw: Flaw) -> None:
    worlds = [simulated(seed, flaw) for seed in range(60)]
    assert sum(world.differences() + world.lost_lifts() + world.late_bans for world in worlds) > 0
