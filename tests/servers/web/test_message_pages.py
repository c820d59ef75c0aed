"""The page of one message: what it finds for its reader, and how it shows what a sender wrote."""

import re

import pytest

from fakes.web_house import WebHouse
from mailweir.model.digest import failure

INBOX = "/inbox/bob@thing.test"
RICH = (
    b"From: Ann <ann@sender.test>\r\nTo: bob@thing.test\r\nSubject: Your code is 482913\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b'<p>Your verification code is <b>482913</b>. <a href="https://app.test/verify?token=abcdef12345">'
    b'Verify your address</a><img src="https://tracker.test/pixel.png"><script>alert(1)</script></p>\r\n'
    b"--b\r\nContent-Type: text/csv; name=x\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%E2%80%AEvsc.exe\r\n\r\n1,2\r\n--b--\r\n"
)


async def test_the_code_the_link_and_the_files_are_what_one_sees_first(house: WebHouse) -> None:
    page = (await house.get(f"{INBOX}/{house.keep(raw=RICH)}")).text
    assert re.search(r"data-copy>482913</code>", page)
    assert 'href="https://app.test/verify?token=abcdef12345"' in page
    assert "leads to <bdi>app.test</bdi>" in page
    assert "<bdi>[U+202E]vsc.exe</bdi>" in page
    attachment = re.search(
        r'href="(/api/addresses/bob@thing.test/messages/[^"]+/attachments/[0-9a-f]{32})"', page
    )
    assert attachment is not None
    assert (await house.get(attachment[1])).body == b"1,2"


async def test_a_row_shows_the_code_and_the_beginning(house: WebHouse) -> None:
    house.keep(raw=RICH)
    page = (await house.get(INBOX)).text
    assert re.search(r'class="code">.*482913', page)
    assert "Your verification code is 482913" in page
    assert "1 file<" in page


async def test_html_is_shown_in_a_frame_that_may_do_nothing(house: WebHouse) -> None:
    found = house.keep(raw=RICH)
    page = (await house.get(f"{INBOX}/{found}")).text
    (frame,) = re.findall(r"<iframe[^>]*>", page)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert 'referrerpolicy="no-referrer"' in frame
    assert f'src="{INBOX}/{found}/html"' in frame
    shown = await house.get(f"{INBOX}/{found}/html")
    assert "482913" in shown.text
    assert "<script" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    )
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


async def test_images_on_other_hosts_are_fetched_only_when_asked_for(house: WebHouse) -> None:
    found = house.keep(raw=RICH)
    assert "Fetch them" in (await house.get(f"{INBOX}/{found}")).text
    asked = (await house.get(f"{INBOX}/{found}?view=html&images=1")).text
    assert f'src="{INBOX}/{found}/html?images=1"' in asked
    assert "Fetch them" not in asked
    policy = (await house.get(f"{INBOX}/{found}/html?images=1")).headers["content-security-policy"]
    assert "img-src https: http: data:;" in policy
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")


async def test_a_message_without_html_is_shown_as_text(house: WebHouse) -> None:
    found = house.keep(raw=b"Subject: x\r\n\r\n<b>no markup</b>\r\n")
    page = (await house.get(f"{INBOX}/{found}")).text
    assert "&lt;b&gt;no markup&lt;/b&gt;" in page
    assert "<iframe" not in page
    assert "view=html" not in page
    assert "no markup" in (await house.get(f"{INBOX}/{found}/html")).text


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("html", "<iframe"),
        ("text", "Your verification code is 482913"),
        ("source", "Content-Type: text/html; charset=utf-8"),
        ("headers", "<dt><bdi>MIME-Version</bdi></dt>"),
        ("nonsense", "<iframe"),
    ],
)
async def test_every_view_has_its_address(house: WebHouse, view: str, shown: str) -> None:
    page = (await house.get(f"{INBOX}/{house.keep(raw=RICH)}?view={view}")).text
    assert shown in page
    assert page.count('aria-current="page"') == 1


async def test_a_message_that_is_being_read_says_so_and_looks_again(house: WebHouse) -> None:
    found = house.keep(raw=RICH, digest=False)
    house.clock.time += 3000
    page = (await house.get(f"{INBOX}/{found}")).text
    assert "still being read" in page
    assert '<meta http-equiv="refresh" content="2">' in page
    assert "reading…" in (await house.get(INBOX)).text
    assert "multipart/mixed" in (await house.get(f"{INBOX}/{found}?view=source")).text
    house.digest(found)
    assert "refresh" not in (await house.get(f"{INBOX}/{found}")).text


async def test_a_message_that_could_not_be_read_says_why(house: WebHouse) -> None:
    found = house.keep(raw=RICH, digest=False)
    (kept,) = house.store.messages(0)
    house.store.read(kept.key, failure("memory"))
    for path in ("", "?view=text", "?view=html", "?view=source", "?view=headers", "/html"):
        assert (await house.get(f"{INBOX}/{found}{path}")).status == 200, path
    assert "took too much memory" in (await house.get(f"{INBOX}/{found}")).text
    assert "482913" in (await house.get(INBOX)).text


async def test_a_message_that_was_cut_says_so(house: WebHouse) -> None:
    found = house.keep(raw=b"A: 1\r\n" * 1500 + b"\r\nhello")
    assert "too large to be shown whole (headers)" in (await house.get(f"{INBOX}/{found}")).text


async def test_a_page_hears_of_every_change(house: WebHouse) -> None:
    for path in (f"{INBOX}/changes", "/changes"):
        async with house.stream(path) as stream:
            assert (await stream.event()).startswith("data: ")
            house.keep()
            house.nudge("bob@thing.test")
            assert (await stream.event()).startswith("data: ")


async def test_changes_are_told_to_those_who_may_read(house: WebHouse) -> None:
    for path in (f"{INBOX}/changes", "/changes"):
        assert (await house.get(f"{path}?_mailsacKey=k_1")).status == 401
    assert (await house.get("/changes", x_forwarded_for="192.0.2.1")).status == 401
