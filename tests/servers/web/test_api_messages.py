"""The REST API of messages: shapes, codes, keys, limits."""

import pytest

from fakes.web_house import PLAIN, Furnish, WebHouse
from mailweir.policy.visibility import AnonymousRules

RFC822 = {"content-type": "message/rfc822"}
BOB = "/api/addresses/bob@thing.test/messages"


async def test_a_message_has_every_key_of_the_original_and_ours(house: WebHouse) -> None:
    raw = (
        b"From: =?utf-8?q?J=C3=B6rg?= <j@sender.test>\r\nTo: Bob <bob@thing.test>, al@thing.test\r\n"
        b"Cc: c@thing.test\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n\r\nHi\r\n"
    )
    found = house.keep("Bob+shop@Thing.test", raw)
    answer = await house.get(BOB)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == [
        {
            "_id": found,
            "from": [{"address": "j@sender.test", "name": "Jörg"}],
            "to": [{"address": "bob@thing.test", "name": "Bob"}, {"address": "al@thing.test", "name": ""}],
            "cc": [{"address": "c@thing.test", "name": ""}],
            "bcc": [],
            "subject": "Grüße",
            "savedBy": None,
            "inbox": "bob@thing.test",
            "originalInbox": "Bob+shop@Thing.test",
            "domain": "thing.test",
            "received": "2026-11-25T10:00:00.123Z",
            "size": len(raw),
            "attachments": [],
            "ip": "192.0.2.7",
            "via": "192.0.2.1",
            "folder": "inbox",
            "labels": [],
            "read": None,
            "rtls": True,
            "links": [],
            "spam": 0,
            "seq": 1,
            "digest": "done",
            "snippet": "Hi",
            "codes": [],
            "actions": [],
            "spamScore": None,
        }
    ]


async def test_one_message_is_shown_as_the_list_shows_it(house: WebHouse) -> None:
    found = house.keep()
    assert (await house.get(f"{BOB}/{found}")).json == (await house.get(BOB)).json[0]


async def test_without_from_the_envelope_says_who_sent_it(house: WebHouse) -> None:
    house.keep(raw=b"Subject: x\r\n\r\n")
    house.keep(raw=b"Subject: y\r\n\r\n", sender=None)
    bounce, mail = (await house.get(BOB)).json
    assert mail["from"] == [{"address": "ann@sender.test", "name": ""}]
    assert bounce["from"] == []


@pytest.mark.parametrize(
    "spelling",
    ["bob@thing.test", "bob%40thing.test", "BOB@Thing.Test", "bob+tag@thing.test", "bob%2Btag%40thing.test"],
)
async def test_an_address_is_found_however_it_is_spelled(house: WebHouse, spelling: str) -> None:
    found = house.keep()
    assert [m["_id"] for m in (await house.get(f"/api/addresses/{spelling}/messages")).json] == [found]
    assert (await house.get(f"/api/addresses/{spelling}/messages/{found}")).status == 200
    assert (await house.get(f"/api/raw/{spelling}/{found}")).body == PLAIN


async def test_a_slash_in_an_address_is_no_path(house: WebHouse) -> None:
    slash, percent = house.keep("a/b@thing.test"), house.keep("a%2fb@thing.test")
    assert [m["_id"] for m in (await house.get("/api/addresses/a%2Fb@thing.test/messages")).json] == [slash]
    assert [m["_id"] for m in (await house.get("/api/addresses/a%252fb@thing.test/messages")).json] == [
        percent
    ]


async def test_an_unknown_inbox_is_empty(house: WebHouse) -> None:
    answer = await house.get("/api/addresses/nobody@thing.test/messages")
    assert (answer.status, answer.json) == (200, [])


async def test_the_list_is_newest_first_and_as_long_as_asked(house: WebHouse) -> None:
    ids = [house.keep() for _ in range(22)][::-1]
    assert [m["_id"] for m in (await house.get(BOB)).json] == ids[:20]
    for limit in (0, 1, 21, 22, 23, 1000):
        assert [m["_id"] for m in (await house.get(f"{BOB}?limit={limit}")).json] == ids[:limit]


@pytest.mark.parametrize("limit", ["-1", "1001", "ten", "1.5", "", "99999999999999999999", "%D9%A3"])
async def test_a_wrong_limit_is_named_with_what_is_allowed(house: WebHouse, limit: str) -> None:
    answer = await house.get(f"{BOB}?limit={limit}")
    assert answer.status == 400
    assert answer.json["message"].startswith('limit is "')
    assert "from 0 to 1000" in answer.json["message"]


async def test_until_leaves_out_what_came_later(house: WebHouse) -> None:
    early = house.keep()
    house.clock.time += 1
    late = house.keep()
    for until, ids in {
        "2026-11-25T10:00:00.123Z": [early],
        "2026-11-25T12:00:00.124%2B02:00": [late, early],
        "2026-11-25T12:00:00.123+02:00": [early],
        "2026-11-25": [],
        "2026-11-26": [late, early],
        "": [late, early],
    }.items():
        assert [m["_id"] for m in (await house.get(f"{BOB}?until={until}")).json] == ids, until
        assert [m["_id"] for m in (await house.get(f"/api/messages?until={until}")).json] == ids, until


