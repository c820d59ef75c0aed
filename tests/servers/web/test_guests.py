"""The guest password over HTTP: how it is asked for and given, on every way by which mail is read."""

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes.web_house import GUEST_PASSWORD, NOW, Answer, Furnish, WebHouse, basic
from mailweir.model.account import AccountName, Session, key_hash
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules
from mailweir.services.guests import BY_NETWORK

BOB = "bob@thing.test"
LIST = f"/api/addresses/{BOB}/messages"
CHALLENGE = 'Basic realm="Mailweir", charset="UTF-8"'
GUEST = basic(GUEST_PASSWORD)


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    house = await furnish(AnonymousRules(guests_only=True))
    house.keep(BOB)
    return house


def challenged(answer: Answer) -> bool:
    return (answer.status, answer.headers.get("www-authenticate")) == (401, CHALLENGE)


@pytest.mark.parametrize(
    "path", ["/", f"/inbox/{BOB}", f"/inbox/{BOB}/changes", f"/inbox/{BOB}/q1-0", "/docs", "/openapi.json"]
)
async def test_a_browser_asks_by_itself(house: WebHouse, path: str) -> None:
    assert challenged(await house.get(path, accept="text/html"))
    wrong = await house.get(path, authorization=basic("not the password"))
    assert challenged(wrong)


@pytest.mark.parametrize("path", ["/", f"/inbox/{BOB}", f"/inbox/{BOB}/q1-0", "/docs", "/openapi.json"])
async def test_who_gives_the_password_sees_the_page(house: WebHouse, path: str) -> None:
    answer = await house.get(path, authorization=GUEST)
    assert (answer.status, "www-authenticate" in answer.headers) == (200, False)


@pytest.mark.parametrize("path", [LIST, f"{LIST}/q1-0", f"{LIST}?until=2040-01-01", f"/api/raw/{BOB}/q1-0"])
async def test_programs_are_told_in_json_and_let_in_alike(house: WebHouse, path: str) -> None:
    refused = await house.get(path)
    assert challenged(refused)
    assert (refused.json["status"], "guest password" in refused.json["message"]) == (401, True)
    assert (await house.get(path, authorization=GUEST)).status == 200


async def test_polling_with_an_etag_asks_for_the_password_each_time(house: WebHouse) -> None:
    etag = (await house.get(LIST, authorization=GUEST)).headers["etag"]
    assert (await house.get(LIST, authorization=GUEST, if_none_match=etag)).status == 304
    assert challenged(await house.get(LIST, if_none_match=etag))
    assert challenged(await house.get(f"{LIST}/q1-0", if_none_match="*"))


async def test_streams_are_for_guests(house: WebHouse) -> None:
    path = f"/api/addresses/{BOB}/events"
    assert challenged(await house.get(path))
    async with house.stream(path, authorization=GUEST) as stream:
        assert (await stream.event()).startswith("id: ")


async def test_a_socket_is_opened_by_guests_alone(house: WebHouse) -> None:
    url = f"ws://127.0.0.1:{house.port}/incoming-messages?addresses={BOB}"
    for headers in ({}, {"Authorization": basic("wrong")}):
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers)
        assert refused.value.response.status_code == 401
        assert refused.value.response.headers["www-authenticate"] == CHALLENGE
    async with connect(url, additional_headers={"Authorization": GUEST}) as socket:
        assert json.loads(await socket.recv())["msg"] == "Listening"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (GUEST, 200),
        (basic(GUEST_PASSWORD, ""), 200),
        (basic(GUEST_PASSWORD, "ann"), 200),
        (GUEST.replace("Basic", "basic"), 200),
        (GUEST.replace("Basic ", "BASIC   "), 200),
        (basic(f":{GUEST_PASSWORD}"), 401),
        (GUEST.replace("Basic", "Bearer"), 401),
        (GUEST.replace("Basic ", ""), 401),
        (f"{GUEST}!", 401),
        (basic(GUEST_PASSWORD, "x" * 2000), 401),
        ("Basic", 401),
        ("Basic YQ==", 401),
        ("Basic /w==", 401),
        ("Basic \xff", 401),
    ],
)
async def test_the_password_is_given_under_any_name_by_basic_authentication(
    house: WebHouse, authorization: str, status: int
) -> None:
    assert (await house.get(LIST, authorization=authorization)).status == status


