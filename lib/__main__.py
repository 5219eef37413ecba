"""What the Makefile calls: `python -m lib COMMAND`, see `--help`; errors: one sentence and an exit code."""
import argparse
import os
import signal
import sys
import warnings
from pathlib import Path

if os.name == "nt":
    sys.exit("error: the study runs on Linux and macOS, on Windows inside WSL 2")
if sys.version_info < (3, 11):
    sys.exit(f"error: Python 3.11 to 3.14 is needed, and {sys.executable} is {sys.version.split()[0]}: "
             "run make without PYTHON=, or with another")
try:
    from lib import study as studies
    from lib.store import artifacts
except ModuleNotFoundError as missing:
    sys.exit(f"error: this Python has no package {missing.name!r}: run make without PYTHON=, or "
             "python -m pip install -r requirements.txt")

sys.modules.setdefault("rfc3987_syntax", None)   # a grammar that jsonschema compiles for a second, unneeded
EXPECTED = ValueError, FloatingPointError, OSError                   # bad input and full disks: no traceback


def data(study):
    """make the image cache of a run"""
    from lib.images import cache
    cache.download(study)
    paths = cache.prepare(study)
    stamp = study.build / "images.txt"
    text = "".join(f"{artifacts.file_hash(path)}  {Path(path).name}\n" for path in paths)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != text:      # make reruns what waits for it
        artifacts.write(stamp, text)


def train(study):
    """train both cases, under torchrun on several GPUs"""
    from lib import stages
    from lib.network import ranks
    ranks.start()
    try:
        stages.networks(study)
    finally:
        ranks.stop()


def claims(study):
    """collect the claims table"""
    from lib import claims
    print(f"claims: {len(claims.collect(study))} in {os.path.relpath(study.figures / 'claims.md')}")


def report(study):
    """write the pages and the HTML report"""
    from lib.run import report
    print(f"report: {os.path.relpath(report.build(study))}")


def readme(study):
    """write findings and claims of a run into the README"""
    from lib.run import report
    report.readme(study, studies.ROOT / "README.md")


def compare(names):
    """write the claims of several finished runs side by side"""
    from lib.run import compare
    print(f"compared: {os.path.relpath(compare.compare(names))}")


def status(study):
    """list every stage of a run: current, stale (why) or missing"""
    from lib.run import audit
    for stage, name, state in audit.status(study):
        print(f"{stage:12} {name:32} {state}")


def verify(study):
    """recheck every file of a finished run and its claims"""
    from lib.run import audit
    found = audit.verify(study)
    whole = "is whole: every file as it was written, every verdict as its number says"
    said = f"is not as it was written: {len(found)} lines above" if found else whole
    print(*found, f"verify: {study.run} {said}", sep="\n")
    return 1 if found else 0


def damaged(study):
    """name what make must make again because its files changed by hand"""
    from lib.run import audit
    print(*(path.relative_to(study.home).as_posix() for path in audit.damaged(study)))


def calibration(study):
    """make the tables of data/calibration again where their code changed"""
    from lib import stages
    for table in stages.calibration_tables():
        print(f"calibration: {len(table)} rows")


def controls(study):
    """make the tables of data/controls again where their code changed"""
    from lib import stages
    for table in stages.controls_tables():
        print(f"controls: {len(table)} rows")


def pairs(study):
    """make the two halves of each notebook equal"""
    from lib.run import pairs
    print("pairs written:", ", ".join(pairs.sync()) or "none, all are equal")


def doctor(study):
    """is this machine fit for the run?"""
    from lib.run import doctor
    return doctor.examine(study)


def notebook(name, given):
    """run one notebook headless"""
    from lib.run import runner
    runner.check_parameters(runner.source(name), given)
    try:
        runner.run(name, given)
    except runner.NotebookFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code


COMMANDS = (data, train, notebook, claims, report, readme, compare, status, verify, damaged, calibration,
            controls, pairs, doctor)


def main(arguments=None):
    """Run one command of the study; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for function in COMMANDS:
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        if function is notebook:
            command.add_argument("name")
        if function is compare:
            command.add_argument("runs", nargs="*")
        command.add_argument("-p", nargs=2, action="append", default=[], metavar=("PARAMETER", "VALUE"))
    options = parser.parse_args(arguments)
    given, what = dict(options.p), getattr(options, "name", options.command)
    before = [signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        if options.run is notebook:
            return notebook(options.name, given) or 0
        return options.run(options.runs if options.run is compare else studies.named(given)) or 0
    except KeyboardInterrupt as interrupt:
        warnings.simplefilter("ignore")                              # of coroutines that were cut off
        print(f"{what}: interrupted; run the same command again to go on", file=sys.stderr)
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


def _interrupt(number, frame):
    raise KeyboardInterrupt(number)


if __name__ == "__main__":
    sys.exit(main())
