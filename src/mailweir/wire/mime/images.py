"""Images in mail: what an octet string really is, and HTML that brings its own along."""

import base64
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

INLINED_OCTETS: Final = 8 * 1024 * 1024
"""Octets of images that one document brings along; what comes on top stays a reference."""

# The image types that browsers decode and that hold no script.
_SIGNATURES: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
# RFC 2392; the reference ends where an attribute or a style's url() does.
_REFERENCE = re.compile(r"(?i:\bcid:)([^\s\"'<>()]{1,255}+)")


def image_type(octets: bytes) -> str | None:
    """The media type that the octets begin like, whatever the sender called them; None for no image."""
    return next((kind for signature, kind in _SIGNATURES if signature.match(octets)), None)


def with_images(html: str, find: Callable[[str], bytes | None]) -> str:
    """`html` with its references to images in the mail replaced by the images, as `data:` URLs.

    `find` gives the octets of a content id. What it does not know, what is no image, and what is too
    much stays as it is.
    """
    made: dict[str, str] = {}
    room = INLINED_OCTETS

    def replaced(reference: "re.Match[str]") -> str:
        nonlocal room
        name = unquote(reference[1])
        if name not in made:
            octets = find(name)
            kind = image_type(octets) if octets else None
            made[name] = (
                reference[0]
                if kind is None
                else f"data:{kind};base64,{base64.b64encode(octets or b'').decode()}"
            )
        room -= len(made[name])
        return made[name] if room >= 0 else reference[0]

    return _REFERENCE.sub(replaced, html)
