"""A pytest plugin: no test is lost unnoticed, and none is skipped.

`tests/manifest.json` says how many tests each suite has; a suite is the first two parts of a test's path,
such as `tests/wire`. A run of everything fails when a suite ran fewer tests than that, or is not written
there. Any run fails when a test was skipped or expected to fail. More tests than written are welcome;
`make manifest` writes the new counts down.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest

MANIFEST = Path("tests/manifest.json")
_ADVICE = "`make manifest` writes the counts down, if this is meant"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-manifest",
        action="store_true",
        help="with --collect-only: write down how many tests each suite has",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Under xdist the workers report to the controller, which alone sees every test.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Watch(config), "mailweir-manifest-watch")


def suite_of(nodeid: str) -> str:
    """The suite that a test belongs to."""
    return "/".join(nodeid.split("::", 1)[0].split("/")[:2])


def shortfalls(written: Mapping[str, int], ran: Mapping[str, int]) -> list[str]:
    """What a full run lacks, one sentence each."""
    lost = [
        f"{suite}: {ran.get(suite, 0)} tests ran, the manifest says {count}"
        for suite, count in sorted(written.items())
        if ran.get(suite, 0) < count
    ]
    unknown = [f"{suite} is not in the manifest" for suite in sorted(ran.keys() - written.keys())]
    return lost + unknown


def runs_everything(config: pytest.Config) -> bool:
    """Whether nothing narrows the run: no path, no name, no mark, no early end."""
    option = config.option
    everything = {config.rootpath / path for path in cast("list[str]", config.getini("testpaths"))}
    chosen = {(config.invocation_params.dir / argument).resolve() for argument in config.args}
    narrowed = (
        option.keyword,
        option.markexpr,
        option.deselect,
        option.ignore,
        option.ignore_glob,
        option.maxfail,
        getattr(option, "lf", False),
        getattr(option, "stepwise", False),
    )
    return chosen == everything and not any(narrowed)


class _Watch:
    """Counts what ran, and has the last word on the session's result."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._path = config.rootpath / MANIFEST
        self._ran: set[str] = set()
        self._avoided: dict[str, str] = {}
        self._complaints: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped or hasattr(report, "wasxfail"):
            self._avoided[report.nodeid] = _reason(report)
        elif report.when == "call" or report.failed:
            self._ran.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._avoided[report.nodeid] = _reason(report)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        # A file that could not be collected would be written down as having no tests.
        if self._config.getoption("--write-manifest") and not session.testsfailed:
            self._write(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self._complaints = [f"{test}: {reason}" for test, reason in sorted(self._avoided.items())]
        if exitstatus != pytest.ExitCode.INTERRUPTED and self._counts_matter():
            self._complaints += self._missing()
        if self._complaints and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._complaints:
            terminalreporter.section("manifest", sep="=", red=True, bold=True)
            for complaint in self._complaints:
                terminalreporter.line(complaint, red=True)

    def _counts_matter(self) -> bool:
        return not self._config.option.collectonly and runs_everything(self._config)

    def _missing(self) -> list[str]:
        if not self._path.is_file():
            return [f"{MANIFEST} is missing; {_ADVICE}"]
        written = cast("dict[str, int]", json.loads(self._path.read_text(encoding="utf-8")))
        missing = shortfalls(written, Counter(map(suite_of, self._ran)))
        return [*missing, _ADVICE] if missing else []

    def _write(self, items: Sequence[pytest.Item]) -> None:
        if not self._config.option.collectonly or not runs_everything(self._config):
            message = "--write-manifest goes with --collect-only, and with every test"
            raise pytest.UsageError(message)
        counts = Counter(suite_of(item.nodeid) for item in items)
        self._path.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        return f"expected to fail ({expected}): mend it, or say in the test what is true"
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    return f"skipped ({told}): a test that cannot run must fail and say what it lacks"
