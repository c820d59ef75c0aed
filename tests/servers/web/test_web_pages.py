"""Pages for people: what they show, what they hide, and that nothing a sender writes becomes markup."""

import re
import shlex
from urllib.parse import quote

import pytest

from fakes.web_house import PLAIN, Furnish, WebHouse
from mailweir.policy.visibility import AnonymousRules

INBOX = "/inbox/bob@thing.test"
OUR_SCRIPT = re.compile(r'<script src="/static/mailweir\.[0-9a-f]{12}\.js" defer></script>')
OUR_FRAME = re.compile(
    r'<iframe class="mail" title="The message as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" '
    r'referrerpolicy="no-referrer" src="/inbox/[^"<>]+/html"></iframe>'
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_the_start_page_lists_all_mail_on_this_machine(house: WebHouse) -> None:
    house.keep()
    house.keep("al@other.test", b"From: x@y.test\r\nSubject: Second\r\n\r\n")
    page = (await house.get("/")).text
    assert page.index("Second") < page.index("Hello")
    assert 'href="/inbox/al@other.test"' in page
    assert '<time datetime="2026-11-25T10:00:00.123Z"' in page


async def test_the_start_page_of_others_is_a_box_and_no_list(furnish: Furnish) -> None:
    house = await furnish(rules=AnonymousRules(local=False))
    house.keep()
    page = (await house.get("/")).text
    assert 'action="/inbox"' in page
    assert "Hello" not in page
    local = await furnish()
    local.keep()
    assert "Hello" not in (await local.get("/", x_forwarded_for="192.0.2.1")).text


async def test_the_box_leads_to_the_inbox(house: WebHouse) -> None:
    answer = await house.ask("POST", "/inbox", FORM, b"address=Bob%2Btag%40Thing.test+")
    assert (answer.status, answer.headers["location"]) == (303, INBOX)
    for wrong in (b"address=bob", b"", b"a=1&" * 50, b"\xff\xfe", b"address=%0d%0aX:%20y@z"):
        answer = await house.ask("POST", "/inbox", FORM, wrong)
        assert (answer.status, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


async def test_a_row_shows_sender_subject_age_and_size_and_leads_to_the_message(house: WebHouse) -> None:
    found = house.keep()
    house.clock.time += 3 * 3_600_000
    page = (await house.get(INBOX)).text
    for shown in ("Ann", "Hello", "3 hours ago", f"{len(PLAIN)} B", f'href="{INBOX}/{found}"'):
        assert shown in page
    assert (await house.get(f"{INBOX}/{found}")).status == 200


async def test_a_long_list_offers_more(house: WebHouse) -> None:
    for _ in range(51):
        house.keep()
    page = (await house.get(INBOX)).text
    assert page.count('class="row"') == 50
    assert "?limit=200" in page
    assert (await house.get(f"{INBOX}?limit=200")).text.count('class="row"') == 51
    assert (await house.get(f"{INBOX}?limit=x")).status == 400


async def test_an_empty_inbox_shows_commands_with_its_real_address(house: WebHouse) -> None:
    page = (await house.get("/inbox/Some.One@thing.test")).text
    for tool in ("swaks --server 127.0.0.1:1025", "curl smtp://127.0.0.1:1025", "smtplib.SMTP("):
        assert tool in page
    assert page.count("some.one@thing.test") >= 4


async def test_a_command_can_be_pasted_whatever_the_address_holds(house: WebHouse) -> None:
    address = "a'b`id`$x|y@thing.test"
    page = (await house.get(f"/inbox/{quote(address)}")).text
    command = page.partition("<code>swaks")[2].partition("</code>")[0]
    unescaped = command.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
    assert shlex.split(unescaped)[-1] == address


async def test_a_message_shows_its_fields_and_its_source_as_text(house: WebHouse) -> None:
    found = house.keep()
    page = (await house.get(f"{INBOX}/{found}")).text
    for shown in ("Ann &lt;ann@sender.test&gt;", "192.0.2.7 over TLS", "It works.", "Source"):
        assert shown in page
    assert "Subject: Hello\r\n" in (await house.get(f"{INBOX}/{found}?view=source")).text
    assert f'href="/api/raw/bob@thing.test/{found}?download=1"' in page
    assert (await house.get(f"{INBOX}/q9-0")).status == 404


async def test_a_long_source_is_shown_cut(house: WebHouse) -> None:
    found = house.keep(raw=b"Subject: long\r\n\r\n" + b"x" * 300_000 + b"THE END")
    for view in ("text", "source"):
        page = (await house.get(f"{INBOX}/{found}?view={view}")).text
        assert "This is the beginning." in page
        assert "THE END" not in page


HOSTILE = [
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(1)>',
    b"'-alert(1)-'",
    b"{{7*7}}",
    b"=?utf-8?q?=3Cscript=3Ealert(1)=3C/script=3E?=",
    b"=?utf-8?q?a=0d=0aSet-Cookie:_x=3D1?=",
    b"=?utf-8?b?4oCudHh0LmV4ZQ==?=",  # right-to-left override
    b"\x00\x07\x1b[31m\xff",
    b"</pre></code><iframe src=//evil.test>",
]


@pytest.mark.parametrize("value", HOSTILE)
async def test_nothing_that_a_sender_writes_becomes_markup(house: WebHouse, value: bytes) -> None:
    raw = b"\r\n".join(
        name + b": " + value for name in (b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID")
    )
    found = house.keep(raw=raw + b"\r\n\r\n" + value, sender=value.decode("latin-1"))
    for path in ("/", INBOX, f"{INBOX}/{found}"):
        answer = await house.get(path)
        assert answer.status == 200
        tags = set(re.findall(r"<[a-z/!]+", OUR_SCRIPT.sub("", answer.text)))
        assert not tags & {"<script", "<img", "<iframe", "</script"}
        assert "onerror=alert(1)>" not in answer.text
        assert "<title>49" not in answer.text
        assert "\u202e" not in answer.text
        assert "\x1b" not in answer.text.partition("<pre")[0]
        assert "set-cookie" not in answer.headers
    assert (await house.get("/api/addresses/bob@thing.test/messages")).status == 200


async def test_what_turns_the_reading_order_round_is_written_out(house: WebHouse) -> None:
    house.keep(raw="Subject: gpj\u202eexe.\u2066\r\n\r\n".encode())
    page = (await house.get(INBOX)).text
    assert "gpj[U+202E]exe.[U+2066]" in page


async def test_hostile_addresses_in_the_path_are_escaped(house: WebHouse) -> None:
    for written in ('"<script>alert(1)</script>"@thing.test', '"><img src=x>'):
        answer = await house.get(f"/inbox/{quote(written, safe='')}")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in OUR_SCRIPT.sub("", answer.text)
        assert "<img" not in answer.text


async def test_the_delete_button_works_from_our_own_page_only(house: WebHouse) -> None:
    found = house.keep()
    path = f"{INBOX}/{found}/delete"
    assert f'action="{path}"' in (await house.get(f"{INBOX}/{found}")).text
    own = f"http://127.0.0.1:{house.port}"
    for foreign in [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": own},
    ]:
        answer = await house.ask("POST", path, FORM | foreign, b"")
        assert (answer.status, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert (await house.get(path)).status == 405
    answer = await house.ask("POST", path, FORM | {"sec-fetch-site": "same-origin"}, b"")
    assert (answer.status, answer.headers["location"]) == (303, INBOX)
    second = house.keep()
    assert (await house.ask("POST", f"{INBOX}/{second}/delete", FORM | {"origin": own}, b"")).status == 303
    assert (await house.get("/api/messages")).json == []


async def test_no_delete_button_where_deleting_is_forbidden(furnish: Furnish) -> None:
    house = await furnish(rules=AnonymousRules(deletes="none"))
    found = house.keep()
    assert "Delete" not in (await house.get(f"{INBOX}/{found}")).text


async def test_pages_refuse_an_unknown_key_too(house: WebHouse) -> None:
    found = house.keep()
    for path in ("/", INBOX, f"{INBOX}/{found}"):
        answer = await house.get(f"{path}?_mailsacKey=k_1")
        assert (answer.status, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "Hello" not in answer.text


async def test_pages_have_no_script_but_our_file_and_need_no_other_host(house: WebHouse) -> None:
    found = house.keep()
    for path in ("/", INBOX, "/inbox/empty@thing.test", f"{INBOX}/{found}", "/docs"):
        page = (await house.get(path)).text
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", OUR_SCRIPT.sub("", page))
        assert set(re.findall(r'(?:src|href)="(https?://[^"]*)"', page)) <= {
            "http://status.test/",
            "http://community.test/",
        }
        assert page.startswith("<!doctype html>")
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert (await house.get(asset)).status == 200
    assert (await house.get("/static/mailweir.css")).status == 404
