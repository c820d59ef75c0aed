"""Domains of accounts by REST: claimed, proved, looked at, made public, given back."""

import asyncio

import pytest

from fakes.web_house import Answer, WebHouse
from mailweir.model.account import Scope
from mailweir.model.address import Host, Inbox
from mailweir.model.plan import MOST_DOMAINS
from mailweir.services.domains import AGAIN

QA = "qa.thing.test"
PATH = f"/api/domains/{QA}"
MAIL = f"x@{QA}"


@pytest.fixture
async def ann(house: WebHouse) -> str:
    return await house.account("ann")


@pytest.fixture
async def ben(house: WebHouse) -> str:
    return await house.account("ben")


async def ask(house: WebHouse, key: str, method: str, path: str) -> Answer:
    return await house.ask(method, path, {"mailsac_key": key})


async def proved(house: WebHouse, key: str) -> Answer:
    """Puts what is asked for into the DNS, and has it looked at."""
    house.resolver.txt[QA] = [(await ask(house, key, "GET", PATH)).json["domain"]["verificationTxt"]]
    house.resolver.mx[QA] = ["mx.base.test"]
    house.clock.time += AGAIN
    return await ask(house, key, "POST", f"{PATH}/verify")


async def test_a_domain_is_claimed_proved_and_given_back(house: WebHouse, ann: str) -> None:
    made = await ask(house, ann, "POST", PATH)
    assert made.status == 200
    assert made.json["verificationTxt"].startswith("mailweir_")
    assert len(made.json["verificationTxt"]) == 33
    expected = {
        "_id": QA,
        "owner": "ann",
        "hosted": False,
        "isPrivate": True,
        "verified": False,
        "verifiedMx": False,
        "lastVerificationErrors": "",
        "mailHosts": ["mx.base.test"],
        "checked": None,
    }
    assert expected.items() <= made.json.items()
    early = (await ask(house, ann, "POST", f"{PATH}/verify")).json
    assert not early["verified"]
    assert early["lastVerificationErrors"] == (
        f"No TXT record of {QA} says {made.json['verificationTxt']}. "
        f"{QA} has no MX record; it should be mx.base.test."
    )
    done = (await proved(house, ann)).json
    assert (done["verified"], done["verifiedMx"], done["lastVerificationErrors"]) == (True, True, "")
    house.keep(MAIL)
    detail = (await ask(house, ann, "GET", PATH)).json
    assert (detail["domain"], detail["totalMessages"], detail["catchAllAddress"]) == (done, 1, None)
    assert (await ask(house, ann, "GET", "/api/domains")).json == [done]
    (listed,) = (await ask(house, ann, "GET", f"{PATH}/messages")).json
    assert (listed["inbox"], listed["domain"]) == (MAIL, QA)
    assert (await ask(house, ann, "POST", f"{PATH}/delete-all-domain-mail")).status == 204
    assert (await ask(house, ann, "GET", f"{PATH}/messages")).json == []
    assert (await ask(house, ann, "DELETE", PATH)).json["_id"] == QA
    assert (await ask(house, ann, "GET", PATH)).status == 404


async def test_what_a_domain_has_is_its_holders_from_the_proof_on(
    house: WebHouse, ann: str, ben: str
) -> None:
    house.keep(MAIL)
    await ask(house, ann, "POST", PATH)
    inbox = f"/api/addresses/{MAIL}/messages"
    assert len((await ask(house, ben, "GET", inbox)).json) == 1
    assert (await ask(house, ann, "GET", f"{PATH}/messages")).status == 403
    await proved(house, ann)
    assert len((await ask(house, ann, "GET", inbox)).json) == 1
    assert (await ask(house, ben, "GET", inbox)).status == 403
    assert (await house.get(inbox)).status == 401
    assert (await ask(house, ben, "POST", f"/api/addresses/{MAIL}")).status == 401
    assert (await ask(house, ben, "GET", f"/api/addresses/{MAIL}")).status == 401
    own = (await ask(house, ann, "GET", f"/api/addresses/{MAIL}")).json
    assert (own["implicit"], own["owner"]) == (True, "ann")
    availability = f"/api/addresses/{MAIL}/availability"
    assert not (await ask(house, ben, "GET", availability)).json["available"]
    assert (await ask(house, ann, "GET", availability)).json["available"]
    public = (await ask(house, ann, "PUT", f"{PATH}/privacy/false")).json
    assert not public["isPrivate"]
    assert len((await house.get(inbox)).json) == 1
    assert len((await ask(house, ann, "GET", f"{PATH}/messages")).json) == 1
    assert (await ask(house, ann, "PUT", f"{PATH}/privacy/true")).json["isPrivate"]
    assert (await house.get(inbox)).status == 401


