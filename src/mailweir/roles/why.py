"""Why mail was refused, from the command line, also when no process of this service runs."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite.connection import File
from mailweir.adapters.sqlite.explanations import SqliteExplanations
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox, caught_host
from mailweir.model.explanation import Explanation
from mailweir.ports.errors import UnavailableError
from mailweir.ports.explanations import Explanations
from mailweir.roles.errors import StartError


def why(directory: Path, asked: Inbox | str, *, limit: int) -> Sequence[Explanation]:
    """What is known of an inbox, of all those of a host by `*@host`, or of a code; the newest first.

    Changes nothing there. Raises StartError.
    """
    if not (directory / File.ACCOUNTS.database).is_file():
        raise StartError(f"There is no store in {directory}; name its directory with --data.")
    if not (directory / File.EXPLANATIONS.database).is_file():
        return ()
    try:
        return asyncio.run(_found(directory, asked, limit))
    except UnavailableError as error:
        raise StartError(f"The explanations in {directory} cannot be read: {error}.") from error


async def _found(directory: Path, asked: Inbox | str, limit: int) -> Sequence[Explanation]:
    explanations = SqliteExplanations(directory, SystemClock(), renews=False)
    try:
        return await _of(explanations, asked, limit)
    finally:
        await explanations.close()


async def _of(explanations: Explanations, asked: Inbox | str, limit: int) -> Sequence[Explanation]:
    if "@" not in asked:
        return await explanations.of_code(asked, limit=limit)
    inbox = Inbox(asked)
    host = caught_host(inbox)
    if host is None:
        return await explanations.of_inbox(inbox, limit=limit)
    return await explanations.at_host(host, limit=limit, wanted=lambda _: True)
