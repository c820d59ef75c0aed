"""Typed clients are made from `/openapi.json` and read mail, by the commands of docs/user/clients.md."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from architecture.repository import ROOT
from fakes.server import Server, a_server
from system.clients import PACKAGE, TYPES, files, make, told, typed
from system.compatibility import operations

pytestmark = pytest.mark.timeout(240)  # compilers, on a machine that does other things as well

KEY: Final = "k_" + "typedclients" * 2
INBOX: Final = "sign-up@thing.test"
CHECKED: Final = {
    "typeCheckingMode": "standard",
    "include": [PACKAGE, "*.py"],
    "strict": ["*.py"],  # the page's program
    "ignore": [f"{PACKAGE}/client.py"],  # the same whatever the API; its __exit__ takes any object
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("typed") / "data"
    with a_server(data, "--bootstrap-account=ann", f"--bootstrap-key={KEY}") as running:
        yield running


@pytest.fixture(scope="module")
def made(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("clients")
    make(server.http, directory)
    return directory


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def read_one_mail(server: Server, command: str, directory: Path) -> None:
    """What the page's program has to do: put one in, print it, and leave nothing."""
    code, said = typed(command, directory, MAILWEIR_KEY=KEY)
    assert code == 0, said
    assert re.fullmatch(r"Your code is 482913 \[ ?'482913' ?\] Hello\.\s*", said), said
    assert server.api.inbox(INBOX) == []


def test_no_operation_is_missing_from_a_client(made: Path) -> None:
    names = [name for name, _ in operations()]
    types = (made / TYPES).read_text("utf-8")
    modules = {file.stem for file in (made / PACKAGE / "api").rglob("*.py")}
    assert [name for name in names if f'operations["{name}"]' not in types] == []
    assert [name for name in names if snake(name) not in modules] == []


def test_a_program_in_typescript_is_held_to_the_types_and_reads_mail(server: Server, made: Path) -> None:
    program = told("ts", "openapi-fetch", server.http)
    (made / "read.mts").write_text(program, "utf-8")
    (made / "wrong.mts").write_text(program.replace("subject", "subjects"), "utf-8")
    compiling, running = told("sh", "npx tsc", server.http).splitlines()
    code, said = typed(compiling.replace("read.mts", "read.mts wrong.mts"), made)
    assert code != 0
    assert "subjects" in said
    assert [line for line in said.splitlines() if line and not line.startswith(("wrong.mts", " "))] == []
    read_one_mail(server, running, made)


def test_a_program_in_python_is_held_to_the_types_and_reads_mail(server: Server, made: Path) -> None:
    program = told("python", "mailweir_client", server.http)
    (made / "read.py").write_text(program, "utf-8")
    (made / "wrong.py").write_text(program.replace("message.subject", "message.subjects"), "utf-8")
    (made / "pyrightconfig.json").write_text(json.dumps(CHECKED), "utf-8")
    code, said = typed('basedpyright --pythonpath "$(command -v python)" --outputjson', made)
    assert code == 1, said
    report = json.loads(said)
    faults = {one["rule"]: Path(one["file"]).name for one in report["generalDiagnostics"]}
    assert faults["reportAttributeAccessIssue"] == "wrong.py"
    assert set(faults.values()) == {"wrong.py"}, report
    assert report["summary"]["filesAnalyzed"] > 100
    read_one_mail(server, "python read.py", made)


def test_make_clients_writes_the_same(made: Path, tmp_path: Path) -> None:
    subprocess.run(["make", "clients", f"DIST={tmp_path}"], cwd=ROOT, check=True, timeout=120)
    assert files(tmp_path / "clients") == files(made)