async def test_the_password_in_another_place_is_none(house: WebHouse) -> None:
    for headers in (
        {"mailsac_key": GUEST_PASSWORD.encode().decode("latin-1")},
        {"cookie": GUEST_PASSWORD[:4]},
    ):
        assert (await house.get(LIST, **headers)).status == 401
    assert (await house.get(f"{LIST}?password=open", authorization="")).status == 401


async def test_who_has_a_key_or_a_session_needs_no_guest_password(house: WebHouse) -> None:
    key = await house.account("ann")
    token = "k_" + "session" * 4
    await house.accounts.begin_session(key_hash(token), Session(key_hash(key), NOW + 1000), most=9)
    for headers in ({"mailsac_key": key}, {"cookie": f"mailweir={token}"}):
        for path in (LIST, f"/inbox/{BOB}", "/", "/docs"):
            assert (await house.get(path, **headers)).status == 200
    house.clock.time += 1000
    assert challenged(await house.get(f"/inbox/{BOB}", cookie=f"mailweir={token}"))


async def test_a_key_in_a_body_is_a_key_there_too(house: WebHouse) -> None:
    key = await house.account("ann")
    path, kind = "/api/validations/addresses", {"content_type": "application/json"}
    body = {"emails": [BOB]}
    assert challenged(await house.ask("POST", path, kind, json.dumps(body).encode()))
    known = json.dumps({**body, "_mailsacKey": key}).encode()
    assert (await house.ask("POST", path, kind, known)).status == 200
    unknown = json.dumps({**body, "_mailsacKey": "k_unknown"}).encode()
    assert (await house.ask("POST", path, {**kind, "authorization": GUEST}, unknown)).status == 401


async def test_a_guest_is_shown_nothing_private(house: WebHouse) -> None:
    await house.account("ann")
    await house.accounts.reserve(AccountName("ann"), [Inbox(BOB)], "", most=9)
    answer = await house.get(LIST, authorization=GUEST)
    assert (answer.status, "www-authenticate" in answer.headers) == (401, False)


async def test_people_sign_in_and_out_without_the_guest_password(house: WebHouse) -> None:
    key = await house.account("ann")
    assert (await house.get("/signin")).status == 200
    form = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}
    answer = await house.ask("POST", "/signin", form, f"name=ann&key={key}".encode())
    assert answer.status == 303
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert (await house.get(f"/inbox/{BOB}", cookie=cookie)).status == 200
    assert (await house.ask("POST", "/signout", {**form, "cookie": cookie}, b"")).status == 303
    assert challenged(await house.get(f"/inbox/{BOB}", cookie=cookie))


@pytest.mark.parametrize(
    "path", ["/signin/", "/signin/x", "/signin%2f", "//signin", "/SIGNIN", f"/signin/../{LIST}"]
)
async def test_no_other_way_to_write_the_open_pages_opens_more(house: WebHouse, path: str) -> None:
    answer = await house.get(path)
    assert answer.status in {401, 404} or 'action="/signin"' in answer.text
    assert "It works." not in answer.text


@pytest.mark.parametrize(
    ("wrong", "status"), [(BY_NETWORK - 1, 200), (BY_NETWORK, 429), (BY_NETWORK + 1, 429)]
)
async def test_too_many_wrong_passwords_close_the_door_to_guests_for_a_moment(
    house: WebHouse, wrong: int, status: int
) -> None:
    key = await house.account("ann")
    for _ in range(wrong):
        await house.get(LIST, authorization=basic("wrong"))
    answer = await house.get(LIST, authorization=GUEST)
    assert answer.status == status
    if status == 429:
        assert answer.headers["retry-after"] == "60"
        assert (await house.get(f"/inbox/{BOB}", authorization=GUEST)).status == 429
    assert (await house.get(LIST, mailsac_key=key)).status == 200
    assert (await house.get("/signin")).status == 200
    assert challenged(await house.get(LIST))


async def test_where_no_password_is_set_one_that_is_sent_means_nothing(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules())
    for _ in range(2 * BY_NETWORK):
        assert (await house.get(LIST, authorization=basic("wrong"))).status == 200
