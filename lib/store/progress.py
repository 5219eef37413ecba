"""A bar where someone watches, a log line every few seconds elsewhere."""
import contextlib
import os
import sys
import time
import warnings

from tqdm.auto import tqdm

LOG = "STUDY_LOG"   # the notebook runner names a file here and shows what is written to it in the terminal
THREADS = "STUDY_THREADS"  # the runner hands on here how many threads the user wants, if OMP_NUM_THREADS says
SECONDS_BETWEEN_LINES = 5


def bar(iterable, desc, total=None, unit="it"):
    """Iterate over `iterable` and show how far it is: a tqdm bar for who watches, else lines."""
    if not headless() and (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield from tqdm(iterable, desc=desc, total=total, unit=unit, leave=False)
        return
    total = len(iterable) if total is None else total
    start, last = time.perf_counter(), 0
    for done, item in enumerate(iterable, 1):
        yield item
        spent = time.perf_counter() - start
        if spent - last > SECONDS_BETWEEN_LINES or (done == total and spent > SECONDS_BETWEEN_LINES):
            log(f"{desc}: {done}/{total} {unit}, {spent:.0f} s of about {spent * total / done:.0f} s")
            last = spent


def headless():
    """Whether the notebook runner, and nobody else, is watching."""
    return LOG in os.environ


def log(line):
    """Show one line to whoever runs the study: in the terminal under make, in a notebook run by hand."""
    if headless():
        try:
            with open(os.environ[LOG], "a", encoding="utf-8") as file:
                file.write(line + "\n")
            return
        except OSError:  # a full disk: the work itself will say so in words
            pass
    print(line)


@contextlib.contextmanager
def log_warnings():
    """Show warnings of the block as lines: read by who runs the study, and no clutter in a notebook."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        log(str(warning.message))
