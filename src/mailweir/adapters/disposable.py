"""The domains of disposable mail that the world knows of, from the list that its makers keep."""

from disposable_email_domains import blocklist


def disposable_domains() -> frozenset[str]:
    """In A-labels, lower case."""
    return frozenset(blocklist)
