"""Forms: what is written in them, and those of our own pages told from those of others."""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from mailweir.servers.web.door import WebRequest
from mailweir.servers.web.errors import ForeignFormError, WrongRequestError

LONGEST: Final = 64 * 1024
"""Octets of a form. One of 1 MiB of percent signs would take 200 MiB to read."""


LONGEST_FIELD: Final = 514
"""Characters of a field: an address has no more."""

_FIELDS: Final = 10
_SECRETS: Final = frozenset({"key", "password", "new"})


def fields_of(body: bytes, most: int) -> dict[str, str]:
    """Up to `most` fields; the first of a name counts. Raises ValueError for what is too long or no form."""
    if len(body) > LONGEST:
        raise ValueError("too long")
    return dict(reversed(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most)))


async def own_fields(request: WebRequest, *names: str) -> list[str]:
    """These fields of a form of our own pages; "" for one that is missing.

    Without spaces around them, unless they are secrets.

    Raises ForeignFormError, and WrongRequestError for what is no form or too long.
    """
    check_origin(request)
    try:
        fields = fields_of(await request.body(), most=_FIELDS)
    except ValueError as error:
        raise WrongRequestError("That is not the form of this page.") from error
    written = ((name, fields.get(name, "")) for name in names)
    values = [value if name in _SECRETS else value.strip() for name, value in written]
    if any(len(value) > LONGEST_FIELD for value in values):
        raise WrongRequestError(f"A field has no more than {LONGEST_FIELD} characters.")
    return values


def check_origin(request: WebRequest) -> None:
    """Browsers say where a form stands; a request that says nothing comes from no form of ours.

    Raises ForeignFormError.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site == "same-origin"
    else:
        own = urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "")
    if not own:
        raise ForeignFormError("That form was sent from another site. Open the page here and do it there.")
