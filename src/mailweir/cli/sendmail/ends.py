"""How handing over a message ends: the exit codes of sysexits.h, by which cron, PHP and others go.

| code | what it means here |
| --- | --- |
| EX_USAGE (64) | the command was given wrongly, or nobody to send to |
| EX_DATAERR (65) | the message will never do as it is |
| EX_NOUSER (67) | the server knows no such recipient |
| EX_UNAVAILABLE (69) | the server refuses for good |
| EX_TEMPFAIL (75) | later it may work: the server is away, or asks for a later attempt |
"""


class EndedError(Exception):
    """An end other than success: `code` of sysexits.h, and one sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
