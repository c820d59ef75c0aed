"""The wheel is whole, the same whoever builds it, and all that a user needs to see a first mail."""

import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from architecture.repository import REQUIREMENTS, ROOT, SOURCE, pins, project, shown, tracked_files
from fakes.documents import block as shown_on
from fakes.installed import block, built, first_mail, program, run, typed, variables
from fakes.server import a_server

PARTS = ("cli", "roles/", "servers/smtp/", "servers/web/", "adapters/sqlite/", "adapters/parser_pool/")
FIRST_MAIL_WITHIN = 150.0  # seconds from `pip install` on: ten times what is promised
FIRST_TEST_WITHIN = 600.0  # the same of a test that waits for a code


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("dist"))


def octets(directory: Path) -> dict[str, bytes]:
    """The files of a directory that has no other directory in it."""
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def bring(wheel: Path, directory: Path) -> None:
    """Copies what was built to where it is to be installed."""
    for name, content in octets(wheel.parent).items():
        (directory / name).write_bytes(content)


def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def text(wheel: Path, name: str) -> str:
    with ZipFile(wheel) as archive:
        return archive.read(f"mailweir-{project_version(wheel)}.dist-info/{name}").decode()


def project_version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def metadata(wheel: Path) -> Message:
    return Parser().parsestr(text(wheel, "METADATA"))


def test_the_wheel_has_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    about = f"mailweir-{project_version(wheel)}.dist-info"
    package = {file.relative_to(SOURCE).as_posix() for file in tracked_files() if SOURCE in file.parents}
    told = {f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    assert names(wheel) == package | told | {f"{about}/licenses/LICENSE"}
    assert {Path(name).suffix for name in package} == {
        ".py",
        ".sql",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".typed",
    }


def test_the_source_package_has_every_file_that_is_tracked(wheel: Path) -> None:
    (packed,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert inside == {shown(file) for file in tracked_files()} | {"PKG-INFO"}


def test_its_licence_is_ours(wheel: Path) -> None:
    assert text(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text("utf-8")


def test_its_metadata_say_what_it_is_and_what_it_needs(wheel: Path) -> None:
    about, said = project()["project"], metadata(wheel)
    assert (said["Name"], said["Summary"]) == ("mailweir", about["description"])
    assert (said["License-Expression"], said["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    extras = [f"{one}; extra == 'oidc'" for one in about["optional-dependencies"]["oidc"]]
    assert sorted(said.get_all("Requires-Dist", [])) == sorted([*about["dependencies"], *extras])
    assert sorted(said.get_all("Classifier", [])) == sorted(about["classifiers"])
    assert said.get_payload() == (ROOT / "README.md").read_text("utf-8")


def test_it_names_no_place_that_is_not_ours(wheel: Path) -> None:
    assert metadata(wheel).get_all("Project-URL", []) == []
    assert metadata(wheel).get_all("Home-page", []) == []


def test_two_builds_are_the_same_octets(wheel: Path, tmp_path: Path) -> None:
    again = built(tmp_path / "again", SOURCE_DATE_EPOCH="1")
    assert octets(again.parent) == octets(wheel.parent)
    assert len(octets(wheel.parent)) == 3


def test_the_source_package_builds_the_same_wheel_wherever_it_lies(wheel: Path, tmp_path: Path) -> None:
    (packed,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    for file in unpacked.rglob("*"):
        file.chmod(0o700 if file.is_dir() else 0o600)
        file.touch()
    build = f"umask 077; {sys.executable} -m hatchling build -t wheel -d {tmp_path}/dist"
    run("bash", "-euc", build, cwd=unpacked)
    assert (tmp_path / "dist" / wheel.name).read_bytes() == wheel.read_bytes()


def test_a_wheel_that_was_changed_on_its_way_is_not_installed(wheel: Path, tmp_path: Path) -> None:
    bring(wheel, tmp_path)
    with ZipFile(tmp_path / wheel.name, "a") as archive:
        archive.writestr("mailweir/more.py", "")
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "-r", "requirements.txt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "DO NOT MATCH THE HASHES" in ended.stderr


@pytest.mark.timeout(400)
def test_who_follows_the_page_sees_a_first_mail_upgrades_and_removes_it_all(
    wheel: Path, tmp_path: Path
) -> None:
    bring(wheel, tmp_path)
    brought = octets(tmp_path)
    begun = time.monotonic()
    typed(block("python3 -m venv venv"), tmp_path)
    serves("before@thing.test", tmp_path)
    assert time.monotonic() - begun < FIRST_MAIL_WITHIN

    typed(block("python3 -m venv --clear venv"), tmp_path)
    typed("venv/bin/pip uninstall --yes uvloop", tmp_path)
    serves("after@thing.test", tmp_path, "--single", others=["before@thing.test"])

    (tmp_path / "mailweir-data.log").unlink()
    typed(block("rm -r venv"), tmp_path)
    assert octets(tmp_path) == brought


@pytest.mark.timeout(700)
def test_an_empty_environment_soon_has_a_test_that_waits_for_a_code(wheel: Path, tmp_path: Path) -> None:
    bring(wheel, tmp_path)
    test = shown_on("user/pytest.md", "python", "def test_sign_up(")
    assert [line.strip() for line in test.splitlines() if "wait" in line] == [
        'assert inbox.wait(code=True).code == "482913"'
    ]
    (tmp_path / "test_shop.py").write_text(test, "utf-8")
    pytest_pin = f"pytest=={pins((REQUIREMENTS / 'dev.txt').read_text('utf-8'))['pytest']}"
    makes_venv, installs = block("python3 -m venv venv").splitlines()
    typed(makes_venv, tmp_path)
    begun = time.monotonic()
    typed(installs, tmp_path)
    run("venv/bin/pip", "install", "--quiet", pytest_pin, cwd=tmp_path)
    installed = time.monotonic()
    said = run("venv/bin/pytest", "--durations=3", "-p", "no:cacheprovider", "test_shop.py", cwd=tmp_path)
    ended = time.monotonic()
    print(
        f"{said}\n{ended - begun:.1f} s from an empty environment, {ended - installed:.1f} s of them pytest"
    )
    assert "1 passed" in said
    assert ended - begun < FIRST_TEST_WITHIN


def serves(address: str, directory: Path, *flags: str, others: Sequence[str] = ()) -> None:
    """Sees a first mail there, finds those of others, and that nothing came from this repository."""
    started = program(directory, PYTHONVERBOSE="1")
    with a_server(directory / "mailweir-data", *flags, program=started) as server:
        first_mail(server, address)
        assert [len(server.api.inbox(other)) for other in others] == [1] * len(others)
        assert server.stop() == 0
    loaded = server.log.read_text("utf-8", "replace")
    packages = next((directory / "venv/lib").glob("python3.*")) / "site-packages"
    assert [part for part in PARTS if f"{packages}/mailweir/{part}" not in loaded] == []
    assert str(ROOT) not in loaded


def test_what_is_loaded_from_this_repository_would_be_seen() -> None:
    environment = variables(PYTHONVERBOSE="1", PYTHONPATH=str(SOURCE))
    command = [sys.executable, "-m", "mailweir", "version"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert f"{SOURCE}/mailweir/cli/program.py" in ended.stderr
