"""Users, keys, sessions and the journal of an account by REST."""

import json
from urllib.parse import quote, urlencode

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.policy.visibility import AnonymousRules
from mailweir.servers.web.moments import iso
from mailweir.services.people import KEYS, LINK_LASTS, USERS

ANN = AccountName("ann")


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    return await furnish(AnonymousRules())


@pytest.fixture
async def key(house: WebHouse) -> str:
    return await house.account("ann")


async def ask(house: WebHouse, key: str, method: str, path: str, body: object = None) -> Answer:
    octets = None if body is None else json.dumps(body).encode()
    headers = {"mailsac_key": key, **({"content_type": "application/json"} if octets else {})}
    return await house.ask(method, f"/api/account/{path}", headers, octets)


async def test_a_key_is_made_shown_once_listed_and_revoked(house: WebHouse, key: str) -> None:
    wish = {"name": "ci report", "readOnly": True, "days": 90, "only": "Qa@Thing.test", "member": True}
    made = await ask(house, key, "POST", "keys", wish)
    assert (made.status, made.json["name"]) == (201, "ci report")
    new = made.json["key"]
    assert (await ask(house, new, "GET", "keys")).status == 403
    listed = await ask(house, key, "GET", "keys")
    now = house.clock.now()
    assert listed.json == [
        {
            "name": "ci report",
            "hint": new[-4:],
            "created": iso(now),
            "used": None,
            "expires": iso(now + 90 * 24 * 3600 * 1000),
            "readOnly": True,
            "only": "qa@thing.test",
            "member": True,
        },
        {
            "name": "first",
            "hint": key[-4:],
            "created": iso(now),
            "used": None,
            "expires": None,
            "readOnly": False,
            "only": None,
            "member": False,
        },
    ]
    assert new not in listed.text
    path = f"keys/{quote('ci report')}"
    assert [(await ask(house, key, "DELETE", path)).status for _ in range(2)] == [204, 404]
    assert (await ask(house, new, "GET", "keys")).status == 401


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"name": ""},
        {"name": " x"},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": 7},
        {"name": "x", "days": 0},
        {"name": "x", "days": 3651},
        {"name": "x", "days": 1.5},
        {"name": "x", "only": "nowhere"},
        {"name": "x", "only": "x" * 515},
        {"name": "x", "readonly": True},
        ["x"],
    ],
)
async def test_a_key_that_cannot_be_is_refused(house: WebHouse, key: str, wish: object) -> None:
    assert (await ask(house, key, "POST", "keys", wish)).status == 400
    assert len(await house.accounts.keys(ANN)) == 1


@pytest.mark.parametrize("days", [1, 2, 3649, 3650])
async def test_a_key_lasts_as_many_days_as_it_may(house: WebHouse, key: str, days: int) -> None:
    assert (await ask(house, key, "POST", "keys", {"name": "x" * 64, "days": days})).status == 201


async def test_an_account_has_no_more_keys_and_users_than_it_may(house: WebHouse, key: str) -> None:
    for number in range(KEYS - 1):
        assert (await ask(house, key, "POST", "keys", {"name": f"k{number}"})).status == 201
    over = await ask(house, key, "POST", "keys", {"name": "over"})
    assert (over.status, over.json["message"]) == (400, "An account may have 100 of these and no more.")
    for number in range(USERS):
        assert (await ask(house, key, "POST", "users", {"name": f"u{number}"})).status == 201
    assert (await ask(house, key, "POST", "users", {"name": "over"})).status == 400


