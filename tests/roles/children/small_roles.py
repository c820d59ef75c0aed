"""Roles that are small enough to be driven by a test, and real processes all the same."""

import asyncio
import os
import signal
from pathlib import Path

from mailweir.roles.seat import Seat


async def _greet(
    seat: Seat, reloaded: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answers each connection with its process id, then does what it is told."""
    writer.write(f"{os.getpid()}\n".encode())
    await writer.drain()
    match (await reader.readline()).strip():
        case b"crash":
            os._exit(70)
        case b"fresh":
            os._exit(os.EX_TEMPFAIL)
        case b"niceness":
            writer.write(f"{os.nice(0)}\n".encode())
        case b"look":
            entries = sorted(os.environ)
            command = await asyncio.to_thread(Path("/proc/self/cmdline").read_bytes)
            writer.write(repr((entries, command, seat.settings.secret)).encode() + b"\n")
        case b"block":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            while True:  # a loop that is held up by hostile mail
                pass
        case b"slow":
            await seat.stopping.wait()
            await asyncio.sleep(0.3)
            writer.write(b"finished\n")
        case b"reload":
            writer.write(b"waiting\n")
            await reloaded.wait()
            writer.write(b"reloaded\n")
        case b"never":
            await asyncio.Event().wait()
        case _:
            pass
    writer.close()


async def door(seat: Seat) -> int:
    """Serves its sockets until told to stop, then waits for the conversations that it has begun."""
    talks: set[asyncio.Task[None]] = set()
    reloaded = asyncio.Event()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await _greet(seat, reloaded, reader, writer)
        finally:
            talks.discard(task)

    servers = [
        await asyncio.start_server(served, sock=one) for group in seat.sockets.values() for one in group
    ]
    seat.on_reload(reloaded.set)
    seat.ready()
    await seat.stopping.wait()
    for server in servers:
        server.close()
    while talks:
        await asyncio.wait(talks)
    return 0


async def refuses_its_settings(_seat: Seat) -> int:
    return 2


async def dies_before_it_serves(_seat: Seat) -> int:
    return 1


async def prints(seat: Seat) -> int:
    print("a library's greeting", flush=True)
    return await door(seat)


async def is_never_ready(seat: Seat) -> int:
    print("starting\n", end="", flush=True)  # one write: there are two of these
    await seat.stopping.wait()
    return 0
