"""Share links: whom they open a message to, for how long, and what they never open."""

import asyncio
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from fakes.raw_http import ask as ask_raw
from fakes.web_house import LINKS, NOW, Answer, Furnish, WebHouse
from mailweir.model.account import AccountName, Scope
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.policy.sharing import MOST_HOURS, Share
from mailweir.policy.visibility import AnonymousRules
from mailweir.ports.errors import UnavailableError
from mailweir.servers.web.shared_pages import NO_SUCH_LINK

ANN, BEN = AccountName("ann"), AccountName("ben")
PRIVATE: Final = "private@thing.test"
HOUR: Final = 3600 * 1000  # milliseconds
SAID: Final = "confidential"
MAIL: Final = (
    f"From: Eve <eve@sender.test>\r\nTo: {PRIVATE}\r\nSubject: {SAID}\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/html\r\n\r\n<p>{SAID}<script>alert(1)</script>"
    '<img src="https://tracker.test/x.png"></p>\r\n'
    "--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n"
    "<script>alert(2)</script>\r\n--b--\r\n"
).encode()
FORM: Final = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    return await furnish(AnonymousRules(key_required=True))


@pytest.fixture
async def key(house: WebHouse) -> str:
    key = await house.account("ann")
    await house.accounts.reserve(ANN, [Inbox(PRIVATE)], "", most=9)
    return key


async def share(
    house: WebHouse, key: str, message: str, body: Mapping[str, Any] | None = None, inbox: str = PRIVATE
) -> Answer:
    octets = None if body is None else json.dumps(body).encode()
    headers = {"mailsac_key": key, "content_type": "application/json" if body is not None else ""}
    return await house.ask("POST", f"/api/addresses/{inbox}/messages/{message}/share", headers, octets)


async def link_to(house: WebHouse, key: str, message: str, *, hours: int = 24, inbox: str = PRIVATE) -> str:
    """The path of a new link."""
    answer = await share(house, key, message, {"hours": hours}, inbox)
    assert answer.status == 200, answer.text
    return answer.json["url"].removeprefix("http://127.0.0.1:8025")


async def leads_nowhere(house: WebHouse, path: str) -> None:
    for end in ("", "/html", "/raw", "/attachments/a.html", "?view=source"):
        answer = await house.get(path + end)
        assert (answer.status, NO_SUCH_LINK in answer.text) == (404, True), end
        assert SAID not in answer.text


async def test_whoever_has_the_link_reads_the_message_in_every_view(house: WebHouse, key: str) -> None:
    message = house.keep(PRIVATE, MAIL)
    path = await link_to(house, key, message)
    page = await house.get(path)
    assert (page.status, SAID in page.text) == (200, True)
    assert f'src="{path}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    for view, shown in (("text", SAID), ("source", "filename=a.html"), ("headers", "eve@sender.test")):
        assert shown in (await house.get(f"{path}?view={view}")).text
    frame = await house.get(f"{path}/html")
    assert (SAID in frame.text, "<script" in frame.text) == (True, False)
    assert frame.headers["content-security-policy"].startswith("sandbox ")
    raw = await house.get(f"{path}/raw")
    assert (raw.body, raw.headers["content-disposition"]) == (MAIL, f'attachment; filename="{message}.eml"')
    (file,) = re.findall(rf'href="({re.escape(path)}/attachments/[0-9a-f]{{32}})"', page.text)
    got = await house.get(file)
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")


async def test_images_elsewhere_are_fetched_only_when_that_is_asked_for(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    assert "img-src data:;" in (await house.get(f"{path}/html")).headers["content-security-policy"]
    allowed = await house.get(f"{path}/html?images=1")
    assert "img-src https:" in allowed.headers["content-security-policy"]


async def test_nothing_can_be_done_from_the_page_but_reading(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    page = (await house.get(path)).text
    assert re.findall(r'action="([^"]+)"', page) == ["/inbox"]
    assert not re.findall(r'(?:href|src)="/(?:api|inbox)/', page)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await house.ask(method, path)).status == 405


async def test_no_answer_is_kept_listed_or_told_to_another_site(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    for end in ("", "/html", "/raw", "/attachments/a.html", "/attachments/none"):
        answer = await house.get(path + end)
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        *((0, 400), (1, 200), (2, 200), (719, 200), (720, 200), (721, 400)),
        *((1.0, 200), (720.0, 200), (0.9, 400), (1.5, 400), (720.1, 400), (-1, 400), (1e300, 400)),
    ],
)
async def test_a_link_is_good_for_an_hour_to_thirty_days(
    house: WebHouse, key: str, hours: float, status: int
) -> None:
    answer = await share(house, key, house.keep(PRIVATE, MAIL), {"hours": hours})
    assert answer.status == status
    if status == 400:
        assert answer.json["message"] == f"hours must be a whole number from 1 to {MOST_HOURS}."


