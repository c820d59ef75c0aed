"""`mailweir wait`: for shells, the message that a script has caused, its code or its link."""

import http.client
import math
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from cyclopts import Parameter, validators
from msgspec.json import decode

from mailweir.cli.saying import FAILED, OK, WRONG, print_json, print_text, say, tell
from mailweir.config.errors import SettingsError
from mailweir.model.address import Address
from mailweir.model.criteria import LONGEST_WAIT, LOOKS_BACK

URL: Final = "http://127.0.0.1:8025"
"""Where a server listens that was told nothing."""

_AGAIN: Final = 0.2  # seconds after which a server that is away is asked again
_MARGIN: Final = 20.0  # seconds that an answer may take over its time
_NEAREST: Final = 5  # misses that are told to people

_Address = Annotated[str, Parameter(help="The address whose mail is waited for.")]
_Code = Annotated[
    bool, Parameter(help="Print the one-time code alone; only a message with one will do.", negative=())
]
_Link = Annotated[
    bool, Parameter(help="Print the link to follow alone; only a message with one will do.", negative=())
]
_Timeout = Annotated[
    int, Parameter(help="Seconds to wait.", validator=validators.Number(gte=0, lte=LONGEST_WAIT))
]
_Since = Annotated[str | None, Parameter(help=f"An ISO time; {LOOKS_BACK} seconds ago if left out.")]
_Url = Annotated[str | None, Parameter(help=f"The server (also MAILWEIR_URL); {URL} if left out.")]


def wait(  # noqa: PLR0913  each is a flag
    address: _Address,
    *,
    code: _Code = False,
    link: _Link = False,
    timeout: _Timeout = 30,
    since: _Since = None,
    sender: Annotated[str, Parameter(name="--from", help="Part of the sender's address or name.")] = "",
    subject: Annotated[str, Parameter(help="Part of the subject.")] = "",
    text: Annotated[str, Parameter(help="Part of the text.")] = "",
    regex: Annotated[str, Parameter(help="An expression of RE2's over subject and text.")] = "",
    claim: Annotated[
        bool, Parameter(help="Take the message away from others who claim.", negative=())
    ] = False,
    url: _Url = None,
    json: Annotated[bool, Parameter(help="Print the whole answer as JSON.", negative=())] = False,
) -> int:
    """Wait for a message, and print its code, its link, or what it is. Exit code 1 when none has come.

    MAILWEIR_KEY holds the key, where one is needed. A server that restarts meanwhile is waited for.
    """
    if Address.parse(address) is None:
        raise SettingsError(f"{address!r} is not an e-mail address; write it as name@host.")
    if code and link:
        raise SettingsError("The flags --code and --link exclude each other; use one of them.")
    start = datetime.fromtimestamp(time.time_ns() / 1e9 - LOOKS_BACK, UTC).isoformat(timespec="milliseconds")
    query = {
        "since": since or start,
        "from": sender,
        "subject": subject,
        "text": text,
        "regex": regex,
        "require": "code" if code else "link" if link else "",
        "claim": "true" if claim else "",
    }
    path = f"/api/addresses/{quote(address, safe='@')}/wait"
    server = url or os.environ.get("MAILWEIR_URL") or URL
    status, answer = _asked(server, path, {name: value for name, value in query.items() if value}, timeout)
    if json:
        print_json(answer)
    if status == http.client.OK:
        return OK if json else _print(answer, code=code, link=link)
    if status == http.client.REQUEST_TIMEOUT and not json:
        _tell_nearest(answer)
    failed = FAILED if status in {http.client.REQUEST_TIMEOUT, http.client.SERVICE_UNAVAILABLE} else WRONG
    return say(str(answer.get("message", f"The server answered {status}.")), failed)


def _asked(server: str, path: str, query: Mapping[str, str], seconds: int) -> tuple[int, dict[str, Any]]:
    """The last answer that came in time. Raises SettingsError."""
    where = urlsplit(server)
    if where.scheme not in {"http", "https"} or not where.hostname:
        raise SettingsError(f"{server!r} is no address of a server, such as {URL}.")
    until = time.monotonic() + seconds
    while True:
        left = max(until - time.monotonic(), 0)
        target = f"{where.path.rstrip('/')}{path}?{urlencode({**query, 'timeout': str(math.ceil(left))})}"
        status, answer = _once(where.scheme, where.netloc, target, left + _MARGIN)
        if status != http.client.SERVICE_UNAVAILABLE or time.monotonic() >= until:
            return status, answer
        time.sleep(_AGAIN)  # noqa: TID251  a command line has nothing else to do


def _once(scheme: str, netloc: str, target: str, patience: float) -> tuple[int, dict[str, Any]]:
    """One answer; 503 for a server that gives none."""
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(netloc, timeout=patience)
    key = os.environ.get("MAILWEIR_KEY")
    try:
        connection.request("GET", target, headers={"Mailsac-Key": key} if key else {})
        response = connection.getresponse()
        return response.status, decode(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        return http.client.SERVICE_UNAVAILABLE, {"message": f"{netloc} does not answer: {error!r}."}
    finally:
        connection.close()


def _print(answer: Mapping[str, Any], *, code: bool, link: bool) -> int:
    if code:
        return print_text(str(answer["codes"][0]["value"]))
    if link:
        actions = answer["actions"]
        return print_text(str(actions[0]["url"] if actions else answer["links"][0]))
    message = answer["message"]
    return print_text(f"{message['_id']}  {message['subject']}")


def _tell_nearest(answer: Mapping[str, Any]) -> None:
    for miss in answer.get("nearest", [])[:_NEAREST]:
        message = miss["message"]
        why = ", ".join(miss["failed"])
        tell(f"  {message['received']}  {message['inbox']}  {message['subject']!r}: {why}")
