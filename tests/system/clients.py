"""`python -m system.clients DIRECTORY` makes the typed clients of this version, as docs/user/clients.md says.

The page's own commands are run, against a server that is started for it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fakes.documents import block
from fakes.server import Endpoint, a_server, environment

PAGE: Final = "user/clients.md"
TYPES, PACKAGE = "mailweir.d.ts", "mailweir_client"
NODE_MODULES: Final = Path(__file__).parents[1] / "node" / "node_modules"
_ON_THE_PAGE: Final = "127.0.0.1:8025"
_OFFLINE: Final = {"npm_config_offline": "true", "npm_config_update_notifier": "false"}
_LONGEST: Final = 120.0  # seconds for one command, on a busy machine


def told(language: str, holding: str, server: Endpoint) -> str:
    """What the page says, for this server."""
    text = block(PAGE, language, holding)
    return text.replace(_ON_THE_PAGE, str(server))


def typed(commands: str, directory: Path, **more: str) -> tuple[int, str]:
    """How commands of a shell end there, and what they print; with the programs that tests install."""
    ended = subprocess.run(
        ["bash", "-euc", commands],
        cwd=directory,
        env={
            **environment(),
            **_OFFLINE,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=_LONGEST,
    )
    return ended.returncode, ended.stdout


def make(server: Endpoint, directory: Path) -> None:
    """Puts the types and the package of that server's API into a directory, as the page says."""
    (directory / "node_modules").symlink_to(NODE_MODULES)
    (directory / "client.yaml").write_text(block(PAGE, "yaml", "rfc822"), "utf-8")
    for command in ("npx openapi-typescript", "openapi-python-client"):
        code, said = typed(told("sh", command, server), directory)
        assert code == 0, said


def files(directory: Path) -> Mapping[str, bytes]:
    """What was made there, by its path."""
    made = [directory / TYPES, *sorted((directory / PACKAGE).rglob("*.py"))]
    return {file.relative_to(directory).as_posix(): file.read_bytes() for file in made}


def main() -> None:
    """Writes them into the directory that is named, in the place of older ones."""
    into = Path(sys.argv[1])
    with TemporaryDirectory() as place, a_server(Path(place) / "data", "--single") as server:
        making = Path(place) / "making"
        making.mkdir()
        make(server.http, making)
        shutil.rmtree(into, ignore_errors=True)
        for name, content in files(making).items():
            file = into / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    print(f"{into / TYPES} and {into / PACKAGE} are written: docs/{PAGE} says how to use them")


if __name__ == "__main__":
    main()