@pytest.mark.parametrize("body", [b'{"hours": "24"}', b'{"hours": null}', b'{"hours": NaN}', b"[]", b"\xff"])
async def test_hours_that_are_no_number_are_refused(house: WebHouse, key: str, body: bytes) -> None:
    path = f"/api/addresses/{PRIVATE}/messages/{house.keep(PRIVATE, MAIL)}/share"
    answer = await house.ask("POST", path, {"mailsac_key": key, "content_type": "text/plain"}, body)
    assert (answer.status, '{"hours": 24}' in answer.json["message"]) == (400, True)


async def test_without_a_body_a_link_is_good_for_a_day(house: WebHouse, key: str) -> None:
    answer = await share(house, key, house.keep(PRIVATE, MAIL))
    assert (answer.status, answer.json["expires"]) == (200, "2026-11-26T10:00:00.123Z")


@pytest.mark.parametrize(("later", "good"), [(HOUR - 1, True), (HOUR, False), (HOUR + 1, False)])
async def test_an_expired_link_leads_nowhere(
    house: WebHouse,
    key: str,
    later: int,
    good: bool,  # noqa: FBT001
) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL), hours=1)
    house.clock.time += later
    if good:
        assert (await house.get(path)).status == 200
    else:
        await leads_nowhere(house, path)


