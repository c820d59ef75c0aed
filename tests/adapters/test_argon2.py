"""Passwords as they are kept: what fits them, how long that takes, and how many are looked at at once."""

import asyncio
import statistics
import time

import pytest

from fakes.quick import quick_passwords
from mailweir.adapters.argon2 import WAITING, WORKERS, Argon2Passwords
from mailweir.ports.passwords import BusyError

GOOD = "correct horse battery staple"


async def test_only_the_password_that_was_hashed_fits() -> None:
    passwords = quick_passwords()
    hashed = await passwords.hashed(GOOD)
    assert hashed.startswith("$argon2id$v=19$")
    assert hashed != await passwords.hashed(GOOD), "each hash has a salt of its own"
    assert [await passwords.fits(one, hashed) for one in (GOOD, GOOD, GOOD.upper(), "", f"{GOOD} ")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("hashed", [None, "", "$argon2id$v=19$m=8,t=1,p=1$YWFhYWFhYWE$YWFh", "plain"])
async def test_nothing_fits_what_is_no_hash(hashed: str | None) -> None:
    assert not await quick_passwords().fits(GOOD, hashed)


async def test_what_is_kept_costs_what_the_standard_recommends() -> None:
    """RFC 9106 §4: the second recommended option, 64 MiB and three rounds."""
    assert "$m=65536,t=3,p=1$" in await Argon2Passwords().hashed(GOOD)


async def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Argon2Passwords(memory=1024, rounds=1)
    hashed = await passwords.hashed(GOOD)
    medians: list[float] = []
    for kept in (hashed, None):
        took: list[float] = []
        for number in range(50):
            begun = time.perf_counter()
            assert not await passwords.fits(f"wrong{number}", kept)
            took.append(time.perf_counter() - begun)
        medians.append(statistics.median(took))
    assert max(medians) / min(medians) < 2, "security.md asks for a tenth; a busy machine is not so exact"


async def test_what_was_right_once_is_known_again_without_the_work() -> None:
    passwords = Argon2Passwords()
    hashed = await passwords.hashed(GOOD)
    assert await passwords.fits(GOOD, hashed)
    begun = time.perf_counter()
    for _ in range(100):
        assert await passwords.fits(GOOD, hashed)
    assert time.perf_counter() - begun < 0.1
    other = await passwords.hashed("another password")
    assert not await passwords.fits(GOOD, other), "it was right for another hash alone"


@pytest.mark.parametrize(
    "password", ["4@8({[<3691!|1|7!0$5+7%2" * 3, "mississippi4@8(3691!70$5", "4836917052" * 9]
)
async def test_no_password_takes_long_to_be_judged(password: str) -> None:
    """One of 72 characters took 20 s, in which nobody else could sign in."""
    begun = time.perf_counter()
    await quick_passwords().is_weak(password, ["ann"])
    assert time.perf_counter() - begun < 2


async def test_however_a_keyboard_writes_it_a_password_is_the_same() -> None:
    """RFC 8265 §4.2.2."""
    passwords = quick_passwords()
    hashed = await passwords.hashed("caf\u00e9 caf\u00e9 caf\u00e9")
    assert await passwords.fits("cafe\u0301\u00a0caf\u00e9\u3000cafe\u0301", hashed)


async def test_what_is_not_to_be_remembered_takes_its_time_again() -> None:
    passwords = Argon2Passwords()
    hashed = await passwords.hashed(GOOD)
    await passwords.fits(GOOD, hashed, remember=False)
    begun = time.perf_counter()
    assert await passwords.fits(GOOD, hashed, remember=False)
    assert time.perf_counter() - begun > 0.01


async def test_a_flood_of_passwords_is_told_to_come_again() -> None:
    passwords = Argon2Passwords(memory=1024, rounds=1, waiting=WAITING)
    asked = [
        asyncio.ensure_future(passwords.fits(f"wrong{number}", None))
        for number in range(WORKERS + WAITING + 1)
    ]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert found[: WORKERS + WAITING] == [False] * (WORKERS + WAITING)
    assert isinstance(found[-1], BusyError)
    assert not await passwords.fits("wrong", None)


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("password1234", True),
        ("123456789012", True),
        ("alice-alice-1", True),
        ("qwertyuiopas", True),
        (GOOD, False),
        ("x4mqc-7rtpz-9kdwn-hh2vb", False),
        ("a" * 256, True),
    ],
)
async def test_what_is_guessed_first_is_weak(password: str, *, weak: bool) -> None:
    assert await quick_passwords().is_weak(password, ["alice"]) is weak
