"""The one table from exceptions to answers: status, words and headers.

Every error leaves as `{"error", "message", "status"}` (or the same on a small page), says what to do
next where there is something to do, and shows neither a stack trace nor the inside of the house.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from litestar.exceptions import HTTPException

from mailweir.policy.visibility import Refusal
from mailweir.ports.accounts import TooManyError
from mailweir.ports.errors import ConflictError, TooBroadError, UnavailableError
from mailweir.ports.passwords import BusyError
from mailweir.servers.web.moments import iso
from mailweir.services.access import RefusedError
from mailweir.services.addresses import AlreadyYoursError, NotOwnedError, NoUpkeepError
from mailweir.services.choosing import WeakPasswordError
from mailweir.services.domains import AlreadyClaimedError, NotClaimableError, NotEmptyError
from mailweir.services.exporting import AlreadyExportingError
from mailweir.services.metering import OverQuotaError
from mailweir.services.reading import PendingError
from mailweir.services.runs import NotTakenError, RunOverError, TooManyRunsError
from mailweir.services.waiting import StillPendingError, TooManyWaitersError

T = TypeVar("T")

CHALLENGE: Final = 'Basic realm="Mailweir", charset="UTF-8"'
"""RFC 7617 §2.1: what has a browser ask for the guest password by itself, and send it in UTF-8."""

NOT_AUTHORIZED: Final = "Not authorized. You may need to log in first."
PENDING: Final = "This message was kept a moment ago and is still being read. Please try again in a second."
TOO_BROAD: Final = "This search took too long. Please narrow it, by from:, after: or rarer words for example."
BUSY: Final = "Too many people are signing in just now. Please try again in a moment."
RUN_OVER: Final = "This run is over: it was freed, or its time had come."
TOO_MANY_RUNS: Final = "There are too many runs on this server just now. Please try again later."
TOO_MANY_WAITERS: Final = "Too many are waiting here for messages just now. Please try again in a moment."
NO_SUCH_MESSAGE: Final = "Message not found by id. That message has expired or does not exist."

NO_SUCH_RUN: Final = "There is no run of that id that you may see."
NO_SUCH_DOMAIN: Final = "Your account has no such domain; POST /api/domains/{domain} claims one."


class RequestError(Exception):
    """What the client sent cannot be served as it is; the text is for the person who sent it."""


class WrongRequestError(RequestError):
    """A value, a body or the framing is not what is allowed."""


class WrongQueryError(RequestError):
    """A query cannot be read; `position` is the character at which it goes wrong, counted from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"query, character {position + 1}: {reason}")
        self.position = position


class ForeignFormError(RequestError):
    """A form was sent from a page of another site."""


class ForeignPageError(RequestError):
    """A page of another site asked for what only our own pages may ask for."""


class NotFoundError(RequestError):
    """There is nothing of that name, or it is not shown to this reader."""


class TooSlowError(RequestError):
    """The body did not come in time."""


class TooLargeError(RequestError):
    """The body is longer than what is allowed."""


class WrongTypeError(RequestError):
    """The body is not of a type that is understood here."""


