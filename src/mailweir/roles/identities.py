"""The OpenID provider that the settings name, if they name one."""

from importlib.util import find_spec
from typing import Final

from mailweir.config.errors import SettingsError
from mailweir.config.exposure import public_url
from mailweir.config.settings import Settings
from mailweir.ports.identities import BACK, Client, Identities

_EXTRA: Final = ("httpx", "joserfc")


def identities(settings: Settings) -> Identities | None:
    """Who says who people are; None when nobody was named. Raises SettingsError."""
    client = client_of(settings)
    if client is None:
        return None
    from mailweir.adapters.oidc import OpenIdProvider  # noqa: PLC0415  an extra

    return OpenIdProvider(client)


def client_of(settings: Settings) -> Client | None:
    """How this service is known to the provider, without asking it. Raises SettingsError."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None or settings.oidc_client_secret is None:
        raise SettingsError("With oidc_issuer go oidc_client_id and oidc_client_secret, which it gives out.")
    if not all(map(find_spec, _EXTRA)):
        raise SettingsError("For oidc_issuer install the extra: pip install 'mailweir[oidc]'.")
    back = f"{public_url(settings).rstrip('/')}{BACK}"
    return Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        back,
        settings.oidc_claim,
    )
