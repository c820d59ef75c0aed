"""Somebody else who knows who a person is: an OpenID provider."""

from typing import Final, Protocol

from msgspec import Struct

BACK: Final = "/signin/oidc/back"
"""Where the provider sends people back to, below the public URL; it has to know it."""


class Pending(Struct, frozen=True):
    """Somebody who was sent there and has not come back: what has to fit when he does.

    `state` ties his coming back to this browser, `nonce` what is said of him to this question (OpenID Connect
    Core §3.1.2.1), `verifier` the code to whoever asked for it (RFC 7636). `expires`: in milliseconds since
    the epoch.
    """

    state: str
    nonce: str
    verifier: str
    expires: int


class Client(Struct, frozen=True):
    """How this service is known to the provider, where browsers come back, and which claim says who it is."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    claim: str = "email"


class Identities(Protocol):
    """The first two raise UnavailableError when the provider cannot be asked."""

    async def address(self, pending: Pending) -> str:
        """Where a browser is sent, so that its person says who he is."""
        ...

    async def identity(self, pending: Pending, code: str, now: int) -> str | None:
        """Who that is, as the provider says; None for a code that is none, and for what does not fit."""
        ...

    async def close(self) -> None:
        """A second call does nothing."""
        ...
