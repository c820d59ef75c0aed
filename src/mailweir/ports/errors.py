"""The only failures that the outside may show to services."""


class UnavailableError(Exception):
    """What was asked cannot be had just now, and may be later: 451, 503, try again.

    `full` says that space is what is lacking (452 4.3.1 rather than 451 4.3.0).
    """

    def __init__(self, reason: str, *, full: bool = False) -> None:
        super().__init__(reason)
        self.full = full


class ConflictError(Exception):
    """What was asked contradicts what is there already."""


class TooBroadError(Exception):
    """What was asked takes more work than one answer may cost; asked more narrowly it can be had."""
