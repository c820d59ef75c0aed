"""What the descriptions of all routes have in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)

from mailweir.servers.web.errors import ErrorBody

ADDRESSES: Final = ["Addresses"]
ACCOUNT: Final = ["Account"]
DOMAINS: Final = ["Domains"]
RUNS: Final = ["Runs"]
STATISTICS: Final = ["Public mail"]
_CAMEL = re.compile("([A-Z])")
TAGS: Final = ["Messages"]
TRUTH: Final = ["true", "false"]
_JSON: Final = "application/json"
_WHY: Final[Mapping[int, str]] = {
    400: "A value is not what is allowed; the message names it",
    401: "A key is needed, or this one is unknown",
    403: "The operator does not allow it, or it belongs to another account",
    404: "There is no such thing, or it is not yours",
    409: "Something is in the way; the message says what",
    410: "The run is over, or the address is one of such a run",
    413: "The message is too long",
    415: "The body is not message/rfc822",
    429: "The account has used up what its plan allows; `limit` says until when",
    503: "The store cannot be reached, or the message is not read yet; try again",
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors that a route may answer; with a quota, which any call may reach, if it takes a key."""
    every = (*statuses, 429) if 401 in statuses else statuses  # noqa: PLR2004  HTTP's own numbers
    return {
        status: ResponseSpec(ErrorBody, description=_WHY[status], generate_examples=False) for status in every
    }


@dataclass
class _Completed(Operation):
    """An operation of which the framework does not find out everything.

    What is derived is no dataclass of its own: to make one takes a millisecond, and many a route has one.
    """

    def __post_init__(self) -> None:
        self.complete()

    def complete(self) -> None:
        """Adds the rest, once somebody asks for the description."""


def takes(kind: str, schema: Schema, *, required: bool = True) -> type[Operation]:
    """The operation of a route that reads its body by hand, of which the framework knows nothing."""

    class Taking(_Completed):
        def complete(self) -> None:
            self.request_body = RequestBody({kind: OpenAPIMediaType(schema=schema)}, required=required)

    return Taking


def takes_json(type_: type[msgspec.Struct], *, required: bool = True) -> type[Operation]:
    """The same, of JSON that is read as this type; its shape stands where it is used."""
    (described,), definitions = msgspec.json.schema_components([type_], ref_template="#/$defs/{name}")
    inner = definitions.get(described["$ref"].rpartition("/")[2], described)
    shown = {name: one for name, one in inner["properties"].items() if not name.startswith("_")}
    return takes("application/json", _schema({**inner, "properties": shown}), required=required)


def takes_list(name: str, item: Schema, *, fewest: int, most: int) -> type[Operation]:
    """The same, of JSON with one list of texts."""
    texts = Schema(type=OpenAPIType.ARRAY, items=item, min_items=fewest, max_items=most)
    return takes(_JSON, Schema(type=OpenAPIType.OBJECT, properties={name: texts}, required=[name]))


def gives_also(*kinds: str, json: Schema | None = None) -> type[Operation]:
    """The operation of a route that answers 200 in other kinds, too, as text or octets.

    `json` is its answer in JSON where the framework cannot tell.
    """

    class Giving(_Completed):
        def complete(self) -> None:
            answer = (self.responses or {}).get("200")
            if isinstance(answer, OpenAPIResponse) and answer.content is not None:
                if json is not None:
                    answer.content[_JSON] = OpenAPIMediaType(schema=json)
                answer.content |= {
                    kind: OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING)) for kind in kinds
                }

    return Giving


def _schema(told: Mapping[str, Any]) -> Schema:
    """A JSON schema as the framework keeps one."""
    words = {_CAMEL.sub(r"_\1", name).lower(): value for name, value in told.items() if value != []}
    if "type" in words:
        words["type"] = OpenAPIType(words["type"])
    if "any_of" in words:
        words["any_of"] = [_schema(one) for one in words["any_of"]]
    if "properties" in words:
        words["properties"] = {name: _schema(one) for name, one in words["properties"].items()}
    return Schema(**words)
