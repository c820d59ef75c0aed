"""Names, labels, lists and numbers, each a little below, at and above the most that is taken."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from fakes.web_house import WebHouse
from mailweir.model.account import MOST_DAYS, MOST_MESSAGES, AccountName
from mailweir.model.address import Inbox
from mailweir.policy.marking import LABEL, LABELS
from mailweir.policy.query import CHARACTERS, DEPTH, TERMS
from mailweir.ports.mailbox import GATHERED
from mailweir.servers.web.api import addresses, unified, validations, wishes
from mailweir.servers.web.api.parameters import MOST

MINE, HOST = "mine@thing.test", "held.test"
ADDRESS: Final = 514
"""Characters of the longest address: see `model.address`."""

Asked = tuple[str, str, object]
"""Method, target, and what is sent as JSON."""


@dataclass(frozen=True)
class Limit:
    """`asks` with so much of something: up to `most` is answered `taken`, more is `refused`."""

    most: int
    asks: Callable[[int], Asked]
    taken: int = 200
    refused: int = 400


def number(target: str, most: int) -> Limit:
    """That number in a target that is read."""
    return Limit(most, lambda n: ("GET", target.replace("{n}", str(n)), None))


def long_text(target: str, most: int) -> Limit:
    """A text of that length in a target that is read."""
    return Limit(most, lambda n: ("GET", target.replace("{n}", "x" * n), None))


def an_address(length: int) -> str:
    return "l" * (length - len("@thing.test")) + "@thing.test"


def a_host(length: int) -> str:
    return ("a" * 63 + ".") * 3 + "a" * (length - 3 * 64)


LIMITS: Final[Mapping[str, Limit]] = {
    "a note": Limit(wishes.INFO, lambda n: ("POST", "/api/addresses/new@thing.test", {"info": "x" * n})),
    "a changed note": Limit(wishes.INFO, lambda n: ("PUT", f"/api/addresses/{MINE}", {"info": "ü" * n})),
    "a note by its older path": Limit(
        wishes.INFO, lambda n: ("PUT", f"/api/private-address-forwarding/{MINE}", {"info": "x" * n})
    ),
    "days that an address keeps mail": Limit(
        MOST_DAYS, lambda n: ("PUT", f"/api/addresses/{MINE}", {"keepDays": n})
    ),
    "messages that an address keeps": Limit(
        MOST_MESSAGES, lambda n: ("PUT", f"/api/addresses/{MINE}", {"keepMessages": n})
    ),
    "addresses of one request": Limit(
        addresses.BULK,
        lambda n: (
            "POST",
            "/api/private-addresses-bulk",
            {"addresses": [f"a{i}@thing.test" for i in range(n)]},
        ),
    ),
    "an address of a bulk": Limit(
        ADDRESS, lambda n: ("POST", "/api/private-addresses-bulk", {"addresses": [an_address(n)]})
    ),
    "an address to be reserved": Limit(ADDRESS, lambda n: ("POST", f"/api/addresses/{an_address(n)}", None)),
    "an address to be read": Limit(
        ADDRESS, lambda n: ("GET", f"/api/addresses/{an_address(n)}/messages", None)
    ),
    "an address to be counted": Limit(
        ADDRESS, lambda n: ("GET", f"/api/addresses/{an_address(n)}/message-count", None)
    ),
    "an address on a page": Limit(ADDRESS, lambda n: ("GET", f"/inbox/{an_address(n)}", None)),
    "an address to be looked at": long_text("/api/validations/addresses/{n}", validations.LENGTH),
    "an address to be looked at in a list": Limit(
        validations.LENGTH, lambda n: ("POST", "/api/validations/addresses", {"emails": ["x" * n]})
    ),
    "addresses to be looked at": Limit(
        validations.BULK, lambda n: ("POST", "/api/validations/addresses", {"emails": ["x@y.test"] * n})
    ),
    "a label": Limit(LABEL, lambda n: ("PUT", f"/api/addresses/{MINE}/messages/q1-0/labels/{'l' * n}", None)),
    "a label of a list": Limit(
        LABEL, lambda n: ("PUT", f"/api/addresses/{MINE}/messages/q1-0/labels", {"labels": ["ü" * n]})
    ),
    "labels": Limit(
        LABELS,
        lambda n: (
            "PUT",
            f"/api/addresses/{MINE}/messages/q1-0/labels",
            {"labels": [str(i) for i in range(n)]},
        ),
    ),
    "messages of all mail": number("/api/messages?limit={n}", MOST),
    "messages of an inbox": number(f"/api/addresses/{MINE}/messages?limit={{n}}", MOST),
    "messages that are found": number(f"/api/addresses/{MINE}/messages?query=hello&limit={{n}}", MOST),
    "messages of a domain": number(f"/api/domains/{HOST}/messages?limit={{n}}", MOST),
    "messages of the unified inbox": number("/api/inbox?limit={n}", MOST),
    "messages on the start page": number("/?limit={n}", MOST),
    "messages on a page": number(f"/inbox/{MINE}?limit={{n}}", MOST),
    "messages that are left out": number("/api/inbox?skip={n}", GATHERED),
    "a subject to filter by": long_text("/api/inbox-filter?andSubjectIncludes={n}", unified.TEXT),
    "a sender to filter by": long_text("/api/inbox-filter?andFrom={n}", unified.TEXT),
    "a recipient to filter by": long_text("/api/inbox-filter?andTo={n}", unified.TEXT),
    "a text to look for": long_text("/api/inbox-search?query={n}", unified.TEXT),
    "a query": long_text("/api/messages?query={n}", CHARACTERS),
    "a query on a page": long_text("/?query={n}", CHARACTERS),
    "terms of a query": Limit(
        TERMS, lambda n: ("GET", "/api/messages?query=" + "+".join(f"w{i}" for i in range(n)), None)
    ),
    "parentheses of a query": Limit(
        DEPTH, lambda n: ("GET", f"/api/messages?query={'(' * n}word{')' * n}", None)
    ),
    "fields of a query": Limit(
        100, lambda n: ("GET", f"/api/addresses/{MINE}/messages?" + "&".join(["limit=1"] * n), None)
    ),
    "a domain": Limit(253, lambda n: ("POST", f"/api/domains/{a_host(n)}", None)),
    "a label of a domain": Limit(63, lambda n: ("POST", f"/api/domains/{'a' * n}.test", None)),
    "an id": Limit(
        64, lambda n: ("GET", f"/api/addresses/{MINE}/messages/{'q' * n}-0", None), taken=404, refused=404
    ),
    "the number in an id": Limit(
        9999, lambda n: ("DELETE", f"/api/addresses/{MINE}/messages/q2-{n}", None), taken=404, refused=404
    ),
}


@pytest.mark.parametrize("surplus", [-1, 0, 1])
@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
async def test_so_much_is_taken_and_no_more(house: WebHouse, limit: Limit, surplus: int) -> None:
    key = await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(MINE)], "", most=9)
    await house.domain("ann", HOST)
    house.keep(MINE)
    method, target, wish = limit.asks(limit.most + surplus)
    body = None if wish is None else json.dumps(wish).encode()
    headers = {"mailsac-key": key} | ({} if body is None else {"content-type": "application/json"})
    answer = await house.ask(method, target, headers, body)
    assert answer.status == (limit.refused if surplus > 0 else limit.taken), answer.text[:300]
    assert house.reports == []
