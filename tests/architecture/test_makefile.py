"""What `make` alone says is what there is."""

import re
import subprocess

from architecture.repository import ROOT

PROMISED = {"run", "test", "check", "bench", "incidents", "fuzz", "lock", "wheel", "clean", "help"}


def test_help_lists_every_target_that_a_person_types() -> None:
    made = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    listed = set(re.findall(r"^  make ([a-z]+) ", made.stdout, re.MULTILINE))
    assert listed >= PROMISED
    assert listed <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
