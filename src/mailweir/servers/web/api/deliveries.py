"""What became of mail that was not taken at once, by REST."""

import re
from typing import Annotated, Final, Literal

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType
from litestar.params import QueryParameter

from mailweir.model.explanation import Explanation
from mailweir.ports.explanations import KEPT_OF_INBOX
from mailweir.servers.web.api.parameters import MOST, inbox_named, number_of, until_of
from mailweir.servers.web.api.specification import TAGS, errors
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import WrongRequestError
from mailweir.servers.web.moments import iso

_CODE: Final = re.compile("[0-9a-f]{10}")

_To = Annotated[
    str,
    QueryParameter(
        description="The address whose mail is missed",
        schema_extra={"format": OpenAPIFormat.EMAIL, "default": None},
    ),
]
_Code = Annotated[
    str,
    QueryParameter(
        description="The code at the end of an SMTP reply",
        schema_extra={"pattern": "^[0-9a-f]{10}$", "default": None},
    ),
]
_Limit = Annotated[
    str,
    QueryParameter(
        description="How many at the most",
        schema_extra={"type": OpenAPIType.INTEGER, "minimum": 0, "maximum": MOST, "default": KEPT_OF_INBOX},
    ),
]
_Since = Annotated[
    str,
    QueryParameter(
        description="Leaves out what was earlier",
        schema_extra={"format": OpenAPIFormat.DATE_TIME, "default": None},
    ),
]


class DeliveryView(msgspec.Struct, frozen=True):
    """Mail that was slowed, put off or refused, by which rule, and the figures that it went by.

    `seconds`: how long it was held, or until when it may be tried again. At an inbox that is everybody's
    `from` is the sender's domain, `ip` his network, and `helo` is empty. `acted` is false where the operator
    only tries the rule out: then the mail was taken.
    """

    at: str
    action: Literal["slow", "later", "refuse", "ban"]
    rule: str
    subject: str
    figures: dict[str, float]
    seconds: float
    code: str
    reply: str
    sender: str | None = msgspec.field(name="from")
    ip: str
    helo: str
    to: str
    acted: bool


@get(
    "/api/deliveries",
    operation_id="ListDeliveries",
    tags=TAGS,
    responses=errors(400, 401, 403, 503),
)
async def list_deliveries(
    request: WebRequest, to: _To = "", code: _Code = "", limit: _Limit = "", since: _Since = ""
) -> list[DeliveryView]:
    """Mail of the last week that was slowed, put off or refused, newest first: why it has not come.

    By address, by the code that a sender was told, or by both.
    """
    reader = await reader_of(request)
    deliveries = door_of(request).deliveries
    inbox = inbox_named(to) if to else None
    most, earliest = number_of("limit", limit, KEPT_OF_INBOX, MOST), until_of(since, "since") or 0
    if code:
        if not _CODE.fullmatch(code):
            deliveries.access.read(reader)
            raise WrongRequestError(
                "A code is ten characters of 0 to 9 and a to f, in brackets at a reply's end."
            )
        found = await deliveries.of_code(reader, code, inbox, limit=most, since=earliest)
    elif inbox is not None:
        found = await deliveries.of_inbox(reader, inbox, limit=most, since=earliest)
    else:
        deliveries.access.read(reader)
        raise WrongRequestError("Say which deliveries: to for an address, or code for that of a reply.")
    return [_view(one) for one in found]


def _view(one: Explanation) -> DeliveryView:
    ruling = one.ruling
    return DeliveryView(
        at=iso(one.at),
        action=ruling.action.value,
        rule=ruling.rule.value,
        subject=ruling.subject,
        figures=dict(ruling.figures),
        seconds=ruling.seconds,
        code=ruling.code,
        reply=one.reply,
        sender=one.sender,
        ip=one.ip,
        helo=one.hello,
        to=one.inbox or "",
        acted=one.acted,
    )


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (list_deliveries,)
