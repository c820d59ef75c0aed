"""Signing in by a real OpenID provider, npm's `oidc-provider`, as a browser does it."""

import re
import select
import socket
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

from cli.test_accounts import mailweir
from fakes.server import PATIENCE, Server, a_server

NODE = Path(__file__).parents[1] / "node"
CLIENT, SECRET = "mailweir", "a secret: with/odd characters"
BOB = "bob@corp.test"
PUBLIC_URL = "http://mail.test"


@contextmanager
def a_provider(port: int, back: str) -> Generator[str]:
    """Its issuer."""
    command = ["node", "oidc_provider.mjs", str(port), CLIENT, SECRET, back]
    with subprocess.Popen(
        command, cwd=NODE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], PATIENCE)[0], "npm ci in tests/node installs it"
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("oidc") / "data"
    mailweir("account", "add", "ann", data=data)
    mailweir("user", "add", "ann", "bob", "--identity", BOB, data=data)
    mailweir("user", "add", "ann", "eve", "--identity", "uneve@corp.test", data=data)
    with a_provider(free_port(), f"{PUBLIC_URL}/signin/oidc/back") as issuer:
        flags = (
            f"--oidc-issuer={issuer}",
            f"--oidc-client-id={CLIENT}",
            f"--oidc-client-secret={SECRET}",
            f"--public-url={PUBLIC_URL}",
        )
        with a_server(data, *flags) as running:
            yield running


class Browser:
    """Follows redirects itself, and stops where a person has to do something."""

    def __init__(self, origin: str) -> None:
        self.client = httpx.Client(timeout=PATIENCE, trust_env=False)
        self.origin = origin

    def go(self, url: str) -> httpx.Response:
        answer = self.client.get(urljoin(self.origin, url))
        while answer.is_redirect:
            where = urljoin(str(answer.url), answer.headers["location"])
            if "/signin/oidc/back" in where:
                return answer
            answer = self.client.get(where)
        return answer

    def back_as(self, login: str) -> str:
        """Where the provider sends a browser whose person has signed in there."""
        page = self.go("/signin/oidc")
        for fields in ({"prompt": "login", "login": login, "password": "x"}, {"prompt": "consent"}):
            action = re.findall(r'action="([^"]+)"', page.text)[0]
            answer = self.client.post(urljoin(str(page.url), action), data=fields)
            page = (
                self.go(urljoin(str(answer.url), answer.headers["location"]))
                if answer.is_redirect
                else answer
            )
            if page.is_redirect:
                break
        return page.headers["location"].replace(PUBLIC_URL, self.origin)


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    browser = Browser(f"http://{server.http}")
    yield browser
    browser.client.close()


def test_who_is_a_user_here_is_let_in_by_his_identity(browser: Browser) -> None:
    assert "/signin/oidc" in browser.go("/signin").text
    back = browser.client.get(browser.back_as(BOB))
    assert (back.status_code, back.headers["location"]) == (303, "/")
    page = browser.client.get(f"{browser.origin}/account").text
    assert "ann/bob" in page
    assert "signed in" in page


@pytest.mark.parametrize("login", ["nobody@corp.test", "uneve@corp.test"], ids=["unknown", "not verified"])
def test_nobody_else_is(browser: Browser, login: str) -> None:
    back = browser.client.get(browser.back_as(login))
    assert back.status_code == 403
    assert "Nobody here is known by that identity" in back.text
    assert "set-cookie" not in back.headers


def test_what_came_back_is_good_once_and_for_the_browser_that_was_sent(browser: Browser) -> None:
    where = browser.back_as(BOB)
    stranger = httpx.get(where, trust_env=False)
    assert stranger.status_code == 403
    state = parse_qs(urlsplit(where).query)["state"][0]
    forged = where.replace(state, "k_" + "x" * 40)
    assert browser.client.get(forged).status_code == 403
    assert browser.client.get(where).status_code == 303
    assert browser.client.get(where).status_code == 403, "the code was used"


@pytest.mark.parametrize(
    "query",
    [{}, {"state": "x"}, {"code": "x"}, {"state": "x" * 5000, "code": "y"}, {"error": "access_denied"}],
)
def test_a_strange_return_is_refused(browser: Browser, query: dict[str, str]) -> None:
    answer = browser.client.get(f"{browser.origin}/signin/oidc/back?{urlencode(query)}")
    assert answer.status_code == 403


def test_a_provider_that_cannot_be_reached_is_an_outage_and_no_failure(tmp_path: Path) -> None:
    mailweir("account", "add", "ann", data=tmp_path)
    flags = ("--oidc-issuer=http://127.0.0.1:9", "--oidc-client-id=x", "--oidc-client-secret=y")
    with a_server(tmp_path, *flags) as server:
        answer = httpx.get(f"http://{server.http}/signin/oidc", trust_env=False)
        assert answer.status_code == 503


def test_a_provider_is_named_with_what_it_knows_us_by(tmp_path: Path) -> None:
    ended = mailweir("serve", "--oidc-issuer=http://127.0.0.1:9", data=tmp_path)
    assert (ended.returncode, "oidc_client_id" in ended.stderr) == (2, True)
