"""What a client says of an address that it reserves or changes: a note, and how long its mail is kept."""

from typing import Final

import msgspec
from litestar.openapi.spec import OpenAPIType, Schema
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from mailweir.model.account import AS_ACCOUNT, MOST_DAYS, MOST_MESSAGES, OwnedAddress, Upkeep
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.specification import takes
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError
from mailweir.servers.web.forms import fields_of

INFO: Final = 1000
"""Characters of a note."""

_FORM: Final = "application/x-www-form-urlencoded"
_SHOWN: Final = 20  # characters of a wrong number that the answer repeats


def _number(most: int) -> Schema:
    return Schema(type=[OpenAPIType.INTEGER, OpenAPIType.NULL], minimum=1, maximum=most)


TAKES_WISHES: Final = takes(
    "application/json",
    Schema(
        type=OpenAPIType.OBJECT,
        properties={
            "info": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL], max_length=INFO),
            "keepDays": _number(MOST_DAYS),
            "keepMessages": _number(MOST_MESSAGES),
        },
    ),
    required=False,
)
"""The operation of a route that takes wishes."""


class Wishes(Struct, frozen=True):
    """What is to hold of an address from now on; UNSET is as it was, and of its upkeep None is none."""

    info: str | UnsetType = UNSET
    days: int | UnsetType | None = UNSET
    messages: int | UnsetType | None = UNSET

    def upkeep(self, former: Upkeep = AS_ACCOUNT) -> Upkeep:
        """How the address keeps its mail then."""
        days = former.days if isinstance(self.days, UnsetType) else self.days
        messages = former.messages if isinstance(self.messages, UnsetType) else self.messages
        return Upkeep(days, messages)

    def fulfilled(self, owned: OwnedAddress) -> OwnedAddress:
        """The address as it is then."""
        info = owned.info if isinstance(self.info, UnsetType) else self.info
        return replace(owned, info=info, upkeep=self.upkeep(owned.upkeep))


class _Body(Struct, rename="camel"):
    """A body as it is written. What is forwarded or sent on to others is not there yet."""

    info: str | UnsetType | None = UNSET
    keep_days: int | str | UnsetType | None = UNSET
    keep_messages: int | str | UnsetType | None = UNSET
    forward: str | None = None
    enablews: bool | str | None = True
    webhook: str | None = None
    webhook_slack: str | None = None
    webhook_slack_to_from: bool | str | None = None


async def wishes_of(request: WebRequest, reader: Reader) -> Wishes:
    """The body: JSON or a form, or nothing at all. Raises RefusedError and WrongRequestError."""
    door_of(request).reading.access.signed_in(reader)  # before anything is read that may be long
    is_form = request.content_type[0] == _FORM
    body = _read(await request.body(), is_form=is_form)
    if body.info and len(body.info) > INFO:
        raise WrongRequestError(f"info has {len(body.info):,} characters; allowed are {INFO:,}.")
    for name, wish in (
        ("forward", body.forward),
        ("webhook", body.webhook),
        ("webhookSlack", body.webhook_slack),
    ):
        if wish:
            raise WrongRequestError(f"{name} is not there yet; leave it out or empty.")
    return Wishes(
        UNSET if isinstance(body.info, UnsetType) else body.info or "",
        _kept("keepDays", body.keep_days, MOST_DAYS, is_form=is_form),
        _kept("keepMessages", body.keep_messages, MOST_MESSAGES, is_form=is_form),
    )


def _read(octets: bytes, *, is_form: bool) -> _Body:
    try:
        if not octets.strip():
            return _Body()
        if is_form:
            return msgspec.convert(fields_of(octets, most=100), _Body)
        return msgspec.json.decode(octets, type=_Body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise WrongRequestError('The body is not JSON or a form such as {"info": "a note"}.') from error


def _kept(
    name: str, written: int | str | UnsetType | None, most: int, *, is_form: bool
) -> int | UnsetType | None:
    """A number from 1 on; a form has texts only, of which the empty one is none. Raises WrongRequestError."""
    if isinstance(written, UnsetType) or written is None:
        return written
    if is_form and not written:
        return None
    text = str(written) if is_form or isinstance(written, int) else ""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not (is_number and 1 <= int(text) <= most):
        shown = repr(written)[:_SHOWN]
        raise WrongRequestError(
            f"{name} is {shown}; allowed are whole numbers from 1 to {most:,}, or null for none."
        )
    return int(text)