async def test_a_user_is_added_changed_and_removed(house: WebHouse, key: str) -> None:
    added = await ask(house, key, "POST", "users", {"name": "Bob", "mail": "Bob@Thing.test"})
    assert added.status == 201
    assert len(added.json["password"]) == 23
    shown = {
        "name": "bob",
        "signsInAs": "ann/bob",
        "role": "member",
        "canElevate": False,
        "mail": "bob@thing.test",
        "identity": None,
        "hasPassword": True,
        "oneTimeCodes": False,
        "created": iso(house.clock.now()),
    }
    assert added.json["user"] == shown
    assert (await ask(house, key, "POST", "users", {"name": "bob"})).status == 409
    changed = await ask(house, key, "PUT", "users/bob", {"role": "root", "mail": None})
    assert (changed.status, changed.json) == (200, {**shown, "role": "root", "mail": None})
    assert (await ask(house, key, "PUT", "users/BOB", {"canElevate": True})).json["canElevate"] is True
    assert (await ask(house, key, "GET", "users")).json == [{**changed.json, "canElevate": True}]
    assert [(await ask(house, key, "DELETE", "users/bob")).status for _ in range(2)] == [204, 404]
    for method, path in (("PUT", "users/bob"), ("POST", "users/bob/reset"), ("DELETE", "users/bob/codes")):
        assert (await ask(house, key, method, path, {} if method == "PUT" else None)).status == 404


async def test_a_password_that_was_chosen_is_not_repeated(house: WebHouse, key: str) -> None:
    chosen = "correct horse battery staple"
    added = await ask(house, key, "POST", "users", {"name": "bob", "password": chosen})
    assert (added.status, added.json["password"], chosen in added.text) == (201, None, False)
    weak = await ask(house, key, "POST", "users", {"name": "eve", "password": "password1234"})
    assert (weak.status, "guessed" in weak.json["message"]) == (400, True)


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"name": "a b"},
        {"name": "x" * 65},
        {"name": "x", "role": "king"},
        {"name": "x", "mail": "nowhere"},
    ],
)
async def test_a_user_who_cannot_be_is_refused(house: WebHouse, key: str, wish: object) -> None:
    assert (await ask(house, key, "POST", "users", wish)).status == 400
    assert await house.users.users(ANN) == []


async def test_a_link_for_a_user_is_made_by_whoever_manages_the_account(house: WebHouse, key: str) -> None:
    await house.user("ann", "bob")
    made = await ask(house, key, "POST", "users/bob/reset")
    assert (made.status, made.json["expires"]) == (201, iso(house.clock.now() + LINK_LASTS * 1000))
    token = made.json["url"].rpartition("/")[2]
    assert (await house.get(f"/reset/{token}")).status == 200


async def test_sessions_are_listed_and_ended(house: WebHouse, key: str) -> None:
    password = await house.user("ann", "bob")
    form = urlencode({"name": "ann/bob", "key": password}).encode()
    headers = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}
    signed_in = await house.ask("POST", "/signin", headers, form)
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    (session,) = (await ask(house, key, "GET", "sessions")).json
    assert (session["by"], session["created"]) == ("bob", iso(house.clock.now()))
    assert cookie.partition("=")[2] not in json.dumps(session)
    stranger = await house.account("ben")
    assert (await ask(house, stranger, "DELETE", f"sessions/{session['id']}")).status == 404
    assert (await house.get("/api/me", cookie=cookie)).status == 200
    path = f"sessions/{session['id']}"
    assert [(await ask(house, key, "DELETE", path)).status for _ in range(2)] == [204, 404]
    assert (await house.get("/api/me", cookie=cookie)).status == 401


async def test_the_journal_says_who_did_what_from_where_newest_first(house: WebHouse, key: str) -> None:
    await ask(house, key, "POST", "keys", {"name": "ci"})
    await ask(house, key, "POST", "users", {"name": "bob"})
    await ask(house, key, "DELETE", "users/bob")
    told = (await ask(house, key, "GET", "journal")).json
    assert [(one["actor"], one["act"], one["what"], one["ip"]) for one in told] == [
        ("key first", "user removed", "bob", "127.0.0.1"),
        ("key first", "user added", "bob", "127.0.0.1"),
        ("key first", "key added", "ci", "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    "scope", [Scope(manages=False), Scope(writes=False), Scope(expires=1_900_000_000_000)]
)
async def test_no_key_gives_more_than_it_has(house: WebHouse, key: str, scope: Scope) -> None:
    del key
    less = await house.key("ann", "less", scope)
    for path in ("keys", "users"):
        assert (await ask(house, less, "POST", path, {"name": "new"})).status == 403
    assert len(await house.accounts.keys(ANN)) == 2
