"""What we use of the driver, in types: apsw's own are unknown before Python 3.12 has `Buffer`."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, Self

import apsw


class Rows(Protocol):
    """The answer to one statement; its columns have the types that the statement says."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    @property
    def get(self) -> Any:  # noqa: ANN401  the statement says which type
        """One row with one column: its value. No row: None."""
        ...


class Connection(Protocol):
    """`apsw.Connection`."""

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN has not been followed by COMMIT or ROLLBACK."""
        ...

    @property
    def system_errno(self) -> int:
        """The operating system's number for the last I/O error."""
        ...

    def execute(self, statements: str, bindings: Sequence[object] = ..., /) -> Rows:
        """Runs statements up to the first row of an answer; the rest when the rows are fetched."""
        ...

    def executemany(self, statements: str, rows: Iterable[Sequence[object]], /) -> Rows:
        """Runs a statement once for each row of bindings."""
        ...

    def set_busy_timeout(self, milliseconds: int, /) -> None:
        """How long to wait for whoever has locked the file."""
        ...

    def set_progress_handler(self, handler: Callable[[], bool] | None, steps: int = ..., /) -> None:
        """Asks every so many steps whether to end the running statement with InterruptError."""
        ...

    def close(self, *, force: bool = ...) -> None:
        """Ends it; `force` keeps errors back."""
        ...

    def __enter__(self) -> Self:
        """Begins a transaction."""
        ...

    def __exit__(self, *error: object) -> bool | None:
        """Ends it: COMMIT, or ROLLBACK after an error."""
        ...


def numbers(values: Iterable[int]) -> object:
    """Binds to `carray(?)`; at least one."""
    return apsw.carray(array("q", values))  # pyright: ignore[reportUnknownMemberType]  # Buffer, as above


def texts(values: Iterable[str]) -> object:
    """Binds to `carray(?)`; at least one."""
    return apsw.carray(tuple(values))  # pyright: ignore[reportUnknownMemberType]  # Buffer, as above
