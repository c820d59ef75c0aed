"""A text in those lines in which a code may stand, in plain letters and without addresses."""

import re
from typing import Final

LENGTH: Final = 64 * 1024
"""Characters looked at of each part; a code stands in the first screen."""

_LINE: Final = 600  # characters: a longer paragraph is weighed in pieces

# Full-width forms are what they look like; `İ` alone would change the length when it is made small.
_PLAIN: Final = (
    {chr(0xFF01 + at): chr(0x21 + at) for at in range(94) if chr(0x21 + at).isalnum()}
    | dict.fromkeys("\u2010\u2011\u2012\u2212\uff0d", "-")
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " ")
    | {"İ": "i", "\u2019": "'"}
)
_FORMS = re.compile(f"[{''.join(_PLAIN)}]")
# Addresses of every kind hold digits that nobody types.
_ADDRESS = re.compile(
    r"(?<![!-~])[!-?A-~]*+@[!-~]*+|(?i:https?://|www\.)[!-~]*+"
    r"|(?<![!-~])[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++/[!-~]*+"
)
_QUOTED = re.compile(r"(?m)^(?:> ?)++")
_WRAPPED = re.compile(r"\n(?<=[^\n]{59}[^\n.!?:;]\n)(?=[^\s\-*]\S*+ \S)")
_PIECE = re.compile("|".join(rf"[^\n]{{1,{_LINE}}}{end}" for end in (r"(?!\S)", "(?![0-9A-Za-z])", "")))


def lines_of(text: str) -> list[str]:
    """The lines of the first LENGTH characters that say something, a folded sentence on one line."""
    if len(text) > LENGTH:  # a word that is cut in two is no code
        text = "".join(text[:LENGTH].rsplit(maxsplit=1)[:1])
    plain = _without_addresses(_FORMS.sub(_plain, text))
    unfolded = _WRAPPED.sub(" ", _QUOTED.sub("", plain.replace("\r", "")))
    return [line for line in _PIECE.findall(unfolded) if not line.isspace()]


def _plain(form: "re.Match[str]") -> str:
    return _PLAIN[form[0]]


def _without_addresses(text: str) -> str:
    """`text` with a character of no meaning in the place of each address."""
    if "@" not in text and "/" not in text and "www." not in text.lower():
        return text
    return _ADDRESS.sub("\N{OBJECT REPLACEMENT CHARACTER}", text)
