"""`python -m fuzz`: hostile input for every parser and state machine, for a while; exit code 1 with findings.

    python -m fuzz [--seconds S] [--executions N] [--only TARGET …] [--workers N] [--kept DIR]
    python -m fuzz replay FILE …     runs findings again
    python -m fuzz plant [NAME …]    plants defects in copies of the product, and finds them

What was learnt is kept in .cache/fuzz; findings are in .cache/fuzz/findings.
"""

import argparse
import importlib.util
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fuzz.catalogue import TARGETS
from fuzz.defects import DEFECTS
from fuzz.outcomes import table
from fuzz.planting import LIMIT, find
from fuzz.replaying import replay
from fuzz.rounds import Rounds
from fuzz.workplace import KEPT, advice, target_of

_WORKERS = 2
_SECONDS = 240.0
_NEEDS = (
    "atheris is not here. It has wheels for Linux on x86-64 with Python 3.11 to 3.13, where `make fuzz`"
    " installs it; elsewhere only the state machines run: --only conversation store"
)


def main() -> int:
    """Does what the command line asks for."""
    commands: Mapping[str, Callable[[Sequence[str]], int]] = {"replay": _replay, "plant": _plant}
    # Who is started in the background has been told to ignore the one; who is stopped is sent the other.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    words = sys.argv[1:]
    if words and words[0] in commands:
        return commands[words[0]](words[1:])
    return _fuzz(words)


def _parser(command: str, about: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"python -m fuzz{command}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _fuzz(words: Sequence[str]) -> int:
    parser = _parser("", __doc__)
    parser.add_argument("--seconds", type=_above, default=_SECONDS, metavar="S", help="of one round")
    parser.add_argument("--executions", type=_positive, default=0, metavar="N", help="rounds until so many")
    parser.add_argument("--only", type=_target, nargs="+", default=list(TARGETS), metavar="TARGET")
    parser.add_argument(
        "--workers", type=_positive, default=_WORKERS, metavar="N", help="at once; 2 by default"
    )
    parser.add_argument("--kept", type=Path, default=KEPT, metavar="DIR", help=".cache/fuzz by default")
    chosen = parser.parse_args(words)
    targets = [TARGETS[name] for name in dict.fromkeys(chosen.only)]
    if _lacks_atheris() and not all(target.is_machine for target in targets):
        parser.exit(2, f"{_NEEDS}\n")
    rounds = Rounds(targets, seconds=chosen.seconds, workers=chosen.workers, kept=chosen.kept)
    rounds.run(chosen.executions)
    print(table(rounds.outcomes.values()))
    for outcome in rounds.outcomes.values():
        for line in (*outcome.notes, *(advice(one) for one in outcome.findings)):
            print(line)
    return any(outcome.findings or outcome.broken for outcome in rounds.outcomes.values())


def _replay(words: Sequence[str]) -> int:
    parser = _parser(" replay", "Runs findings again, without instruments; a traceback says what is wrong.")
    parser.add_argument("--target", type=_target, help="when the name of the file does not say it")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    chosen = parser.parse_args(words)
    for file in chosen.files:
        name = chosen.target or target_of(file)
        if name not in TARGETS:
            parser.error(
                f"{file} does not begin with a target's name; --target is one of {', '.join(TARGETS)}"
            )
        if not file.is_file():
            parser.error(f"{file} is not there")
        replay(TARGETS[name], file)
        print(f"{file}: holds")
    return 0


def _plant(words: Sequence[str]) -> int:
    parser = _parser(" plant", f"Each defect has to be found within {LIMIT:.0f} s.")
    parser.add_argument("names", type=_defect, nargs="*", default=list(DEFECTS), metavar="NAME")
    missed = 0
    for name in parser.parse_args(words).names:
        seconds = find(DEFECTS[name])
        missed += seconds is None
        told = f"not found in {LIMIT:.0f} s" if seconds is None else f"{seconds:5.1f} s"
        print(f"{name:<30}{DEFECTS[name].target:<14}{told}", flush=True)
    print(f"{missed} defects were not found" if missed else "every defect was found")
    return 1 if missed else 0


def _lacks_atheris() -> bool:
    return importlib.util.find_spec("atheris") is None


def _target(text: str) -> str:
    return _one_of("target", text, TARGETS)


def _defect(text: str) -> str:
    return _one_of("planted defect", text, DEFECTS)


def _one_of(what: str, text: str, known: Mapping[str, object]) -> str:
    if text not in known:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}; there are {', '.join(known)}")
    return text


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _above(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
