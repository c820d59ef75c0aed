"""docs/user/javascript.md is done as it stands there, in an application that signs people up by mail."""

import io
import json
import re
import shlex
import zipfile
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from architecture.repository import ROOT
from browser.watching import chromium
from fakes.documents import block
from fakes.server import Server, a_server
from system.clients import typed
from system.js_project import FLAGS, KEY, a_program, a_project, line, variables

pytestmark = pytest.mark.timeout(240)  # a compiler and a browser, on a machine that does other things as well

PAGE: Final = "user/javascript.md"
SHOP: Final = "http://127.0.0.1:3000"
"""Where the application is, on the page."""

# Chromium has no sandbox where it is run by root.
BROWSER: Final = """
import page from "./playwright.config";
const launchOptions = { executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] };
export default {
  ...page,
  testDir: process.env.TESTS,
  reporter: "json",
  use: { ...page.use, baseURL: process.env.BASE_URL, launchOptions },
};
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("js_server") / "data", *FLAGS) as running:
        yield running


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_project(tmp_path_factory.mktemp("js"))


@pytest.fixture(scope="module")
def shop(server: Server, project: Path) -> Iterator[str]:
    """Where the application listens that sends its mail to the server."""
    with a_program(project, "test/shop.mjs", **variables(server)) as running:
        yield line(running)


def told(language: str, holding: str, shop: str) -> str:
    return block(PAGE, language, holding).replace(SHOP, shop)


def attached(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What this client has attached; Playwright attaches more."""
    return [one for one in result["attachments"] if one["name"].startswith("mailweir")]


def results(said: str) -> list[dict[str, Any]]:
    """The last result of each test, as Playwright reports it in JSON, under its title."""
    report = json.loads(said[said.index("{") :])
    specs = [spec for suite in report["suites"] for spec in suite["specs"]]
    return [{"title": spec["title"], **spec["tests"][0]["results"][-1]} for spec in specs]


def test_it_is_installed_from_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "mailweir").symlink_to(ROOT)
    code, said = typed(block(PAGE, "sh", "npm install"), tmp_path)
    assert code == 0, said
    program = 'import("mailweir").then(({ Mailweir }) => console.log(new Mailweir().url))'
    assert typed(f"node -e {shlex.quote(program)}", tmp_path) == (0, "http://127.0.0.1:8025\n")


def test_nodes_own_runner_runs_the_tests(server: Server, shop: str, project: Path) -> None:
    (project / "sign-up.test.mjs").write_text(told("js", "node:test", shop), "utf-8")
    command = told("sh", "node --test", shop).replace("--test ", "--test --test-reporter=tap ")
    for key in ("", KEY):
        code, said = typed(command, project, **variables(server), MAILWEIR_KEY=key)
        assert code == 0, said
        assert "\n# pass 3\n" in said


def test_what_is_told_when_none_came_is_what_is_shown(server: Server, project: Path) -> None:
    program = """
        import { Mailweir } from "mailweir";
        import { send } from "./test/support.mjs";
        const run = await new Mailweir().run();
        const inbox = run.inbox("sign up");
        await send(inbox.address, "Your code is 482913");
        const waiting = inbox.wait({ code: true, subject: "invoice", timeout: 1 });
        await waiting.catch(({ message }) => console.log(message));
        await run.free();
    """
    (project / "near.mjs").write_text(program, "utf-8")
    code, said = typed("node near.mjs", project, **variables(server))
    assert code == 0, said

    def without_names(text: str) -> str:
        text = re.sub(r"run-[a-z0-9]{8}-sign-up-[a-z0-9]{10}@[a-z0-9.-]+", "ADDRESS", text)
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)

    assert without_names(said) == without_names(block(PAGE, "text", "No mail"))
    assert without_names(said).count("ADDRESS") == 2


def test_a_program_in_typescript_is_compiled_and_reads_mail(server: Server, shop: str, project: Path) -> None:
    (project / "read.mts").write_text(told("ts", "await using", shop), "utf-8")
    commands = told("sh", "npx tsc", shop).replace("--strict", "--strict --types node")
    code, said = typed(commands, project, **variables(server))
    assert code == 0, said
    assert re.match(
        rf"Your code is \d{{6}} {shop}/verify\?token=\S+ Your code is \d{{6}}, or verify", said
    ), said


def playwright(server: Server, shop: str, project: Path, tests: Path) -> tuple[int, list[dict[str, Any]]]:
    """How Playwright ends, and how each test does, in a directory of tests, by the page's configuration."""
    (project / "playwright.config.ts").write_text(block(PAGE, "ts", "defineConfig"), "utf-8")
    (project / "here.config.ts").write_text(BROWSER, "utf-8")
    environ = {"CHROMIUM": chromium(), "BASE_URL": shop, "TESTS": str(tests), **variables(server)}
    code, said = typed("npx playwright test --config here.config.ts", project, **environ)
    return code, results(said)


def test_playwright_signs_a_customer_up(server: Server, shop: str, project: Path) -> None:
    tests = project / "sign-up"
    tests.mkdir()
    (tests / "fixtures.ts").write_text(block(PAGE, "ts", "withMailweir(base)"), "utf-8")
    (tests / "sign-up.spec.ts").write_text(block(PAGE, "ts", "./fixtures"), "utf-8")
    code, (result,) = playwright(server, shop, project, tests)
    assert (code, result["status"], attached(result)) == (0, "passed", []), result


def test_a_failing_test_of_playwrights_shows_the_mail_of_its_run(
    server: Server, shop: str, project: Path
) -> None:
    code, (failed, *others) = playwright(server, shop, project, project / "test" / "playwright")
    assert (code, failed["status"]) == (1, "failed"), failed
    (bundle,) = attached(failed)
    assert (bundle["name"], bundle["contentType"]) == ("mailweir-run.zip", "application/zip")
    content = b64decode(bundle["body"]) if "body" in bundle else Path(bundle["path"]).read_bytes()
    (mail,) = (re.match(r"mail (\S+)", one["text"]) for one in failed["stdout"])
    assert mail
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"run.json", f"messages/{mail[1]}.eml"} <= set(archive.namelist())
        run = json.loads(archive.read("run.json"))
    address = f"{run['prefix']}any@{run['domain']}"
    assert server.api.get(f"/api/addresses/{address}/quiet?for=0").status == 410
    assert [(one["status"], attached(one)) for one in others] == [("passed", []), ("failed", [])]


def test_the_spec_of_cypress_signs_a_customer_up(server: Server, shop: str, project: Path) -> None:
    (project / "e2e.mjs").write_text(block(PAGE, "js", 'import "mailweir/cypress"'), "utf-8")
    (project / "sign-up.cy.mjs").write_text(block(PAGE, "js", "cy.visit"), "utf-8")
    command = "node test/cypress_run.mjs e2e.mjs sign-up.cy.mjs"
    said = typed(command, project, **variables(server), BASE_URL=shop, MAILWEIR_KEY=KEY)
    assert said == (0, "passed: signs a customer up\n")