class NotReadyError(RequestError):
    """This server should not be sent requests; `reasons` says why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"Not ready: {'; '.join(reasons)}.")
        self.reasons = tuple(reasons)


def there(found: T | None, otherwise: str) -> T:
    """What was found. Raises NotFoundError with the words `otherwise`."""
    if found is None:
        raise NotFoundError(otherwise)
    return found


_STATUS: Final[Mapping[type[Exception], HTTPStatus]] = {
    WrongRequestError: HTTPStatus.BAD_REQUEST,
    WrongQueryError: HTTPStatus.BAD_REQUEST,
    ForeignFormError: HTTPStatus.FORBIDDEN,
    ForeignPageError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    TooSlowError: HTTPStatus.REQUEST_TIMEOUT,
    ConflictError: HTTPStatus.CONFLICT,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    NotReadyError: HTTPStatus.SERVICE_UNAVAILABLE,
    AlreadyYoursError: HTTPStatus.BAD_REQUEST,
    NotOwnedError: HTTPStatus.BAD_REQUEST,
    NoUpkeepError: HTTPStatus.BAD_REQUEST,
    TooManyError: HTTPStatus.BAD_REQUEST,
    NotClaimableError: HTTPStatus.BAD_REQUEST,
    AlreadyClaimedError: HTTPStatus.BAD_REQUEST,
    NotEmptyError: HTTPStatus.CONFLICT,
    WeakPasswordError: HTTPStatus.BAD_REQUEST,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyWaitersError: HTTPStatus.SERVICE_UNAVAILABLE,
    StillPendingError: HTTPStatus.SERVICE_UNAVAILABLE,
    AlreadyExportingError: HTTPStatus.CONFLICT,
    RunOverError: HTTPStatus.GONE,
    TooManyRunsError: HTTPStatus.SERVICE_UNAVAILABLE,
    NotTakenError: HTTPStatus.BAD_REQUEST,
    TooBroadError: HTTPStatus.BAD_REQUEST,
    PendingError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_SENTENCES: Final[Mapping[type[Exception], str]] = {
    PendingError: PENDING,
    TooBroadError: TOO_BROAD,
    BusyError: BUSY,
    TooManyWaitersError: TOO_MANY_WAITERS,
    StillPendingError: PENDING,
    RunOverError: RUN_OVER,
    TooManyRunsError: TOO_MANY_RUNS,
}
# What says itself, for the person who asked, what is the matter.
_SPEAKING: Final = (
    RequestError,
    AlreadyYoursError,
    NotOwnedError,
    NoUpkeepError,
    NotClaimableError,
    AlreadyClaimedError,
    NotEmptyError,
    WeakPasswordError,
    AlreadyExportingError,
    NotTakenError,
)
_REFUSALS: Final[Mapping[Refusal, tuple[HTTPStatus, str]]] = {
    Refusal.UNKNOWN_KEY: (HTTPStatus.UNAUTHORIZED, NOT_AUTHORIZED),
    Refusal.KEY_NEEDED: (HTTPStatus.UNAUTHORIZED, NOT_AUTHORIZED),
    Refusal.FORBIDDEN: (HTTPStatus.FORBIDDEN, "The operator of this server does not allow that."),
    Refusal.NOT_YOURS: (HTTPStatus.FORBIDDEN, "This inbox belongs to another account."),
    Refusal.NOT_YOURS_TO_SORT: (
        HTTPStatus.FORBIDDEN,
        "This message is everybody's. Star it, or reserve its address, to sort it.",
    ),
    Refusal.NOT_YOUR_DOMAIN: (
        HTTPStatus.FORBIDDEN,
        "This domain is not your account's, or not proved to be: POST /api/domains/{domain}/verify.",
    ),
    Refusal.DOMAIN_TAKEN: (HTTPStatus.UNAUTHORIZED, "This domain belongs to another account."),
    Refusal.READ_ONLY: (HTTPStatus.FORBIDDEN, "This key only reads."),
    Refusal.ELSEWHERE: (
        HTTPStatus.FORBIDDEN,
        "This key is for one address or domain, and not for this.",
    ),
    Refusal.NOT_A_MANAGER: (
        HTTPStatus.FORBIDDEN,
        "Members do not see to users, keys and domains; keys that expire, not to users and keys.",
    ),
    Refusal.TAKEN: (HTTPStatus.UNAUTHORIZED, "This address belongs to another account."),
    Refusal.GUESTS_ONLY: (
        HTTPStatus.UNAUTHORIZED,
        "This server is for its guests. Give its guest password, under any name, or sign in.",
    ),
    Refusal.TOO_MANY_WRONG: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "There were too many wrong guest passwords from your network. Please try again in a minute.",
    ),
}
_REFUSAL_HEADERS: Final[Mapping[Refusal, Mapping[str, str]]] = {
    Refusal.GUESTS_ONLY: {"www-authenticate": CHALLENGE},
    Refusal.TOO_MANY_WRONG: {"retry-after": "60"},
}
# What our own code does not word, and what the framework words by repeating the request.
_WORDS: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this path. /docs lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path does not take that method; Allow lists those it takes.",
    HTTPStatus.CONFLICT: "That contradicts what is there already.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It was reported; please try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The mail cannot be reached just now. Please try again in a second.",
}
_CLOSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})


class LimitView(msgspec.Struct, frozen=True):
    """Which limit was reached: how much of it there is and is left, and when it begins anew."""

    name: str
    allowed: int
    remaining: int
    resets: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as it leaves: `unexpected` is what has to be reported."""

    status: HTTPStatus
    message: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    unexpected: bool = False
    reasons: tuple[str, ...] = ()
    position: int | None = None
    limit: LimitView | None = None


