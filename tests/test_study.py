"""Study: one table of counts, and unknown names refused in one sentence."""
import pytest

from lib.run import doctor
from lib.study import SCALES, Study


def test_the_run_is_named_after_its_parameters(tmp_path):
    study = Study("celeba", "paper", 7, home=tmp_path)
    assert study.run == "celeba-paper-s7"
    assert study.latents("I", "train") == tmp_path / "data/celeba-paper-s7/z_train-I.npy"


def test_paper_is_the_posts_counts():
    paper = SCALES["paper"]
    assert (paper.train, paper.epochs_I, paper.epochs_II, paper.uniform) == (170_000, 24, 30, 200_000)
    assert paper.tsne_points == (20_000, 80_000, 165_000)


@pytest.mark.parametrize("scale", SCALES)
def test_no_scale_asks_for_more_points_than_it_has(scale):
    counts = SCALES[scale]
    assert max(counts.tsne_points) <= counts.train and counts.held_out < counts.train


@pytest.mark.parametrize("arguments, words", [
    (("mnist", "laptop", 0), "unknown DATASET 'mnist': choose one of synthetic, celeba, folder"),
    (("synthetic", "huge", 0), "unknown SCALE 'huge': choose one of smoke, laptop, paper"),
    (("synthetic", "laptop", -1), "SEED must be a whole number"),
])
def test_unknown_names_are_refused_with_the_known_ones(arguments, words):
    with pytest.raises(ValueError, match=words):
        Study(*arguments)


def test_the_doctor_says_what_is_missing(tmp_path, capsys, monkeypatch):
    assert doctor.examine(Study("synthetic", "smoke", 0, home=tmp_path)) == 0
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10})())
    assert doctor.examine(Study("synthetic", "smoke", 0, home=tmp_path)) == 1
    assert "LOW  disk" in capsys.readouterr().out
