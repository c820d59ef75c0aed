"""The supervisor: keeps a crew of children, and starts again what ended.

It holds the listening sockets and hands each child those of its own doors. A child that ends is
started again after a pause that grows; one that cannot be helped ends the whole server, since a server
that lacks a role and says nothing is worse. SIGTERM and SIGINT drain, a second one ends at once, SIGHUP
goes on to the children. It serves nothing itself, so that hostile input never reaches it.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailweir.config.settings import Settings
from mailweir.observe import logs
from mailweir.roles import sockets
from mailweir.roles.assignment import Assignment
from mailweir.roles.backoff import WRONG_SETTING, Backoff
from mailweir.roles.child_process import ChildProcess
from mailweir.roles.crew import NICE, ChildSpec
from mailweir.roles.errors import StartError
from mailweir.roles.nursing import Nursing
from mailweir.roles.sockets import Sockets

DRAIN = 30.0  # seconds that children get to finish what they have begun
READY_WITHIN = 600.0  # seconds to become ready: a big store may be migrated first

_log = logs.get()


@dataclass(slots=True, eq=False)
class _Place:
    """One place in the crew, over all lives of who fills it."""

    name: str
    spec: ChildSpec
    backoff: Backoff = field(default_factory=Backoff)
    child: ChildProcess | None = None


class Supervisor:
    """Keeps the crew until it is told to stop. `lock` is a descriptor that the children hold as well."""

    def __init__(
        self,
        settings: Settings,
        crew: Sequence[ChildSpec],
        bound: Sockets,
        nursing: Nursing,
        *,
        lock: int | None = None,
    ) -> None:
        self._settings = settings
        self._sockets = bound
        self._nursing = nursing
        self._lock = lock
        self._places = [
            _Place(f"{spec.role} {number}" if spec.count > 1 else spec.role, spec)
            for spec in crew
            for number in range(1, spec.count + 1)
        ]
        self._stopping = asyncio.Event()
        self._hurried = False
        self._failure: str | None = None

    async def run(self, announce: Callable[[], None]) -> int:
        """Calls `announce` once every child serves; returns 0 after a drain and 1 after an end at once.

        Raises StartError when a role has failed for good, after the others were drained.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        waiting = set(self._places)

        def ready(place: _Place) -> None:
            if place in waiting:
                waiting.remove(place)
                if not waiting:
                    announce()

        async with asyncio.TaskGroup() as tasks:
            for place in self._places:
                tasks.create_task(self._keep(place, ready), name=f"keep {place.name}")
        if self._failure is not None:
            raise StartError(self._failure)
        return 1 if self._hurried else 0

    async def _keep(self, place: _Place, ready: Callable[[_Place], None]) -> None:
        """Fills one place until the server stops."""
        while not self._stopping.is_set():
            try:
                code, served = await self._live(place, ready)
            except OSError as error:  # no memory or no process left to start it
                _log.error("role could not be started", role=place.name, why=str(error))
                code, served = 1, 0.0
            if not self._stopping.is_set():
                await self._pause(place, code, served)

    async def _live(self, place: _Place, ready: Callable[[_Place], None]) -> tuple[int, float]:
        """One life of a child: its exit code, and for how many seconds it served."""
        assignment = self._assignment(place.spec)
        child = await ChildProcess.start(self._nursing, assignment, place.name, lambda: ready(place))
        place.child = child
        if self._stopping.is_set():  # meanwhile
            child.send(signal.SIGKILL if self._hurried else signal.SIGTERM)
        impatience = asyncio.get_running_loop().call_later(READY_WITHIN, self._give_up_waiting, child)
        try:
            return await child.ended(self._nursing), child.served
        finally:
            impatience.cancel()
            place.child = None

    async def _pause(self, place: _Place, code: int, served: float) -> None:
        """Waits before the next life, or stops everything when there shall be none."""
        pause = place.backoff.after(code, served)
        if pause is None:
            _log.error("role failed for good", role=place.name, exit_code=code)
            self._failure = _sentence(place.name, code)
            self._stop()
            return
        _log.warning("role ended and is started again", role=place.name, exit_code=code, after=pause)
        try:
            await asyncio.wait_for(self._stopping.wait(), pause)
        except TimeoutError:
            return

    def _assignment(self, spec: ChildSpec) -> Assignment:
        return Assignment(
            settings=self._settings,
            role=spec.role,
            target=spec.target,
            doors={
                door: [one.fileno() for one in self._sockets[door]]
                for door in spec.doors
                if door in self._sockets
            },
            report=-1,
            lock=self._lock,
            niceness=NICE.get(spec.role, 0),
        )

    def _asked_to_stop(self) -> None:
        if self._stopping.is_set():
            self._hurried = True
            self._send(signal.SIGKILL)
        else:
            _log.info("server asked to stop")
            self._stop()

    def _stop(self) -> None:
        if self._stopping.is_set():
            return
        self._stopping.set()
        sockets.close(self._sockets)  # else newcomers would wait here for nobody
        self._send(signal.SIGTERM)
        asyncio.get_running_loop().call_later(DRAIN, self._end_of_drain)

    def _end_of_drain(self) -> None:
        names = [place.name for place in self._places if place.child is not None]
        _log.warning("drain took too long and was ended", roles=names, seconds=DRAIN)
        self._send(signal.SIGKILL)

    def _give_up_waiting(self, child: ChildProcess) -> None:
        if not child.ready:
            _log.error("role did not become ready and is ended", pid=child.pid, seconds=READY_WITHIN)
            child.send(signal.SIGKILL)

    def _reload(self) -> None:
        """A child that has not come as far as to handle SIGHUP would end by it, and reads afresh anyway."""
        for place in self._places:
            if place.child is not None and place.child.ready:
                place.child.send(signal.SIGHUP)

    def _send(self, signal_number: int) -> None:
        for place in self._places:
            if place.child is not None:
                place.child.send(signal_number)


def _sentence(name: str, code: int) -> str:
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    if code == WRONG_SETTING:
        return f"Role {name} was refused a setting; the log above says which, mend it and start again."
    return (
        f"Role {name} ended again and again, at last {how}; the log above says why, mend it and start again."
    )
