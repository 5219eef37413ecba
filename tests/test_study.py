"""Study: one table of counts, and unknown names refused in one sentence."""
from pathlib import Path

import pytest

from lib import __main__ as command
from lib import study as studies
from lib.run import doctor, report
from lib.study import ROOT, SCALES, Study, named


def test_the_run_is_named_after_its_parameters(tmp_path):
    study = Study("celeba", "paper", 7, home=tmp_path)
    assert study.run == "celeba-paper-s7"
    assert study.latents("I", "train") == tmp_path / "data/celeba-paper-s7/z_train-I.npy"


def test_paper_is_the_posts_counts():
    paper = SCALES["paper"]
    assert (paper.train, paper.epochs_I, paper.epochs_II, paper.uniform) == (170_000, 24, 30, 200_000)
    assert paper.tsne_points == (20_000, 80_000, 165_000)


def test_desktop_has_the_posts_epochs_and_the_steps_of_laptop():
    desktop, laptop, paper = SCALES["desktop"], SCALES["laptop"], SCALES["paper"]
    assert (desktop.epochs_I, desktop.epochs_II) == (paper.epochs_I, paper.epochs_II)
    assert (desktop.batch, desktop.learning_rate) == (laptop.batch, laptop.learning_rate)


@pytest.mark.parametrize("scale", SCALES)
def test_no_scale_asks_for_more_points_than_it_has(scale):
    counts = SCALES[scale]
    assert max(counts.tsne_points) <= counts.train and counts.held_out < counts.train


@pytest.mark.parametrize("arguments, words", [
    (("mnist", "laptop", 0), "unknown DATASET 'mnist': choose one of synthetic, celeba, lfw, folder"),
    (("synthetic", "huge", 0), "unknown SCALE 'huge': choose one of smoke, laptop, desktop, paper"),
    (("synthetic", "laptop", -1), "SEED must be a whole number"),
])
def test_unknown_names_are_refused_with_the_known_ones(arguments, words):
    with pytest.raises(ValueError, match=words):
        Study(*arguments)


@pytest.mark.parametrize("seed", ["01", "-1", "1.0", " 1", "", "\u0661"])
def test_a_seed_that_names_a_run_in_two_ways_is_refused(seed):
    assert named({"seed": "10"}).run.endswith("-s10") and named({"seed": "0"}).seed == 0      # control
    with pytest.raises(ValueError, match="SEED must be a whole number from 0 up, written without"):
        named({"seed": seed})


@pytest.mark.parametrize("given, path", [
    ("photos", ROOT / "photos"), ("../photos", ROOT.parent / "photos"), ("~/photos", "/a home/photos"),
    ("/photos", "/photos"), ("", None)])
@pytest.mark.parametrize("dataset, variable", [("celeba", "CELEBA"), ("lfw", "LFW"), ("folder", "IMAGES")])
def test_a_relative_path_starts_at_the_project(given, path, dataset, variable, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)                                      # as a notebook by hand is elsewhere
    monkeypatch.setenv("HOME", "/a home")
    monkeypatch.setenv(variable, given)
    assert Study(dataset).source() == (path and Path(path)) and Study().source() is None


def test_a_home_of_nobody_is_said(monkeypatch):
    monkeypatch.setenv("IMAGES", "~nobody at all/photos")
    with pytest.raises(ValueError, match="IMAGES=~nobody at all/photos: this machine knows no home"):
        Study("folder").source()


@pytest.mark.parametrize("name", ["claims", "report", "readme", "status", "verify", "damaged"])
def test_a_command_that_comes_too_early_says_so_in_words(name, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(studies, "named", lambda given: Study("synthetic", "smoke", 0, tmp_path))
    command.main([name])
    said = capsys.readouterr()
    assert "Errno" not in said.out + said.err and said.err.count("\n") <= 1


def test_a_report_before_its_claims_names_them(tmp_path):
    study = Study("synthetic", "smoke", 0, tmp_path)
    study.build.mkdir(parents=True)
    (study.build / "01_train_ae.ipynb").write_text("{}")
    with pytest.raises(FileNotFoundError, match="no claims table of synthetic-smoke-s0: run make claims"):
        report.build(study)


def test_the_doctor_says_what_is_missing(tmp_path, capsys, monkeypatch):
    assert doctor.examine(Study("synthetic", "smoke", 0, home=tmp_path)) == 0
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10})())
    assert doctor.examine(Study("synthetic", "smoke", 0, home=tmp_path)) == 1
    assert "LOW  disk" in capsys.readouterr().out


@pytest.mark.parametrize("architectures, taken", [(["sm_75", "sm_80"], False), (["sm_60", "sm_80"], True)])
def test_the_doctor_names_a_card_without_code(tmp_path, capsys, monkeypatch, architectures, taken):
    """A P100 is seen, and dies at the first kernel."""
    for name, value in {"is_available": True, "get_device_name": "a P100", "get_device_capability": (6, 0),
                        "get_arch_list": architectures, "is_bf16_supported": False}.items():
        monkeypatch.setattr(f"torch.cuda.{name}", lambda value=value, **given: value)
    assert doctor.examine(Study("synthetic", "smoke", 0, home=tmp_path)) == 0
    said = capsys.readouterr().out
    assert ("this torch has no code for the a P100" in said) != taken
    assert ("a P100, float32" in said) == taken and "without bfloat16" in said
