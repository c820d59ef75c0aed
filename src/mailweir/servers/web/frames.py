"""What followers are sent for an arrival: one JSON object, made once for all of them.

The message stands in it twice, at the top and under `email`, since the original's documentation and its
examples differ and clients of both kinds are about.
"""

from collections import OrderedDict
from typing import Final

import msgspec

from mailweir.model.marks import Marks
from mailweir.model.message import Summary
from mailweir.servers.web.api.schema import Content, email_message, header_values
from mailweir.services.showing import html_as_written
from mailweir.services.streams import Arrival, Streams
from mailweir.wire.mime.fields import read_block

RAW_OCTETS: Final = 256 * 1024
"""A longer message's octets are left out of its frame; /api/raw has them."""

_KEPT: Final = 256  # frames
_KEPT_OCTETS: Final = 16 * 1024 * 1024

_Name = tuple[int, bool, Marks]
"""Whose message, whether it was read, and what is shown of what people noted."""

_encode = msgspec.json.Encoder().encode


class Frames:
    """The frames of the last arrivals."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._made: OrderedDict[_Name, bytes] = OrderedDict()
        self._octets = 0

    async def of(self, summary: Summary) -> bytes | None:
        """The frame of a message; None when it is gone. Raises UnavailableError."""
        name = (summary.seq, summary.brief is not None, summary.marks)
        if (made := self._made.get(name)) is not None:
            return made
        arrival = await self._streams.arrival(summary)
        if arrival is None:
            return None
        frame = frame_of(arrival)
        self._keep(name, frame)
        return frame

    def _keep(self, name: _Name, frame: bytes) -> None:
        if name not in self._made and len(frame) <= _KEPT_OCTETS:
            self._made[name] = frame
            self._octets += len(frame)
        while len(self._made) > _KEPT or self._octets > _KEPT_OCTETS:
            self._octets -= len(self._made.popitem(last=False)[1])


def frame_of(arrival: Arrival) -> bytes:
    """`{"status": 200, "email": {…}, …}`."""
    message = _encode(email_message(arrival.summary))
    whole = message[:-1] + b"," + _encode(_content(arrival))[1:]
    return b'{"status":200,"email":' + whole + b"," + whole[1:]


def _content(arrival: Arrival) -> Content:
    raw, digest = arrival.raw, arrival.digest
    left_out = len(raw) > RAW_OCTETS
    read = digest is not None and digest.brief.state != "failed"
    headers = digest.headers if digest is not None and read else read_block(raw).decoded()
    return Content(
        raw="" if left_out else raw.decode("utf-8", "replace"),
        raw_left_out=left_out,
        headers=header_values(headers),
        text=digest.text if digest is not None else "",
        html=html_as_written(raw, digest) if digest is not None else "",
        body=digest.html if digest is not None else "",
    )
