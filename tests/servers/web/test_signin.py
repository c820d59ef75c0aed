"""Signing in and out on pages: who has the cookie of a session sees what its key may see, and nobody else."""

import asyncio
from urllib.parse import urlencode

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules
from mailweir.servers.web.cookies import ended, made
from mailweir.services.sessions import LASTS, MOST
from mailweir.services.signin import BY_NAME

PRIVATE = "private@thing.test"
FORM = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    return await furnish(AnonymousRules())


@pytest.fixture
async def ann(house: WebHouse) -> str:
    key = await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(PRIVATE)], "", most=9)
    house.keep(PRIVATE)
    return key


async def post(house: WebHouse, path: str, cookie: str = "", **fields: str) -> Answer:
    return await house.ask("POST", path, {**FORM, "cookie": cookie}, urlencode(fields).encode())


async def signed_in(house: WebHouse, key: str, name: str = "ann", cookie: str = "") -> str:
    """The cookie of a new session."""
    answer = await post(house, "/signin", cookie, name=name, key=key)
    assert (answer.status, answer.headers["location"]) == (303, "/"), answer.text
    return answer.headers["set-cookie"].partition(";")[0]


async def sees(house: WebHouse, cookie: str) -> int:
    return (await house.get(f"/inbox/{PRIVATE}", cookie=cookie)).status


@pytest.mark.parametrize("name", ["ann", " Ann ", PRIVATE, "Private+tag@Thing.test"])
async def test_who_signs_in_sees_his_own_until_he_signs_out(house: WebHouse, ann: str, name: str) -> None:
    assert (await sees(house, ""), await sees(house, "mailweir=k_madeup0000000000000000")) == (401, 401)
    cookie = await signed_in(house, ann, name)
    assert await sees(house, cookie) == 200
    for path in ("/", f"/inbox/{PRIVATE}", "/account"):
        assert ">ann</bdi>" in (await house.get(path, cookie=cookie)).text
    assert PRIVATE in (await house.get("/", cookie=cookie)).text
    assert len((await house.get(f"/api/addresses/{PRIVATE}/messages", cookie=cookie)).json) == 1
    out = await post(house, "/signout", cookie)
    assert (out.status, "Max-Age=0" in out.headers["set-cookie"]) == (303, True)
    assert await sees(house, cookie) == 401
    assert "Sign in</a>" in (await house.get("/", cookie=cookie)).text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: WebHouse, ann: str) -> None:
    answer = await post(house, "/signin", name="ann", key=ann)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("mailweir=k_")
    assert attributes == [f"Max-Age={LASTS}", "Path=/", "HttpOnly", "SameSite=Lax"]
    assert ann not in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "no-store"


def test_over_https_the_cookie_is_for_this_host_alone() -> None:
    secure = "Path=/; HttpOnly; SameSite=Lax; Secure"
    assert made("k_x", "https://mail.test") == f"__Host-mailweir=k_x; Max-Age={LASTS}; {secure}"
    assert ended("https://mail.test") == f"__Host-mailweir=; Max-Age=0; {secure}"


async def test_a_session_that_was_planted_is_not_the_one_that_begins(house: WebHouse, ann: str) -> None:
    planted = "mailweir=k_planted00000000000000000"
    cookie = await signed_in(house, ann, cookie=planted)
    assert cookie != planted
    assert await sees(house, planted) == 401
    again = await signed_in(house, ann, cookie=cookie)
    assert (await sees(house, again), await sees(house, cookie)) == (200, 401)


async def test_a_session_ends_with_its_key_and_with_its_time(house: WebHouse, ann: str) -> None:
    cookie = await signed_in(house, ann)
    house.clock.time += LASTS * 1000 - 1
    assert await sees(house, cookie) == 200
    house.clock.time += 1
    assert await sees(house, cookie) == 401
    cookie = await signed_in(house, ann)
    await house.accounts.remove_key(AccountName("ann"), "first")
    assert await sees(house, cookie) == 401