async def test_private_mail_does_not_become_public_by_giving_its_domain_back(
    house: WebHouse, ann: str
) -> None:
    await house.domain("ann", QA)
    house.keep(MAIL)
    refused = await ask(house, ann, "DELETE", PATH)
    assert (refused.status, "has mail (1), which would become public" in refused.json["message"]) == (
        409,
        True,
    )
    assert (await house.get(f"/api/addresses/{MAIL}/messages")).status == 401
    assert (await ask(house, ann, "DELETE", f"{PATH}?deleteDomainMessages=true")).status == 200
    assert (await house.get(f"/api/addresses/{MAIL}/messages")).json == []
    await house.domain("ann", QA, private=False)
    house.keep(MAIL)
    assert (await ask(house, ann, "DELETE", PATH)).status == 200
    assert len((await house.get(f"/api/addresses/{MAIL}/messages")).json) == 1


async def test_a_later_proof_takes_a_domain_over_and_its_private_mail_goes_first(
    house: WebHouse, ann: str, ben: str
) -> None:
    await house.domain("ann", QA)
    house.keep(MAIL)
    assert (await ask(house, ben, "POST", PATH)).status == 200
    house.resolver.txt[QA] = ["mailweir_proof"]
    assert not (await ask(house, ben, "POST", f"{PATH}/verify")).json["verified"]
    theirs = (await ask(house, ben, "GET", PATH)).json["domain"]["verificationTxt"]
    house.clock.time += AGAIN
    house.resolver.txt[QA] = ["mailweir_proof", theirs]
    both = (await ask(house, ben, "POST", f"{PATH}/verify")).json
    assert (both["verified"], "two accounts" in both["lastVerificationErrors"]) == (False, True)
    assert (await proved(house, ben)).json["verified"]
    assert not (await ask(house, ann, "GET", PATH)).json["domain"]["verified"]
    assert (await ask(house, ben, "GET", f"{PATH}/messages")).json == []
    assert (await ask(house, ann, "GET", f"{PATH}/messages")).status == 403


async def test_what_others_had_reserved_there_is_not_shown_to_the_holder(
    house: WebHouse, ann: str, ben: str
) -> None:
    await ask(house, ben, "POST", f"/api/addresses/{MAIL}")
    house.keep(MAIL)
    house.keep(f"open@{QA}")
    await ask(house, ann, "POST", PATH)
    assert (await proved(house, ann)).json["verified"]
    listed = (await ask(house, ann, "GET", f"{PATH}/messages")).json
    assert [one["inbox"] for one in listed] == [f"open@{QA}"]
    assert (await ask(house, ben, "GET", "/api/addresses")).json == []


async def test_below_a_base_domain_whoever_comes_first_has_it(house: WebHouse, ann: str, ben: str) -> None:
    path = "/api/domains/team.base.test"
    made = (await ask(house, ann, "POST", path)).json
    assert (made["hosted"], made["verified"]) == (True, True)
    assert (await ask(house, ben, "POST", path)).status == 401
    assert (await ask(house, ann, "POST", f"{path}/verify")).json == made
    assert house.resolver.asked == 0
    await ask(house, ben, "POST", "/api/addresses/ben@other.base.test")
    assert (await ask(house, ann, "POST", "/api/domains/other.base.test")).status == 401
    for ours in ("base.test", "a.team.base.test"):
        refused = await ask(house, ann, "POST", f"/api/domains/{ours}")
        assert (refused.status, "this service's own" in refused.json["message"]) == (400, True)


async def test_the_dns_is_not_asked_twice_in_a_moment(house: WebHouse, ann: str) -> None:
    await ask(house, ann, "POST", PATH)
    for wait, asked in ((0, 1), (AGAIN - 1, 1), (1, 2)):
        house.clock.time += wait
        assert (await ask(house, ann, "POST", f"{PATH}/verify")).status == 200
        assert house.resolver.asked == asked


