"""The TLS settings of the doors that speak SMTP."""

import ssl
from pathlib import Path


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Server side, TLS 1.2 and later (RFC 8996). Raises OSError, ssl.SSLError, ValueError."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key)
    return made
