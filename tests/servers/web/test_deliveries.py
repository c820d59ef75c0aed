"""Why mail has not come, as a wait and `/api/deliveries` tell it: to whom, and how much."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Inbox
from mailweir.model.explanation import Explanation
from mailweir.model.ruling import Action, Rule
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError
from mailweir.ports.explanations import KEPT_FOR, KEPT_OF_INBOX
from mailweir.servers.web.api.parameters import MOST
from mailweir.services.waiting import NEAREST

BOB, PRIVATE, CAUGHT = "bob@thing.test", "private@thing.test", "any@caught.test"
CODE = "00c0ffee00"


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    house = await furnish(AnonymousRules(local=True))
    house.forget_accounts()
    house.explanations.kept.clear()
    return house


async def ask(house: WebHouse, key: str = "", **query: object) -> Answer:
    headers = {"mailsac_key": key} if key else {}
    return await house.get(f"/api/deliveries?{urlencode(query)}", **headers)


async def told(house: WebHouse, key: str = "", **query: object) -> Sequence[Mapping[str, Any]]:
    answer = await ask(house, key, **query)
    assert answer.status == 200, answer.text
    return answer.json


async def owned(house: WebHouse) -> str:
    """The key of an account that has PRIVATE, and a private domain with a catch-all."""
    key = await house.account("owner")
    await house.domain("owner", "caught.test")
    places = [Inbox(PRIVATE), Inbox("*@caught.test")]
    await house.accounts.reserve(AccountName("owner"), places, "", most=9)
    return key


async def test_the_owner_is_told_all_of_it(house: WebHouse) -> None:
    key = await owned(house)
    house.refuse(PRIVATE, Rule.HELLO, Action.BAN, reply="421 4.7.1 Go", acted=False)
    assert await told(house, key, to="Private+tag@thing.test") == [
        {
            "at": "2026-11-25T10:00:00.123Z",
            "action": "ban",
            "rule": "hello",
            "subject": "bob@inbox.test",
            "figures": {"rate": 5.0, "burst": 100.0, "ahead": 9.0},
            "seconds": 9.0,
            "code": CODE,
            "reply": "421 4.7.1 Go",
            "from": "ann@shop.test",
            "ip": "192.0.2.77",
            "helo": "mx.shop.test",
            "to": PRIVATE,
            "acted": False,
        }
    ]


@pytest.mark.parametrize("rule", Rule)
async def test_at_a_public_inbox_nobody_is_told_who_has_sent_it(house: WebHouse, rule: Rule) -> None:
    key = await owned(house)
    house.refuse(BOB, rule)
    for who in ("", key):
        (one,) = await told(house, who, to=BOB)
        assert (one["from"], one["ip"], one["helo"]) == ("@shop.test", "192.0.2.0/24", "")
        assert (one["rule"], one["code"], one["to"]) == (rule.value, CODE, BOB)
        assert one["figures"]
        hides = rule in {Rule.HELLO, Rule.REPLY_TO, Rule.ACCOUNT, Rule.FLOOD, Rule.BAN, Rule.CONNECTION}
        assert bool(one["subject"]) is not hides


async def test_others_are_told_nothing_of_what_is_somebodys(house: WebHouse) -> None:
    await owned(house)
    stranger = await house.account("stranger")
    for place in (PRIVATE, CAUGHT):
        house.refuse(place)
        assert (await ask(house, to=place)).status == 401
        assert (await ask(house, stranger, to=place)).status == 403
        for who in ("", stranger):
            assert await told(house, who, code=CODE) == []
    assert (await ask(house, "k_nobody00000000000000", code=CODE)).status == 401
    assert (await ask(house, stranger, to=PRIVATE, code=CODE)).status == 403


async def test_a_code_finds_what_the_reader_may_read_and_no_more(house: WebHouse) -> None:
    key = await owned(house)
    for place in (BOB, PRIVATE, CAUGHT):
        house.refuse(place)
    house.refuse(BOB, code="ffffffffff")
    assert [one["to"] for one in await told(house, code=CODE)] == [BOB]
    assert [one["to"] for one in await told(house, key, code=CODE)] == [CAUGHT, PRIVATE, BOB]
    assert [one["to"] for one in await told(house, key, code=CODE, to=PRIVATE)] == [PRIVATE]
    assert [one["code"] for one in await told(house, code="ffffffffff", to=BOB)] == ["ffffffffff"]
    assert [one["to"] for one in await told(house, key, code=CODE, to="*@caught.test")] == [CAUGHT]
    for wrong in (CODE + "0", CODE[:-1], "0" * 5000, "G" * 10):
        assert (await ask(house, code=wrong)).status == 400
    narrow = await house.key("owner", "narrow", Scope(place=Inbox(PRIVATE)))
    assert (await ask(house, narrow, to=BOB)).status == 403
    assert [one["to"] for one in await told(house, narrow, code=CODE, to=PRIVATE)] == [PRIVATE]
    assert [one["to"] for one in await told(house, narrow, code=CODE)] == [PRIVATE]


async def test_what_nobody_knows_the_inbox_of_is_for_the_operator_alone(house: WebHouse) -> None:
    key = await owned(house)
    house.refuse(BOB)
    (public,) = house.explanations.kept
    house.explanations.kept.append(Explanation(public.at, public.ruling, "", "", None, None, True, ""))  # noqa: FBT003  acted
    assert [one["to"] for one in await told(house, key, code=CODE)] == [BOB]


async def test_a_catch_all_tells_of_all_that_it_catches(house: WebHouse) -> None:
    key = await owned(house)
    house.refuse(CAUGHT)
    house.refuse("eve@caught.test")
    house.refuse(BOB)
    found = await told(house, key, to="*@caught.test")
    assert [(one["to"], one["from"]) for one in found] == [
        ("eve@caught.test", "ann@shop.test"),
        (CAUGHT, "ann@shop.test"),
    ]


@pytest.mark.parametrize(("ago", "count"), [(-1, 1), (0, 1), (1, 0)])
async def test_no_more_than_a_week_is_told(house: WebHouse, ago: int, count: int) -> None:
    house.refuse(at=house.clock.now() - KEPT_FOR - ago)
    assert len(await told(house, to=BOB)) == count
    assert len(await told(house, to=BOB, since="1970-01-01T00:00:00Z")) == count


async def test_the_newest_come_first_since_a_moment_and_up_to_a_limit(house: WebHouse) -> None:
    for number in range(3):
        house.refuse(reply=str(number), at=house.clock.now() + number)
    assert [one["reply"] for one in await told(house, to=BOB)] == ["2", "1", "0"]
    assert [one["reply"] for one in await told(house, to=BOB, limit=2)] == ["2", "1"]
    assert await told(house, to=BOB, limit=0) == []
    since = "2026-11-25T10:00:00.124Z"
    assert [one["reply"] for one in await told(house, to=BOB, since=since)] == ["2", "1"]
    assert [one["reply"] for one in await told(house, code=CODE, since=since, limit=1)] == ["2"]


async def test_all_that_is_kept_of_an_inbox_is_told_when_no_limit_is_named(house: WebHouse) -> None:
    for _ in range(KEPT_OF_INBOX + 1):
        house.refuse()
    assert len(await told(house, to=BOB)) == KEPT_OF_INBOX


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "Say which deliveries: to for an address, or code for that of a reply."),
        ({"to": "", "code": ""}, "Say which deliveries: to for an address, or code for that of a reply."),
        ({"to": "bob"}, '"bob" is not an e-mail address; write it as name@host.'),
        (
            {"to": BOB, "limit": MOST + 1},
            f'limit is "{MOST + 1}"; allowed are whole numbers from 0 to {MOST}.',
        ),
        ({"to": BOB, "since": "noon"}, 'since is "noon"; allowed is an ISO 8601 time'),
    ],
)
async def test_a_wrong_question_is_named(house: WebHouse, query: Mapping[str, str], sentence: str) -> None:
    answer = await ask(house, **query)
    assert answer.status == 400
    assert sentence in answer.json["message"]
    assert await told(house, to=BOB, limit=MOST) == []


@pytest.mark.parametrize(
    ("rules", "status", "most"),
    [
        (AnonymousRules(reads="none"), 401, 0),
        (AnonymousRules(key_required=True), 401, 0),
        (AnonymousRules(reads="latest"), 200, 1),
        (AnonymousRules(reads="all"), 200, 2),
    ],
)
async def test_who_may_not_read_is_not_told_either(
    furnish: Furnish, rules: AnonymousRules, status: int, most: int
) -> None:
    house = await furnish(rules)
    house.refuse()
    house.refuse()
    for query in ({"to": BOB}, {"code": CODE}):
        answer = await ask(house, **query)
        assert answer.status == status
        assert status != 200 or len(answer.json) == most
    assert (await ask(house)).status == max(status, 400)


@pytest.mark.parametrize(
    ("action", "reply", "told"),
    [
        (Action.SLOW, "", "slowed by 9 s: more came than the rule 'inbox' lets by"),
        (Action.LATER, "450 4.2.1 Wait", "put off: 450 4.2.1 Wait"),
        (Action.REFUSE, "550 5.7.1 No", "refused: 550 5.7.1 No"),
        (Action.BAN, "421 4.7.1 Go", "refused by a ban: 421 4.7.1 Go"),
    ],
)
async def test_a_wait_says_what_was_done_to_mail(
    house: WebHouse, action: Action, reply: str, told: str
) -> None:
    house.refuse("bob@base.test", action=action, reply=reply)
    house.refuse("bob@base.test", action=Action.SLOW, reply="")
    answer = await wait(house, "bob@base.test")
    assert f"Mail for this address was {told}." in answer.json["message"]
    assert [one["action"] for one in answer.json["refused"]] == [action.value, "slow"]


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_what_was_only_slowed_does_not_hide_what_was_refused(house: WebHouse, surplus: int) -> None:
    house.refuse(BOB, reply="550 5.7.1 No")
    for _ in range(NEAREST - 1 + surplus):
        house.refuse(BOB, action=Action.SLOW, reply="")
    told = (await wait(house, BOB)).json["refused"]
    assert [one["action"] for one in told] == ["later", *["slow"] * (NEAREST - 1 + min(surplus, 0))]


async def test_a_wait_does_not_stand_on_reasons_that_are_lost(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> Sequence[Explanation]:
        raise UnavailableError("the disk is broken")

    run = (await house.ask("POST", "/api/runs")).json
    monkeypatch.setattr(house.explanations, "of_inbox", lost)
    monkeypatch.setattr(house.explanations, "at_host", lost)
    answer = await wait(house, run["addresses"][0])
    assert (answer.status, answer.json["refused"]) == (408, [])
    assert (await house.get(f"/api/runs/{run['id']}/bundle")).status == 200
    assert (await house.get(f"/api/deliveries?to={run['addresses'][0]}")).status == 503


async def wait(house: WebHouse, inbox: str) -> Answer:
    return await house.get(f"/api/addresses/{inbox}/wait?timeout=0")
