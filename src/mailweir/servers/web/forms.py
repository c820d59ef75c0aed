"""Forms of our own pages, told from those of others."""

from urllib.parse import urlsplit

from mailweir.servers.web.door import WebRequest
from mailweir.servers.web.errors import ForeignFormError


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
