"""Floods, at a size for every day; `python -m incidents` plays them in full.

What is asserted here is ten times wider than what is measured there: other people's machines are busy.
"""

from pathlib import Path

import pytest

from incidents import flood_senders, four_addresses
from incidents.four_addresses import SOURCES
from incidents.reaction import SLOW


@pytest.mark.timeout(240)
@pytest.mark.parametrize("variant", ["rotating-reply-to", "same-body"])
async def test_senders_that_are_never_the_same_twice_are_stopped_and_nobody_else(
    tmp_path: Path, variant: str
) -> None:
    size = flood_senders.Size(messages=6_000, neighbours=30, rate=1_500.0)
    outcome = await flood_senders.flooded(tmp_path / "data", variant, size)
    reaction, real, neighbours = outcome.reaction, outcome.honest.real, outcome.honest.neighbours
    assert reaction.sent + reaction.held_back == 6_000
    assert 0 <= reaction.detected_after <= 3_000, reaction
    assert reaction.share >= 50, reaction
    assert outcome.grown[1] <= 320
    assert real.sent == size.real
    assert real.refused == 0, real.replies
    late = real.replies.total() + sum(took > 10 * SLOW for took in real.took)
    assert late <= real.sent * 0.01, real.replies
    assert neighbours.in_time >= neighbours.sent * 0.9, neighbours
    assert outcome.calm_after <= 60


@pytest.mark.timeout(120)
async def test_four_addresses_are_banned_and_readers_do_not_feel_them(tmp_path: Path) -> None:
    outcome = await four_addresses.flooded(tmp_path / "data", messages=6_000, seconds=25.0, calm=5.0)
    banned, reads = outcome.reaction.banned_within, outcome.pressed.reads
    assert len(banned) == SOURCES, outcome.reaction
    assert max(banned.values()) <= 20
    assert reads.failed == 0, reads.failures
    assert reads.p99 <= max(30 * outcome.calm.reads.p99, 500)


@pytest.mark.timeout(120)
async def test_a_list_holds_in_a_process_that_is_all_there_is(tmp_path: Path) -> None:
    listing = await four_addresses.enforced(tmp_path / "data", networks=10_000)
    assert listing.imported == 0, listing.said
    assert listing.turned_away == listing.tried >= 300
    assert listing.served == listing.others >= 30
    assert listing.seconds <= 10
