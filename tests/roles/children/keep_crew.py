"""A supervisor of small roles as a program of its own: `keep_crew.py DATA role=function[:door][*count] …`."""

import asyncio
import sys
from pathlib import Path

from mailweir.config.load import load
from mailweir.config.settings import DOORS
from mailweir.observe import logs
from mailweir.roles import data_directory, ready, sockets
from mailweir.roles.crew import ChildSpec
from mailweir.roles.errors import StartError
from mailweir.roles.nursing import Nursing
from mailweir.roles.supervise import Supervisor


async def keep(data: str, parts: list[str]) -> int:
    crew: list[ChildSpec] = []
    for part in parts:
        role, _, rest = part.partition("=")
        rest, _, count = rest.partition("*")
        function, _, door = rest.partition(":")
        crew.append(ChildSpec(role, f"small_roles:{function}", int(count or "1"), (door,) if door else ()))
    flags: dict[str, str | None] = dict.fromkeys(DOORS, "127.0.0.1:0")
    settings = load({"data": data, "secret": "not for others", **flags}, {}).settings
    directory = data_directory.take(settings.data, alone=True)
    bound = sockets.bind(settings, [door for spec in crew for door in spec.doors])
    nursing = Nursing()
    try:
        supervisor = Supervisor(settings, crew, bound, nursing, lock=directory.lock)
        return await supervisor.run(lambda: print(ready.line(bound), flush=True))
    finally:
        nursing.close()


def main() -> int:
    logs.configure("json", role="supervisor")
    try:
        return asyncio.run(keep(sys.argv[1], sys.argv[2:]))
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    assert Path(__file__).parent.name == "children"
    sys.exit(main())
