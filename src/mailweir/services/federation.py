"""Signing in by an OpenID provider: somebody is sent there, and comes back with what it says of him.

Whoever was sent is remembered by his own browser alone, in a cookie that is signed and good for ten minutes.
Nobody gets an account by this: a user is let in whose identity is the one that the provider tells.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer

from mailweir.model.verdict import Verdict
from mailweir.ports.clock import Clock, Keys
from mailweir.ports.identities import Identities, Pending
from mailweir.ports.users import Users
from mailweir.services.sessions import Sessions

LASTS: Final = 600
"""Seconds that somebody may take to say there who he is."""

_PURPOSE: Final = "mailweir sign-in elsewhere"
_LONGEST: Final = 2_000  # characters of a cookie, a state or a code


@dataclass(frozen=True, slots=True)
class Federation:
    """Every method raises UnavailableError, also when the provider cannot be asked.

    `secret` is the service's, the same on all of its nodes.
    """

    identities: Identities
    users: Users
    sessions: Sessions
    secrets: Keys
    clock: Clock
    secret: str

    async def begin(self) -> tuple[str, str]:
        """Where a browser is sent, and what it has to bring back in a cookie."""
        state, nonce, *more = (self.secrets.key() for _ in range(4))
        verifier = "".join(more)  # RFC 7636 §4.1 asks for 43 characters
        pending = Pending(state, nonce, verifier, self.clock.now() + LASTS * 1000)
        return await self.identities.address(pending), self._seal.dumps(msgspec.to_builtins(pending))

    async def finish(self, sealed: str, state: str, code: str, ip: str, former: str | None) -> str | Verdict:
        """The token of a session; WRONG_LOGIN for somebody who is no user here, or was not sent by us."""
        pending = self._opened(sealed)
        if pending is None or pending.state != state or not 0 < len(code) <= _LONGEST:
            return Verdict.WRONG_LOGIN
        now = self.clock.now()
        if pending.expires <= now:
            return Verdict.SIGNED_OUT
        identity = await self.identities.identity(pending, code, now)
        user = None if identity is None else await self.users.by_identity(identity)
        if user is None:
            return Verdict.WRONG_LOGIN
        return await self.sessions.begin_as(user, ip, former) or Verdict.WRONG_LOGIN

    @property
    def _seal(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=_PURPOSE)

    def _opened(self, sealed: str) -> Pending | None:
        if len(sealed) > _LONGEST:
            return None
        try:
            return msgspec.convert(self._seal.loads(sealed), Pending)
        except (BadSignature, msgspec.ValidationError):
            return None