@pytest.mark.parametrize("until", ["yesterday", "2026-13-01", "0001-01-01T00:00%2B23:59", "%00", "9" * 400])
async def test_a_wrong_until_is_named_with_what_is_allowed(house: WebHouse, until: str) -> None:
    answer = await house.get(f"{BOB}?until={until}")
    if answer.status == 200:  # a moment before time began is one, if an odd one
        assert answer.json == []
        return
    assert answer.status == 400
    assert "ISO 8601" in answer.json["message"]


@pytest.mark.parametrize(
    "address", ["bob", "@", "bob@", "%00@thing.test", "a%20b@thing.test", "x" * 520 + "@y"]
)
async def test_what_is_no_address_is_answered_400(house: WebHouse, address: str) -> None:
    for method, target in [
        ("GET", f"/api/addresses/{address}/messages"),
        ("GET", f"/api/addresses/{address}/messages/q1-0"),
        ("DELETE", f"/api/addresses/{address}/messages/q1-0"),
        ("GET", f"/api/raw/{address}/q1-0"),
    ]:
        answer = await house.ask(method, target)
        assert answer.status == 400, target
        assert "is not an e-mail address" in answer.json["message"]
        assert len(answer.json["message"]) < 200
    answer = await house.ask("POST", f"/api/addresses/{address}/messages", RFC822, PLAIN)
    assert answer.status == 400


@pytest.mark.parametrize(
    "wrong",
    ["q9-0", "q1-1", "q1", "q1-00", "..", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fq1-0", "%252e", "q1-0%00", "*"],
)
async def test_an_id_that_is_not_there_is_answered_404(house: WebHouse, wrong: str) -> None:
    house.keep()
    for method, target in [
        ("GET", f"{BOB}/{wrong}"),
        ("DELETE", f"{BOB}/{wrong}"),
        ("GET", f"/api/raw/bob@thing.test/{wrong}"),
    ]:
        answer = await house.ask(method, target)
        assert answer.status == 404
        assert answer.json == {
            "error": "Not Found",
            "message": "Message not found by id. That message has expired or does not exist.",
            "status": 404,
        }


async def test_a_message_is_not_found_through_another_inbox(house: WebHouse) -> None:
    found = house.keep()
    assert (await house.get(f"/api/raw/al@thing.test/{found}")).status == 404
    assert (await house.ask("DELETE", f"/api/addresses/al@thing.test/messages/{found}")).status == 404


async def test_the_source_comes_back_octet_for_octet(house: WebHouse) -> None:
    raw = b"Subject: \xff\xfe\r\n\r\n" + bytes(range(256)) + b"\r\nbare\nlines\r"
    found = house.keep(raw=raw)
    answer = await house.get(f"/api/raw/bob@thing.test/{found}")
    assert answer.body == raw
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "content-disposition" not in answer.headers
    saved = await house.get(f"/api/raw/bob@thing.test/{found}?download=1")
    assert saved.body == raw
    assert saved.headers["content-disposition"] == f'attachment; filename="{found}.eml"'


async def test_a_message_that_was_posted_is_listed_and_comes_back(house: WebHouse) -> None:
    answer = await house.ask("POST", "/api/addresses/Bob+x%40thing.test/messages", RFC822, PLAIN)
    assert answer.status == 201
    assert list(answer.json) == ["_id"]
    assert house.dropped_from == ["127.0.0.1"]
    found = answer.json["_id"]
    assert (await house.get(BOB)).json[0]["originalInbox"] == "Bob+x@thing.test"
    assert (await house.get(f"/api/raw/bob@thing.test/{found}")).body == PLAIN


async def test_a_post_of_nothing_is_answered_400(house: WebHouse) -> None:
    for body in (b"", None):
        answer = await house.ask("POST", BOB, RFC822, body)
        assert answer.status == 400
        assert "empty" in answer.json["message"]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/json", "message/rfc82", "multipart/form-data"]
)
async def test_a_post_of_another_type_is_answered_415(house: WebHouse, kind: str) -> None:
    answer = await house.ask("POST", BOB, {"content-type": kind}, b"{}")
    assert answer.status == 415
    assert "message/rfc822" in answer.json["message"]


async def test_a_post_to_an_address_that_takes_no_mail_is_answered_400(house: WebHouse) -> None:
    house.refuses_drops = True
    assert (await house.ask("POST", BOB, RFC822, PLAIN)).status == 400


