"""Our own pages serve everybody: axe finds nothing grave, a narrow screen and a keyboard are enough."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from browser.house import House, address
from browser.letters import letters
from browser.views import VIEWS
from cli.test_accounts import mailweir

WIDE, NARROW = 1280, 320  # CSS pixels; 320 is what WCAG 2.2 §1.4.10 asks for
PAGES = (
    "home",
    "inbox",
    "strange inbox",
    "empty inbox",
    "message",
    "strange message",
    "shared",
    "signin",
    "forgot",
    "account",
    "codes",
    "docs",
    "error",
)
FOR_PEOPLE = ("account", "codes")
PASSWORD = "correct horse battery staple"
MOST_TABS = 400
# An error page is an error, and which features a policy may name differs by platform.
EXPECTED = re.compile(r"status of 404|Permissions-Policy header: Unrecognized feature")

# Every control that a person sees, numbered in the order of the document.
NUMBER = """() => {
    const all = document.querySelectorAll(
      'a[href], button, input, select, textarea, summary, iframe, [tabindex="0"]');
    let count = 0;
    for (const one of all)
      if (!one.disabled && one.type !== 'hidden' && one.tabIndex >= 0 && one.checkVisibility())
        one.dataset.control = count++;
    return count;
}"""
# The number of the control that has the focus, and whether that can be seen.
FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const visible = outlined || style.boxShadow !== 'none' || one.tagName === 'IFRAME';
    return [Number(one.dataset.control ?? -1), visible];
}"""
NAMES = "() => [...document.querySelectorAll('[data-control]')].map(one => one.outerHTML.slice(0, 100))"


def a_person(data: Path) -> None:
    """An account with a member, keys, and somebody who signs in by a password."""
    mailweir("account", "add", "person", data=data)
    mailweir("user", "add", "person", "bob", "--member", "--can-elevate", data=data)
    mailweir("user", "add", "person", "--password-stdin", text=PASSWORD, data=data)


@pytest.fixture(scope="module")
def paths(house: House) -> dict[str, str]:
    house.drop("dana", letters())
    a_person(house.server.data)
    return {
        "home": "/",
        "inbox": f"/inbox/{address('dana')}",
        "strange inbox": f"/inbox/{address('words')}",
        "empty inbox": f"/inbox/{address('nobody')}",
        "message": house.paths(VIEWS["page"], "dana")[0],
        "strange message": house.paths(VIEWS["page"], "words")[-1],
        "shared": shared(house, "dana"),
        "signin": "/signin",
        "forgot": "/forgot",
        "account": "/account",
        "codes": "/account/codes",
        "docs": "/docs",
        "error": f"/inbox/{address('nobody')}/none",
    }


def visit(house: House, paths: dict[str, str], screen: Page, name: str) -> None:
    """Goes to a page; signs in for those that are an account's."""
    if name in FOR_PEOPLE:
        screen.goto(f"{house.origin}/signin")
        screen.get_by_label("Account, account/user").fill("person")
        screen.get_by_label("Key or password").fill(PASSWORD)
        screen.get_by_role("button", name="Sign in").click()
    screen.goto(house.origin + paths[name])


def shared(house: House, name: str) -> str:
    """A link to the newest message of an inbox."""
    key = mailweir("account", "add", "sharer", data=house.server.data).stdout.strip()
    path = f"/api/addresses/{address(name)}/messages/{house.mail[name][0]['_id']}/share"
    answer = house.server.api.post(f"{path}?_mailsacKey={key}")
    assert answer.status == 200, answer
    url: str = json.loads(answer.body)["url"]
    return urlsplit(url).path


@pytest.fixture
def screen(chromium: Browser, request: pytest.FixtureRequest) -> Generator[Page]:
    """A page of the width and the colour scheme that the test asks for."""
    width, scheme = request.param
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 720})
    yield context.new_page()
    context.close()


