"""The client for JavaScript, `clients/js`, as it is packed: its own tests on a real server, and its types."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from architecture.repository import ROOT
from fakes.server import Server, a_server
from mailweir import __version__
from system.clients import typed
from system.js_project import CLIENT, FLAGS, a_program, a_project, described, line, variables

pytestmark = pytest.mark.timeout(240)  # compilers and many waits, on a machine that does other things as well

TESTS: Final = sorted(file.name for file in (CLIENT / "test").glob("*.test.mjs"))
SUMMARY: Final = re.compile(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", re.MULTILINE)
CODE: Final = b"From: Shop <ann@shop.test>\r\nSubject: Your code is 482913\r\n\r\nYour code is 482913.\r\n"
STRICT: Final = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "noEmit": True,
    "target": "es2022",
    "module": "nodenext",
    "types": ["node"],
}

MISTAKES: Final = [  # what stands in typed.mts, what is written there, and what the compiler says of it
    ("since: mail,", "sinces: mail,", "'sinces' does not exist"),
    (".expires.getTime()", ".expires.length", "'length' does not exist"),
    ("(await inbox.wait({ code: true })).code", "(await inbox.wait()).code", "undefined"),
    ("ttl: 60 }", "tll: 60 }", "'tll' does not exist"),
    ('cy.mailweirBundle("run.zip")', "cy.mailweirBundle()", "Expected 1 arguments"),
]
OF_SOURCES: Final = {"allowJs": True, "checkJs": True, "allowImportingTsExtensions": True}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_project(tmp_path_factory.mktemp("js"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("js_server") / "data", *FLAGS) as running:
        yield running


def compiled(project: Path, *files: str, **more: object) -> list[str]:
    """What the compiler has against these files, fault by fault."""
    settings = {"compilerOptions": STRICT | more, "files": files}
    (project / "tsconfig.json").write_text(json.dumps(settings), "utf-8")
    _, said = typed("npx tsc --project .", project)
    return re.split(r"\n(?! )", said.strip())


@pytest.mark.parametrize("name", TESTS)
def test_the_tests_of_the_client_pass(server: Server, project: Path, name: str) -> None:
    code, said = typed(f"node --test --test-reporter=tap test/{name}", project, **variables(server))
    assert code == 0, said
    counted = {what: int(count) for what, count in SUMMARY.findall(said)}
    assert counted.pop("tests") == counted.pop("pass") > 5
    assert set(counted.values()) == {0}, said


def stopped(server: Server) -> None:
    server.stop(60)  # who waits there holds the drain up


def killed(server: Server) -> None:
    server.kill()


@pytest.mark.parametrize("end", [stopped, killed])
def test_a_wait_goes_on_over_a_restart(tmp_path: Path, project: Path, end: Callable[[Server], None]) -> None:
    with (
        a_server(tmp_path / "data") as server,
        a_program(project, "test/restart.mjs", **variables(server)) as waiting,
    ):
        address = line(waiting)
        time.sleep(1)  # noqa: TID251  until it is likely to wait; it finds the mail in either case
        end(server)
        server.start()
        server.api.drop(address, CODE)
        assert line(waiting) == "482913"
        assert waiting.wait(30) == 0


def test_the_sources_keep_what_the_types_declare(project: Path) -> None:
    for name in ("right", "wrong"):
        for folder in ("src", "types"):
            shutil.copytree(CLIENT / folder, project / name / folder)
        (project / name / "package.json").write_text('{"type": "module"}', "utf-8")
    inbox = project / "wrong" / "src" / "inbox.js"
    inbox.write_text(inbox.read_text("utf-8").replace("async clear(", "async clearAll("), "utf-8")
    sources = [
        f"{name}/src/{file.name}" for name in ("right", "wrong") for file in (CLIENT / "src").iterdir()
    ]
    faults = compiled(project, *sources, **OF_SOURCES)
    assert [one for one in faults if not one.startswith("wrong/")] == []
    assert any("Property 'clear' is missing" in one for one in faults)


def test_what_is_declared_can_be_used_and_nothing_else(project: Path) -> None:
    program = (project / "test" / "typed.mts").read_text("utf-8")
    for number, (right, mistake, _) in enumerate(MISTAKES):
        assert right in program
        (project / "test" / f"wrong{number}.mts").write_text(program.replace(right, mistake), "utf-8")
    wrong = [f"test/wrong{number}.mts" for number in range(len(MISTAKES))]
    faults = compiled(project, "test/typed.mts", "test/cypress_globals.d.ts", *wrong)
    assert [one.partition("(")[0] for one in faults] == wrong, faults
    assert [why for fault, (_, _, why) in zip(faults, MISTAKES, strict=True) if why not in fault] == []


def test_it_is_packed_as_it_is_described(project: Path) -> None:
    package = project / "node_modules" / "mailweir"
    packed = {file.relative_to(package).as_posix() for file in package.rglob("*") if file.is_file()}
    own = {f"{folder}/{file.name}" for folder in ("src", "types") for file in (CLIENT / folder).iterdir()}
    assert packed == own | {"LICENSE", "README.md", "package.json"}
    assert (package / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    said = described()
    assert (said["version"], said["license"]) == (__version__, "Apache-2.0")
    assert [name for name in said if name.endswith("ependencies")] == ["peerDependencies"]
    assert said["peerDependenciesMeta"] == {name: {"optional": True} for name in said["peerDependencies"]}
    for entry in said["exports"].values():
        for file in [entry] if isinstance(entry, str) else entry.values():
            assert (package / file).is_file()


def test_nothing_is_imported_but_its_own_files() -> None:
    for file in sorted((CLIENT / "src").iterdir()):
        imported = re.findall(r'^(?:import|export) .* from "([^"]+)"', file.read_text("utf-8"), re.MULTILINE)
        assert [name for name in imported if not name.startswith("./")] == [], file
