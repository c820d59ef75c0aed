"""Where the `mailweir` command begins: what is started often goes before all that takes time."""

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

_SENDMAIL: Final = "sendmail"
_SERVE: Final = "serve"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that the arguments name, and end with its exit code.

    Called as `sendmail`, by a link of that name, it is `mailweir sendmail`.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and sys.argv[0].rpartition("/")[2] == _SENDMAIL:
        words = [_SENDMAIL, *words]
    if words[:1] == [_SENDMAIL]:
        from mailweir.cli.sendmail import sendmail  # noqa: PLC0415  only this command pays for it

        sys.exit(sendmail(words[1:]))
    if words[:1] == [_SERVE]:
        from mailweir.cli.saying import end  # noqa: PLC0415  as above
        from mailweir.cli.serving import plainly  # noqa: PLC0415  as above

        if (serving := plainly(words[1:])) is not None:
            end(serving.run)
    from mailweir.cli.program import answer  # noqa: PLC0415  sendmail does without it

    answer(words)
