"""What the Makefile calls: `python -m lib COMMAND`, see `--help`. Errors are one sentence and an exit code."""
import argparse
import os
import signal
import sys
import warnings
from pathlib import Path

try:
    from lib import artifacts, study as studies
except ModuleNotFoundError as missing:
    sys.exit(f"error: this Python has no package {missing.name!r}: run make without PYTHON=, or "
             "python -m pip install -r requirements.txt")

sys.modules.setdefault("rfc3987_syntax", None)     # a grammar that jsonschema compiles for a second, and no notebook needs
EXPECTED = (ValueError, FileNotFoundError, FloatingPointError, OSError)      # bad input and full disks: no traceback


def main(arguments=None):
    """Run one command of the study; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("data", "make the image cache of a run"),
                       ("train", "train both cases, under torchrun on several GPUs"), ("notebook", "run one notebook headless"),
                       ("claims", "collect the claims table"), ("report", "write the HTML report"),
                       ("status", "list every stage of a run: current, stale (why) or missing"),
                       ("verify", "recheck every file of a finished run and its claims"),
                       ("damaged", "name what make must make again because its files changed by hand"),
                       ("readme", "write the claims of a run into the README"),
                       ("calibration", "make the tables of data/calibration again where their code changed"),
                       ("doctor", "is this machine fit for the run?")):
        command = commands.add_parser(name, help=what)
        if name == "notebook":
            command.add_argument("name")
        command.add_argument("-p", nargs=2, action="append", default=[], metavar=("PARAMETER", "VALUE"))
    options = parser.parse_args(arguments)
    what = getattr(options, "name", options.command)
    before = [signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        return COMMANDS[options.command](options, dict(options.p)) or 0
    except KeyboardInterrupt as interrupt:
        warnings.simplefilter("ignore")                              # of coroutines that were cut off: one line is enough
        print(f"{what}: interrupted; run the same command again to go on", file=sys.stderr)
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before):
            signal.signal(number, handler)


def _interrupt(number, frame):
    raise KeyboardInterrupt(number)


def study_of(given):
    """The Study that the parameters name; ValueError on an unknown parameter or value."""
    unknown = set(given) - {"dataset", "scale", "seed"}
    if unknown:
        raise ValueError(f"unknown parameter {', '.join(sorted(unknown))}: known are dataset, scale, seed")
    if not given.get("seed", "0").isdigit():
        raise ValueError(f"SEED must be a whole number from 0 up, not {given['seed']!r}")
    return studies.Study(given.get("dataset", "synthetic"), given.get("scale", "laptop"), int(given.get("seed", 0)))


def _data(options, given):
    from lib import images
    study = study_of(given)
    images.download(study)
    paths = images.prepare(study)
    stamp = study.build / "images.txt"
    text = "".join(f"{artifacts.file_hash(path)}  {Path(path).name}\n" for path in paths)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != text:              # make reruns what depends on it only if it changed
        artifacts.write(stamp, text)


def _train(options, given):
    from lib import models, ranks, train
    ranks.start()
    try:
        for case in models.CASES:
            train.trained(study_of(given), case)
    finally:
        ranks.stop()


def _notebook(options, given):
    from lib import runner
    runner.check_parameters(runner.source(options.name), given)
    study_of(given)
    try:
        runner.run(options.name, given)
    except runner.NotebookFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code


def _claims(options, given):
    from lib import claims
    table = claims.collect(study_of(given))
    print(f"claims: {len(table)} in {os.path.relpath(study_of(given).figures / 'claims.md')}")


def _report(options, given):
    from lib import report
    print(f"report: {os.path.relpath(report.build(study_of(given)))}")


def _status(options, given):
    from lib import audit
    for stage, name, state in audit.status(study_of(given)):
        print(f"{stage:12} {name:32} {state}")


def _verify(options, given):
    from lib import audit
    study = study_of(given)
    found = audit.verify(study)
    for line in found:
        print(line)
    print(f"verify: {study.run} " + (f"is not as it was written: {len(found)} lines above" if found else
                                     "is whole: every file as it was written, every verdict as its number says"))
    return 1 if found else 0


def _damaged(options, given):
    from lib import audit
    study = study_of(given)
    print(*(path.relative_to(study.home).as_posix() for path in audit.damaged(study)))


def _readme(options, given):
    from lib import report
    report.readme(study_of(given), artifacts.ROOT / "README.md")


def _calibration(options, given):
    from lib import calibration
    for table in calibration.tables():
        print(f"calibration: {len(table)} rows")


def _doctor(options, given):
    from lib import doctor
    return doctor.examine(study_of(given))


COMMANDS = {"data": _data, "train": _train, "notebook": _notebook, "claims": _claims, "report": _report, "readme": _readme,
            "status": _status, "verify": _verify, "damaged": _damaged,
            "calibration": _calibration, "doctor": _doctor}

if __name__ == "__main__":
    sys.exit(main())