class ErrorBody(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What every error answers; `position`, counted from 0, is the character of a query that is wrong."""

    error: str
    message: str
    status: int
    status_url: str = msgspec.field(default="", name="statusUrl")
    community_url: str = msgspec.field(default="", name="communityUrl")
    reasons: tuple[str, ...] = ()
    position: int | None = None
    limit: LimitView | None = None


def problem(error: Exception) -> Problem:
    """What an exception means to the client."""
    if isinstance(error, RefusedError):
        return Problem(*_REFUSALS[error.refusal], _REFUSAL_HEADERS.get(error.refusal, {}))
    if isinstance(error, NotReadyError):
        return replace(_problem(_STATUS[NotReadyError], str(error)), reasons=error.reasons)
    if isinstance(error, WrongQueryError):
        return replace(_problem(_STATUS[WrongQueryError], str(error)), position=error.position)
    if isinstance(error, OverQuotaError):
        return _over_quota(error)
    if isinstance(error, TooManyError):
        return _problem(_STATUS[TooManyError], f"An account may have {error.most:,} of these and no more.")
    if isinstance(error, _SPEAKING):
        return _problem(_STATUS[type(error)], str(error))
    if isinstance(error, HTTPException):
        return _framework_problem(error)
    status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    return _problem(status, _SENTENCES.get(type(error)) or _WORDS[status])


def _over_quota(error: OverQuotaError) -> Problem:
    quota, resets = error.quota, iso(error.quota.resets)
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"The {quota.allowed:,} operations of this month are used up; there are more from {resets} on.",
        {"retry-after": str(error.retry_after)},
        limit=LimitView("operations a month", quota.allowed, quota.remaining, resets),
    )


def error_body(found: Problem, *, status_url: str = "", community_url: str = "") -> ErrorBody:
    """The body of an answer; an outage adds where to read and talk about it."""
    outage = found.status is HTTPStatus.SERVICE_UNAVAILABLE
    return ErrorBody(
        error=found.status.phrase,
        message=found.message,
        status=found.status.value,
        status_url=status_url if outage else "",
        community_url=community_url if outage else "",
        reasons=found.reasons,
        position=found.position,
        limit=found.limit,
    )


def _framework_problem(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    allow = (error.headers or {}).get("allow")
    found = _problem(status, _WORDS.get(status, f"{status.description or status.phrase}."))
    if allow is None:
        return found
    methods = ", ".join(sorted({*allow.split(", "), *(["HEAD"] if "GET" in allow else [])}))
    return Problem(found.status, found.message, {"allow": methods})


def _problem(status: HTTPStatus, message: str) -> Problem:
    headers: dict[str, str] = {}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = "1"
    if status in _CLOSING:  # the rest of the body is not read
        headers["connection"] = "close"
    return Problem(status, message, headers, unexpected=status is HTTPStatus.INTERNAL_SERVER_ERROR)
