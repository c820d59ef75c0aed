"""What the intake's thread does: compress, write and sync a batch; measure the room there is."""

from collections.abc import Sequence
from pathlib import Path

from mailweir.adapters.sqlite.batch import UnfitError, write_batch
from mailweir.adapters.sqlite.disk import Watermarks, probe
from mailweir.adapters.sqlite.packing import Body, Packer
from mailweir.adapters.sqlite.rows import Prepared, prepare_rows
from mailweir.adapters.sqlite.writer import Writer
from mailweir.model.message import Delivery
from mailweir.ports.errors import UnavailableError
from mailweir.ports.intake import Room

Outcome = UnavailableError | None
"""None: kept. Otherwise the reason why this one delivery was refused."""


class Committer:
    """Used by one thread at a time."""

    def __init__(self, directory: Path, writer: Writer, watermarks: Watermarks) -> None:
        self._directory = directory
        self._writer = writer
        self._watermarks = watermarks
        self._packer = Packer()

    def commit(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """One outcome for each delivery. Raises UnavailableError when it holds for all of them."""
        packed = self._packer.pack([delivery.raw for delivery in deliveries])
        prepared = [_prepared(delivery, body) for delivery, body in zip(deliveries, packed, strict=True)]
        fit = [one for one in prepared if isinstance(one, Prepared)]
        written = iter(write_batch(self._writer, fit) if fit else ())
        return [next(written) if isinstance(one, Prepared) else one for one in prepared]

    def room(self, *, refused: bool) -> Room:
        """`refused`: the disk took no more at the last attempt, so ask it and not its statistics.

        Raises UnavailableError when it still takes nothing.
        """
        if refused:
            probe(self._directory)
        return self._watermarks.room(self._directory, unused=self._writer.unused_octets())

    def close(self) -> None:
        """A second call does nothing."""
        self._writer.close()


def _prepared(delivery: Delivery, body: Body) -> Prepared | UnfitError:
    try:
        return prepare_rows(delivery, body)
    except (TypeError, ValueError, OverflowError) as error:
        return UnfitError(f"the store cannot hold this message: {error}")
