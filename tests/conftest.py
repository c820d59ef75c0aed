"""What every test of the house shares: the manifest, and the event loop that asynchronous tests run on.

Tests of what listens and of what talks to the outside run on uvloop and on plain asyncio, since the
product promises both; all others run on uvloop alone. `--loop` chooses one for all.

Of the web door's tests those run on both that look at connections: heads, bodies, streams, sockets, what
is held and what ends. What is answered, and to whom, is decided above the loop, in tables of many cells.
"""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

pytest_plugins = ["plugins.manifest", "pytester"]

_FACTORIES: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.new_event_loop,
}
_ON_BOTH = ("servers", "adapters")
_ABOVE_THE_LOOP = (
    *("test_api_", "test_catch_all", "test_described_", "test_exposure", "test_guests", "test_message_pages"),
    *("test_metered", "test_notices", "test_passwords", "test_path_tricks", "test_search_pages"),
    *("test_shared_pages", "test_side_effects", "test_signin", "test_unseen", "test_visibility_matrix"),
    "test_web_pages",
)
"""How the names of those begin."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--loop",
        choices=[*_FACTORIES, "both"],
        default="both",
        help="event loop of asynchronous tests; both: tests of servers and adapters run on each",
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    choice = str(config.getoption("--loop"))
    if choice != "both":
        return {choice: _FACTORIES[choice]}
    rooms = [config.rootpath / "tests" / room for room in _ON_BOTH]
    web = config.rootpath / "tests/servers/web"
    above = item.path.parent == web and item.path.name.startswith(_ABOVE_THE_LOOP)
    if not above and any(room in item.path.parents for room in rooms):
        return _FACTORIES
    return {"uvloop": _FACTORIES["uvloop"]}
