"""An account's data from the command line, also beside a running server: exported to the disk, and erased."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from mailweir.adapters.export_files import FolderOfFiles, OneFile
from mailweir.adapters.sqlite.accounts import SqliteAccounts
from mailweir.adapters.sqlite.directory import SqliteDirectory
from mailweir.adapters.sqlite.domains import SqliteDomains
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.users import SqliteUsers
from mailweir.adapters.system import SystemClock
from mailweir.model.account import AccountName
from mailweir.model.export import ExportedFile
from mailweir.ports.accounts import UnknownAccountError
from mailweir.ports.errors import UnavailableError
from mailweir.roles.errors import StartError
from mailweir.roles.store import prepare_store
from mailweir.services.erasing import Erasing
from mailweir.services.exporting import MAIL, Exporting, zipped

T = TypeVar("T")

_STEP: Final = 1000  # messages after which a person is told how far it is


@dataclass(slots=True)
class _Steps:
    """Tells a person now and then how many messages it has been."""

    say: Callable[[str], None]
    done: str
    number: int = 0
    told: int = 0

    def reached(self, number: int) -> None:
        self.number = number
        if number - self.told >= _STEP:
            self.told = number
            self.say(f"{number:,} messages {self.done}")


@dataclass(frozen=True, slots=True)
class _Store:
    """What both work on."""

    exporting: Exporting
    erasing: Erasing


def export(directory: Path, account: AccountName, to: Path, say: Callable[[str], None]) -> int:
    """How many messages were written: into a ZIP archive if `to` is named so, else into a new folder.

    Raises StartError.
    """
    steps = _Steps(say, "exported")
    write = _write_archive if to.suffix.lower() == ".zip" else _write_folder

    async def act(store: _Store) -> int:
        files = await store.exporting.begin(account)
        await write(_counted(files, steps), to)
        return steps.number

    try:
        return _run(directory, act)
    except FileExistsError as error:
        raise StartError(
            f"{error.filename} is there already; name a file or a folder that is not."
        ) from error
    except OSError as error:
        raise StartError(f"{to} cannot be written: {error.strerror}.") from error


def erase(directory: Path, account: AccountName, say: Callable[[str], None]) -> int | None:
    """How many messages went with the account; None when there was nothing of it. Raises StartError."""
    steps = _Steps(say, "erased")
    return _run(directory, lambda store: store.erasing.erase(account, steps.reached))


def _run(directory: Path, act: Callable[[_Store], Awaitable[T]]) -> T:
    prepare_store(directory)

    async def acted() -> T:
        async with _opened(directory) as store:
            return await act(store)

    try:
        return asyncio.run(acted())
    except UnknownAccountError as error:
        raise StartError(f"There is no account {error.account}.") from error
    except UnavailableError as error:
        raise StartError(f"The store in {directory} cannot be used: {error}.") from error


@asynccontextmanager
async def _opened(directory: Path) -> AsyncGenerator[_Store]:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        accounts, users = SqliteAccounts(directory, clock), SqliteUsers(directory, clock)
        domains = SqliteDomains(directory, clock)
        mailbox, known = SqliteMailbox(directory, clock), SqliteDirectory(directory)
        stack.callback(known.close)
        for each in (accounts, users, domains, mailbox):
            stack.push_async_callback(each.close)
        exporting = Exporting(accounts, users, domains, mailbox, known, clock)
        yield _Store(exporting, Erasing(accounts, domains, mailbox))


async def _counted(files: AsyncGenerator[ExportedFile], steps: _Steps) -> AsyncGenerator[ExportedFile]:
    async with aclosing(files):
        async for file in files:
            yield file
            if file.name.startswith(MAIL):
                steps.reached(steps.number + 1)


async def _write_archive(files: AsyncGenerator[ExportedFile], to: Path) -> None:
    """Whole, or not at all."""
    archive = OneFile(to)
    try:
        async with aclosing(zipped(files)) as pieces:
            async for octets in pieces:
                archive.write(octets)
        archive.end()
    finally:
        archive.abandon()


async def _write_folder(files: AsyncGenerator[ExportedFile], to: Path) -> None:
    folder = FolderOfFiles(to)
    async with aclosing(files):
        async for file in files:
            folder.begin(file.name)
            async for octets in file.pieces:
                folder.write(octets)
            folder.end()
