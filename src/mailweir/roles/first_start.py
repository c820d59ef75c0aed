"""What is made once, before any role starts: the store's layout, and what the settings leave to us.

That is a certificate when none is given, and the first account when they name one.

Done in the process that starts the others, so that whatever is wrong is one sentence at once.
"""

from dataclasses import replace

from mailweir.adapters.system import SystemClock
from mailweir.config.settings import Settings
from mailweir.roles import certificate
from mailweir.roles.errors import StartError
from mailweir.roles.identities import client_of
from mailweir.roles.store import prepare_store


def ready_made(settings: Settings) -> Settings:
    """The settings with the certificate that TLS will use. Raises SettingsError and StartError."""
    client_of(settings)  # what is wrong with a provider is told here
    prepare_store(settings.data)
    if settings.bootstrap_account is not None:
        from mailweir.roles.administer import make_first  # noqa: PLC0415  40 ms that one start needs

        make_first(settings)
    ready = settings if settings.tls_certificate is not None else _with_own_certificate(settings)
    certificate.context(ready)
    return ready


def _with_own_certificate(settings: Settings) -> Settings:
    chain, key = settings.data / "tls-certificate.pem", settings.data / "tls-key.pem"
    if not (chain.exists() and key.exists()):
        from mailweir.adapters.certificate import made_for  # noqa: PLC0415  30 MiB that one start needs

        try:
            made_for(settings.node_name, settings.data, SystemClock().now())
        except OSError as error:
            raise StartError(f"No certificate can be made in {settings.data}: {error.strerror}.") from error
    return replace(settings, tls_certificate=chain, tls_key=key)
