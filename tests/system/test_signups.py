"""Sign-ups over restarts, at a size for every day; `python -m incidents` plays thousands."""

from pathlib import Path

import pytest

from incidents.signups import ROLES, signups_under_restarts


@pytest.mark.timeout(180)
async def test_every_sign_up_is_given_its_own_code_while_processes_are_killed(tmp_path: Path) -> None:
    outcome = await signups_under_restarts(tmp_path / "data", signups=80, workers=2, pause=(0.8, 1.2), seed=3)
    assert outcome.ends == {"": 80}
    assert set(outcome.killed) == set(ROLES)
