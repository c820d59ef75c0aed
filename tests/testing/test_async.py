"""The asynchronous twins, under the plugins that people run their asynchronous tests with."""

import pytest

from testing.project import Project

ALL = """
import asyncio

async def test_all(amailweir, ainbox):
    other = await amailweir.inbox("other")
    waiting = asyncio.ensure_future(ainbox.wait(code=True))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(send, amailweir, ainbox.address, "Your code is 482913")
    message = await waiting
    assert message.code == "482913"
    assert "Hello" in await message.text()
    assert "Hello" in await message.html()
    assert b"Subject: Your code" in await message.raw()
    assert await message.attachments() == []
    await asyncio.gather(ainbox.assert_quiet(seconds=1), other.assert_quiet(seconds=1))
    assert [mail.id for mail in await ainbox.messages()] == [message.id]
    await ainbox.clear()
    assert await ainbox.messages() == []
"""
FAILS = """
async def test_fails(amailweir, ainbox):
    send(amailweir, ainbox.address, "Welcome")
    await ainbox.wait(code=True, timeout=1)
"""
LEFT = """
import asyncio, time

async def test_left(ainbox):
    begun = time.monotonic()
    try:
        async with asyncio.timeout(0.2):
            await ainbox.wait(timeout=40)
    except TimeoutError:
        pass
    assert time.monotonic() - begun < 5
"""


def test_under_pytest_asyncio(project: Project) -> None:
    project.has(ALL, LEFT)
    words = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto", "-W", "error")
    project.run(*words, "-o", "asyncio_default_fixture_loop_scope=function").assert_outcomes(passed=2)


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
def test_under_anyio(project: Project, backend: str) -> None:
    project.has(
        f"""
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "asyncio", {{"use_uvloop": {backend == "uvloop"}}}
""",
        ALL,
    )
    project.run("-p", "anyio.pytest_plugin", "-W", "error").assert_outcomes(passed=1)


def test_a_failure_shows_the_same_as_of_the_others(project: Project) -> None:
    project.has(FAILS)
    result = project.run("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E       mailweir.testing.errors.MailNotFoundError: No message with a code has come to run-*",
            "*'Welcome' from shop@shop.test: no code",
            "*- Mail of this test (Mailweir) -*",
        ]
    )
