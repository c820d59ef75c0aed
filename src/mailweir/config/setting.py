"""What is known of one setting."""

from dataclasses import dataclass

from mailweir.config import kinds


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting. Defaults stand as a person would write them; None means unset.

    `internet` is the default in profile `internet` where it differs. A `secret` is never shown and may
    come from a file named by `MAILWEIR_…_FILE`.
    """

    kind: kinds.Kind
    default: str | None
    doc: str
    internet: str | None = None
    secret: bool = False
    shown_default: str | None = None
