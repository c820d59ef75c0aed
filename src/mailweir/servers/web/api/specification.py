"""What the descriptions of all routes have in common."""

from collections.abc import Mapping
from typing import Final

from litestar.openapi.datastructures import ResponseSpec

from mailweir.servers.web.errors import ErrorBody

ADDRESSES: Final = ["Addresses"]
ACCOUNT: Final = ["Account"]
TAGS: Final = ["Messages"]
_WHY: Final[Mapping[int, str]] = {
    400: "A value is not what is allowed; the message names it",
    401: "A key is needed, or this one is unknown",
    403: "The operator does not allow it, or it belongs to another account",
    404: "There is no such message",
    413: "The message is too long",
    415: "The body is not message/rfc822",
    503: "The store cannot be reached, or the message is not read yet; try again",
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route may answer."""
    return {status: ResponseSpec(ErrorBody, description=_WHY[status]) for status in statuses}
