"""The body of a message in its three forms, its header in its three formats, its attachments."""

from base64 import b64encode
from email.message import EmailMessage
from functools import cache
from urllib.parse import quote

import pytest

from fakes.web_house import Answer, Furnish, WebHouse
from mailweir.model.digest import failure
from mailweir.policy.visibility import AnonymousRules

WHO = "bob@thing.test"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HTML = (
    '<p style="color:red">Hi <a href="https://app.test/x">there</a><script>alert(1)</script>'
    '<img src="cid:logo@x" onerror="alert(2)"><img src="https://tracker.test/pixel"></p>'
)


@cache
def a_rich_mail() -> bytes:
    message = EmailMessage()
    message["From"] = "Ann <ann@sender.test>"
    message["To"] = WHO
    message["Subject"] = "Grüße"
    message["X-Twice"] = "one"
    message["X-Twice"] = "two"
    message.set_content("Hi there\n")
    message.add_alternative(HTML, subtype="html")
    html = message.get_payload()[1]  # pyright: ignore[reportArgumentType]
    assert isinstance(html, EmailMessage)
    html.add_related(PNG, "image", "png", cid="<logo@x>", filename="logo.png")
    message.add_attachment(b"one,two\n", maintype="text", subtype="csv", filename="räum\u202e.csv")
    return message.as_bytes().replace(b"\n", b"\r\n")


def paths(message: str) -> list[str]:
    message_path = f"/api/addresses/{WHO}/messages/{message}"
    bodies = [f"/api/{form}/{WHO}/{message}" for form in ("text", "body", "dirty", "headers")]
    return [*bodies, f"{message_path}/headers", f"{message_path}/attachments"]


