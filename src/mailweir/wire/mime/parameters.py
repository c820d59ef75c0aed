"""Structured fields with parameters: Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183).

One pass, never raises. Parameters may be continued and carry a charset (RFC 2231), or hold encoded
words, which RFC 2047 §5 forbids and most senders write.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from mailweir.wire.mime.charsets import decode, showable, undeclared
from mailweir.wire.mime.words import decode_words, unfold

PARAMETERS: Final = 100
"""More parameters, sections of continued ones among them, than one field is read for."""

_OCTETS: Final = 8 * 1024  # what is read of one field
_VALUE = re.compile(r"[^;]*+")
_PARAMETER = re.compile(
    r"""[;\s]*+(?P<name>[^\s=;"]++)\s*+(?:=\s*+(?:"(?P<quoted>(?:[^"\\]++|\\.)*+)"?|(?P<token>[^;]*+)))?+""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*+\)")
_SECTION = re.compile(r"(?P<name>[^*]++)(?:\*(?P<number>[0-9]{1,3}))?(?P<encoded>\*)?")


class _Section(NamedTuple):
    """One `name=`, `name*=`, `name*0=` or `name*0*=`; `number` is -1 where there is none."""

    number: int
    encoded: bool
    text: str


@dataclass(frozen=True, slots=True)
class Structured:
    """`value` in lower case, without comments and white space around it; parameters by lower-case name."""

    value: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


def structured(octets: bytes) -> Structured:
    """The value and the parameters of a field, of which 8 KiB are read. The first of a name counts."""
    text = unfold(undeclared(octets[:_OCTETS]))
    value = _VALUE.match(text)
    end = value.end() if value else 0
    sections: dict[str, list[_Section]] = {}
    for _ in range(PARAMETERS):
        parameter = _PARAMETER.match(text, end)
        if parameter is None:
            break
        end = parameter.end()
        _take(sections, parameter)
    return Structured(
        _COMMENT.sub("", text[: value.end() if value else 0]).strip().lower(),
        {name: showable(_joined(found)).strip() for name, found in sections.items()},
    )


def _take(sections: dict[str, list[_Section]], parameter: "re.Match[str]") -> None:
    quoted, token = parameter["quoted"], parameter["token"]
    if quoted is None and token is None:
        return
    text = _ESCAPED.sub(r"\1", quoted) if quoted is not None else _COMMENT.sub("", token).strip()
    section = _SECTION.fullmatch(parameter["name"].lower())
    if section is None:
        return
    numbered = section["number"] is not None
    found = sections.setdefault(section["name"], [])
    number = int(section["number"]) if numbered else -1
    encoded = section["encoded"] is not None
    if all((one.number, one.encoded) != (number, encoded) for one in found):
        found.append(_Section(number, encoded, text))


def _joined(sections: list[_Section]) -> str:
    """RFC 2231 §3, §4.1: sections in the order of their numbers; the first encoded one names the charset."""
    alone = [one for one in sections if one.number < 0]
    ordered = sorted(one for one in sections if one.number >= 0)
    # RFC 6266 §4.3: of name and name*, the one with a charset is meant.
    chosen = [one for one in alone if one.encoded] or ordered or alone
    if not any(one.encoded for one in chosen):
        return decode_words("".join(one.text for one in chosen))
    charset, octets = "utf-8", bytearray()
    for index, one in enumerate(chosen):
        rest = one.text
        if one.encoded and index == 0 and rest.count("'") >= 2:  # noqa: PLR2004  charset'language'text
            charset, _, rest = rest.split("'", 2)
        octets += unquote_to_bytes(rest) if one.encoded else rest.encode("utf-8", "replace")
    return decode(bytes(octets), charset or "utf-8")
