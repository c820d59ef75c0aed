"""All routes of the API."""

from typing import Final

from litestar.handlers import HTTPRouteHandler

from mailweir.servers.web.api import (
    account,
    account_data,
    addresses,
    attachments,
    blocklist,
    bodies,
    deliveries,
    domains,
    events,
    marks,
    messages,
    people,
    runs,
    sharing,
    statistics,
    unified,
    validations,
    waits,
)

API: Final[tuple[HTTPRouteHandler, ...]] = (
    *messages.HANDLERS,
    *bodies.HANDLERS,
    *sharing.HANDLERS,
    *attachments.HANDLERS,
    *events.HANDLERS,
    *addresses.HANDLERS,
    *account.HANDLERS,
    *people.HANDLERS,
    *account_data.HANDLERS,
    *domains.HANDLERS,
    *unified.HANDLERS,
    *statistics.HANDLERS,
    *blocklist.HANDLERS,
    *marks.HANDLERS,
    *validations.HANDLERS,
    *waits.HANDLERS,
    *deliveries.HANDLERS,
    *runs.HANDLERS,
)
