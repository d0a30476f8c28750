"""The command line: ``ecg-core reconstruct | replay | train | calibrate | answers | population | evaluate``."""

import argparse
import sys
from collections.abc import Sequence

from ecg_core.commands.networks import add_answers, add_calibrate, add_evaluate, add_population, add_train
from ecg_core.commands.recordings import add_reconstruct, add_replay
from ecg_core.errors import AnswerNeeded, EcgError, Question

__all__ = ["main"]

BAD_INPUT, STOPPED = 2, 130
ANSWERS = {
    Question.RATE: "--rate HZ",
    Question.UNIT: "--unit mV or --unit uV",
    Question.LEAD: "--lead NAME",
    Question.RECORDING: "--member NUMBER or --member FILE",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0, or 2 for bad input, told in one sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except AnswerNeeded as error:
        offered = f" ({'; '.join(error.choices)})" if error.question is Question.RECORDING else ""
        print(f"ecg-core: {error} Say it with {ANSWERS[error.question]}{offered}.", file=sys.stderr)
        return BAD_INPUT
    except EcgError as error:
        print(f"ecg-core: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("ecg-core: stopped.", file=sys.stderr)
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ecg-core", description="Twelve leads from Lead I, with calibrated doubt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_reconstruct(commands.add_parser("reconstruct", help="estimate eleven leads from a recording's Lead I"))
    add_replay(commands.add_parser("replay", help="make the result of a recipe again, bit for bit"))
    add_train(commands.add_parser("train", help="train, calibrate and score a network on PTB-XL"))
    add_calibrate(commands.add_parser("calibrate", help="recalibrate the band on records of one's own"))
    add_answers(commands.add_parser("answers", help="measure which estimated answers of a model may be shown"))
    add_population(commands.add_parser("population", help="average beats by sex and age, to be compared with"))
    add_evaluate(
        commands.add_parser("evaluate", help="score a model, the wave finder or the quality check on real records")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
