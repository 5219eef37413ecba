"""The notebook runner: unknown parameters refused, failures kept, a room of its own, no idle rerun."""
import functools
import shutil
import sys

import numpy as np
import pytest

from lib import __main__ as command
from lib import study as studies
from lib.run import runner
from lib.store import artifacts, disk
from lib.study import ROOT, Study

SCRIPT = """# %% [markdown]
# # 05 A notebook

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
from lib.study import Study
{body}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one notebook and the real lib, all output under tmp_path."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(studies, "ROOT", tmp_path)
    monkeypatch.setattr(studies, "Study", functools.partial(Study, home=tmp_path))
    script = tmp_path / "notebooks" / "05_radius_theory.py"

    def write(body):
        script.write_text(SCRIPT.format(body=body))
        return script
    write("print(Study(dataset, scale, seed).run)")
    return write


def left(home):
    """Names of the files, locks apart, in the folder of executed notebooks."""
    folder = home / "build" / "synthetic-smoke-s1"
    return sorted(path.name for path in folder.iterdir() if path.name != disk.LOCKS)


GIVEN = {"dataset": "synthetic", "scale": "smoke", "seed": "1"}


def test_parameters_are_read_from_the_tagged_cell(project):
    assert runner.parameters(project("pass")) == {"dataset": "synthetic", "scale": "laptop", "seed": 0}


def test_an_unknown_parameter_is_refused_with_the_known_ones(project):
    with pytest.raises(ValueError, match="has no parameter sead: it knows dataset, scale, seed"):
        runner.check_parameters(project("pass"), {"sead": "1"})


@pytest.mark.parametrize("name", ["99", "05_other"])
def test_an_unknown_notebook_is_refused(project, name):
    with pytest.raises(ValueError, match=f"no notebook '{name}'"):
        runner.source(name)


@pytest.mark.slow
def test_a_notebook_runs_with_its_parameters_once(project, capsys, tmp_path):
    target = runner.run("05_radius_theory", GIVEN)
    assert "synthetic-smoke-s1" in target.read_text() and "(missing)" in capsys.readouterr().out
    before = target.read_bytes()
    assert runner.run("05_radius_theory", GIVEN).read_bytes() == before
    assert "nothing that matters" in capsys.readouterr().out
    project("print('edited')")
    runner.run("05_radius_theory", GIVEN)
    assert "input 05_radius_theory.py changed" in capsys.readouterr().out and b"edited" in target.read_bytes()
    # no temporary file is left
    assert {name.partition(".")[2] for name in left(tmp_path)} == {"ipynb", "ipynb.json"}


@pytest.mark.slow
def test_what_a_notebook_reads_is_recorded_as_it_reads(project, tmp_path, capsys):
    other = tmp_path / "data" / "synthetic-smoke-s1" / "z_train-I.npy"
    artifacts.save(other, np.zeros(3), artifacts.recipe("encode", {}))
    project(f"from lib.store import artifacts\nprint(artifacts.require({str(other)!r}, '02').sum())")
    target = runner.run("05_radius_theory", GIVEN)
    assert list(artifacts.facts(target)["files"]) == ["data/synthetic-smoke-s1/z_train-I.npy"]
    artifacts.save(other, np.ones(3), artifacts.recipe("encode", {}))
    runner.run("05_radius_theory", GIVEN)
    assert "z_train-I.npy is not what it was" in capsys.readouterr().out and "3.0" in target.read_text()


@pytest.mark.slow
def test_a_failed_notebook_stays_to_be_read_and_is_named(project, tmp_path):
    project("raise ValueError('no latents')")
    with pytest.raises(runner.NotebookFailed, match="no latents(.|\n)*05_radius_theory.failed.ipynb"):
        runner.run("05_radius_theory", GIVEN)
    assert left(tmp_path) == ["05_radius_theory.failed.ipynb"]


@pytest.mark.slow
def test_a_killed_kernel_is_explained(project):
    project("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(runner.NotebookFailed, match="most likely because memory ran out") as failure:
        runner.run("05_radius_theory", GIVEN)
    assert failure.value.code == 138


@pytest.mark.slow
@pytest.mark.parametrize("kernel, patience, words", [
    ("import time; time.sleep(60)", 1, "did not start in 1 seconds, .*: run the same command again"),
    ("raise SystemExit(3)", 60, "the kernel ended before it began")])
def test_a_kernel_that_does_not_start_is_explained(project, monkeypatch, tmp_path, kernel, patience, words):
    project("pass")
    monkeypatch.setattr(runner, "KERNEL", [sys.executable, "-c", kernel, "{connection_file}"])
    monkeypatch.setattr(runner, "PATIENCE", patience)
    with pytest.raises(runner.NotebookFailed, match=words):
        runner.run("05_radius_theory", GIVEN)
    assert left(tmp_path) == []


FIGURE = """import matplotlib.pyplot as plt
from lib import figures
figures.use_style()
study = Study(dataset, scale, seed)
fig, ax = plt.subplots()
ax.plot([1, 2], label="a line")
{end}"""
SHOWN = 'figures.show(fig, study, "X-1", "line", "A line.")'


def drawn(tmp_path):
    """The bytes of the picture of FIGURE."""
    return (tmp_path / "figures" / "synthetic-smoke-s1" / "X-1-line.webp").read_bytes()


@pytest.fixture
def at_home(project, tmp_path):
    """The bytes of the picture that the project draws where a user has set nothing."""
    project(FIGURE.format(end=SHOWN))
    runner.run("05_radius_theory", GIVEN)
    return drawn(tmp_path)


def in_the_shell(name, value):
    return lambda patch, folder: patch.setenv(name, str(value(folder)) if callable(value) else value)


def profile(patch, folder):
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text(
        "import matplotlib.pyplot as plt; plt.rcParams['axes.facecolor'] = 'red'; print('MINE')")
    (startup.parent / "ipython_kernel_config.py").write_text(
        "c.InteractiveShell.ast_node_interactivity = 'all'; c.InlineBackend.rc = {'axes.facecolor': 'red'}")
    patch.setenv("IPYTHONDIR", str(folder / "ipython"))


def settings(text):
    def write(patch, folder):
        (folder / "matplotlibrc").write_text(text)
        patch.setenv("MATPLOTLIBRC", str(folder / "matplotlibrc"))
        (folder / "mpl").mkdir()
        (folder / "mpl" / "matplotlibrc").write_text(text)
        patch.setenv("MPLCONFIGDIR", str(folder / "mpl"))
    return write


def kernels(patch, folder):
    spec = folder / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["/no/such/python", "{connection_file}"], "display_name": "x", "language": "python"}')
    patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
    patch.setenv("JUPYTER_DATA_DIR", str(folder / "jupyter"))


def shadows(patch, folder):
    (folder / "lib.py").write_text("raise RuntimeError('not the lib of this project')")
    (folder / "sitecustomize.py").write_text("raise RuntimeError('a start of the user')")
    patch.setenv("PYTHONPATH", str(folder))


FOREIGN = {
    "a backend in the shell": in_the_shell("MPLBACKEND", "svg"),
    "no such backend": in_the_shell("MPLBACKEND", "nonsense"),
    "TeX in matplotlibrc": settings("text.usetex: True"),
    "colours in matplotlibrc": settings("axes.facecolor: red\nbackend: pdf"),
    "an IPython profile": profile,
    "a kernel of a cluster's module": kernels,
    "modules of the same names": shadows,
    "a safe path": in_the_shell("PYTHONSAFEPATH", "1"),
    "warnings as errors": in_the_shell("PYTHONWARNINGS", "error"),
    "a start file": in_the_shell("PYTHONSTARTUP", lambda folder: folder / "none.py"),
}


@pytest.mark.slow
@pytest.mark.parametrize("setting", FOREIGN)
def test_what_the_user_has_set_changes_no_picture(at_home, project, monkeypatch, tmp_path, setting):
    folder = tmp_path / "user"
    folder.mkdir()
    FOREIGN[setting](monkeypatch, folder)
    project(FIGURE.format(end=SHOWN) + "\n")
    target = runner.run("05_radius_theory", GIVEN)
    assert drawn(tmp_path) == at_home and runner.pictures(target) == 1 and "MINE" not in target.read_text()


@pytest.mark.slow
def test_a_notebook_that_saves_more_figures_than_it_shows_fails(at_home, project, tmp_path):
    project(FIGURE.format(end=SHOWN.replace("show", "save") + "; plt.close()"))
    words = r"saved 1 figures and shows 0: (.|\n)*05_radius_theory.failed.ipynb"
    with pytest.raises(runner.NotebookFailed, match=words):
        runner.run("05_radius_theory", GIVEN)


@pytest.mark.parametrize("arguments, words", [
    (["notebook", "05_radius_theory", "-p", "colour", "red"], "has no parameter colour"),
    (["data", "-p", "scale", "huge"], "unknown SCALE 'huge'"),
    (["report", "-p", "seed", "one"], "SEED must be a whole number"),
])
def test_the_command_says_one_sentence_and_fails(arguments, words, capsys):
    assert command.main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error and error.count("\n") == 1
