"""Whether this node can do its work, from what its processes say of themselves."""

from mailweir.model.event import Heartbeat

FRESH = 5.0
"""Seconds for which a heartbeat counts; five in a row may be lost."""

_MOST = 256  # processes that are remembered; the supervisor starts at most 64 of one role


class Pulse:
    """The last heartbeat of each process. Times in seconds of one stopwatch."""

    def __init__(self, needed: frozenset[str]) -> None:
        """`needed`: the roles without which the node is not ready."""
        self._needed = needed
        self._last: dict[tuple[str, int], tuple[float, str]] = {}

    def note(self, heartbeat: Heartbeat, now: float) -> None:
        """One more heartbeat."""
        self._last = {key: value for key, value in self._last.items() if now - value[0] < FRESH}
        if len(self._last) < _MOST:
            self._last[heartbeat.role, heartbeat.pid] = (now, heartbeat.trouble)

    def troubles(self, now: float) -> list[str]:
        """One sentence for each thing that is wrong; empty when the node is ready."""
        fresh = {key: trouble for key, (at, trouble) in self._last.items() if now - at < FRESH}
        beating = {role for role, _ in fresh}
        found = [f"{role}: no process is heard of" for role in sorted(self._needed - beating)]
        found += [f"{role} {pid}: {trouble}" for (role, pid), trouble in sorted(fresh.items()) if trouble]
        return found
