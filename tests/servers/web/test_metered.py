"""Operations of the API: counted by account, told in each answer, and refused when there are no more."""

import json

import pytest

from fakes.web_house import Answer, WebHouse
from mailweir.model.account import AccountName
from mailweir.model.plan import Plan, PlanName
from mailweir.policy.quota import Month

ANN = AccountName("ann")
NOVEMBER = Month(202611)
BOB = "bob@thing.test"
LIST = f"/api/addresses/{BOB}/messages"
DECEMBER = 1_796_083_200  # 2026-12-01T00:00:00Z, in seconds


@pytest.fixture
async def ann(house: WebHouse) -> str:
    """An account that has three operations a month, two addresses and a domain."""
    key = await house.account("ann")
    await house.plans.put(Plan(PlanName("small"), operations=3, addresses=2, domains=1))
    await house.accounts.set_plan(ANN, PlanName("small"))
    return key


async def ask(house: WebHouse, key: str, path: str = LIST, method: str = "GET", **headers: str) -> Answer:
    return await house.ask(method, path, {"mailsac_key": key, **headers})


def limits(answer: Answer) -> list[str]:
    return [answer.headers.get(f"x-ratelimit-{name}", "-") for name in ("limit", "remaining", "reset")]


async def test_each_answer_says_how_many_are_left_and_the_last_that_there_are_none(
    house: WebHouse, ann: str
) -> None:
    for left in (2, 1, 0):
        answer = await ask(house, ann)
        assert (answer.status, limits(answer)) == (200, ["3", str(left), str(DECEMBER)])
    for path in (LIST, "/api/me", "/api/messages"):
        refused = await ask(house, ann, path)
        assert (refused.status, limits(refused)) == (429, ["3", "0", str(DECEMBER)])
        assert int(refused.headers["retry-after"]) == DECEMBER - house.clock.time // 1000
        assert refused.json["limit"] == {
            "name": "operations a month",
            "allowed": 3,
            "remaining": 0,
            "resets": "2026-12-01T00:00:00.000Z",
        }
        assert "3 operations of this month are used up" in refused.json["message"]
    house.clock.time = DECEMBER * 1000
    assert limits(await ask(house, ann))[1] == "2"


async def test_what_is_not_new_or_not_allowed_costs_nothing(house: WebHouse, ann: str) -> None:
    house.keep(BOB)
    first = await ask(house, ann)
    for _ in range(5):
        unchanged = await ask(house, ann, if_none_match=first.headers["etag"])
        assert (unchanged.status, limits(unchanged)[1]) == (304, "2")
        assert (await ask(house, "k_nobodyhasthiskey0000")).status == 401
        assert (await house.get(LIST)).status == 200
    assert house.metering.used(ANN) == 1


@pytest.mark.parametrize("way", ["header", "query", "body"])
async def test_a_key_is_counted_however_it_comes(house: WebHouse, ann: str, way: str) -> None:
    body = json.dumps({"emails": [BOB], **({"_mailsacKey": ann} if way == "body" else {})}).encode()
    path = "/api/validations/addresses" + (f"?_mailsacKey={ann}" if way == "query" else "")
    headers = {"content_type": "application/json", **({"mailsac_key": ann} if way == "header" else {})}
    statuses = [(await house.ask("POST", path, headers, body)).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_one_call_is_one_operation_in_front_of_the_router_and_behind_it(
    house: WebHouse, ann: str
) -> None:
    await ask(house, ann)
    assert house.metering.used(ANN) == 1
    await ask(house, ann, f"{LIST}?until=2030-01-01")
    assert house.metering.used(ANN) == 2
    assert (await ask(house, ann, "/api/domains/missing.test")).status == 404
    assert house.metering.used(ANN) == 3


async def test_pages_are_free(house: WebHouse, ann: str) -> None:
    for path in ("/", f"/inbox/{BOB}", "/openapi.json", "/livez"):
        answer = await ask(house, ann, path)
        assert (answer.status, limits(answer)) == (200, ["-"] * 3)
    assert house.metering.used(ANN) == 0


async def test_without_a_quota_all_is_counted_and_nothing_told(house: WebHouse) -> None:
    ben = await house.account("ben")
    for _ in range(4):
        answer = await ask(house, ben)
        assert (answer.status, limits(answer)) == (200, ["-"] * 3)
    me = (await ask(house, ben, "/api/me")).json
    assert (me["moAPICount"], me["apiMonthlyLimit"], me["moAPIDisabled"], me["plan"]) == (
        4,
        0,
        0,
        "unlimited",
    )


async def test_a_plan_bounds_addresses_and_domains(house: WebHouse, ann: str) -> None:
    await house.plans.put(Plan(PlanName("small"), addresses=2, domains=1))
    for name, kind in (("addresses/{}@thing.test", 2), ("domains/{}.test", 1)):
        for number in range(kind):
            assert (await ask(house, ann, f"/api/{name.format(number)}", "POST")).status == 200
        full = await ask(house, ann, f"/api/{name.format(9)}", "POST")
        assert (full.status, full.json["message"]) == (
            400,
            f"An account may have {kind} of these and no more.",
        )
    me = (await ask(house, ann, "/api/me")).json
    assert (me["privateAddressCredits"], me["privateDomain"]) == (0, 0)


async def test_what_another_process_has_counted_counts_here(house: WebHouse, ann: str) -> None:
    await ask(house, ann)
    await house.plans.add(NOVEMBER, {ANN: 1})
    await house.metering.keep()
    assert limits(await ask(house, ann))[1] == "0"


async def test_what_could_not_be_kept_is_kept_later_and_once(house: WebHouse, ann: str) -> None:
    await ask(house, ann)
    await house.metering.keep()
    await house.metering.keep()
    await ask(house, ann)
    house.clock.time = DECEMBER * 1000
    assert house.metering.used(ANN) == 0
    await house.metering.keep()
    assert dict(await house.plans.totals(NOVEMBER)) == {ANN: 2}
