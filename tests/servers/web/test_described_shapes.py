"""The API's description says which keys are always there, and has no default that no route takes."""

import json
from typing import Any, Final, cast

from jsonschema_rs import is_valid
from msgspec import NODEFAULT, Struct
from msgspec.inspect import Field, StructType, type_info

from mailweir.servers.web import errors, health
from mailweir.servers.web.api import (
    account_data,
    account_schema,
    blocklist,
    deliveries,
    people_schema,
    runs,
    schema,
    sharing,
    statistics,
    wait_schema,
)
from mailweir.servers.web.api.samples import FAILURES
from mailweir.servers.web.reference import description

SHAPES: Final[dict[str, type[Struct]]] = {
    name: value
    for module in (
        blocklist,
        schema,
        account_schema,
        account_data,
        deliveries,
        people_schema,
        runs,
        sharing,
        statistics,
        wait_schema,
        errors,
        health,
    )
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Struct)
}
DOCUMENT: Final[dict[str, Any]] = json.loads(description("0"))


def test_a_key_is_required_just_where_it_is_always_there() -> None:
    """A generated client would make its user ask after a key that is there, or fail at one that is not."""
    described = DOCUMENT["components"]["schemas"]
    told = {name: set(one["required"]) for name, one in described.items()}
    assert told == {name: always(SHAPES[name]) for name in described}


def always(struct: type[Struct]) -> set[str]:
    """The keys of such a struct that are written whatever its values are."""
    told = cast("StructType", type_info(struct))
    sparse = struct.__struct_config__.omit_defaults
    return {field.encode_name for field in told.fields if field.required or not (sparse or unset(field))}


def unset(field: Field) -> bool:
    """Whether it may have no value at all: what can be left out, and has no default, is UNSET then."""
    return field.default is NODEFAULT and field.default_factory is NODEFAULT


def test_a_default_is_a_value_that_is_allowed() -> None:
    assert [
        (operation["operationId"], parameter["name"])
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if "default" in parameter["schema"]
        and not is_valid(parameter["schema"], parameter["schema"]["default"])
    ] == []


def test_what_an_error_may_leave_out_has_no_default() -> None:
    """Clients in TypeScript take a key with a default for one that is always there."""
    error = DOCUMENT["components"]["schemas"]["ErrorBody"]
    assert sorted(error["required"]) == ["error", "message", "status"]
    assert [name for name, one in error["properties"].items() if "default" in one] == []


def test_the_header_is_described_in_both_of_its_forms() -> None:
    operation = DOCUMENT["paths"]["/api/addresses/{email}/messages/{message_id}/headers"]["get"]
    told = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert is_valid(told, {"received": ["by mx", "by relay"]})
    assert is_valid(told, [{"name": "Received", "value": "by mx"}])
    assert not is_valid(told, {"received": "by mx"})


def test_every_error_is_of_the_one_shape() -> None:
    """The framework made up another one for a route that named no 400."""
    answers = {
        (operation["operationId"], status): answer["content"]["application/json"]["schema"]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if status >= "4"
    }
    others = {key for key, told in answers.items() if told != {"$ref": "#/components/schemas/ErrorBody"}}
    assert others == set(FAILURES), "what a wait tells of is more than a sentence"
    assert len(answers) > 250
