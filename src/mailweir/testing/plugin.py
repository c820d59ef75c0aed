"""The pytest plugin: fixtures `mailweir`, `inbox` and their asynchronous twins, and what failed tests show.

docs/user/pytest.md tells how it is used. Every start of pytest imports this, so that it imports nothing of
the server, and starts one for tests that ask for it alone.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

from mailweir.testing.async_client import AsyncInbox, AsyncMailweir, AsyncRun
from mailweir.testing.client import Inbox, Mailweir
from mailweir.testing.errors import MailweirError
from mailweir.testing.running import Running, somewhere
from mailweir.testing.stand import Stand, Told

_STAND: Final = pytest.StashKey[Stand]()
_INPUT: Final = "mailweir"  # by which a worker is handed where the shared server lies, and for whom
_TIMEOUT: Final = "30"  # seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, for `pytest --help`."""
    group = parser.getgroup("mailweir", "mail for tests (Mailweir)")
    group.addoption(
        "--mailweir-url",
        metavar="URL",
        help="use this server (also MAILWEIR_URL, with its key in MAILWEIR_KEY) and start none",
    )
    group.addoption(
        "--mailweir-artifacts",
        metavar="DIR",
        help="write the mail of failed tests there as .eml files, and all of the run in a .zip",
    )
    parser.addini("mailweir_url", "use this server and start none", default="")
    parser.addini(
        "mailweir_smtp", "where mail for that server is sent, as host:port (also MAILWEIR_SMTP)", default=""
    )
    parser.addini("mailweir_timeout", "seconds that a wait takes when it says nothing else", default=_TIMEOUT)
    parser.addini("mailweir_artifacts", "as --mailweir-artifacts", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Reads the options. A worker finds the server that all of them share."""
    directory, owner = _shared(config) or (str(somewhere()), os.getpid())
    config.stash[_STAND] = Stand(_told(config), Running(Path(directory), owner))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  a class of pytest-xdist, which need not be there
    """Has the workers of this machine share one server, which ends with the process that has started them."""
    if node.gateway.spec.popen:
        running = node.config.stash[_STAND].running
        node.workerinput[_INPUT] = (str(running.directory), running.owner)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Has the server start as soon as it is known that a test needs it."""
    if session.config.option.collectonly:
        return
    if any("mailweir" in getattr(item, "fixturenames", ()) for item in session.items):
        session.config.stash[_STAND].begin()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test begins, which has asked nothing yet."""
    item.config.stash[_STAND].forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds the mail of a failed test to its report."""
    report = yield
    stand = item.config.stash[_STAND]
    if report.failed:
        stand.failed = True
        if mail := stand.mail():
            report.sections.append(("Mail of this test (Mailweir)", mail))
        stand.keep(item.nodeid)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the server; one that workers share ends with the process that has started them."""
    stand = config.stash.get(_STAND, None)
    if stand is not None and _shared(config) is None:
        stand.running.end()


@pytest.fixture(scope="session")
def mailweir(pytestconfig: pytest.Config) -> Generator[Mailweir]:
    """The server of this session: `.smtp` (host, port) and `.url` for the application, `.inbox(name)`."""
    stand = pytestconfig.stash[_STAND]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    try:
        client = stand.open(f"pytest {pytestconfig.rootpath.name} {worker}".strip())
    except MailweirError as error:
        raise pytest.fail.Exception(f"Mailweir cannot be used: {error}", pytrace=False) from None
    yield client
    stand.close()


@pytest.fixture
def inbox(mailweir: Mailweir, request: pytest.FixtureRequest) -> Inbox:
    """A fresh inbox, named for the test: `.address`, `.wait(code=True)`, and what else `Inbox` has."""
    return mailweir.inbox(_name(request))


@pytest.fixture(scope="session")
def amailweir(mailweir: Mailweir) -> AsyncMailweir:
    """The same server and run as `mailweir`, for tests on an event loop."""
    return AsyncMailweir.of(mailweir.service, mailweir.shared_run.facts)


@pytest.fixture
def ainbox(mailweir: Mailweir, amailweir: AsyncMailweir, request: pytest.FixtureRequest) -> AsyncInbox:
    """A fresh inbox as `inbox`, for tests on an event loop."""
    return AsyncRun(mailweir.shared_run.facts, amailweir.service).inbox(_name(request))


def _shared(config: pytest.Config) -> tuple[str, int] | None:
    """The directory and the owner that a worker was handed."""
    handed: dict[str, tuple[str, int]] = getattr(config, "workerinput", {})
    return handed.get(_INPUT)


def _name(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def _told(config: pytest.Config) -> Told:
    artifacts = config.getoption("--mailweir-artifacts")
    directory = Path(artifacts).absolute() if artifacts else None
    if directory is None and (written := config.getini("mailweir_artifacts")):
        directory = config.rootpath / written
    return Told(
        config.getoption("--mailweir-url") or os.environ.get("MAILWEIR_URL") or config.getini("mailweir_url"),
        os.environ.get("MAILWEIR_KEY", ""),
        os.environ.get("MAILWEIR_SMTP") or config.getini("mailweir_smtp"),
        _seconds(config.getini("mailweir_timeout")),
        directory,
    )


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise pytest.UsageError(f"mailweir_timeout is {text!r}; write it as seconds, such as 30.") from error
