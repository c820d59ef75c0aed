"""What a test is told when mail is not as it has to be, and when a server cannot be asked."""

from typing import Literal

Fault = Literal["application", "platform"]


class MailweirError(Exception):
    """The server cannot be reached, or refuses what it was asked; `status` as in HTTP, 503 for no answer."""

    def __init__(self, message: str, status: int = 503) -> None:
        super().__init__(message)
        self.status = status


class MailNotFoundError(AssertionError):
    """No message that fits has come in time, or one has not what was looked for in it.

    `fault` says whose fault that is as far as the server knows: "platform" when the server was away or not
    well, else "application".
    """

    def __init__(self, message: str, fault: Fault = "application") -> None:
        super().__init__(message)
        self.fault: Fault = fault


class UnexpectedMailError(AssertionError):
    """A message has come where none should have."""
