"""The Makefile as the one place that says who waits for whom: plain lines, every notebook, and -j obeyed."""
import ast
import os
import re
import subprocess
import sys

import pytest

from lib.study import ROOT

TEXT = (ROOT / "Makefile").read_text()
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.py"))


def make(*arguments, cwd=ROOT, **set_by_the_user):
    """The finished make with these arguments, without what the shell that calls the tests has set."""
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("MAKE", "MFLAGS", "CELEBA", "LFW", "IMAGES", "PYTHON"))}
    return subprocess.run(["make", *arguments], cwd=cwd, env=environment | set_by_the_user, text=True,
                          capture_output=True)


def made(*arguments, **set_by_the_user):
    finished = make(f"PYTHON={sys.executable}", *arguments, **set_by_the_user)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


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


def jobs_of(cores, arguments, folder):
    """The -j of make on a machine of so many cores; None: it cannot tell by nproc (macOS) but by getconf."""
    for name, say in {"nproc": cores, "getconf": cores or 4}.items():
        (folder / name).write_text(f"#!/bin/sh\necho {say}\n" if say else "#!/bin/sh\nexit 127\n")
        (folder / name).chmod(0o755)
    out = made("-n", "-p", "help", *arguments, PATH=f"{folder}:{os.environ['PATH']}")
    return re.findall(r"-j\d+", re.search(r"^MAKEFLAGS = (.*)$", out, re.M)[1])


@pytest.mark.parametrize("cores, jobs", [(1, 2), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (192, 4), (None, 3)])
def test_more_notebooks_run_at_a_time_on_more_cores(cores, jobs, tmp_path):
    assert jobs_of(cores, (), tmp_path) == [f"-j{jobs}"]


@pytest.mark.parametrize("arguments, jobs", [(("-j1",), ["-j1"]), (("-j3",), ["-j3"]), (("-j6",), ["-j6"]),
                                             (("MAKE_VERSION=3.81",), [])])
def test_as_many_notebooks_run_at_a_time_as_one_asks_for(arguments, jobs, tmp_path):
    assert jobs_of(8, arguments, tmp_path) == jobs


def test_help_names_every_target():
    shown = made("help")
    for target in re.findall(r"^([a-z-]+):.*##", TEXT, re.M):
        assert re.search(rf"^{target} ", shown, re.M)


@pytest.mark.parametrize("given, words", [
    (["scale=smoke"], "nothing reads scale=: the options are DATASET SCALE SEED"),
    (["Seed=1", "thread=2"], "nothing reads .*=: the options are"),
    (["CELEBA=/x"], "CELEBA=/x is read with DATASET=celeba only"),
    (["CELEBA_TERMS=accepted"], "CELEBA_TERMS=accepted is read with DATASET=celeba only"),
    (["LFW=/x", "DATASET=celeba"], "LFW=/x is read with DATASET=lfw only"),
    (["IMAGES=/x", "DATASET=celeba"], "IMAGES=/x is read with DATASET=folder only"),
    (["TORCH=cuda"], "unknown TORCH=cuda: TORCH=cpu installs torch without CUDA")])
def test_an_option_without_effect_is_refused_in_one_sentence(given, words):
    finished = make("help", *given)
    assert finished.returncode != 0 and re.search(words, finished.stderr) and finished.stderr.count("\n") == 1


@pytest.mark.parametrize("given", [["CELEBA=/x", "DATASET=celeba"], ["LFW=/x", "DATASET=lfw"],
                                   ["IMAGES=/x", "DATASET=folder"], ["CELEBA="],
                                   ["CELEBA_TERMS=accepted", "DATASET=celeba"], ["OMP_NUM_THREADS=1"],
                                   ["SCALE=smoke", "SEED=2", "ARGS=-x", "TORCH=cpu"]])
def test_options_that_are_read_are_taken(given):
    assert make("help", *given, CELEBA="/in the environment").returncode == 0


def test_jupyter_is_let_run_as_root_where_one_is_root(tmp_path):
    """In a container everyone is root, and JupyterLab refuses to start for root unless told."""
    for user in (0, 1000):
        script(tmp_path / "id", f"echo {user}")
        finished = make("-n", "lab", PATH=f"{tmp_path}:{os.environ['PATH']}")
        assert ("--allow-root" in finished.stdout) == (user == 0) and "jupyterlab" in finished.stdout


# ------------------------------------------------------------------------------------------------- the set-up

def script(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]))
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """A project of a Makefile and its locks alone."""
    for name in ("Makefile", "requirements.txt", "requirements-test.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    return tmp_path


@pytest.mark.parametrize("minor, fits", [(10, False), (11, True), (14, True), (15, False)])
def test_a_python_that_does_not_fit_is_named(project, minor, fits):
    code = f'import sys; sys.version_info = (3, {minor}, 0, "final", 0); exec(sys.argv[1])'
    python = script(project / "python", '[ "$1" = -c ] || exit 9',
                    f"exec {sys.executable} -c '{code}' \"$2\"")
    said = make("setup", f"SYSTEM={python}", cwd=project).stderr
    words = f"error: Python 3.11 to 3.14 is needed, and this is 3.{minor}: give one with make SYSTEM="
    assert (words in said) != fits


def test_a_python_without_venv_is_explained(project):
    python = script(project / "python", '[ "$1" = -c ]')
    finished = make("setup", f"SYSTEM={python}", cwd=project)
    assert finished.returncode != 0
    assert re.search("^error: .*python cannot make a virtual environment: install its", finished.stderr, re.M)


def test_an_environment_whose_python_is_gone_is_made_again(project):
    python = script(project / ".venv/bin/python")
    (project / ".venv/.ready").touch()
    assert "venv" not in make("-n", "setup", cwd=project).stdout                 # control: it is sound
    python.unlink()
    python.symlink_to("/no/python/any/more")
    finished = make("-n", "setup", cwd=project)
    assert "the Python of .venv is gone: it is made again" in finished.stderr
    assert "-m venv .venv" in finished.stdout and not (project / ".venv").exists()


def test_the_set_up_for_tests_adds_to_that_of_users(project):
    users, tests = (make("-n", name, cwd=project).stdout for name in ("doctor", "test"))
    assert "-r requirements.txt" in users and "requirements-test.txt" not in users
    assert tests.index("-r requirements.txt") < tests.index("-r requirements-test.txt")
    plain, cpu = (make("-n", "setup", *more, cwd=project).stdout for more in ((), ("TORCH=cpu",)))
    assert "whl/cpu" in cpu and "whl/cpu" not in plain


@pytest.mark.parametrize("change, words", [
    ("sys.version_info = (3, 10, 9)", "error: Python 3.11 to 3.14 is needed, and .* is 3"),
    ("os.name = 'nt'", "error: the study runs on Linux and macOS, on Windows inside WSL 2")])
def test_another_python_or_system_is_refused_in_one_sentence(change, words):
    code = f"import os, sys, pathlib, runpy; {change}; runpy.run_module('lib', run_name='__main__')"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)
    assert finished.returncode != 0 and re.match(words, finished.stderr) and finished.stderr.count("\n") == 1
    ast.parse((ROOT / "lib" / "__main__.py").read_text(), feature_version=(3, 8))    # it must get that far