@pytest.mark.parametrize("chunked", [False, True])
async def test_the_size_limit_is_kept_to_the_octet(house: WebHouse, *, chunked: bool) -> None:
    for size, status in ((4095, 201), (4096, 201), (4097, 413), (400_000, 413)):
        body = b"x" * size
        headers = dict(RFC822)
        if chunked:
            headers["transfer-encoding"] = "chunked"
            halves = (body[: size // 2], body[size // 2 :])
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
            head = f"POST {BOB} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            answer = await house.say(head.encode() + b"\r\n" + chunks)
        else:
            answer = await house.ask("POST", BOB, headers, body)
        assert answer.status == status, size
    assert [m["size"] for m in (await house.get(BOB)).json] == [4096, 4095]


async def test_no_size_limit_lets_a_long_message_in(furnish: Furnish) -> None:
    house = await furnish(message_size_limit=0)
    assert (await house.ask("POST", BOB, RFC822, b"x" * 3_000_000)).status == 201


async def test_a_deleted_message_is_gone(house: WebHouse) -> None:
    found, kept = house.keep(), house.keep()
    answer = await house.ask("DELETE", f"/api/addresses/BOB%40thing.test/messages/{found}")
    assert answer.status == 200
    assert answer.json == {"_id": found, "inbox": "bob@thing.test", "message": "Message was deleted."}
    assert [m["_id"] for m in (await house.get(BOB)).json] == [kept]
    assert (await house.ask("DELETE", f"{BOB}/{found}")).status == 404


NOT_AUTHORIZED = {
    "error": "Unauthorized",
    "message": "Not authorized. You may need to log in first.",
    "status": 401,
}
ROUTES = [
    ("GET", "/api/messages"),
    ("GET", BOB),
    ("GET", f"{BOB}/q1-0"),
    ("GET", "/api/raw/bob@thing.test/q1-0"),
    ("POST", BOB),
    ("DELETE", f"{BOB}/q1-0"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_unknown_key_is_answered_401_everywhere(house: WebHouse, method: str, path: str) -> None:
    house.keep()
    for answer in [
        await house.ask(method, path, {"Mailsac-Key": "k_1"}),
        await house.ask(method, path, {"MAILSAC-KEY": "k_1"}),
        await house.ask(method, f"{path}?_mailsacKey=k_1"),
    ]:
        assert answer.status == 401
        assert answer.json == NOT_AUTHORIZED
    assert len((await house.get(BOB)).json) == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_key_in_a_json_body_is_a_key(house: WebHouse, method: str) -> None:
    found = house.keep()
    path = BOB if method == "POST" else f"{BOB}/{found}"
    json = {"content-type": "application/json; charset=utf-8"}
    assert (await house.ask(method, path, json, b'{"_mailsacKey": "k_1", "more": [1]}')).status == 401
    for wrong in (b"{", b"[]", b'{"_mailsacKey": 7}', b"[" * 4000, b'{"a":' * 800):
        assert (await house.ask(method, path, json, wrong)).status == 400
    assert len((await house.get(BOB)).json) == 1


async def test_a_delete_with_an_empty_body_of_any_type_is_served(house: WebHouse) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        found = house.keep()
        assert (await house.ask("DELETE", f"{BOB}/{found}", {"content-type": kind}, b"")).status == 200


async def test_all_mail_is_for_this_machine_in_the_local_profile(furnish: Furnish) -> None:
    house = await furnish()
    first, second = house.keep(), house.keep("al@other.test")
    assert [m["_id"] for m in (await house.get("/api/messages")).json] == [second, first]
    assert [m["_id"] for m in (await house.get("/api/messages?limit=1")).json] == [second]
    for name in ("x_forwarded_for", "forwarded", "x_real_ip", "via"):
        assert (await house.get("/api/messages", **{name: "127.0.0.1"})).json == NOT_AUTHORIZED
    assert (await house.get("/api/messages", host="rebound.evil.test")).json == NOT_AUTHORIZED
    assert (await house.get("/api/messages", host="localhost:8025")).status == 200
    abroad = await furnish(rules=AnonymousRules(local=False))
    assert (await abroad.get("/api/messages")).json == NOT_AUTHORIZED


async def test_anonymous_readers_may_be_shown_the_latest_only(furnish: Furnish) -> None:
    house = await furnish(rules=AnonymousRules(reads="latest"))
    old, new = house.keep(), house.keep()
    assert [m["_id"] for m in (await house.get(BOB)).json] == [new]
    assert (await house.get(f"{BOB}/{new}")).status == 200
    assert (await house.get(f"/api/raw/bob@thing.test/{old}")).status == 404
    assert (await house.ask("DELETE", f"{BOB}/{old}")).status == 404


@pytest.mark.parametrize(
    "rules", [AnonymousRules(reads="none"), AnonymousRules(key_required=True, local=True)]
)
async def test_anonymous_readers_may_be_shown_nothing(furnish: Furnish, rules: AnonymousRules) -> None:
    house = await furnish(rules=rules)
    house.keep()
    for method, path in ROUTES:
        assert (await house.ask(method, path)).status == 401, path


async def test_anonymous_deletes_may_be_forbidden(furnish: Furnish) -> None:
    house = await furnish(rules=AnonymousRules(deletes="none"))
    found = house.keep()
    answer = await house.ask("DELETE", f"{BOB}/{found}")
    assert (answer.status, answer.json["error"]) == (403, "Forbidden")
    assert (await house.get(f"{BOB}/{found}")).status == 200
