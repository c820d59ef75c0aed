"""Deliveries kept in memory: durable as long as the process."""

import asyncio

from mailweir.adapters.memory.store import MemoryStore
from mailweir.model.message import Delivery
from mailweir.policy.overload import Backlog
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room


class MemoryIntake:
    """Keeps deliveries in a `MemoryStore`; `slow` and `full` are shares of its capacity."""

    def __init__(self, store: MemoryStore, *, slow: float = 0.80, full: float = 0.90) -> None:
        self._store = store
        self._slow = slow
        self._full = full

    def deliver(self, delivery: Delivery) -> asyncio.Future[None]:
        """Complete on return, or failed with UnavailableError when memory would pass the capacity."""
        kept = asyncio.get_running_loop().create_future()
        if self._store.used + delivery.size > self._store.capacity:
            kept.set_exception(UnavailableError("the memory store is full", full=True))
            return kept
        self._store.keep(delivery)
        kept.set_result(None)
        return kept

    def backlog(self) -> Backlog:
        """Nothing waits, ever."""
        return Backlog(0, 0.0)

    def room(self) -> Room:
        """By the octets that are kept."""
        share = self._store.used / self._store.capacity
        if share >= self._full:
            return Room.FULL
        return Room.SLOW if share >= self._slow else Room.CALM

    async def close(self) -> None:
        """Nothing is pending, ever."""
