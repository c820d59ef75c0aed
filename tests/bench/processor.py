"""How long the web processes of a server have worked, to the nanosecond."""

from pathlib import Path

from fakes.server import Server

_NANOSECONDS = 1e9


def web_seconds(server: Server) -> float:
    """Seconds of processor time so far, of all of their threads."""
    tasks = [task for pid in server.pids("web") for task in Path(f"/proc/{pid}/task").iterdir()]
    spent = (int((task / "schedstat").read_text("ascii").split()[0]) for task in tasks)
    return sum(spent) / _NANOSECONDS
