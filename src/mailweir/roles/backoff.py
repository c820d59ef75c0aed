"""When a child that ended is started again, and when it is given up. Decisions only."""

import os
import signal
from dataclasses import dataclass

FIRST = 0.1  # seconds
LONGEST = 10.0  # seconds
HEALTHY = 2.0  # seconds of service after which a child counts as healthy
TRIES = 8  # ends in a row of a child that was never healthy: about 13 s of trying

WRONG_SETTING = 2  # exit code: starting again cannot help
FRESH_PROCESS = os.EX_TEMPFAIL  # exit code: start me again, I may not go on (a failed fsync)


@dataclass(slots=True)
class Backoff:
    """The history of one child over its lives."""

    _pause: float = FIRST
    _failures: int = 0
    _ever_healthy: bool = False

    def after(self, code: int, served: float) -> float | None:
        """Seconds until the next life, or None when there shall be none.

        `code` is the exit code, or the negative number of the signal that ended the child; `served` is
        for how many seconds it served.
        """
        if code == WRONG_SETTING:
            return None
        if served >= HEALTHY:
            self._pause, self._failures, self._ever_healthy = FIRST, 0, True
        # SIGKILL comes from a person or from a kernel short of memory: it is not the role that failed.
        if code not in {FRESH_PROCESS, -signal.SIGKILL}:
            self._failures += 1
        if self._failures >= TRIES and not self._ever_healthy:
            return None
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST)
        return pause