async def test_what_changes_something_by_the_api_takes_a_key_and_no_cookie(house: WebHouse, ann: str) -> None:
    cookie = await signed_in(house, ann)
    message = house.keep(PRIVATE)
    path = f"/api/addresses/{PRIVATE}/messages/{message}"
    for method, target in (
        ("DELETE", path),
        ("PUT", f"{path}/star"),
        ("POST", "/api/addresses/x@thing.test"),
    ):
        assert (await house.ask(method, target, {"cookie": cookie})).status == 401
    page = f"/inbox/{PRIVATE}/{message}/delete"
    foreign = await house.ask("POST", page, {"cookie": cookie, "sec_fetch_site": "cross-site"}, b"")
    assert foreign.status == 403
    assert (await post(house, page, cookie)).status == 303


@pytest.mark.parametrize("path", ["/signin", "/signout"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
async def test_forms_of_other_sites_sign_nobody_in_or_out(
    house: WebHouse, ann: str, path: str, site: str
) -> None:
    cookie = await signed_in(house, ann)
    body = urlencode({"name": "ann", "key": ann}).encode()
    answer = await house.ask("POST", path, {**FORM, "sec_fetch_site": site, "cookie": cookie}, body)
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert await sees(house, cookie) == 200


async def test_a_wrong_key_and_an_unknown_name_are_told_alike(house: WebHouse, ann: str) -> None:
    ben = await house.account("ben")
    answers = [
        await post(house, "/signin", name=name, key=key)
        for name, key in (
            ("ann", "k_wrongwrongwrongwrong0000"),
            ("nobody", ann),
            ("ann", ben),
            ("nobody@thing.test", "x"),
        )
    ]
    pages = {
        answer.text.replace('value="ann"', "")
        .replace('value="nobody"', "")
        .replace('value="nobody@thing.test"', "")
        for answer in answers
    }
    assert {answer.status for answer in answers} == {403}
    assert len(pages) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_guessing_is_slowed_by_the_real_peer(house: WebHouse, ann: str) -> None:
    statuses: list[int] = []
    for number in range(BY_NAME + 2):
        headers = {**FORM, "x_forwarded_for": f"198.51.100.{number}"}
        body = urlencode({"name": "ann", "key": f"k_guess{number:020}"}).encode()
        statuses.append((await house.ask("POST", "/signin", headers, body)).status)
    assert statuses == [403] * BY_NAME + [429] * 2
    held_up = await post(house, "/signin", name="ann", key=ann)
    assert (held_up.status, held_up.headers["retry-after"]) == (429, "60")
    house.clock.time += 60_000
    assert (await post(house, "/signin", name="ann", key=ann)).status == 303


async def test_a_key_for_one_address_shows_nothing_else(house: WebHouse, ann: str) -> None:
    del ann
    narrow = await house.key("ann", "narrow", Scope(place=Inbox("other@thing.test")))
    cookie = await signed_in(house, narrow)
    assert await sees(house, cookie) == 403


async def test_a_key_that_only_reads_shows_all_and_changes_nothing(house: WebHouse, ann: str) -> None:
    del ann
    cookie = await signed_in(house, await house.key("ann", "reading", Scope(writes=False)))
    message = house.keep(PRIVATE)
    assert await sees(house, cookie) == 200
    assert (await post(house, f"/inbox/{PRIVATE}/{message}/delete", cookie)).status == 403


async def test_of_one_keys_sessions_the_oldest_end(house: WebHouse, ann: str) -> None:
    first = await signed_in(house, ann)
    house.clock.time += 1
    second = await signed_in(house, ann)
    for _ in range(MOST - 2):
        house.clock.time += 1
        await signed_in(house, ann)
    assert (await sees(house, first), await sees(house, second)) == (200, 200)
    house.clock.time += 1
    await signed_in(house, ann)
    assert (await sees(house, first), await sees(house, second)) == (401, 200)


async def test_a_thousand_people_sign_in_at_once(house: WebHouse, ann: str) -> None:
    del ann
    keys = [await house.account(f"p{number}") for number in range(100)]
    for _ in range(10):
        cookies = await asyncio.gather(
            *(signed_in(house, key, f"p{number}") for number, key in enumerate(keys))
        )
        assert len(set(cookies)) == 100


@pytest.mark.parametrize(("length", "status"), [(513, 403), (514, 403), (515, 400)])
async def test_a_name_has_an_end(house: WebHouse, length: int, status: int) -> None:
    assert (await post(house, "/signin", name="a" * length, key="k")).status == status
