"""Why a process could not start, as one sentence that says what to do."""


class StartError(Exception):
    """What stands in the way, and the way around it. The exit code is 1."""
