"""The notebook runner: unknown parameters refused, a failed notebook kept, nothing rerun without a reason."""
import pytest

from lib import __main__ as command
from lib.run import runner
from lib.store import artifacts
from lib.study import ROOT, Study

SCRIPT = """# %% [markdown]
# # 05 A notebook

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
from lib import study as studies
{body}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one notebook and the real lib, all output under tmp_path."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "lib").symlink_to(ROOT / "lib")
    monkeypatch.setattr(artifacts, "ROOT", tmp_path)
    monkeypatch.setattr(runner.studies, "Study", lambda **given: Study(**given, home=tmp_path))
    script = tmp_path / "notebooks" / "05_radius_theory.py"

    def write(body):
        script.write_text(SCRIPT.format(body=body))
        return script
    write("print(studies.Study(dataset, scale, seed).run)")
    return write


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


def test_a_notebook_runs_with_its_parameters_once(project, capsys):
    target = runner.run("05_radius_theory", GIVEN)
    assert "synthetic-smoke-s1" in target.read_text() and "(missing)" in capsys.readouterr().out
    before = target.read_bytes()
    assert runner.run("05_radius_theory", GIVEN).read_bytes() == before
    assert "nothing that matters" in capsys.readouterr().out
    project("print('edited')")
    runner.run("05_radius_theory", GIVEN)
    assert "input 05_radius_theory.py changed" in capsys.readouterr().out and b"edited" in target.read_bytes()
    assert {path.suffix for path in target.parent.iterdir()} == {".ipynb", ".json"}       # no temporary file is left


@pytest.mark.parametrize("number", sorted(runner.READS))
def test_what_a_later_notebook_writes_is_no_input_of_an_earlier_one(number, tmp_path):
    study = Study("synthetic", "smoke", 1, home=tmp_path)
    made_by = {"model-I.pt": 1, "z_train-I.npy": 2, "z_held_out-II.npy": 2, "tsne-C2-7.npy": 6, "tsne-06-1.npy": 6,
               "short-mse.pt": 7, "z_short-0.npy": 8, "tsne-08-C2-8.npy": 8}
    study.data.mkdir(parents=True)
    for name in made_by:
        (study.data / name).write_text("")
    read = set(runner.recipe(study, runner.source(number))["inputs"]) & set(made_by)
    assert all(made_by[name] < int(number) for name in read)
    assert read or number in ("01", "05")


def test_a_failed_notebook_stays_to_be_read_and_is_named(project):
    project("raise ValueError('no latents')")
    with pytest.raises(runner.NotebookFailed, match="no latents(.|\n)*05_radius_theory.failed.ipynb"):
        runner.run("05_radius_theory", GIVEN)
    folder = ROOT / "build" / "synthetic-smoke-s1"
    assert [path.name for path in folder.iterdir()] == ["05_radius_theory.failed.ipynb"]


def test_a_killed_kernel_is_explained(project):
    project("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(runner.NotebookFailed, match="most likely because memory ran out") as failure:
        runner.run("05_radius_theory", GIVEN)
    assert failure.value.code == 138


def test_a_kernel_that_does_not_start_is_explained(project, monkeypatch, tmp_path):
    project("pass")
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text("import time; time.sleep(4)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "slow"))
    monkeypatch.setattr(runner, "PATIENCE", 1)
    with pytest.raises(runner.NotebookFailed, match="did not start in 1 seconds, .*: run the same command again"):
        runner.run("05_radius_theory", GIVEN)
    folder = ROOT / "build" / "synthetic-smoke-s1"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments, words", [
    (["notebook", "05_radius_theory", "-p", "colour", "red"], "has no parameter colour"),
    (["data", "-p", "scale", "huge"], "unknown SCALE 'huge'"),
    (["report", "-p", "seed", "one"], "SEED must be a whole number"),
])
def test_the_command_says_one_sentence_and_fails(arguments, words, capsys):
    assert command.main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error and error.count("\n") == 1
