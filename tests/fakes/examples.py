"""How many examples a property is tried on: all by `make test`, a part of them by `make check`."""

import os

from hypothesis import settings

_PART = 1 if "THOROUGH" in os.environ else 5


def part(count: int) -> int:
    """`count` with THOROUGH set in the environment, otherwise a fifth of it."""
    return count // _PART


def examples(count: int) -> settings:
    """Settings of a property that `make test` tries on `count` examples, each for as long as it takes."""
    return settings(max_examples=part(count), deadline=None)
