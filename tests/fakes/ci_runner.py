"""A machine on which the steps of a job run one after the other, as GitHub's and GitLab's runners have it."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import msgspec.yaml
from msgspec import Struct, field

from fakes.containers import free_port, installed
from fakes.server import COMMAND, environment


class Step(Struct, forbid_unknown_fields=True):
    """One step of a workflow (GitHub): what it uses, or what it runs."""

    name: str = ""
    uses: str = ""
    run: str = ""
    condition: str = field(name="if", default="")
    settings: dict[str, str] = field(name="with", default_factory=dict[str, str])
    directory: str = field(name="working-directory", default=".")


class Job(Struct, forbid_unknown_fields=True):
    runs_on: str = field(name="runs-on")
    timeout: int = field(name="timeout-minutes")
    steps: list[Step]


class Workflow(Struct, forbid_unknown_fields=True):
    name: str
    on: list[str]
    permissions: dict[str, str]
    jobs: dict[str, Job]


class Artifacts(Struct, forbid_unknown_fields=True):
    when: str
    paths: list[str]


class Script(Struct, forbid_unknown_fields=True):
    """One job of a pipeline (GitLab)."""

    image: str
    timeout: str
    before_script: list[str]
    script: list[str]
    after_script: list[str]
    artifacts: Artifacts


def workflow(text: str) -> Workflow:
    """What GitHub reads; to a reader of YAML 1.1, as ours, `on` is a truth and no name."""
    said = msgspec.yaml.decode(text)
    said["on"] = said.pop(True)
    return msgspec.convert(said, Workflow)


class Runner:
    """`said` is what the commands printed; what they left running goes with `reap`."""

    def __init__(self, directory: Path) -> None:
        self.said = ""
        self._directory = directory
        self._http = f"127.0.0.1:{free_port()}"
        self._groups: list[int] = []
        self._variables = environment() | {
            "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
            "MAILWEIR_SMTP": f"127.0.0.1:{free_port()}",
            "MAILWEIR_HTTP": self._http,
            "MAILWEIR_SUBMISSION": "off",
            "MAILWEIR_URL": f"http://{self._http}",
        }

    def run(self, commands: str, directory: str = ".") -> int:
        """The exit code of what a shell is told, on other ports, and where pip has been before."""
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._here(commands)],
            cwd=self._directory / directory,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._groups.append(shell.pid)
        self.said += shell.communicate(timeout=60)[0]
        return shell.returncode

    def _here(self, commands: str) -> str:
        return installed(commands).replace("127.0.0.1:8025", self._http)

    def reap(self) -> None:
        """Ends what the steps have left running, as runners do."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self._groups.clear()


@contextmanager
def a_runner(directory: Path) -> Generator[Runner]:
    runner = Runner(directory)
    try:
        yield runner
    finally:
        runner.reap()


def on_github(job: Job, runner: Runner) -> bool:
    """Whether the job succeeds. A step without a condition is passed over once one has failed."""
    failed = False
    for step in job.steps:
        assert bool(step.uses) != bool(step.run), step
        assert step.condition in {"", "failure()"}
        if step.run and failed == bool(step.condition):
            failed = runner.run(step.run, step.directory) != 0 or failed
    return not failed


def on_gitlab(job: Script, runner: Runner) -> bool:
    """Whether the job succeeds. One shell runs all but `after_script`, and then all that it started ends."""
    failed = runner.run("\n".join([*job.before_script, *job.script])) != 0
    runner.reap()
    runner.run("\n".join(job.after_script))
    return not failed