async def test_a_link_with_one_character_changed_leads_nowhere(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    start = len("/shared/")
    for at in (start, start + 9, len(path) // 2, len(path) - 1):
        other = "A" if path[at] != "A" else "B"
        await leads_nowhere(house, path[:at] + other + path[at + 1 :])
    for wrong in (path[:-1], f"{path}A", f"{path}=", f"{path}%00", "/shared/x", f"/shared/{'A' * 5000}"):
        await leads_nowhere(house, wrong)


async def test_a_link_opens_its_own_message_alone(house: WebHouse, key: str) -> None:
    first, second = house.keep(PRIVATE, MAIL), house.keep(PRIVATE, MAIL.replace(b"Eve", b"Mallory"))
    path = await link_to(house, key, first)
    assert "Mallory" not in (await house.get(path)).text
    forged = Share(ANN, Inbox(PRIVATE), MessageId(second), NOW + HOUR)
    token = LINKS.token(forged)
    mixed = path[: len("/shared/") + 43] + token[43:]  # the signature of one, the words of the other
    await leads_nowhere(house, mixed)


async def test_a_link_to_a_deleted_message_leads_nowhere(house: WebHouse, key: str) -> None:
    message = house.keep(PRIVATE, MAIL)
    path = await link_to(house, key, message)
    deleted = await house.ask("DELETE", f"/api/addresses/{PRIVATE}/messages/{message}", {"mailsac_key": key})
    assert deleted.status == 200
    await leads_nowhere(house, path)


async def test_a_link_ends_when_its_maker_may_not_read_the_message_any_more(
    house: WebHouse, key: str
) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    await house.account("ben")
    await house.accounts.release(ANN, Inbox(PRIVATE))
    assert (await house.get(path)).status == 200  # public, and so still its maker's to read
    await house.accounts.reserve(BEN, [Inbox(PRIVATE)], "", most=9)
    await leads_nowhere(house, path)


async def test_a_link_ends_when_somebody_else_saves_the_message(house: WebHouse, key: str) -> None:
    message = house.keep("public@thing.test", MAIL)
    path = await link_to(house, key, message, inbox="public@thing.test")
    assert (await house.get(path)).status == 200
    star = partial(toggled, account=BEN)
    await house.mailbox.mark(Inbox("public@thing.test"), MessageId(message), star)
    await leads_nowhere(house, path)


async def test_a_link_ends_with_the_account_that_made_it(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    await house.accounts.remove(ANN)
    await leads_nowhere(house, path)


async def test_a_link_lasts_no_longer_than_the_key_that_made_it(house: WebHouse, key: str) -> None:
    del key
    brief = await house.key("ann", "brief", Scope(expires=NOW + HOUR))
    path = await link_to(house, brief, house.keep(PRIVATE, MAIL), hours=24)
    house.clock.time += HOUR - 1
    assert (await house.get(path)).status == 200
    house.clock.time += 1
    await leads_nowhere(house, path)


async def test_who_follows_a_link_is_nobody_else_whatever_he_brings(house: WebHouse, key: str) -> None:
    """A cookie or a key adds nothing, and a wrong one takes nothing away."""
    message = house.keep(PRIVATE, MAIL)
    path = await link_to(house, key, message)
    answer = await house.ask("POST", "/signin", FORM, urlencode({"name": "ann", "key": key}).encode())
    cookie = answer.headers["set-cookie"].partition(";")[0]
    for headers in ({"cookie": cookie}, {"mailsac_key": key}, {"mailsac_key": "k_unknown"}, {"cookie": "x"}):
        page = await house.get(path, **headers)
        assert (page.status, ">ann</bdi>" in page.text, "Delete" in page.text) == (200, False, False)
    house.clock.time += 25 * HOUR
    assert (await house.get(path, cookie=cookie)).status == 404


async def test_the_link_leads_where_the_operator_says(house: WebHouse, key: str) -> None:
    message = house.keep(PRIVATE, MAIL)
    path = f"/api/addresses/{PRIVATE}/messages/{message}/share"
    for line in ("Host: evil.test", "X-Forwarded-Host: evil.test", "Forwarded: host=evil.test"):
        answer = await asyncio.to_thread(
            ask_raw, ("127.0.0.1", house.port), "POST", path, f"Mailsac-Key: {key}", line
        )
        assert (answer.status, answer.json["url"].startswith("http://127.0.0.1:8025/shared/")) == (200, True)


async def test_what_is_not_there_or_not_shown_is_not_shared(house: WebHouse, key: str) -> None:
    assert (await share(house, key, "q9-0")).status == 404
    assert (await share(house, key, "nonsense")).status == 404
    others = house.keep("bens@thing.test", MAIL)
    ben = await house.account("ben")
    await house.accounts.reserve(BEN, [Inbox("bens@thing.test")], "", most=9)
    assert (await share(house, key, others, inbox="bens@thing.test")).status == 403
    assert (await share(house, ben, others)).status == 403
    assert (await share(house, "", others)).status == 401
    assert (await share(house, "k_unknown", others)).status == 401


async def test_people_who_have_signed_in_share_from_the_page(house: WebHouse, key: str) -> None:
    message = house.keep(PRIVATE, MAIL)
    answer = await house.ask("POST", "/signin", FORM, urlencode({"name": "ann", "key": key}).encode())
    own = {**FORM, "cookie": answer.headers["set-cookie"].partition(";")[0]}
    page = await house.get(f"/inbox/{PRIVATE}/{message}", cookie=own["cookie"])
    (action,) = re.findall(r'action="([^"]+/share)"', page.text)
    shared = await house.ask("POST", action, own, b"hours=1")
    (url,) = re.findall(r"data-copy>([^<]+)<", shared.text)
    assert "2026-11-25T11:00:00.123Z" in shared.text
    assert SAID in (await house.get(url.removeprefix("http://127.0.0.1:8025"))).text
    for body in (b"hours=0", b"hours=721", b"hours=x", b"", b"hours=%C2%B2"):
        assert (await house.ask("POST", action, own, body)).status == 400
    foreign = {**own, "sec_fetch_site": "cross-site"}
    assert (await house.ask("POST", action, foreign, b"hours=1")).status == 403


async def test_who_has_no_account_is_offered_no_link(furnish: Furnish) -> None:
    house = await furnish()
    message = house.keep()
    assert "/share" not in (await house.get(f"/inbox/bob@thing.test/{message}")).text
    answer = await house.ask("POST", f"/inbox/bob@thing.test/{message}/share", FORM, b"hours=1")
    assert answer.status == 401


async def test_while_the_store_is_away_a_link_says_so(house: WebHouse, key: str) -> None:
    path = await link_to(house, key, house.keep(PRIVATE, MAIL))
    house.mailbox.failure = UnavailableError("away")
    answer = await house.get(path)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_a_message_that_is_not_read_yet_is_shown_as_far_as_it_is(house: WebHouse, key: str) -> None:
    message = house.keep(PRIVATE, MAIL, digest=False)
    house.clock.time += 5000
    page = await house.get(await link_to(house, key, message))
    assert (page.status, "still being read" in page.text) == (200, True)
