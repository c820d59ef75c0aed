"""The defects that are planted: what somebody might write, in a place that no seed reaches.

Each has broken a promise that only its target sees broken; some of them were there until they were found.
"""

from collections.abc import Mapping
from typing import Final

from fuzz.planting import Defect

_SMTP: Final = "wire/smtp"
_MIME: Final = "wire/mime"

DEFECTS: Final[Mapping[str, Defect]] = {
    # A line of any length is taken, if it only arrives in one piece.
    "line-by-its-cut": Defect(
        "commands", f"{_SMTP}/server.py", 'end = buffer.find(b"\\n", 0, longest)', 'end = buffer.find(b"\\n")'
    ),
    # A message without a line never ends if its end arrives in pieces.
    "empty-message-in-pieces": Defect(
        "data", f"{_SMTP}/body.py", "if _EMPTY.startswith(buffer):", "if not buffer:"
    ),
    "part-outside-its-parent": Defect(
        "mime",
        f"{_MIME}/shape.py",
        "end = part.end = max(end, part.start)",
        "part.end = max(end, part.start)",
    ),
    # Broken base64 whose last digit is no octet raises.
    "six-bits": Defect("digest", f"{_MIME}/transfer.py", "if len(run) % 4 == 1:", "if len(run) % 4 == 5:"),
    # What only begins like an image's type is one.
    "type-without-its-end": Defect(
        "html", f"{_MIME}/sanitising.py", "(?:png|jpeg|gif|webp)[;,])", "(?:png|jpeg|gif|webp))"
    ),
    "control-in-link": Defect("codes", f"{_MIME}/links.py", " and not _CONTROL.search(url) else", " else"),
    # Two local parts with backslashes are written as one.
    "backslash-unescaped": Defect(
        "address",
        "model/address.py",
        r"""self.local.replace("\\", "\\\\").replace('"', '\\"')""",
        r"""self.local.replace('"', '\\"')""",
    ),
    # What only begins like an address goes into a line of SMTP.
    "address-with-a-tail": Defect(
        "submitted", f"{_MIME}/submitted.py", "_MAILBOX.fullmatch(address)", "_MAILBOX.match(address)"
    ),
    # What stands before the asterisk is no word that an index knows the beginning of.
    "prefix-of-signs": Defect(
        "query", "policy/query.py", "(star < PREFIX or not text[-PREFIX:].isalnum())", "star < PREFIX"
    ),
    # A header for IPv6 that is only long enough for IPv4 raises.
    "short-addresses": Defect(
        "proxy", "wire/proxy.py", "struct.calcsize(shape):", 'struct.calcsize("!4s4sHH"):'
    ),
    # What base64 passes over makes another token of the same share.
    "token-with-a-tail": Defect("links", "policy/sharing.py", " or token != _text(octets):", ":"),
    # A kept message makes good for everything but errors.
    "errors-remembered": Defect(
        "conversation",
        f"{_SMTP}/patience.py",
        '''"""A message was kept."""
        self._unknown = self._idling = self._errors = 0''',
        '''"""A message was kept."""
        self._unknown = self._idling = 0''',
    ),
    # What was deleted comes back by a replay.
    "revival": Defect(
        "store", "adapters/sqlite/removal.py", "if received > now - TOMBSTONE_AGE]", "if received > now]"
    ),
    # A process that is killed leaves a message without its recipients behind.
    "torn-by-a-crash": Defect(
        "store",
        "adapters/sqlite/batch.py",
        "        _insert(connection, _ENTRY, entries)",
        '        connection.execute("COMMIT")\n        connection.execute("BEGIN IMMEDIATE")\n'
        "        _insert(connection, _ENTRY, entries)",
    ),
}
