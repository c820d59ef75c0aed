"""What a test asks of Testcontainers, without Docker: an image is its Dockerfile, a container a process.

It stands in for the client alone. The Dockerfile's RUN lines and its CMD are run as they stand, but for what
is installed already, and for the ports, which are free ones of this machine.
"""

import http.client
import json
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Final, Self

from fakes.server import PATIENCE, environment

INSTALLING: Final = re.compile(r"pip install( --no-cache-dir)? -r requirements\.txt")
"""What recipes say, and a test has done before: tests/system/test_wheel.py does it from the same files."""

_INSTRUCTION = re.compile(r"(FROM|WORKDIR|COPY|RUN|USER|ENV|EXPOSE|CMD) (.+)")


def installed(commands: str) -> str:
    """The same commands where Mailweir is installed: its program has to be there."""
    return INSTALLING.sub("command -v mailweir", commands)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


class DockerImage:
    """`testcontainers.core.image.DockerImage`; its name is where it is built."""

    def __init__(self, path: str, tag: str) -> None:
        assert re.fullmatch(r"[a-z][a-z-]+", tag)
        self._path = Path(path)

    def __str__(self) -> str:
        return str(self._path)

    def __enter__(self) -> Self:
        for name, value in instructions(self._path):
            if name == "COPY":
                *sources, _ = value.split()
                assert [source for source in sources if not list(self._path.glob(source))] == []
            if name == "RUN":
                subprocess.run(["sh", "-euc", installed(value)], check=True, timeout=60)
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was built."""


class HttpWaitStrategy:
    """`testcontainers.core.wait_strategies.HttpWaitStrategy`."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self._path = path

    def wait(self, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while not self._answers(port):
            assert time.monotonic() < until
            time.sleep(0.1)  # noqa: TID251  it can only be asked again and again

    def _answers(self, port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", self._path)
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


class DockerContainer:
    """`testcontainers.core.container.DockerContainer`, as far as the page uses it."""

    def __init__(self, image: str) -> None:
        self._instructions = instructions(Path(image))
        self._variables = dict(value.split("=", 1) for name, value in self._instructions if name == "ENV")
        self._variables["MAILWEIR_DATA"] = str(Path.cwd() / "container")  # a container has /tmp to itself
        self._ports: dict[int, int] = {}
        self._strategy: HttpWaitStrategy | None = None
        self._log = Path(f"{self._variables['MAILWEIR_DATA']}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def with_exposed_ports(self, *ports: int) -> Self:
        self._ports = {port: free_port() for port in ports}
        return self

    def with_env(self, name: str, value: str) -> Self:
        self._variables[name] = value
        return self

    def waiting_for(self, strategy: HttpWaitStrategy) -> Self:
        self._strategy = strategy
        return self

    def get_container_host_ip(self) -> str:
        return "localhost"

    def get_exposed_port(self, port: int) -> int:
        return self._ports[port]

    def get_logs(self) -> tuple[bytes, bytes]:
        return b"", self._log.read_bytes()

    def __enter__(self) -> Self:
        (command,) = [value for name, value in self._instructions if name == "CMD"]
        for inside, outside in self._ports.items():
            command = command.replace(f"0.0.0.0:{inside}", f"0.0.0.0:{outside}")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                json.loads(command), env=environment() | self._variables, stdout=log, stderr=log
            )
        assert self._strategy is not None
        self._strategy.wait(self._ports[self._strategy.port])
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE)


def instructions(directory: Path) -> list[tuple[str, str]]:
    """What a Dockerfile says, line by line; a line of any other kind is refused."""
    found: list[tuple[str, str]] = []
    for line in (directory / "Dockerfile").read_text(encoding="utf-8").splitlines():
        match = _INSTRUCTION.fullmatch(line)
        assert match is not None, line
        found.append((match[1], match[2]))
    return found
