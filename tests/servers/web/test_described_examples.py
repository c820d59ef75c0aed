"""The examples in the API's description are true: each is as its schema says, and no operation lacks one."""

import json
from collections.abc import Iterator
from typing import Any, Final, cast

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from fakes.routes import Route
from fakes.web_house import Furnish
from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.policy.visibility import AnonymousRules
from mailweir.servers.web.api.samples import ANSWERS, BODIES
from mailweir.servers.web.reference import description

Described = dict[str, Any]
DOCUMENT: Final[Described] = json.loads(description("0"))


def operations() -> Iterator[tuple[str, Route, Described]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            written = path.replace("}", ":str}")
            yield operation["operationId"], Route(method.upper(), written), operation


def shown() -> Iterator[tuple[str, Described]]:
    """Each body, and each answer in JSON: what it is, and its schema with its example."""
    for name, _, operation in operations():
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} takes {kind}", media
        for status, answer in operation["responses"].items():
            if "application/json" in answer.get("content", {}):
                yield f"{name} answers {status}", answer["content"]["application/json"]


def fault(media: Described) -> str:
    """What is wrong with an example; empty when nothing is."""
    schema = {**media["schema"], "components": DOCUMENT["components"]}
    try:
        Draft202012Validator(schema, validate_formats=True).validate(media["example"])
    except ValidationError as error:
        return error.message
    return ""


def test_no_body_and_no_answer_is_without_an_example() -> None:
    assert [what for what, media in shown() if "example" not in media] == []
    assert len(list(shown())) > 300
    assert {name for name, _, _ in operations()} >= ANSWERS.keys() | BODIES.keys()


def test_every_example_is_as_its_schema_says() -> None:
    assert {what: said for what, media in shown() if (said := fault(media))} == {}


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("GetMessageMetadata answers 200", {"_id": "x"}),
        ("ListMessages answers 200", {}),
        ("CreateAddresses takes application/json", {"addresses": []}),
        ("CreateAddresses takes application/json", {"addresses": ["none"]}),
        ("User answers 401", {"message": "No"}),
    ],
)
def test_an_example_that_is_wrong_is_seen(what: str, wrong: object) -> None:
    assert fault({**dict(shown())[what], "example": wrong})


def test_an_error_is_shown_with_the_status_that_it_has() -> None:
    told = [(what.split()[-1], media["example"]) for what, media in shown() if " answers " in what]
    wrong = [(status, example) for status, example in told if status >= "4"]
    assert [one for one in wrong if one[0] != str(one[1]["status"])] == []
    assert len(wrong) > 250


async def test_what_is_shown_as_a_body_is_taken_and_its_answer_is_like_the_one_shown(
    furnish: Furnish,
) -> None:
    house = await furnish(AnonymousRules(local=True))
    key = await house.account("alice")
    await house.user("alice", "bob")
    wrong: dict[str, object] = {}
    taking = [one for one in operations() if "requestBody" in one[2]]
    for name, route, operation in taking:
        inbox = f"{name.lower()}@thing.test"
        if name != "CreateAddress":
            await house.accounts.reserve(AccountName("alice"), [Inbox(inbox)], "", most=99)
        ((kind, media),) = operation["requestBody"]["content"].items()
        target = route.target(email=inbox, message_id=house.keep(inbox))
        answer = await house.ask(
            route.method, target, {"mailsac-key": key, "content-type": kind}, octets(media["example"])
        )
        told = operation["responses"].get(str(answer.status), {}).get("content", {})
        if answer.status not in {200, 201} or shape(answer.json) != shape(
            told["application/json"]["example"]
        ):
            wrong[name] = answer
    assert wrong == {}
    assert len(taking) == len(BODIES)


def octets(example: object) -> bytes:
    return example.encode() if isinstance(example, str) else json.dumps(example).encode()


def shape(answer: Any) -> set[str]:  # noqa: ANN401  JSON is what it is
    """The keys of an object, or of the first of a list."""
    return shape(cast("list[Any]", answer)[0]) if isinstance(answer, list) else set(answer)
