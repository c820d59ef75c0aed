"""Senders' content on its way to a browser: what surrounds it so that it runs nothing and fetches nothing.

A document of a sender's gets an opaque origin by its own policy, whatever frames it; a file of his is
saved and never shown, unless it is an image by its octets.
"""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from litestar import Response

from mailweir.wire.mime.charsets import showable
from mailweir.wire.mime.images import image_type

_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {images}; "
    "style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_NO_FEATURES: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "clipboard-read", "clipboard-write", "display-capture"),
        *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "microphone", "midi", "payment"),
        *("picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "usb"),
    )
)
_FILE: Final = {
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
_NAME: Final = 150  # characters of a file's name
_UNFIT = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f]")
_FORMATS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def original(body: str) -> Response[bytes]:
    """HTML that nobody has sanitised, as a document of its own.

    Chromium connects to the host of a frame before it asks the policy whether to load it; this forbids
    the connection, and with it that links are followed from here.
    """
    answer = document(body)
    answer.headers["connection-allowlist"] = "(response-origin)"
    return answer


def document(body: str, *, remote_images: bool = False) -> Response[bytes]:
    """A sender's HTML as a document of its own, always in UTF-8."""
    images = "https: http: data:" if remote_images else "data:"
    headers = {
        "content-security-policy": _POLICY.format(images=images),
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "private, no-store",
        "permissions-policy": _NO_FEATURES,
    }
    return Response(body.encode("utf-8", "replace"), media_type="text/html", headers=headers)


def text_document(text: str) -> str:
    """Plain text as HTML."""
    return (
        '<!doctype html><meta charset="utf-8"><style>pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>'
        f"<pre>{html.escape(text)}</pre>"
    )


def file(octets: bytes, name: str) -> Response[bytes]:
    """A sender's file, to be saved under its name; its type is what the octets are, never his word."""
    headers = {**_FILE, "content-disposition": disposition(name)}
    kind = image_type(octets) or "application/octet-stream"
    return Response(octets, media_type=kind, headers=headers)


def saved(content: Response[bytes], name: str) -> Response[bytes]:
    """The same answer, to be saved under that name."""
    content.headers["content-disposition"] = disposition(name)
    return content


def disposition(name: str) -> str:
    """RFC 6266 §4.3: the name in ASCII, and as it is for those who can read RFC 8187."""
    fit = _fit(name)
    # Normalised, a full-width slash or quotation mark is the real one.
    letters = _UNFIT.sub("_", unicodedata.normalize("NFKD", fit).encode("ascii", "ignore").decode()).strip()
    plain = f"attachment{letters}" if letters[:1] in {"", "."} else letters
    extended = "" if plain == fit else f"; filename*=UTF-8''{quote(fit, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def _fit(name: str) -> str:
    """A name that no file system and no header takes for anything else."""
    shown = "".join(c for c in showable(name) if unicodedata.category(c) not in _FORMATS)
    fit = _UNFIT.sub("_", shown).strip(" .")[-_NAME:]
    return fit or "attachment"


NOTES: Final[Mapping[str, str]] = {
    "time": "reading it took too long",
    "memory": "reading it took too much memory",
    "crash": "it could not be taken apart",
    "too many slow messages": "too many messages from its sender's network were waiting to be read",
}
"""Why a message has no digest, by the word that its digest gives."""


def note(reasons: tuple[str, ...]) -> str:
    """One sentence for a message that could not be read; its source can be."""
    why = ", ".join(NOTES.get(reason, reason) for reason in reasons)
    return f"This message could not be shown: {why}. Its source is kept whole; fetch it from /api/raw.\n"
