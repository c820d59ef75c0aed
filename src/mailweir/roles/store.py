"""The store as a start finds it and leaves it, before any role opens it."""

from pathlib import Path

from mailweir.adapters.sqlite.accounts import number_of_accounts
from mailweir.adapters.sqlite.disk import probe
from mailweir.adapters.sqlite.migration import StoreVersionError
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.ports.errors import UnavailableError
from mailweir.roles.errors import StartError


def prepare_store(directory: Path) -> None:
    """Makes the store fit to be written to, before any role starts. Raises StartError."""
    try:
        prepare(directory, SystemClock())
        probe(directory)
    except StoreVersionError as error:
        raise StartError(str(error)) from error
    except UnavailableError as error:
        hint = "make room there" if error.full else "mend it, or name another directory with --data"
        raise StartError(f"The store in {directory} cannot be opened: {error}; {hint}.") from error


def how_many_accounts(directory: Path) -> int:
    """How many accounts the store there has; none where there is no store. Raises StartError."""
    try:
        return number_of_accounts(directory)
    except UnavailableError as error:
        raise StartError(f"The store in {directory} cannot be used: {error}.") from error
