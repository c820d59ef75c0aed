"""Addresses are looked at without asking anybody."""

import json
from urllib.parse import quote

import pytest

from fakes.web_house import WebHouse
from mailweir.servers.web.api.validations import BULK, LENGTH


@pytest.mark.parametrize(
    ("email", "valid", "domain", "disposable"),
    [
        ("bob@thing.test", True, "thing.test", []),
        ("bob@throwaway.test", True, "throwaway.test", ["throwaway.test"]),
        ("bob@a.b.Throwaway.TEST", True, "a.b.throwaway.test", ["throwaway.test"]),
        ("bob@m%C3%BCll.test", True, "xn--mll-hoa.test", ["xn--mll-hoa.test"]),
        ("bob@notthrowaway.test", True, "notthrowaway.test", []),
        ("no%20address", False, "", []),
    ],
)
async def test_form_and_kind_of_an_address_are_told(
    house: WebHouse, email: str, valid: object, domain: str, disposable: list[str]
) -> None:
    told = (await house.get(f"/api/validations/addresses/{email}")).json
    assert (told["validFormat"], told["isValidFormat"], told["domain"]) == (valid, valid, domain)
    assert (told["isDisposable"], told["disposableDomains"], told["aliases"]) == (
        bool(disposable),
        disposable,
        [],
    )


@pytest.mark.parametrize(("number", "status"), [(0, 400), (1, 200), (BULK, 200), (BULK + 1, 400)])
async def test_several_are_looked_at_in_one_request(house: WebHouse, number: int, status: int) -> None:
    emails = [f"a{at}@thing.test" for at in range(number)]
    body = json.dumps({"emails": emails}).encode()
    answer = await house.ask("POST", "/api/validations/addresses", {"content_type": "application/json"}, body)
    assert answer.status == status
    if status == 200:
        assert [one["email"] for one in answer.json] == emails


@pytest.mark.parametrize("surplus", [-1, 0, 1])
async def test_what_is_looked_at_has_a_limit(house: WebHouse, surplus: int) -> None:
    body = json.dumps({"emails": ["x" * (LENGTH + surplus)]}).encode()
    answer = await house.ask("POST", "/api/validations/addresses", {}, body)
    assert answer.status == (400 if surplus > 0 else 200)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"emails": "a@b.test"}', b"[" * 10_000])
async def test_a_body_that_is_none_is_told(house: WebHouse, body: bytes) -> None:
    assert (await house.ask("POST", "/api/validations/addresses", {}, body)).status == 400


@pytest.mark.parametrize("email", ["a/b@thing.test", "a%b@thing.test", "a%2Fb@thing.test", "a+b@thing.test"])
async def test_an_address_with_a_slash_or_a_percent_sign_is_looked_at_as_it_is_written(
    house: WebHouse, email: str
) -> None:
    """The path gave `a%2Fb` for `a/b`, and called it the local part."""
    told = (await house.get(f"/api/validations/addresses/{quote(email, safe='')}")).json
    assert (told["email"], told["local"]) == (email, email.partition("@")[0])
