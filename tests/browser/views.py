"""The ways to look at a message. A new way is a line in `VIEWS`, and is looked at with every vector."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

Kind = Literal["document", "words", "page"]


@dataclass(frozen=True, slots=True)
class View:
    """`path` has {address}, {id} and {file}, the MD5 of its first file.

    `kind` says what is shown: a *document* of the sender's, the message's *words* as data, or one of our
    *page*s. `framed` says whether a page of ours may frame it.
    """

    path: str
    kind: Kind
    framed: bool = False

    def of(self, address: str, message: str, file: str = "") -> str:
        """The path for one message."""
        return self.path.format(address=quote(address), id=message, file=file)


_MESSAGE = "/api/addresses/{address}/messages/{id}"
VIEWS = {
    "body": View("/api/body/{address}/{id}", "document", framed=True),
    "dirty": View("/api/dirty/{address}/{id}", "document", framed=True),
    "html": View("/inbox/{address}/{id}/html", "document", framed=True),
    "text": View("/api/text/{address}/{id}", "words", framed=True),
    "raw": View("/api/raw/{address}/{id}", "words", framed=True),
    "headers": View(_MESSAGE + "/headers", "words"),
    "ordered headers": View(_MESSAGE + "/headers?format=json-ordered", "words"),
    "plain headers": View(_MESSAGE + "/headers?format=plain", "words", framed=True),
    "headers of old": View("/api/headers/{address}/{id}", "words"),
    "message": View(_MESSAGE, "words"),
    "attachments": View(_MESSAGE + "/attachments", "words"),
    "attachment": View(_MESSAGE + "/attachments/{file}", "words", framed=True),
    "page": View("/inbox/{address}/{id}", "page"),
    "text page": View("/inbox/{address}/{id}?view=text", "page"),
    "source page": View("/inbox/{address}/{id}?view=source", "page"),
    "headers page": View("/inbox/{address}/{id}?view=headers", "page"),
}
WITH_IMAGES = View("/inbox/{address}/{id}/html?images=1", "document", framed=True)
"""What a reader sees who has asked for the images of other hosts."""
LISTS = ("/?limit=1000", "/inbox/{address}?limit=1000", "/api/addresses/{address}/messages?limit=1000")
