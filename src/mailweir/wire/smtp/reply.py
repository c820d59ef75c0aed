"""Replies, and the wording of every reply that the protocol itself gives.

Every reply but the greeting, the answers to EHLO and HELO, and 3yz carries an enhanced status
code (RFC 2034 §4, RFC 3463).
"""

from typing import Final


class Reply:
    """One reply (RFC 5321 §4.2). `enhanced` is `class.subject.detail`, or empty where none may stand.

    `text` is ours: nothing that a peer said goes into it. Several lines are separated by a newline.
    `closes` says that the connection ends behind it. One is made for each message that is kept, so
    this is a plain class: a frozen dataclass takes four times as long.
    """

    __slots__ = ("closes", "code", "enhanced", "octets", "text")

    def __init__(self, code: int, enhanced: str, text: str, *, closes: bool = False) -> None:
        self.code: Final = code
        self.enhanced: Final = enhanced
        self.text: Final = text
        self.closes: Final = closes
        self.octets: Final = _octets(code, f"{enhanced} " if enhanced else "", text)

    @property
    def positive(self) -> bool:
        """Whether the command did what it says (2yz)."""
        return 200 <= self.code < 300  # noqa: PLR2004  RFC 5321 §4.2.1

    def __str__(self) -> str:
        return self.octets.decode("ascii").rstrip()

    def __repr__(self) -> str:
        return f"Reply({self.code}, {self.enhanced!r}, {self.text!r})"


def _octets(code: int, status: str, text: str) -> bytes:
    head = ""
    if "\n" in text:
        *lines, text = text.split("\n")
        head = "".join(f"{code}-{status}{line}\r\n" for line in lines)
    return f"{head}{code} {status}{text}\r\n".encode("ascii", "replace")


OK = Reply(250, "2.0.0", "OK")
SENDER_OK = Reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = Reply(250, "2.1.5", "Recipient OK")
CHUNK_OK = Reply(250, "2.0.0", "Chunk OK")
AUTHENTICATED = Reply(235, "2.7.0", "Authentication succeeded")
START_MAIL = Reply(354, "", 'Enter message, ending with "." on a line by itself')
TLS_READY = Reply(220, "2.0.0", "Ready to start TLS")
BYE = Reply(221, "2.0.0", "Bye", closes=True)
HELP = Reply(214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT (RFC 5321)")
CANNOT_VERIFY = Reply(252, "2.1.5", "Cannot verify, but will take mail for any address (RFC 5321 7.3)")

UNKNOWN_COMMAND = Reply(500, "5.5.1", "Command unknown; HELP lists those that are known")
BAD_LINE = Reply(500, "5.5.2", "A command line ends with CRLF and holds no control characters")
LINE_TOO_LONG = Reply(500, "5.5.2", "Command line too long", closes=True)
NOT_UTF8 = Reply(500, "5.5.2", "A command line is ASCII or UTF-8")
NOT_IMPLEMENTED = Reply(502, "5.5.1", "Command not implemented here")
NO_ARGUMENT = Reply(501, "5.5.4", "This command takes no argument")
ARGUMENT_MISSING = Reply(501, "5.5.4", "This command takes an argument")
HELLO_ARGUMENT = Reply(501, "5.5.4", "Name yourself: EHLO host.example, or EHLO [192.0.2.1]")
HELLO_FIRST = Reply(503, "5.5.1", "Say EHLO first")
NESTED_MAIL = Reply(503, "5.5.1", "A transaction is open: finish it, or say RSET (RFC 5321 4.1.4)")
MAIL_FIRST = Reply(503, "5.5.1", "Say MAIL first")
RECIPIENT_FIRST = Reply(503, "5.5.1", "Say RCPT first")
NO_RECIPIENTS = Reply(554, "5.5.1", "No valid recipients")
TOO_MANY_RECIPIENTS = Reply(452, "4.5.3", "Too many recipients: send the rest in another transaction")
BDAT_OPEN = Reply(503, "5.5.1", "BDAT and DATA do not mix: finish with BDAT, or say RSET (RFC 3030 2)")

MAIL_SYNTAX = Reply(501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]")
RCPT_SYNTAX = Reply(501, "5.5.4", "Syntax: RCPT TO:<address> [parameters]")
BAD_SENDER = Reply(501, "5.1.7", "The sender is not an address (RFC 5321 4.1.2)")
BAD_RECIPIENT = Reply(501, "5.1.3", "The recipient is not an address (RFC 5321 4.1.2)")
PATH_TOO_LONG = Reply(
    501, "5.1.3", "Address too long: 64 octets before the @, 255 after it (RFC 5321 4.5.3.1)"
)
NEEDS_SMTPUTF8 = Reply(553, "5.6.7", "Non-ASCII addresses need the SMTPUTF8 parameter (RFC 6531 3.5)")
UNKNOWN_PARAMETER = Reply(555, "5.5.4", "Parameter unknown, or not possible here")
BAD_PARAMETER = Reply(501, "5.5.4", "Parameter malformed, or given twice")
TOO_BIG = Reply(552, "5.3.4", "Message larger than this server takes; EHLO says how much")
STRAY_LINE_ENDS = Reply(550, "5.6.11", "Bare CR, bare LF or NUL in the message; lines end with CRLF")

BDAT_SYNTAX = Reply(501, "5.5.4", "Syntax: BDAT octets [LAST]", closes=True)
CHUNK_TOO_BIG = Reply(552, "5.3.4", "Message larger than this server takes; EHLO says how much", closes=True)

TLS_NOT_OFFERED = Reply(502, "5.5.1", "TLS is not offered here")
TLS_ACTIVE = Reply(503, "5.5.1", "TLS is active already")
AUTH_NOT_OFFERED = Reply(502, "5.5.1", "Authentication is not offered here")
AUTH_NEEDS_TLS = Reply(538, "5.7.11", "Say STARTTLS first: credentials travel under TLS only")
AUTH_TWICE = Reply(503, "5.5.1", "Authenticated already (RFC 4954 4)")
AUTH_IN_TRANSACTION = Reply(503, "5.5.1", "Not during a mail transaction (RFC 4954 4)")
AUTH_UNKNOWN = Reply(504, "5.5.4", "Mechanism unknown: PLAIN or LOGIN")
AUTH_CANCELLED = Reply(501, "5.7.0", "Authentication cancelled")
AUTH_MALFORMED = Reply(501, "5.5.2", "Credentials are not what the mechanism says (RFC 4954 4)")
AUTH_GO_ON = Reply(334, "", "")
AUTH_USERNAME = Reply(334, "", "VXNlcm5hbWU6")  # "Username:" in base64, as LOGIN clients expect
AUTH_PASSWORD = Reply(334, "", "UGFzc3dvcmQ6")

TOO_MANY_UNKNOWN = Reply(421, "4.7.0", "Too many unknown commands, closing", closes=True)
TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors, closing", closes=True)
TOO_MUCH_IDLING = Reply(421, "4.7.0", "Too many commands that send no mail, closing", closes=True)
HTTP_SPOKEN = Reply(421, "4.7.0", "This is SMTP, not HTTP", closes=True)
TLS_SPOKEN = Reply(421, "4.7.0", "Plain SMTP here: say STARTTLS before TLS", closes=True)
