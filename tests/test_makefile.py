"""The Makefile as the one place that says who waits for whom: plain lines, every notebook, and -j obeyed."""
import os
import re
import subprocess
import sys

import pytest

from lib.study import ROOT

TEXT = (ROOT / "Makefile").read_text()
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.py"))


def made(*arguments):
    """What make prints for these arguments, without what the shell that calls the tests has set."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", f"PYTHON={sys.executable}", *arguments], cwd=ROOT, env=environment,
                          text=True, capture_output=True, check=True).stdout


def test_dependencies_are_plain_lines():
    assert not re.search(r"\bdefine\b|\$\((eval|call)\b", TEXT)
    assert TEXT.count("$(B)/%.ipynb:") == 1


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_notebook_has_a_line_that_says_whom_it_waits_for(name):
    needed = re.search(rf"^\$\(B\)/{name}\.ipynb: (.+)$", TEXT, re.M)[1]
    others = re.findall(r"\$\(B\)/(\d\d\w+)\.ipynb", needed)
    assert all(other in NOTEBOOKS and other < name for other in others) and (others or "images.txt" in needed)


def test_the_makefile_knows_no_notebook_that_is_not_there():
    assert set(re.findall(r"\$\(B\)/(\d\d_\w+)\.ipynb", TEXT)) == set(NOTEBOOKS)


@pytest.mark.parametrize("arguments, jobs", [((), "-j2"), (("-j1",), "-j1"), (("-j3",), "-j3"),
                                             (("MAKE_VERSION=3.81",), None)])
def test_two_notebooks_at_a_time_unless_told_otherwise(arguments, jobs):
    flags = re.search(r"^MAKEFLAGS = (.*)$", made("-n", "-p", "help", *arguments), re.M)[1]
    assert re.findall(r"-j\d", flags) == ([jobs] if jobs else [])


def test_help_names_every_target():
    shown = made("help")
    for target in re.findall(r"^([a-z-]+):.*##", TEXT, re.M):
        assert re.search(rf"^{target} ", shown, re.M)