def screens(*kinds: tuple[int, str]) -> pytest.MarkDecorator:
    ids = [f"{width} {scheme}" for width, scheme in kinds]
    return pytest.mark.parametrize("screen", kinds, ids=ids, indirect=True)


def grave(page: Page) -> list[str]:
    """What axe calls serious or critical. What a sender wrote, in its frame, is not ours."""
    page.evaluate(Axe().axe_script)
    found = page.evaluate("() => axe.run({resultTypes: ['violations'], iframes: false})")
    violations = cast("list[dict[str, Any]]", found["violations"])
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:100] for node in one['nodes'][:3]]}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", PAGES)
@screens((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"))
def test_axe_finds_nothing_grave(house: House, paths: dict[str, str], screen: Page, name: str) -> None:
    visit(house, paths, screen, name)
    assert grave(screen) == []


@screens((WIDE, "light"))
def test_axe_finds_what_is_grave(screen: Page) -> None:
    screen.set_content("<title>x</title><img src=x><p style='color:#ddd;background:#fff'>pale</p>")
    assert {one.partition(":")[0] for one in grave(screen)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize("name", PAGES)
@screens((NARROW, "light"))
def test_nobody_scrolls_sideways(house: House, paths: dict[str, str], screen: Page, name: str) -> None:
    visit(house, paths, screen, name)
    assert screen.evaluate("() => document.documentElement.scrollWidth") <= NARROW


@pytest.mark.parametrize("name", PAGES)
@screens((WIDE, "light"))
def test_a_keyboard_reaches_every_control_and_shows_where_it_is(
    house: House, paths: dict[str, str], screen: Page, name: str
) -> None:
    visit(house, paths, screen, name)
    wanted = cast("int", screen.evaluate(NUMBER))
    assert 0 < wanted < MOST_TABS
    names = cast("list[str]", screen.evaluate(NAMES))
    screen.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges() }")
    seen: dict[int, bool] = {}
    for _ in range(wanted + 3):
        screen.keyboard.press("Tab")
        number, visible = cast("tuple[int, bool]", screen.evaluate(FOCUS))
        seen[number] = visible
    assert [names[number] for number in range(wanted) if not seen.get(number)] == []


@pytest.mark.parametrize("name", PAGES)
@screens((WIDE, "light"))
def test_a_page_complains_of_nothing(house: House, paths: dict[str, str], screen: Page, name: str) -> None:
    said: list[str] = []
    screen.on("console", lambda message: said.append(message.text))
    screen.on("pageerror", lambda error: said.append(error.message))
    visit(house, paths, screen, name)
    assert [one for one in said if not EXPECTED.search(one)] == []


@screens((WIDE, "light"), (NARROW, "dark"))
def test_a_person_gets_from_the_start_to_a_message_by_what_can_be_read(
    house: House, paths: dict[str, str], screen: Page
) -> None:
    screen.goto(house.origin + paths["home"])
    screen.get_by_role("textbox", name="E-mail address").fill(address("dana"))
    screen.get_by_role("button", name="Check the mail").click()
    screen.get_by_role("link", name="Confirm your address").click()
    assert "Confirm your address" in screen.get_by_role("heading", level=1).inner_text()
    assert "Confirm your address" in screen.title()


@screens((WIDE, "light"), (NARROW, "dark"))
def test_a_person_signs_in_sees_what_is_private_and_signs_out(house: House, screen: Page) -> None:
    name = f"person-{(screen.viewport_size or {'width': 0})['width']}"
    key = mailweir("account", "add", name, data=house.server.data).stdout.strip()
    private = f"{name}@private.test"
    answer = house.server.api.post(f"/api/addresses/{private}?_mailsacKey={key}")
    assert answer.status == 200, answer
    house.server.api.drop(private, b"Subject: For my eyes\r\n\r\nonly\r\n")
    screen.goto(f"{house.origin}/inbox/{private}")
    assert "401" in str(house.server.api.get(f"/inbox/{private}").status)
    screen.get_by_role("link", name="Sign in").click()
    screen.get_by_label("Account, account/user").fill(name)
    screen.get_by_label("Key or password").fill("k_wrong")
    screen.get_by_role("button", name="Sign in").click()
    assert screen.get_by_role("alert").inner_text().startswith("There is no such name with that key")
    screen.get_by_label("Key or password").fill(key)
    screen.get_by_role("button", name="Sign in").click()
    screen.goto(f"{house.origin}/inbox/{private}")
    screen.get_by_role("link", name="For my eyes").click()
    assert "For my eyes" in screen.get_by_role("heading", level=1).inner_text()
    screen.get_by_role("link", name=name, exact=True).click()
    screen.get_by_role("button", name="Sign out").click()
    screen.goto(f"{house.origin}/inbox/{private}")
    assert screen.get_by_role("heading", level=1).inner_text() == "Unauthorized"


@screens((WIDE, "light"), (NARROW, "light"))
def test_a_person_changes_his_password_and_makes_a_key(house: House, screen: Page) -> None:
    name = f"changer-{(screen.viewport_size or {'width': 0})['width']}"
    mailweir("account", "add", name, data=house.server.data)
    password = mailweir("user", "add", name, data=house.server.data).stdout.strip()
    screen.goto(f"{house.origin}/signin")
    screen.get_by_label("Account, account/user").fill(name)
    screen.get_by_label("Key or password").fill(password)
    screen.get_by_role("button", name="Sign in").click()
    screen.get_by_role("link", name=name, exact=True).click()
    screen.get_by_label("The one that you have").fill(password)
    screen.get_by_label("The new one").fill(PASSWORD)
    screen.get_by_role("button", name="Change").click()
    assert "password changed" in screen.get_by_role("main").inner_text()
    screen.get_by_label("Name").first.fill("ci")
    screen.get_by_role("button", name="Make a key").click()
    assert "k_" in screen.get_by_role("status").last.inner_text()
    screen.get_by_role("button", name="Revoke ci").click()
    assert screen.get_by_role("button", name="Revoke ci").count() == 0
    screen.get_by_role("button", name="Sign out everywhere").click()
    assert screen.get_by_role("heading", level=1).inner_text() == "Sign in"


@screens((WIDE, "light"), (NARROW, "dark"))
def test_a_person_shares_a_message_with_somebody_without_an_account(house: House, screen: Page) -> None:
    name = f"sharer-{(screen.viewport_size or {'width': 0})['width']}"
    key = mailweir("account", "add", name, data=house.server.data).stdout.strip()
    inbox = f"{name}@private.test"
    assert house.server.api.post(f"/api/addresses/{inbox}?_mailsacKey={key}").status == 200
    house.server.api.drop(inbox, b"Subject: For your eyes\r\n\r\nonly\r\n")
    screen.goto(f"{house.origin}/signin")
    screen.get_by_label("Account, account/user").fill(name)
    screen.get_by_label("Key or password").fill(key)
    screen.get_by_role("button", name="Sign in").click()
    screen.goto(f"{house.origin}/inbox/{inbox}")
    screen.get_by_role("link", name="For your eyes").click()
    screen.get_by_label("How long the link is good").select_option("7 days")
    assert sound(screen)
    screen.get_by_role("button", name="Share").click()
    link = screen.locator("[data-copy]").inner_text()
    assert sound(screen)
    screen.context.clear_cookies()
    screen.goto(link)
    assert screen.get_by_role("heading", level=1).inner_text() == "For your eyes"
    assert screen.get_by_role("button", name="Delete").count() == 0


def sound(page: Page) -> bool:
    """Whether the page is fit for everybody, as the pages above are."""
    width = (page.viewport_size or {"width": 0})["width"]
    return grave(page) == [] and page.evaluate("() => document.documentElement.scrollWidth") <= width
