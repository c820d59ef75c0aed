"""Every setting, declared once: its name, type, kind, default and meaning.

`Settings` is a frozen value. It holds what is in force: profile-dependent defaults are resolved by
`config.load`, so nobody downstream asks where a value came from. `TABLE` is the same declaration
for what reads, checks and documents settings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, cast, get_args, get_type_hints

from mailweir.config import kinds
from mailweir.config.limit_settings import LimitSettings
from mailweir.config.listener import Listener
from mailweir.config.setting import Setting

DOORS = ("smtp", "submission", "http", "pop3", "imap", "admin", "status")
"""Every door that can listen, in the order of the ready line. Each is also the name of its setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(LimitSettings):
    """The settings in force."""

    data: Annotated[
        Path, Setting(kinds.PATH, "./mailweir-data", "The directory that holds all mail and state.")
    ]

    smtp: Annotated[
        tuple[Listener, ...],
        Setting(kinds.LISTENERS, "127.0.0.1:1025", "Where mail is taken in from everyone."),
    ]
    submission: Annotated[
        tuple[Listener, ...],
        Setting(
            kinds.LISTENERS, "127.0.0.1:1587", "Where people who sign in submit mail or have it captured."
        ),
    ]
    http: Annotated[
        tuple[Listener, ...],
        Setting(kinds.LISTENERS, "127.0.0.1:8025", "Where the API, live streams and pages are served."),
    ]
    pop3: Annotated[
        tuple[Listener, ...], Setting(kinds.LISTENERS, "127.0.0.1:1110", "Where inboxes are read by POP3.")
    ]
    imap: Annotated[
        tuple[Listener, ...], Setting(kinds.LISTENERS, "127.0.0.1:1143", "Where inboxes are read by IMAP.")
    ]
    admin: Annotated[
        tuple[Listener, ...],
        Setting(kinds.LISTENERS, "127.0.0.1:9025", "Where metrics and health detail are served."),
    ]
    status: Annotated[
        tuple[Listener, ...], Setting(kinds.LISTENERS, "127.0.0.1:8026", "Where the status page is served.")
    ]

    profile: Annotated[
        Literal["local", "internet"],
        Setting(
            kinds.choice("local", "internet"),
            None,
            "`local` suits a laptop or a CI job, `internet` a public mail host; other defaults follow it.",
            shown_default="`local` when every door is on loopback, else `internet`",
        ),
    ]
    line_ends_public: Annotated[
        Literal["strict", "lenient"],
        Setting(
            kinds.choice("lenient", "strict"),
            "lenient",
            "Whether the public door refuses bare CR, bare LF and NUL (`strict`), or keeps and flags them.",
            internet="strict",
        ),
    ]
    line_ends_submission: Annotated[
        Literal["strict", "lenient"],
        Setting(kinds.choice("lenient", "strict"), "lenient", "The same at the submission and capture door."),
    ]
    anonymous_reads: Annotated[
        Literal["all", "latest", "none"],
        Setting(
            kinds.choice("all", "latest", "none"),
            "all",
            "What people without a key may read of public inboxes.",
        ),
    ]
    anonymous_deletes: Annotated[
        Literal["one", "all", "none"],
        Setting(
            kinds.choice("one", "all", "none"),
            "one",
            "What people without a key may delete: one message at a time, a whole inbox too, or nothing.",
        ),
    ]
    api_requires_key: Annotated[
        bool, Setting(kinds.TRUTH, "false", "Whether every call of the API needs a key.")
    ]
    guest_password: Annotated[
        str | None,
        Setting(
            kinds.password(12),
            None,
            "What people without a key have to give to see anything: by HTTP Basic, under any name.",
            secret=True,
        ),
    ] = field(repr=False)
    base_domains: Annotated[
        tuple[str, ...],
        Setting(
            kinds.HOSTS,
            "",
            "The domains that this service takes public mail for.",
            shown_default="any host",
        ),
    ]
    mx_hosts: Annotated[
        tuple[str, ...],
        Setting(
            kinds.HOSTS,
            "",
            "The names of this service's mail hosts, to which MX records of accounts' domains should point.",
            shown_default="`node_name`",
        ),
    ]
    dns_servers: Annotated[
        tuple[Listener, ...],
        Setting(
            kinds.SERVERS,
            "",
            "The resolvers that are asked about accounts' domains.",
            shown_default="those of the machine",
        ),
    ]
    trusted_proxies: Annotated[
        tuple[str, ...],
        Setting(
            kinds.NETWORKS,
            "",
            "Whose word on a client's address is believed (PROXY protocol, `X-Forwarded-For`).",
            shown_default="nobody",
        ),
    ]
    tls_certificate: Annotated[
        Path | None,
        Setting(
            kinds.PATH,
            None,
            "The certificate chain for TLS, in PEM; needs `tls_key`.",
            shown_default="made on first start, self-signed",
        ),
    ]
    tls_key: Annotated[
        Path | None,
        Setting(
            kinds.PATH,
            None,
            "The private key for TLS, in PEM; needs `tls_certificate`.",
            shown_default="made on first start",
        ),
    ]
    public_url: Annotated[
        str | None,
        Setting(
            kinds.URL,
            None,
            "The address under which people reach the pages and the API.",
            shown_default="the HTTP listener",
        ),
    ]
    content_url: Annotated[
        str | None,
        Setting(
            kinds.URL, None, "A second origin for what senders wrote, so that it cannot touch the pages."
        ),
    ]
    status_url: Annotated[
        str | None, Setting(kinds.URL, None, "The address under which people reach the status page.")
    ]
    community_url: Annotated[
        str | None, Setting(kinds.URL, None, "Where the pages send people who want to talk to each other.")
    ]
    security_contact: Annotated[
        tuple[str, ...],
        Setting(
            kinds.CONTACTS,
            "",
            "Whom to tell of a hole, the best way first, in `/.well-known/security.txt` (RFC 9116).",
            shown_default="nobody, and there is no such file",
        ),
    ]
    secret: Annotated[
        str | None,
        Setting(
            kinds.TEXT,
            None,
            "Signs sessions and links; the same on all nodes of one service.",
            secret=True,
            shown_default="made on first start, kept in the data directory",
        ),
    ] = field(repr=False)
    node_name: Annotated[
        str,
        Setting(
            kinds.HOST,
            None,
            "What this machine calls itself in greetings, trace headers and logs.",
            shown_default="the machine's host name",
        ),
    ]
    receivers: Annotated[
        int,
        Setting(
            kinds.number(1, 64),
            None,
            "How many processes take mail in at the public door.",
            shown_default="one for every four processors, and at least one",
        ),
    ]
    webs: Annotated[int, Setting(kinds.number(1, 64), "1", "How many processes serve HTTP.")]
    store: Annotated[
        str,
        Setting(
            kinds.address(
                "`sqlite:` or postgres://USER:PASSWORD@HOST/DATABASE", r"sqlite:", r"postgres(ql)?://\S+"
            ),
            "sqlite:",
            "Where mail is kept: in the data directory, or in a PostgreSQL database.",
        ),
    ]
    bus: Annotated[
        str,
        Setting(
            kinds.address("`local:`, `memory:` or nats://HOST:PORT", r"local:", r"memory:", r"nats://\S+"),
            "local:",
            "What tells processes that there is something to look at.",
        ),
    ]
    log_format: Annotated[
        Literal["json", "text"],
        Setting(kinds.choice("json", "text"), "json", "How logs are written to standard error."),
    ]
    bootstrap_account: Annotated[
        str | None, Setting(kinds.TEXT, None, "The name of the first account, made when the store has none.")
    ]
    bootstrap_password: Annotated[
        str | None, Setting(kinds.TEXT, None, "The password of that account.", secret=True)
    ] = field(repr=False)
    bootstrap_key: Annotated[
        str | None, Setting(kinds.TEXT, None, "The API key of that account.", secret=True)
    ] = field(repr=False)

    oidc_issuer: Annotated[
        str | None,
        Setting(kinds.URL, None, "The OpenID provider by which people may sign in on the pages."),
    ]
    oidc_client_id: Annotated[
        str | None, Setting(kinds.TEXT, None, "What this service is called by the OpenID provider.")
    ]
    oidc_client_secret: Annotated[
        str | None, Setting(kinds.TEXT, None, "Its secret with the OpenID provider.", secret=True)
    ] = field(repr=False)
    oidc_claim: Annotated[
        Literal["email", "sub", "preferred_username"],
        Setting(
            kinds.choice("email", "sub", "preferred_username"),
            "email",
            "Which claim is a user's identity; an address counts if the provider has verified it.",
        ),
    ]

    profile_reason: str
    """Why this profile holds, as it completes *profile local, because …*. Not a setting."""

    def listeners(self, door: str) -> tuple[Listener, ...]:
        """The addresses of one of `DOORS`; empty when it is `off`."""
        return cast("tuple[Listener, ...]", getattr(self, door))


def _declared() -> Mapping[str, Setting]:
    table: dict[str, Setting] = {}
    hints = get_type_hints(Settings, include_extras=True)
    limits = get_type_hints(LimitSettings)
    for name, hint in sorted(hints.items(), key=lambda item: item[0] in limits):
        for note in get_args(hint):
            if isinstance(note, Setting):
                table[name] = note
    return MappingProxyType(table)


TABLE: Mapping[str, Setting] = _declared()
"""Every setting by name, in the order in which it is documented."""
