"""Puts examples into the API's description: of bodies, of answers, and of errors in their own words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import json, to_builtins

from mailweir.policy.quota import Month, Quota, end_of
from mailweir.policy.visibility import Refusal
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.api.parameters import address_of, host_in, limit_of, since_of, truth_of, until_of
from mailweir.servers.web.api.samples import ANSWERS, BODIES, FAILURES
from mailweir.servers.web.api.specification import ACCOUNT, DOMAINS, RUNS, STATISTICS
from mailweir.servers.web.api.statistics import NO_SUCH_FILE, md5_of
from mailweir.servers.web.errors import (
    NO_SUCH_DOMAIN,
    NO_SUCH_MESSAGE,
    NO_SUCH_RUN,
    ErrorBody,
    NotFoundError,
    NotReadyError,
    RequestError,
    TooLargeError,
    WrongRequestError,
    WrongTypeError,
    error_body,
    problem,
)
from mailweir.servers.web.health import HEALTH
from mailweir.services.access import RefusedError
from mailweir.services.bundling import BEING_EXPORTED
from mailweir.services.domains import NotEmptyError
from mailweir.services.exporting import AlreadyExportingError
from mailweir.services.metering import OverQuotaError
from mailweir.services.runs import RunOverError

Described = dict[str, Any]
"""A part of the description, as JSON has it."""

_JSON: Final = "application/json"
_WRONG: Final = "400"
_FIRST_ERROR: Final = "4"


def illustrated(document: Described) -> Described:
    """The description with an example of each body and JSON answer, as far as `samples` has one."""
    for operations in document["paths"].values():
        for operation in operations.values():
            _illustrate(operation)
    return document


def _illustrate(operation: Described) -> None:
    name: str = operation["operationId"]
    if "requestBody" in operation and name in BODIES:
        for media in operation["requestBody"]["content"].values():
            media["example"] = BODIES[name]
    for status, answer in operation["responses"].items():
        media = answer.get("content", {}).get(_JSON)
        if media is None:
            continue
        shown = _answer(operation, status)
        if shown is not None:
            media["example"] = to_builtins(shown)


def _answer(operation: Described, status: str) -> object:
    """What the operation answers with this status; None when there is no example."""
    name: str = operation["operationId"]
    if (name, status) in FAILURES:
        return FAILURES[name, status]
    return _error(operation, status) if status >= _FIRST_ERROR else ANSWERS.get(name)


def _error(operation: Described, status: str) -> ErrorBody | None:
    """What the operation answers with this status."""
    found = _mishap(operation, status)
    return None if found is None else error_body(problem(found))


def _mishap(operation: Described, status: str) -> Exception | None:
    if status == _WRONG:
        return _wrong(operation)
    by_tag = _OF_TAGS.get(operation["tags"][0], {})
    return by_tag.get(status) or _ERRORS.get(status)


def _wrong(operation: Described) -> Exception:
    name: str = operation["operationId"]
    if name in _OF_OPERATIONS:
        return _OF_OPERATIONS[name]
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in _OF_PARAMETERS:
            return _OF_PARAMETERS[parameter["name"]]
    if name in BODIES:
        return WrongRequestError(f"The body is not JSON such as {json.encode(BODIES[name]).decode()}.")
    return WrongRequestError("A request needs one Host header that is a name or an address with a port.")


def _raised(read: Callable[[str], object], text: str) -> Exception:
    """What is said of a value that is none."""
    try:
        read(text)
    except RequestError as error:
        return error
    raise AssertionError(text)


_OF_PARAMETERS: Final[Mapping[str, Exception]] = {
    "email": _raised(address_of, "bob"),
    "domain_name": _raised(host_in, "qa"),
    "limit": _raised(limit_of, "all"),
    "since": _raised(since_of, "yesterday"),
    "startDate": _raised(lambda text: until_of(text, "startDate"), "yesterday"),
    "andRead": _raised(lambda text: truth_of("andRead", text), "perhaps"),
    "md5": _raised(md5_of, "a.txt"),
}
_OF_OPERATIONS: Final[Mapping[str, Exception]] = {
    "ValidateAddress": WrongRequestError("An address has up to 1,000 characters."),
    "ListDeliveries": WrongRequestError(
        "Say which deliveries: to for an address, or code for that of a reply."
    ),
    "SearchInboxMessages": WrongRequestError("query has 201 characters; allowed are 200."),
}
_MONTH: Final = Quota(10_000, 10_000, end_of(Month(2026_11)))
_HAS_MAIL: Final = (
    "qa.thing.test has mail (12), which would become public: make the domain public first, or add "
    "?deleteDomainMessages=true."
)
_ERRORS: Final[Mapping[str, Exception]] = {
    "401": RefusedError(Refusal.KEY_NEEDED),
    "403": RefusedError(Refusal.NOT_YOURS),
    "404": NotFoundError(NO_SUCH_MESSAGE),
    "409": NotEmptyError(_HAS_MAIL),
    "410": RunOverError(),
    "413": TooLargeError("The body is longer than the 26214400 octets that are allowed here."),
    "415": WrongTypeError("Send the message with Content-Type: message/rfc822."),
    "429": OverQuotaError(_MONTH, 86_400),
    "503": UnavailableError("away"),
}
_OF_TAGS: Final[Mapping[str, Mapping[str, Exception]]] = {
    ACCOUNT[0]: {"403": RefusedError(Refusal.ELSEWHERE)},
    DOMAINS[0]: {"403": RefusedError(Refusal.NOT_YOUR_DOMAIN), "404": NotFoundError(NO_SUCH_DOMAIN)},
    RUNS[0]: {
        "403": RefusedError(Refusal.ELSEWHERE),
        "404": NotFoundError(NO_SUCH_RUN),
        "409": AlreadyExportingError(BEING_EXPORTED),
    },
    STATISTICS[0]: {"403": RefusedError(Refusal.FORBIDDEN), "404": NotFoundError(NO_SUCH_FILE)},
    HEALTH[0]: {"503": NotReadyError(["the disk is full"])},
}
