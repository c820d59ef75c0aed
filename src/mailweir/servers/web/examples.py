"""Commands to copy that send a mail to one inbox, safe to paste whatever its address holds."""

import shlex
from typing import Final
from urllib.parse import quote

_MAIL: Final = r"printf 'Subject: Hello\r\n\r\nIt works.\r\n'"
_PYTHON: Final = """import smtplib

with smtplib.SMTP({host!r}, {port}) as smtp:
    smtp.sendmail("me@sender.test", [{inbox!r}], "Subject: Hello\\n\\nIt works.\\n")"""


def examples(inbox: str, *, smtp: str, public_url: str) -> list[tuple[str, str]]:
    """The name of a tool and what to type; `smtp` as HOST:PORT."""
    host, _, port = smtp.rpartition(":")
    to = shlex.quote(inbox)
    mailbox = shlex.quote(f"{public_url.rstrip('/')}/api/addresses/{quote(inbox, safe='@')}/messages")
    by_http = f"curl {mailbox} -H 'Content-Type: message/rfc822' --data-binary @-"
    by_smtp = f"curl {shlex.quote(f'smtp://{smtp}')} --mail-from me@sender.test --mail-rcpt {to} -T -"
    return [
        ("swaks", f"swaks --server {shlex.quote(smtp)} --from me@sender.test --to {to}"),
        ("curl", f"{_MAIL} | {by_smtp}"),
        ("curl, by HTTP", f"{_MAIL} | {by_http}"),
        ("Python", _PYTHON.format(host=host.strip("[]"), port=port, inbox=inbox)),
    ]
