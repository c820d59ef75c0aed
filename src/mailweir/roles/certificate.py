"""The TLS settings that the configuration names, or one sentence that says why they cannot be used."""

import ssl

from mailweir.config.settings import Settings
from mailweir.roles.errors import StartError
from mailweir.servers.smtp import tls


def context(settings: Settings) -> ssl.SSLContext | None:
    """None where no certificate is named. Raises StartError."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    try:
        return tls.context(settings.tls_certificate, settings.tls_key)
    except (OSError, ValueError) as error:
        raise StartError(
            f"The certificate {settings.tls_certificate} with the key {settings.tls_key} cannot be used: "
            f"{error}; both are PEM files, and the key is the one that the certificate was made for."
        ) from error
