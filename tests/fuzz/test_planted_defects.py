"""A planted defect is found, or its target is worthless. `make fuzz` finds all; here are the quickest."""

from dataclasses import replace
from pathlib import Path

import pytest

from fuzz.catalogue import TARGETS
from fuzz.defects import DEFECTS
from fuzz.planting import LIMIT, Defect, ShallowDefectError, StaleDefectError, find, plant

QUICKEST = ("short-addresses", "empty-message-in-pieces", "errors-remembered")
HARMLESS = Defect("proxy", "wire/proxy.py", "Never raises.", "It never raises.")


@pytest.mark.timeout(2 * LIMIT)
@pytest.mark.parametrize("name", QUICKEST)
def test_it_is_found_in_time(name: str) -> None:
    seconds = find(DEFECTS[name])
    assert seconds is not None
    assert seconds < LIMIT


@pytest.mark.parametrize("name", DEFECTS)
def test_what_it_changes_stands_once_in_the_product(name: str, tmp_path: Path) -> None:
    defect = DEFECTS[name]
    plant(defect, tmp_path)
    assert defect.wrong in (tmp_path / "mailweir" / defect.file).read_text("utf-8")


def test_every_target_has_one() -> None:
    assert {defect.target for defect in DEFECTS.values()} == TARGETS.keys()


def test_one_that_has_no_place_any_more_is_told(tmp_path: Path) -> None:
    with pytest.raises(StaleDefectError, match="0 times"):
        plant(replace(HARMLESS, right="what nobody wrote"), tmp_path)


def test_one_that_the_seeds_find_proves_nothing() -> None:
    trivial = Defect("proxy", "wire/proxy.py", 'words[1] == "UNKNOWN"', 'words[9] == "UNKNOWN"')
    with pytest.raises(ShallowDefectError):
        find(trivial)


def test_what_is_no_defect_is_not_found() -> None:
    assert find(HARMLESS, limit=2) is None
