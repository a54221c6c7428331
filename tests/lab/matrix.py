"""Runs the applications of tests/apps through the lab.

`python -m tests.lab.matrix` runs them all, with every fault, and writes docs/lab-proof.md; with names of applications,
or with `--fault NAME`, only a part, and nothing is written.
"""

from __future__ import annotations

import argparse
import sys

from tests.apps.driver import NAMES
from tests.lab.proof import DOCUMENT, problems, render
from tests.lab.trials import Trial, Verdicts, run_all, trials


def main() -> int:
    """Run, print, and write the document if all was run."""
    parser = argparse.ArgumentParser(description="Run the applications of tests/apps through the lab.")
    parser.add_argument("apps", nargs="*", metavar="APP", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--fault", action="append", help="only that fault; '' for the application as it is")
    options = parser.parse_args()
    wanted = [trial for trial in trials(options.apps or NAMES) if options.fault is None or trial.fault in options.fault]

    def told(trial: Trial, verdicts: Verdicts) -> None:
        wrong = problems({trial: verdicts})
        sys.stdout.write("\n    ".join([f"{'wrong' if wrong else 'right'}  {trial}", *wrong]) + "\n")
        sys.stdout.flush()

    found = run_all(wanted, told)
    wrong = problems(found)
    sys.stdout.write(f"{len(found)} trials, {len(wrong)} problems\n")
    if not options.apps and options.fault is None:
        DOCUMENT.write_text(render(found))
        sys.stdout.write(f"{DOCUMENT.name} is written.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