async def test_the_text_is_the_plain_part(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    answer = await house.get(f"/api/text/{WHO}/{found}")
    assert (answer.status, answer.text) == (200, "Hi there\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"


async def test_the_text_is_made_from_html_when_there_is_none(house: WebHouse) -> None:
    found = house.keep(raw=b"Content-Type: text/html\r\n\r\n<p>One</p><p>Two <b>three</b></p>")
    assert (await house.get(f"/api/text/{WHO}/{found}")).text.split() == ["One", "Two", "three"]


async def test_the_body_has_no_script_no_image_and_no_link(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    answer = await house.get(f"/api/body/{WHO}/{found}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "there" in answer.text
    for forbidden in ("<script", "alert", "<img", "href", "onerror", "tracker", "cid:"):
        assert forbidden not in answer.text


async def test_the_dirty_body_is_the_senders_with_the_images_that_came_along(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    answer = await house.get(f"/api/dirty/{WHO}/{found}")
    expected = HTML.replace("cid:logo@x", f"data:image/png;base64,{b64encode(PNG).decode()}")
    assert (answer.status, answer.text.strip()) == (200, expected)


@pytest.mark.parametrize("form", ["body", "dirty"])
async def test_text_is_shown_as_text_where_there_is_no_html(house: WebHouse, form: str) -> None:
    found = house.keep(raw=b"Subject: x\r\n\r\n<script>alert(1)</script> & more\r\n")
    answer = await house.get(f"/api/{form}/{WHO}/{found}")
    assert "<pre>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more\n</pre>" in answer.text


@pytest.mark.parametrize("form", ["body", "dirty"])
async def test_a_senders_document_is_isolated(house: WebHouse, form: str) -> None:
    for raw in (a_rich_mail(), b"Subject: x\r\n\r\nplain\r\n"):
        answer = await house.get(f"/api/{form}/{WHO}/{house.keep(raw=raw)}")
        assert answer.headers["content-security-policy"] == FRAME_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["cache-control"] == "private, no-store"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("charset", ["utf-7", "iso-2022-jp", "utf-16", "x-unknown", "zlib", "idna"])
async def test_a_senders_charset_never_reaches_the_browser(house: WebHouse, charset: str) -> None:
    raw = f"Content-Type: text/html; charset={charset}\r\n\r\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    answer = await house.get(f"/api/body/{WHO}/{house.keep(raw=raw.encode())}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("form", "name"), [("text", ".txt"), ("body", ".html"), ("dirty", ".html"), ("raw", ".eml")]
)
async def test_every_form_can_be_saved(house: WebHouse, form: str, name: str) -> None:
    found = house.keep(raw=a_rich_mail())
    answer = await house.get(f"/api/{form}/{WHO}/{found}?download=1")
    assert answer.headers["content-disposition"] == f'attachment; filename="{found}{name}"'
    assert "content-disposition" not in (await house.get(f"/api/{form}/{WHO}/{found}")).headers


async def test_headers_come_by_name_in_order_or_as_they_came(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    path = f"/api/addresses/{WHO}/messages/{found}/headers"
    by_name = (await house.get(path)).json
    assert by_name["subject"] == ["Grüße"]
    assert by_name["x-twice"] == ["one", "two"]
    for parameter in ("messageHeadersFormat", "format"):
        assert (await house.get(f"{path}?{parameter}=json")).json == by_name
        in_order = (await house.get(f"{path}?{parameter}=json-ordered")).json
        names = ["From", "To", "Subject", "X-Twice", "X-Twice", "MIME-Version", "Content-Type"]
        assert [field["name"] for field in in_order] == names
        assert in_order[4] == {"name": "X-Twice", "value": "two"}
        plain = await house.get(f"{path}?{parameter}=plain")
        assert plain.body == a_rich_mail().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        assert plain.headers["content-type"].startswith("text/plain")
    old = (await house.get(f"/api/headers/{WHO}/{found}")).json
    assert (old["subject"], old["x-twice"]) == ("Grüße", ["one", "two"])


@pytest.mark.parametrize("wrong", ["xml", "JSON", "json%00", "x" * 500])
async def test_a_wrong_format_is_named_with_what_is_allowed(house: WebHouse, wrong: str) -> None:
    found = house.keep()
    answer = await house.get(f"/api/addresses/{WHO}/messages/{found}/headers?messageHeadersFormat={wrong}")
    assert answer.status == 400
    assert "json, json-ordered, plain" in answer.json["message"]


async def test_attachments_are_listed_with_what_identifies_them(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    listed = (await house.get(f"/api/addresses/{WHO}/messages/{found}/attachments")).json
    assert [one["fileName"] for one in listed] == ["logo.png", "räum\u202e.csv"]
    assert listed[0]["contentId"] == "logo@x"
    assert listed[0]["contentType"] == "image/png"
    assert listed[0]["length"] == len(PNG)
    assert listed[1]["contentDisposition"] == "attachment"
    message = (await house.get(f"/api/addresses/{WHO}/messages/{found}")).json
    assert message["attachments"] == [one["checksum"] for one in listed]


async def test_an_attachment_is_had_by_digest_content_id_or_name(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail())
    path = f"/api/addresses/{WHO}/messages/{found}/attachments"
    first, second = (await house.get(path)).json
    for identifier in (first["checksum"], first["sha256"], "logo@x", "%3Clogo%40x%3E", "logo.png"):
        assert (await house.get(f"{path}/{identifier}")).body == PNG
    for identifier in (second["checksum"].upper(), "r%C3%A4um%E2%80%AE.csv"):
        assert (await house.get(f"{path}/{identifier}")).body == b"one,two\n"
    for wrong in ("nothing", "0" * 32, "%20", "..%2F..%2Fetc%2Fpasswd"):
        assert (await house.get(f"{path}/{wrong}")).status == 404


def a_file(name: str, kind: str, octets: bytes) -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Disposition: attachment; filename*=utf-8''{name}\r\n"
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + b64encode(octets)


async def the_file(house: WebHouse, raw: bytes) -> Answer:
    path = f"/api/addresses/{WHO}/messages/{house.keep(raw=raw)}/attachments"
    return await house.get(f"{path}/{(await house.get(path)).json[0]['checksum']}")


@pytest.mark.parametrize(
    ("kind", "octets", "served"),
    [
        ("text/html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("image/svg+xml", b"<svg onload='alert(1)'/>", "application/octet-stream"),
        ("application/xml", b"<?xml-stylesheet href='x'?><a/>", "application/octet-stream"),
        ("text/html;charset=utf-7", b"+ADw-script+AD4-", "application/octet-stream"),
        ("application/javascript", b"alert(1)", "application/octet-stream"),
        ("application/pdf", b"%PDF-1.4", "application/octet-stream"),
        ("image/gif", b"GIF89a/*<script>*/=1;", "image/gif"),
        ("image/png", b"<html>", "application/octet-stream"),
        ("text/html", PNG, "image/png"),
    ],
)
async def test_a_file_is_saved_and_never_shown_whatever_its_sender_calls_it(
    house: WebHouse, kind: str, octets: bytes, served: str
) -> None:
    answer = await the_file(house, a_file("x", kind, octets))
    assert answer.body == octets
    assert answer.headers["content-type"] == served
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("plain.txt", 'attachment; filename="plain.txt"'),
        ("a%0D%0ASet-Cookie:%20x=1", 'attachment; filename="aSet-Cookie_ x=1"'),
        ("a%22b%5Cc", 'attachment; filename="a_b_c"'),
        ("..%2F..%2Fetc%2Fpasswd", 'attachment; filename="_.._etc_passwd"'),
        ("r%C3%A4um.txt", "attachment; filename=\"raum.txt\"; filename*=UTF-8''r%C3%A4um.txt"),
        ("%E2%80%AEfdp.exe", 'attachment; filename="fdp.exe"'),
        ("%E5%AF%86", "attachment; filename=\"attachment\"; filename*=UTF-8''%E5%AF%86"),
        ("%20.%20", 'attachment; filename="attachment"'),
        ("%E5%AF%86.pdf", "attachment; filename=\"attachment.pdf\"; filename*=UTF-8''%E5%AF%86.pdf"),
        ("x" * 4000 + ".txt", f'attachment; filename="{"x" * 150}"'),
    ],
)
async def test_a_files_name_is_one_header_line_and_no_path(
    house: WebHouse, name: str, disposition: str
) -> None:
    answer = await the_file(house, a_file(name, "application/pdf", b"x"))
    assert answer.headers["content-disposition"] == disposition
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("\uff0e\uff0e\uff0fetc\uff0fpasswd", "attachment.._etc_passwd"),
        ("a\uff02; filename=\uff02b.html", "a_; filename=_b.html"),
        ("a\uff3cb\uff1ac\uff1cd\uff1e", "a_b_c_d_"),
        ("\u2025\u2044x", "attachment..x"),
    ],
)
async def test_a_name_of_full_width_letters_becomes_no_path_and_no_second_name(
    house: WebHouse, name: str, plain: str
) -> None:
    answer = await the_file(house, a_file(quote(name, safe=""), "application/pdf", b"x"))
    shown, _, extended = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert shown == f'attachment; filename="{plain}"'
    assert extended.isascii()


async def test_a_message_that_is_not_read_yet_is_asked_for_again(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail(), digest=False)
    house.clock.time += 3000
    for path in paths(found):
        answer = await house.get(path)
        assert answer.status == 503, path
        assert answer.headers["retry-after"] == "1"
        assert "being read" in answer.json["message"]
    listed = (await house.get(f"/api/addresses/{WHO}/messages")).json
    assert (listed[0]["digest"], listed[0]["subject"], listed[0]["links"]) == ("pending", "Grüße", [])
    assert (await house.get(f"/api/raw/{WHO}/{found}")).body == a_rich_mail()


async def test_a_message_that_could_not_be_read_says_so_in_every_view(house: WebHouse) -> None:
    found = house.keep(raw=a_rich_mail(), digest=False)
    (kept,) = house.store.messages(0)
    house.store.read(kept.key, failure("time"))
    for path in paths(found):
        assert (await house.get(path)).status == 200, path
    for form in ("text", "body", "dirty"):
        assert "reading it took too long" in (await house.get(f"/api/{form}/{WHO}/{found}")).text
    listed = (await house.get(f"/api/addresses/{WHO}/messages")).json
    assert (listed[0]["digest"], listed[0]["subject"]) == ("failed", "Grüße")
    headers = (await house.get(f"/api/addresses/{WHO}/messages/{found}/headers")).json
    assert headers["subject"] == ["Grüße"]


async def test_what_is_not_there_is_404_in_every_view(house: WebHouse) -> None:
    for path in paths("q9-0"):
        assert (await house.get(path)).status == 404, path


async def test_an_unknown_key_is_401_in_every_view(house: WebHouse) -> None:
    for path in paths(house.keep()):
        assert (await house.get(path, mailsac_key="k_unknown")).status == 401, path


async def test_an_inbox_is_counted(house: WebHouse) -> None:
    path = f"/api/addresses/{WHO}/message-count"
    assert (await house.get(path)).json == {"count": 0, "inbox": WHO}
    house.keep()
    house.keep("bob+tag@thing.test")
    assert (await house.get("/api/addresses/BOB+x@thing.test/message-count")).json == {
        "count": 2,
        "inbox": WHO,
    }


async def test_an_inbox_is_emptied_where_the_operator_allows_it(furnish: Furnish) -> None:
    house = await furnish(AnonymousRules(local=True, deletes="all"))
    house.keep()
    other = house.keep("eve@thing.test")
    answer = await house.ask("DELETE", f"/api/addresses/{WHO}/messages")
    assert (answer.status, answer.body) == (204, b"")
    assert (await house.get(f"/api/addresses/{WHO}/messages")).json == []
    assert [m["_id"] for m in (await house.get("/api/messages")).json] == [other]
    assert (await house.ask("DELETE", f"/api/addresses/{WHO}/messages")).status == 204


async def test_an_inbox_is_not_emptied_otherwise(house: WebHouse) -> None:
    house.keep()
    answer = await house.ask("DELETE", f"/api/addresses/{WHO}/messages")
    assert answer.status == 403
    assert len((await house.get(f"/api/addresses/{WHO}/messages")).json) == 1
