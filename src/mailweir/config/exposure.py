"""Where others reach a server, and whether it may start there."""

from mailweir.config.listener import Listener
from mailweir.config.settings import DOORS, Settings


def refusal(settings: Settings, accounts: int) -> str | None:
    """Why this server must not start with so many accounts; None when it may.

    A server that others can reach and that has no account has nobody to administer it.
    `bootstrap_account` counts as an account, since it is made on start.
    """
    if accounts or settings.bootstrap_account is not None:
        return None
    for door in DOORS:
        for listener in settings.listeners(door):
            if not listener.on_loopback:
                return (
                    f"{door} listens on {listener}, which others can reach, and there is no account: "
                    f"make one (mailweir account add NAME --data {settings.data}, or set "
                    "MAILWEIR_BOOTSTRAP_ACCOUNT=NAME and MAILWEIR_BOOTSTRAP_KEY=k_…), or "
                    f"listen on loopback only (--{door} 127.0.0.1:PORT)."
                )
    return None


def public_url(settings: Settings) -> str:
    """Where people reach this service by HTTP; "" where they do not."""
    if settings.public_url or not settings.http:
        return settings.public_url or ""
    first = settings.http[0]
    everywhere = first.host in {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
    return f"http://{Listener(settings.node_name, first.port) if everywhere else first}"
