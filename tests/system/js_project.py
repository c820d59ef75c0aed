"""A project of somebody's in JavaScript: Mailweir's client as npm packs it, and what tests take from npm."""

import json
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from architecture.repository import ROOT
from fakes.server import Server, environment
from system.clients import NODE_MODULES, typed

CLIENT: Final = ROOT / "clients" / "js"
KEY: Final = "k_" + "javascriptclient" * 2
FLAGS: Final = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}", "--base-domains=mailweir.test")


def described() -> Mapping[str, Any]:
    """What the client's package.json says."""
    return json.loads((CLIENT / "package.json").read_text("utf-8"))


def a_project(directory: Path) -> Path:
    """Makes one there, with a copy of the client's own tests; its path."""
    project = directory / "project"
    modules = project / "node_modules"
    modules.mkdir(parents=True)
    for installed in NODE_MODULES.iterdir():
        (modules / installed.name).symlink_to(installed)
    (project / "package.json").write_text('{"private": true}', "utf-8")
    unpack = f"tar -xzf mailweir-{described()['version']}.tgz && mv package node_modules/mailweir"
    code, said = typed(f"npm pack --silent {CLIENT} && {unpack} && cp -r {CLIENT / 'test'} .", project)
    assert code == 0, said
    return project


def variables(server: Server) -> dict[str, str]:
    """By which tests of such a project find a server."""
    return {
        "MAILWEIR_URL": f"http://{server.http}",
        "MAILWEIR_SMTP": str(server.smtp),
        "TEST_KEY": KEY,
    }


@contextmanager
def a_program(project: Path, *words: str, **more: str) -> Generator["subprocess.Popen[str]"]:
    """A program of Node's that runs there, until the block ends."""
    with subprocess.Popen(
        ["node", *words],
        cwd=project,
        env=environment() | more,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
