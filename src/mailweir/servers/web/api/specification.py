"""What the descriptions of all routes have in common."""

from collections.abc import Mapping
from typing import Final

from litestar.openapi.datastructures import ResponseSpec

from mailweir.servers.web.errors import ErrorBody

ADDRESSES: Final = ["Addresses"]
ACCOUNT: Final = ["Account"]
DOMAINS: Final = ["Domains"]
STATISTICS: Final = ["Public mail"]
TAGS: Final = ["Messages"]
_WHY: Final[Mapping[int, str]] = {
    400: "A value is not what is allowed; the message names it",
    401: "A key is needed, or this one is unknown",
    403: "The operator does not allow it, or it belongs to another account",
    404: "There is no such thing, or it is not yours",
    409: "Something is in the way; the message says what",
    413: "The message is too long",
    415: "The body is not message/rfc822",
    429: "The account has used up what its plan allows; `limit` says until when",
    503: "The store cannot be reached, or the message is not read yet; try again",
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route may answer; with a quota, which any call may reach, if it takes a key."""
    every = (*statuses, 429) if 401 in statuses else statuses  # noqa: PLR2004  HTTP's own numbers
    return {status: ResponseSpec(ErrorBody, description=_WHY[status]) for status in every}
