"""An OpenID provider, asked by OpenID Connect Core 1.0 with the code flow and PKCE (RFC 7636).

It is named by the operator, and nothing else is ever asked: no proxy of the environment, no redirects, five
seconds and 256 KiB for each answer. What it says of itself and its keys is kept for an hour; keys are fetched
anew, at most once a minute, for a token by one that is not known yet.
"""

import base64
import hashlib
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote, urlencode

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from mailweir.ports.errors import UnavailableError
from mailweir.ports.identities import Client, Pending

T = TypeVar("T")

_TIMEOUT: Final = 5.0  # seconds
_LONGEST: Final = 256 * 1024  # octets of an answer
_KEPT: Final = 3600.0  # seconds
_AGAIN: Final = 60.0  # seconds before keys are fetched anew
_LEEWAY: Final = 60  # seconds that clocks may differ
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_LONGEST_IDENTITY: Final = 320  # characters


class _Description(msgspec.Struct):
    """What the provider says of itself (OpenID Connect Discovery §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct):
    id_token: str


class OpenIdProvider:
    """The provider of a client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
        self._description: _Description | None = None
        self._keys: KeySet | None = None
        self._described = self._fetched = float("-inf")

    async def address(self, pending: Pending) -> str:
        """Where a browser is sent."""
        described = await self._describe()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": "openid email profile",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": _challenge(pending.verifier),
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in described.authorization_endpoint else "?"
        return f"{described.authorization_endpoint}{separator}{urlencode(asked)}"

    async def identity(self, pending: Pending, code: str, now: int) -> str | None:
        """Who that is, as the provider says."""
        described = await self._describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": pending.verifier,
        }
        answer = await self._ask("POST", described.token_endpoint, form)
        if answer.status_code != HTTPStatus.OK:
            return None  # the code is none, was used, or is somebody else's
        tokens = _decoded(answer.content, _Tokens)
        claims = await self._claims(tokens.id_token)
        return None if claims is None else self._fitting(claims, pending, described.issuer, now)

    async def close(self) -> None:
        """A second call does nothing."""
        await self._http.aclose()

    async def _claims(self, token: str) -> Mapping[str, Any] | None:
        """What a token says that the provider has signed; None for any other."""
        for anew in (False, True):
            keys = await self._known_keys(anew=anew)
            try:
                return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError):
                continue  # perhaps by a key that the provider has made since
        return None

    def _fitting(self, claims: Mapping[str, Any], pending: Pending, issuer: str, now: int) -> str | None:
        """OpenID Connect Core §3.1.3.7."""
        client, audience, seconds = self._client, claims.get("aud"), now // 1000
        audiences = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        expires, issued = claims.get("exp"), claims.get("iat")
        fits = (
            claims.get("iss") == issuer
            and client.client_id in audiences
            and claims.get("azp", client.client_id) == client.client_id
            and claims.get("nonce") == pending.nonce
            and isinstance(expires, int | float)
            and seconds < expires + _LEEWAY
            and isinstance(issued, int | float)
            and issued <= seconds + _LEEWAY
        )
        identity = claims.get(client.claim)
        if not fits or not isinstance(identity, str) or not 0 < len(identity) <= _LONGEST_IDENTITY:
            return None
        if client.claim == "email" and claims.get("email_verified") is not True:
            return None  # else whoever may write an address there is whoever he likes
        return identity

    async def _describe(self) -> _Description:
        if self._description is None or time.monotonic() - self._described >= _KEPT:
            url = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _decoded(await self._got(url), _Description)
            if found.issuer.rstrip("/") != self._client.issuer.rstrip("/"):
                raise UnavailableError(f"the OpenID provider calls itself {found.issuer!r}")
            self._description, self._described = found, time.monotonic()
            return found
        return self._description

    async def _known_keys(self, *, anew: bool) -> KeySet:
        age = time.monotonic() - self._fetched
        if self._keys is None or age >= (_AGAIN if anew else _KEPT):
            described = await self._describe()
            told = _decoded(await self._got(described.jwks_uri), dict[str, Any])
            try:
                self._keys = KeySet.import_key_set(cast("KeySetSerialization", told))
            except (JoseError, ValueError, KeyError) as error:
                raise UnavailableError("the OpenID provider's keys cannot be read") from error
            self._fetched = time.monotonic()
        return self._keys

    async def _got(self, url: str) -> bytes:
        answer = await self._ask("GET", url)
        if answer.status_code != HTTPStatus.OK:
            raise UnavailableError(f"the OpenID provider answered {answer.status_code}")
        return answer.content

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> httpx.Response:
        # RFC 6749 §2.3.1: both are form-encoded first.
        credentials = (quote(self._client.client_id), quote(self._client.client_secret)) if form else None
        try:
            async with self._http.stream(method, url, data=form, auth=credentials) as answer:
                octets = b""
                async for piece in answer.aiter_bytes():
                    octets += piece
                    if len(octets) > _LONGEST:
                        raise UnavailableError("the OpenID provider's answer has no end")
                return httpx.Response(answer.status_code, content=octets)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(f"the OpenID provider cannot be reached: {error!r}") from error


def _challenge(verifier: str) -> str:
    """RFC 7636 §4.2, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _decoded(octets: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(octets, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnavailableError("the OpenID provider's answer cannot be read") from error