async def test_of_many_who_ask_at_once_one_asks_the_dns(house: WebHouse, ann: str) -> None:
    await ask(house, ann, "POST", PATH)
    house.resolver.delay = 0.2
    answers = await asyncio.gather(*(ask(house, ann, "POST", f"{PATH}/verify") for _ in range(20)))
    assert {answer.status for answer in answers} == {200}
    assert house.resolver.asked == 1


async def test_a_silent_dns_takes_nothing_away(house: WebHouse, ann: str) -> None:
    await house.domain("ann", QA)
    house.resolver.silent = True
    checked = (await ask(house, ann, "POST", f"{PATH}/verify")).json
    assert (checked["verified"], "no answer" in checked["lastVerificationErrors"]) == (True, True)


async def test_a_record_that_is_gone_takes_nothing_away(house: WebHouse, ann: str) -> None:
    await house.domain("ann", QA)
    checked = (await ask(house, ann, "POST", f"{PATH}/verify")).json
    assert (checked["verified"], "No TXT record" in checked["lastVerificationErrors"]) == (True, True)


@pytest.mark.parametrize("name", ["example", "192.0.2.1", "a..b", "%20", "a@b.test", f"{'a' * 64}.test"])
async def test_what_is_no_domain_is_said_to_be_none(house: WebHouse, ann: str, name: str) -> None:
    for method, path in (
        ("GET", ""),
        ("POST", ""),
        ("POST", "/verify"),
        ("DELETE", ""),
        ("GET", "/messages"),
    ):
        refused = await ask(house, ann, method, f"/api/domains/{name}{path}")
        assert (refused.status, "is not the name of a domain" in refused.json["message"]) == (400, True)


async def test_a_domain_is_claimed_once_and_an_account_has_a_hundred(house: WebHouse, ann: str) -> None:
    for number in range(MOST_DOMAINS):
        assert (await ask(house, ann, "POST", f"/api/domains/d{number}.test")).status == 200
    again = await ask(house, ann, "POST", "/api/domains/D0.test")
    assert (again.status, "already" in again.json["message"]) == (400, True)
    full = await ask(house, ann, "POST", "/api/domains/more.test")
    assert (full.status, full.json["message"]) == (400, "An account may have 100 of these and no more.")


async def test_the_domain_of_another_is_like_a_missing_one(house: WebHouse, ann: str, ben: str) -> None:
    await house.domain("ann", QA)
    del ann
    for method, path in (
        ("GET", ""),
        ("POST", "/verify"),
        ("PUT", "/privacy/false"),
        ("DELETE", ""),
        ("POST", "/delete-all-domain-mail"),
        ("PUT", "/delete-all-domain-mail"),
    ):
        theirs = await ask(house, ben, method, PATH + path)
        missing = await ask(house, ben, method, f"/api/domains/missing.test{path}")
        assert (theirs.status, theirs.body) == (404, missing.body)
    theirs = await ask(house, ben, "GET", f"{PATH}/messages")
    missing = await ask(house, ben, "GET", "/api/domains/missing.test/messages")
    assert (theirs.status, theirs.body) == (403, missing.body)


async def test_a_key_for_one_domain_sees_no_other(house: WebHouse, ann: str) -> None:
    del ann
    for host in (QA, "other.test"):
        await house.domain("ann", host)
    await house.accounts.reserve((await house.accounts.accounts())[0].name, [Inbox("a@b.test")], "", most=9)
    narrow = await house.key("ann", "narrow", Scope(place=Host(QA)))
    house.keep(MAIL)
    assert len((await ask(house, narrow, "GET", f"{PATH}/messages")).json) == 1
    assert len((await ask(house, narrow, "GET", f"/api/addresses/{MAIL}/messages")).json) == 1
    for path in (
        "/api/domains",
        "/api/domains/other.test",
        "/api/domains/other.test/messages",
        "/api/addresses",
        "/api/addresses/a@b.test/messages",
        "/api/addresses/public@any.test/messages",
        "/api/messages",
        "/api/inbox",
        "/api/me/stats",
        "/api/addresses/starred/messages",
    ):
        refused = await ask(house, narrow, "GET", path)
        assert (refused.status, "one address or domain" in refused.json["message"]) == (403, True), path
    assert (await ask(house, narrow, "GET", "/api/me")).json["_id"] == "ann"
