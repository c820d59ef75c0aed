"""What our processes inherit of this one's environment."""

import os


def environment() -> dict[str, str]:
    """All but settings: those reach them by their assignment, and secrets by nothing else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAILWEIR_")}
