"""When the interpreter looks for garbage: not while a process starts, and seldom while it serves.

Nearly everything here is freed by its last reference. With thousands of waiters a look through all that there
is takes 0.4 s, in which nobody is answered, and by Python's own thresholds there was one a second.
"""

import gc
from typing import Final

_THRESHOLDS: Final = (10_000, 20, 50)
"""After how many new objects they are looked through, and after how many such looks older ones are, too."""


def begin() -> None:
    """A process starts: a fifth of that was looking through what it imports."""
    gc.disable()


def settle() -> None:
    """It serves: what is there by now stays, and is never looked through again."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
