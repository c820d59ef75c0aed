"""Counts the API's operations by account, and tells in each answer how many are left.

An operation is a call with a key; what is not new (304), not allowed at all (401, 429) or our own fault (5xx)
is none. Pages are free.
"""

from typing import Final

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from mailweir.model.account import AccountName
from mailweir.policy.quota import Quota
from mailweir.policy.visibility import Reader
from mailweir.servers.web.security_headers import Secured
from mailweir.services.access import Access
from mailweir.services.metering import Metering

_SLIP: Final = "mailweir.slip"
_API: Final = "/api/"
_FREE: Final = frozenset({304, 401, 429})
_OUR_FAULT: Final = 500
_SECOND: Final = 1000  # milliseconds


class Slip:
    """Whose call a request is, once its key is known."""

    __slots__ = ("_access", "_metering", "_quota", "account")

    def __init__(self, access: Access, metering: Metering) -> None:
        self._access = access
        self._metering = metering
        self._quota: Quota | None = None  # before this call
        self.account: AccountName | None = None

    def admit(self, reader: Reader) -> None:
        """Raises OverQuotaError when nothing is left to the account of this key."""
        if self.account is None:
            self.account = self._access.known(reader)
            if self.account is not None:
                self._quota = self._metering.quota(self.account)
                self._metering.admit(self._quota)

    def note(self, message: Message) -> None:
        """Counts an answer that begins, and writes on it how many operations are left."""
        if self.account is None or message["type"] != "http.response.start":
            return
        status, quota = message["status"], self._quota
        costs = status < _OUR_FAULT and status not in _FREE
        if costs:
            self._metering.charge(self.account)
        if quota is None:
            return
        limits = (
            (b"x-ratelimit-limit", b"%d" % quota.allowed),
            (b"x-ratelimit-remaining", b"%d" % max(quota.remaining - costs, 0)),
            (b"x-ratelimit-reset", b"%d" % (quota.resets // _SECOND)),
        )
        headers = message["headers"]
        whole = (*headers, *limits)
        message["headers"] = Secured(whole) if isinstance(headers, Secured) else list(whole)


class Metered:
    """Wraps the application behind the guard."""

    def __init__(self, app: ASGIApp, access: Access, metering: Metering) -> None:
        self._app = app
        self._access = access
        self._metering = metering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        assert scope["type"] == "http"  # noqa: S101  `guard` hands on nothing else
        if not scope["path"].startswith(_API):
            await self._app(scope, receive, send)
            return
        slip = Slip(self._access, self._metering)
        scope["state"][_SLIP] = slip

        async def send_noted(message: Message) -> None:
            slip.note(message)
            await send(message)

        await self._app(scope, receive, send_noted)


def slip_of(scope: HTTPScope) -> Slip | None:
    """The slip of a request; None for what is free."""
    slip = scope["state"].get(_SLIP)
    return slip if isinstance(slip, Slip) else None
