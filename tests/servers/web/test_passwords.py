"""People with passwords on pages: signing in, one-time codes, another password, links, acting as root."""

import asyncio
import re
from ipaddress import ip_network
from urllib.parse import urlencode

import pytest
from pyotp.totp import TOTP

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Inbox
from mailweir.model.user import SOMEBODY, Act, Role, Traits, UserName, operator_of
from mailweir.policy.visibility import AnonymousRules
from mailweir.services.resets import BY_NETWORK, BY_PERSON
from mailweir.services.sessions import ELEVATED
from mailweir.services.signin import BY_CODE, BY_NAME

ANN, BOB = AccountName("ann"), UserName("bob")
PRIVATE = Inbox("private@thing.test")
FORM = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}
NEW = "another long password"


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    house = await furnish(AnonymousRules())
    await house.account("ann")
    await house.accounts.reserve(ANN, [PRIVATE], "", most=9)
    house.keep(PRIVATE)
    return house


async def post(house: WebHouse, path: str, cookie: str = "", **fields: str) -> Answer:
    return await house.ask("POST", path, {**FORM, "cookie": cookie}, urlencode(fields).encode())


async def sign_in(house: WebHouse, name: str, password: str, code: str = "") -> str:
    """The cookie of a new session; "" when there is none."""
    answer = await post(house, "/signin", name=name, key=password, code=code)
    return answer.headers.get("set-cookie", "").partition(";")[0]


async def status(house: WebHouse, path: str, cookie: str) -> int:
    return (await house.get(path, cookie=cookie)).status


async def acts(house: WebHouse) -> list[Act]:
    return [entry.act for entry in await house.users.journal(ANN, limit=99)]


@pytest.mark.parametrize("name", ["ann", " ANN", "ann/ann", PRIVATE])
async def test_who_is_called_like_the_account_signs_in_by_its_name(house: WebHouse, name: str) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, name, password)
    assert await status(house, f"/inbox/{PRIVATE}", cookie) == 200
    page = (await house.get("/account", cookie=cookie)).text
    assert "root" in page
    assert "Make a key" in page
    assert password not in page


async def test_others_sign_in_by_account_and_name(house: WebHouse) -> None:
    password = await house.user("ann", "bob", Traits(Role.MEMBER))
    cookie = await sign_in(house, "ann/bob", password)
    assert await status(house, f"/inbox/{PRIVATE}", cookie) == 200
    assert [await sign_in(house, name, password) for name in ("ann", "bob", "bob/bob", PRIVATE, "ann/")] == [
        ""
    ] * 5


