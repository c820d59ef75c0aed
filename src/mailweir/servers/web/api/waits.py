"""Waiting for a message by REST, and for none.

`servers/web/waiting` answers nearly all of them in front of the router, as it would be done here.
"""

from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from mailweir.servers.web.api import wait_parameters as parameters
from mailweir.servers.web.api.parameters import Email
from mailweir.servers.web.api.specification import TAGS, errors
from mailweir.servers.web.api.wait_answers import answered
from mailweir.servers.web.api.wait_schema import Awaited, NothingCame, NotQuiet, Quiet
from mailweir.servers.web.door import WebRequest, door_of

_ERRORS: Final = errors(400, 401, 403, 410, 503)
_WAIT_ANSWERS: Final = {
    **_ERRORS,
    200: ResponseSpec(Awaited, description="The message"),
    408: ResponseSpec(NothingCame, description="Nothing that fits has come in time"),
}
_QUIET_ANSWERS: Final = {
    **_ERRORS,
    200: ResponseSpec(Quiet, description="Nothing that fits has come"),
    409: ResponseSpec(NotQuiet, description="Something that fits has come"),
}


@get(
    "/api/addresses/{email:str}/wait",
    operation_id="WaitForMessage",
    tags=TAGS,
    responses=_WAIT_ANSWERS,
)
async def wait_for_message(  # noqa: PLR0913, PLR0917  each is a parameter of the query
    request: WebRequest,
    email: Email,
    seconds: parameters.Timeout = str(parameters.USUAL),
    since: parameters.Since = "",
    sender: parameters.From = "",
    to: parameters.To = "",
    subject: parameters.Subject = "",
    text: parameters.Text = "",
    regex: parameters.RegexText = "",
    require: parameters.Require = "",
    claim: parameters.Claim = "false",
) -> Response[Struct]:
    """Waits for a message that fits, of those that came since a minute ago, and gives the first of them.

    Nothing in time is 408, which says of each message that was near what was against it.
    """
    del seconds, since, sender, to, subject, text, regex, require, claim  # read out of the query
    status, answer = await answered(door_of(request), request.scope, email, "wait")
    return Response(answer, status_code=status)


@get(
    "/api/addresses/{email:str}/quiet",
    operation_id="ExpectNoMessage",
    tags=TAGS,
    responses=_QUIET_ANSWERS,
)
async def expect_no_message(  # noqa: PLR0913, PLR0917  as above
    request: WebRequest,
    email: Email,
    seconds: parameters.For = str(parameters.USUAL_QUIET),
    since: parameters.Since = "",
    sender: parameters.From = "",
    to: parameters.To = "",
    subject: parameters.Subject = "",
    text: parameters.Text = "",
    regex: parameters.RegexText = "",
    require: parameters.Require = "",
) -> Response[Struct]:
    """Says after a while that nothing that fits has come; 409 with the message as soon as one has."""
    del seconds, since, sender, to, subject, text, regex, require
    status, answer = await answered(door_of(request), request.scope, email, "quiet")
    return Response(answer, status_code=status)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (wait_for_message, expect_no_message)