async def test_a_wrong_password_an_unknown_name_and_a_wrong_code_are_told_alike(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    await house.users.set_totp(ANN, UserName("ann"), "A" * 32, [])
    tries = [("ann", "wrong password", ""), ("nobody", password, ""), ("ann", password, "000000")]
    answers = [await post(house, "/signin", name=name, key=key, code=code) for name, key, code in tries]
    assert {answer.status for answer in answers} == {403}
    pages = {re.sub(r'value="\w*"', "", answer.text) for answer in answers}
    assert len(pages) == 1


async def test_guessing_a_password_is_slowed_also_when_all_are_tried_at_once(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    answers = await asyncio.gather(
        *(post(house, "/signin", name="ann", key=f"wrong {number}") for number in range(BY_NAME * 3))
    )
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [403] * BY_NAME + [429] * (BY_NAME * 2)
    assert (await post(house, "/signin", name="ann", key=password)).status == 429
    house.clock.time += 60_000
    assert await sign_in(house, "ann", password)


async def test_one_right_password_many_times_at_once_is_no_guessing(house: WebHouse) -> None:
    """Of sixteen jobs of a CI that signed in together six were told of too many wrong passwords."""
    password = await house.user("ann", "ann")
    cookies = await asyncio.gather(*(sign_in(house, "ann", password) for _ in range(BY_NAME * 2)))
    assert all(cookies)


async def test_by_whatever_address_somebody_is_meant_guesses_are_of_one_name(house: WebHouse) -> None:
    await house.user("ann", "ann")
    await house.domain("ann", "held.test")
    names = [f"x{number}@held.test" for number in range(BY_NAME + 1)]
    statuses = [(await post(house, "/signin", name=name, key="wrong password")).status for name in names]
    assert statuses == [403] * BY_NAME + [429]


async def test_codes_cannot_be_guessed_from_many_networks(house: WebHouse) -> None:
    """Each network had ten of its own, which are 655,360 in a /48."""
    password = await house.user("ann", "ann")
    await house.users.set_totp(ANN, UserName("ann"), "A" * 32, [])
    house.trusted_proxies.append(ip_network("127.0.0.0/8"))
    await house.reopen()
    statuses: list[int] = []
    for number in range(BY_CODE + 1):
        headers = {**FORM, "x_forwarded_for": f"2001:db8:0:{number:x}::1"}
        form = urlencode({"name": "ann", "key": password, "code": f"{number:06}"}).encode()
        statuses.append((await house.ask("POST", "/signin", headers, form)).status)
    assert statuses == [403] * BY_CODE + [429]


async def test_behind_a_proxy_that_is_trusted_each_network_has_its_own_attempts(house: WebHouse) -> None:
    """Everybody who came through it was locked out together."""
    password = await house.user("ann", "ann")
    house.trusted_proxies.append(ip_network("127.0.0.0/8"))
    await house.reopen()
    headers = {**FORM, "x_forwarded_for": "192.0.2.66"}
    guesses = [urlencode({"name": "ann", "key": f"wrong {number}"}) for number in range(BY_NAME + 1)]
    refused = [(await house.ask("POST", "/signin", headers, guess.encode())).status for guess in guesses]
    assert refused[-1] == 429
    form = urlencode({"name": "ann", "key": password}).encode()
    answer = await house.ask("POST", "/signin", {**FORM, "x_forwarded_for": "198.51.100.7"}, form)
    assert answer.status == 303
    assert (await house.users.journal(ANN, limit=1))[0].ip == "198.51.100.7"


async def test_right_passwords_are_not_counted(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    for _ in range(BY_NAME * 2):
        assert await sign_in(house, "ann", password)


async def test_a_password_may_begin_and_end_with_a_space(house: WebHouse) -> None:
    chosen = " correct horse battery "
    await house.people.add(operator_of(ANN), UserName("ann"), Traits(), chosen)
    assert await sign_in(house, "ann", chosen)
    assert await sign_in(house, "ann", chosen.strip()) == ""


async def test_a_key_may_be_pasted_with_spaces(house: WebHouse) -> None:
    assert await sign_in(house, "ann", f" k_ann{'0' * 20}\n")


async def test_a_password_that_was_set_meanwhile_is_not_overridden(house: WebHouse) -> None:
    """A manager had set another one while a thief's change was being hashed: the thief's stood."""
    password = await house.user("ann", "bob")
    cookie = await sign_in(house, "ann/bob", password)
    hashing = house.passwords.hashed

    async def hashed(chosen: str) -> str:
        made = await hashing(chosen)
        if chosen == NEW:
            await house.people.set_password(operator_of(ANN), BOB, "the manager's own choice")
        return made

    house.passwords.hashed = hashed  # type: ignore[method-assign]
    answer = await post(house, "/account/password", cookie, password=password, new=NEW)
    assert answer.status == 401, "his session has ended"
    assert await sign_in(house, "ann/bob", NEW) == ""
    assert await sign_in(house, "ann/bob", "the manager's own choice")


async def test_a_weak_password_spends_no_recovery_code(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    _, recovery = await with_codes(house, cookie, password)
    fields = {"password": password, "code": recovery[0]}
    assert (await post(house, "/account/password", cookie, **fields, new="password1234")).status == 400
    assert (await post(house, "/account/password", cookie, **fields, new=NEW)).status == 303


async def test_codes_set_up_anew_are_not_those_of_a_clock_that_was_wrong(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    await with_codes(house, await sign_in(house, "ann", password), password)
    now = house.clock.time
    await house.users.spend_step(ANN, UserName("ann"), now // 30_000 + 1_000_000)  # a year ahead
    await house.people.codes_off(operator_of(ANN), UserName("ann"))
    app, _ = await with_codes(house, await sign_in(house, "ann", password), password)
    house.clock.time += 30_000
    assert await sign_in(house, "ann", password, app.at(house.clock.time // 1000))


async def test_another_password_ends_every_session_but_the_one_that_set_it(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    cookie, elsewhere = await sign_in(house, "ann", password), await sign_in(house, "ann", password)
    refused = await post(house, "/account/password", cookie, password="wrong password", new=NEW)
    assert refused.status == 403
    answer = await post(house, "/account/password", cookie, password=password, new=NEW)
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    renewed = answer.headers["set-cookie"].partition(";")[0]
    assert [await status(house, f"/inbox/{PRIVATE}", one) for one in (renewed, cookie, elsewhere)] == [
        200,
        401,
        401,
    ]
    assert (await sign_in(house, "ann", password), bool(await sign_in(house, "ann", NEW))) == ("", True)
    assert Act.PASSWORD_CHANGED in await acts(house)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("x" * 11, "12 to 256"),
        ("short", "12 to 256"),
        ("x7 q9 " * 43, "12 to 256"),
        ("k_" + "a1" * 20, "taken for a key"),
        ("password1234", "guessed"),
    ],
)
async def test_a_password_that_may_be_none_is_refused_with_the_reason(
    house: WebHouse, new: str, why: str
) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    answer = await post(house, "/account/password", cookie, password=password, new=new)
    assert (answer.status, why in answer.text) == (400, True)
    assert await sign_in(house, "ann", password)


@pytest.mark.parametrize(
    ("length", "status_"), [(11, 400), (12, 303), (13, 303), (255, 303), (256, 303), (257, 400)]
)
async def test_a_password_has_a_shortest_and_a_longest(house: WebHouse, length: int, status_: int) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    new = "".join(chr(97 + number * number * 7 % 26) for number in range(length - 6)) + "Zq9#Lw"
    answer = await post(house, "/account/password", cookie, password=password, new=new)
    assert answer.status == status_


async def with_codes(house: WebHouse, cookie: str, password: str) -> tuple[TOTP, list[str]]:
    """Turns one-time codes on as a person does; the app, and the recovery codes."""
    page = (await house.get("/account/codes", cookie=cookie)).text
    secret = re.findall(r'name="secret" value="([A-Z2-7]{32})"', page)[0]
    assert "data:image/svg+xml" in page
    app = TOTP(secret)
    code = app.at(house.clock.time // 1000)
    answer = await post(house, "/account/codes", cookie, secret=secret, code=code, password=password)
    assert answer.status == 200, answer.text
    return app, re.findall(r"\b[a-z2-9]{5}-[a-z2-9]{5}\b", answer.text)


async def test_with_one_time_codes_each_is_asked_for_and_good_once(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    app, recovery = await with_codes(house, cookie, password)
    now = house.clock.time // 1000
    assert await sign_in(house, "ann", password) == ""
    assert await sign_in(house, "ann", password, app.at(now)) == "", "it was used to turn them on"
    house.clock.time += 30_000
    code = app.at(now + 30)
    assert await sign_in(house, "ann", password, f"{code[:3]} {code[3:]}")
    assert await sign_in(house, "ann", password, code) == ""
    assert len(set(recovery)) == 10
    assert await sign_in(house, "ann", password, recovery[0].upper())
    assert await sign_in(house, "ann", password, recovery[0]) == ""
    assert {Act.CODES_ON, Act.RECOVERY_USED} <= set(await acts(house))


async def test_codes_are_turned_off_by_password_and_code(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    _, recovery = await with_codes(house, cookie, password)
    assert (await post(house, "/account/codes/off", cookie, password=password)).status == 403
    assert (
        await post(house, "/account/codes/off", cookie, password=password, code=recovery[0])
    ).status == 303
    assert await sign_in(house, "ann", password)


@pytest.mark.parametrize(
    ("secret", "code"), [("A" * 32, "000000"), ("", ""), ("short", "000000"), ("a" * 32, "x")]
)
async def test_a_wrong_code_turns_nothing_on(house: WebHouse, secret: str, code: str) -> None:
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    answer = await post(house, "/account/codes", cookie, secret=secret, code=code, password=password)
    assert (answer.status, "not the code of this moment" in answer.text) == (400, True)
    assert await sign_in(house, "ann", password)


async def test_a_member_does_all_but_manage_the_account(house: WebHouse) -> None:
    password = await house.user("ann", "bob", Traits(Role.MEMBER))
    cookie = await sign_in(house, "ann/bob", password)
    message = house.keep(PRIVATE)
    assert (await post(house, f"/inbox/{PRIVATE}/{message}/delete", cookie)).status == 303
    assert "Make a key" not in (await house.get("/account", cookie=cookie)).text
    for path in ("/account/keys", "/account/users", "/account/keys/remove", "/account/users/remove"):
        assert (await post(house, path, cookie, name="new", role="root")).status == 403
    assert await status(house, "/api/account/keys", cookie) == 403
    refused = await post(house, "/account/elevate", cookie, password=password)
    assert refused.status == 403


async def test_who_may_acts_as_root_for_a_while_in_a_session_of_its_own(house: WebHouse) -> None:
    password = await house.user("ann", "bob", Traits(Role.MEMBER, elevates=True))
    cookie = await sign_in(house, "ann/bob", password)
    assert (await post(house, "/account/elevate", cookie, password="wrong password")).status == 403
    answer = await post(house, "/account/elevate", cookie, password=password)
    root = answer.headers["set-cookie"].partition(";")[0]
    assert (answer.status, await status(house, "/account", cookie)) == (303, 303), "the former one ended"
    assert (await post(house, "/account/keys", root, name="new")).status == 200
    assert Act.ELEVATED in await acts(house)
    house.clock.time += ELEVATED * 1000
    assert (await post(house, "/account/keys", root, name="newer")).status == 403
    again = await post(house, "/account/elevate", root, password=password)
    root = again.headers["set-cookie"].partition(";")[0]
    await house.users.change(ANN, BOB, lambda _: Traits(Role.MEMBER))
    assert (await post(house, "/account/keys", root, name="newest")).status == 403


async def test_keys_and_users_made_on_the_page_are_shown_once_and_work(house: WebHouse) -> None:
    cookie = await sign_in(house, "ann", await house.user("ann", "ann"))
    page = (await post(house, "/account/keys", cookie, name="ci", days="90", readonly="1")).text
    key = re.findall(r"k_[A-Za-z0-9]{40}", page)[0]
    assert await status_by_key(house, key) == 200
    assert key not in (await house.get("/account", cookie=cookie)).text
    twice = await post(house, "/account/keys", cookie, name="ci")
    assert (twice.status, "already" in twice.text) == (400, True)
    assert (await post(house, "/account/keys", cookie, name="x", days="3651")).status == 400
    assert (await post(house, "/account/keys/remove", cookie, name="ci")).status == 303
    assert await status_by_key(house, key) == 401
    page = (await post(house, "/account/users", cookie, name="bob", role="member")).text
    password = re.findall(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}", page)[0]
    session = await sign_in(house, "ann/bob", password)
    assert await status(house, "/account", session) == 200
    assert (await post(house, "/account/users", cookie, name="bob", role="member")).status == 400
    assert (await post(house, "/account/users", cookie, name="x", role="king")).status == 400
    assert (await post(house, "/account/users/remove", cookie, name="bob")).status == 303
    assert await status(house, "/account", session) == 303


async def status_by_key(house: WebHouse, key: str) -> int:
    return (await house.get("/api/me", mailsac_key=key)).status


async def test_signing_out_everywhere_ends_all_of_ones_own_sessions(house: WebHouse) -> None:
    password = await house.user("ann", "ann")
    bobs = await sign_in(house, "ann/bob", await house.user("ann", "bob"))
    cookies = [await sign_in(house, "ann", password) for _ in range(2)]
    assert (await post(house, "/account/sessions/end", cookies[0])).status == 303
    assert [await status(house, f"/inbox/{PRIVATE}", one) for one in (*cookies, bobs)] == [401, 401, 200]


async def asked_for_link(house: WebHouse, name: str) -> Answer:
    answer = await post(house, "/forgot", name=name)
    await house.resets.sent()
    return answer


async def test_a_link_goes_to_a_private_inbox_and_sets_a_password_once(house: WebHouse) -> None:
    password = await house.user("ann", "bob", Traits(mail=PRIVATE))
    cookie = await sign_in(house, "ann/bob", password)
    assert (await asked_for_link(house, "ann/bob")).status == 200
    ((inbox, name, token),) = house.links
    assert (inbox, name) == (PRIVATE, "ann/bob")
    page = await house.get(f"/reset/{token}")
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    weak = await post(house, f"/reset/{token}", new="password1234")
    assert (weak.status, "guessed" in weak.text) == (400, True)
    assert (await post(house, f"/reset/{token}", new=NEW)).headers["location"] == "/signin"
    assert await status(house, "/account", cookie) == 303, "sessions by the former password end"
    assert (await sign_in(house, "ann/bob", password), bool(await sign_in(house, "ann/bob", NEW))) == (
        "",
        True,
    )
    assert (await post(house, f"/reset/{token}", new=NEW)).status == 404
    assert await status(house, f"/reset/{token}", "") == 404


async def test_a_link_ends_after_an_hour(house: WebHouse) -> None:
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    await asked_for_link(house, "ann/bob")
    token = house.links[0][2]
    house.clock.time += 3_600_000 - 1
    assert await status(house, f"/reset/{token}", "") == 200
    house.clock.time += 1
    assert await status(house, f"/reset/{token}", "") == 404


async def test_whoever_asks_for_a_link_learns_nothing_of_names(house: WebHouse) -> None:
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    await house.user("ann", "cat")
    await house.user("ann", "dan", Traits(mail=Inbox("public@thing.test")))
    answers = [await asked_for_link(house, name) for name in ("ann/bob", "ann/cat", "ann/dan", "nobody")]
    assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert [name for _, name, _ in house.links] == ["ann/bob"], "a public inbox is no place for a link"


async def lesser(house: WebHouse, kind: str) -> None:
    if kind == "member":
        await house.user("ann", "eve", Traits(Role.MEMBER))
    else:
        scopes = {
            "reading": Scope(writes=False),
            "narrow": Scope(place=PRIVATE),
            "ending": Scope(expires=house.clock.time + 1),
            "member key": Scope(manages=False),
        }
        await house.key("ann", "lesser", scopes[kind])


@pytest.mark.parametrize("kind", ["member", "reading", "narrow", "ending", "member key"])
async def test_no_link_of_roots_goes_where_somebody_lesser_reads(house: WebHouse, kind: str) -> None:
    """Whoever read the account's inbox, if only by a key for that inbox, could become root by it."""
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    await house.user("ann", "cat", Traits(Role.MEMBER, elevates=True, mail=PRIVATE))
    await lesser(house, kind)
    for name in ("ann/bob", "ann/cat"):
        assert (await asked_for_link(house, name)).status == 200
    assert house.links == []


@pytest.mark.parametrize(("kind", "sent"), [("member", 1), ("member key", 1), ("reading", 0), ("narrow", 0)])
async def test_a_members_link_goes_where_only_his_equals_read(house: WebHouse, kind: str, sent: int) -> None:
    await house.user("ann", "bob", Traits(Role.MEMBER, mail=PRIVATE))
    await lesser(house, kind)
    await asked_for_link(house, "ann/bob")
    assert len(house.links) == sent


async def test_no_link_goes_to_another_accounts_inbox(house: WebHouse) -> None:
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    await house.account("eve")
    await house.accounts.release(ANN, PRIVATE)
    await house.accounts.reserve(AccountName("eve"), [PRIVATE], "", most=9)
    await asked_for_link(house, "ann/bob")
    assert house.links == []


async def test_who_asks_for_links_ends_no_others_and_is_nobody_in_the_journal(house: WebHouse) -> None:
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    made = await house.people.reset_token(operator_of(ANN), BOB)
    for _ in range(BY_PERSON):
        await asked_for_link(house, "ann/bob")
    assert await status(house, f"/reset/{made}", "") == 200
    (newest, *_) = await house.users.journal(ANN, limit=1)
    assert (newest.actor, newest.act, newest.what) == (SOMEBODY, Act.RESET_ASKED, "bob")


async def test_links_are_asked_for_slowly(house: WebHouse) -> None:
    await house.user("ann", "bob", Traits(mail=PRIVATE))
    answers = [await asked_for_link(house, "ann/bob") for _ in range(BY_NETWORK + 1)]
    assert [answer.status for answer in answers] == [200] * BY_NETWORK + [429]
    assert len(house.links) == BY_PERSON
    house.clock.time += 30_000
    assert (await asked_for_link(house, "ann/bob")).status == 200
    assert len(house.links) == BY_PERSON


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1/../x", "a@evil.test"])
async def test_links_are_made_from_the_settings_whatever_host_is_asked_for(
    house: WebHouse, host: str
) -> None:
    """security.md §5, check 22."""
    await house.user("ann", "bob")
    key = await house.account("ben")
    await house.user("ben", "eve")
    headers = {
        "host": host,
        "x_forwarded_host": "evil.test",
        "mailsac_key": key,
        "forwarded": "host=evil.test",
    }
    answer = await house.ask("POST", "/api/account/users/eve/reset", headers, b"")
    assert answer.status in {201, 400}
    if answer.status == 201:
        assert answer.json["url"].startswith("http://127.0.0.1:8025/reset/k_")
    assert "evil.test" not in answer.text.replace("a@evil.test", "")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
@pytest.mark.parametrize(
    "path",
    [
        "/account/password",
        "/account/codes",
        "/account/codes/off",
        "/account/elevate",
        "/account/sessions/end",
        "/account/keys",
        "/account/keys/remove",
        "/account/users",
        "/account/users/remove",
        "/forgot",
        "/reset/k_any",
    ],
)
async def test_forms_of_other_sites_do_nothing(house: WebHouse, path: str, site: str) -> None:
    """security.md §5, check 18."""
    password = await house.user("ann", "ann")
    cookie = await sign_in(house, "ann", password)
    body = urlencode({"name": "first", "password": password, "new": NEW, "role": "root"}).encode()
    answer = await house.ask("POST", path, {**FORM, "sec_fetch_site": site, "cookie": cookie}, body)
    assert answer.status == 403
    assert [one.name for one in await house.accounts.keys(ANN)] == ["first"]
    assert await status(house, "/account", cookie) == 200
