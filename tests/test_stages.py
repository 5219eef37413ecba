"""What a run keeps beyond networks and latents: t-SNE maps of one table, short trainings; each made once."""
import dataclasses
import threading

import numpy as np
import pytest
import torch

from lib import stages
from lib import study as studies
from lib.cloud import embed
from lib.images import cache
from lib.network import models, train
from lib.store import artifacts

SMALL = studies.SCALES["smoke"]._replace(train=64, held_out=16, tsne_points=(100, 120, 140))


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A run with 150 made-up latents of case I, ten of them repeated."""
    monkeypatch.setitem(studies.SCALES, "smoke", SMALL)
    study = studies.Study("synthetic", "smoke", 3, home=tmp_path)
    z = np.random.default_rng(0).normal(0, np.arange(1, 17) ** -0.5, (140, 16)).astype(np.float32)
    artifacts.save(study.latents("I", "train"), np.concatenate([z, z[:10]]), artifacts.recipe("encode", {}))
    return study


def test_the_maps_have_the_settings_of_the_posts():
    assert stages.MAPS["C2-7"] == (0, None, 10, 16)
    assert {made[2:] for name, made in stages.MAPS.items() if name != "C2-7"} == {(30, 12)}
    assert [stages.MAPS[f"C2-{k}"].leading for k in range(7, 15) if k != 10] == [None] * 3 + [2, 2, 4, 10]


@pytest.mark.parametrize("name", stages.MAPS)
def test_a_map_is_fed_distinct_latents_or_as_many_gaussian_points_of_their_moments(study, name):
    x, null = (stages.map_points(study, name, of) for of in ("latents", "gaussian"))
    count, leading = SMALL.tsne_points[stages.MAPS[name].points], stages.MAPS[name].leading
    assert x.shape == null.shape == (count, leading or 16)
    assert len(np.unique(x, axis=0)) == len(x)
    assert (np.abs(null.mean(axis=0) - x.mean(axis=0)) < 4 * x.std(axis=0) / np.sqrt(len(x))).all()
    assert not np.isin(null, x).any()                                # control: no latent is among them
    assert np.array_equal(null, stages.map_points(study, name, "gaussian"))


@pytest.mark.parametrize("of, m", [("web", 1), ("sheet", 2), ("gaussian", None)])
def test_planted_clouds_have_few_dimensions(study, monkeypatch, of, m):
    """On a set of m dimensions r1 / r2 is m / (m + 1) on average, deviation below 0.3; else near 1."""
    monkeypatch.setattr(stages, "planted_shape", lambda of, n: (m, 0.0))
    x = stages.map_points(study, "C2-9", of).astype(float)
    near = np.sort(np.linalg.norm(x[:, None] - x, axis=2), axis=1)[:, 1:3]
    ratio = (near[:, 0] / near[:, 1]).mean()
    assert ratio > 0.8 if m is None else abs(ratio - m / (m + 1)) < 4 * 0.3 / np.sqrt(len(x))


def test_no_other_cloud_is_mapped(study):
    with pytest.raises(KeyError):
        stages.map_points(study, "C2-7", "knots")


def test_fewer_points_are_the_first_of_more(study):
    few, more = (stages.map_points(study, name) for name in ("C2-7", "C2-8"))
    assert np.array_equal(few, more[:len(few)])


def test_maps_made_two_at_a_time_are_those_made_alone_and_kept(study, monkeypatch):
    calls = []
    monkeypatch.setattr(embed, "tsne", lambda x, *given, **named: calls.append(len(x)) or x[:, :2] * given[0])
    made = stages.tsne_maps(study, [("C2-7", "latents"), ("C2-7", "web"), ("C2-8", "gaussian"),
                                    ("C2-9", "latents")])
    assert len(calls) == 4 and calls[-1] == min(calls)               # the two largest first, side by side
    for (name, of), y in made.items():
        assert np.array_equal(y, stages.tsne_map(study, name, of))
    assert len(calls) == 4 and {path.name for path in study.data.glob("tsne-*.npy")} == {
        "tsne-C2-7.npy", "tsne-C2-7-web.npy", "tsne-C2-8-gaussian.npy", "tsne-C2-9.npy"}


@pytest.mark.slow
def test_a_short_training_is_made_once_and_again_for_another_loss(tmp_path, monkeypatch):
    monkeypatch.setitem(studies.SCALES, "smoke", SMALL)
    monkeypatch.setitem(models.CASES, "I", dataclasses.replace(
        models.CASE_I, encoder_filters=(2, 2, 2, 2), decoder_filters=(2, 2, 2, 3)))
    study, fits, real = studies.Study("synthetic", "smoke", 0, home=tmp_path), [], train.fit
    cache.prepare(study)
    monkeypatch.setattr(train, "fit", lambda *given, desc: fits.append(desc) or real(*given, desc=desc))
    first, again = (stages.short_network(study, "mean squared error", 32, 0) for _ in range(2))
    other = stages.short_network(study, "binary cross-entropy", 32, 0, loss="bce")
    assert fits == ["mean squared error", "binary cross-entropy"]
    z, z_again, z_other = (train.encode(model, cache.load(study).held_out) for model in (first, again, other))
    assert np.array_equal(z, z_again) and not np.allclose(z, z_other)


@pytest.mark.parametrize("threads, share", [(1, 1), (2, 2), (4, 2), (8, 4)])
def test_cases_work_at_the_same_time_each_on_its_share_of_the_threads(threads, share):
    torch.set_num_threads(threads)
    meeting = threading.Barrier(2, timeout=600)                      # control: one after the other it breaks

    def work(case):
        meeting.wait()
        return case.lower(), torch.get_num_threads()
    assert stages.side_by_side(work) == {"I": ("i", share), "II": ("ii", share)}
    assert torch.get_num_threads() == threads


def test_networks_trained_side_by_side_are_those_trained_alone(study):
    torch.set_num_threads(2)
    cache.prepare(study)
    beside = stages.networks(study)
    alone = models.Autoencoder(models.CASES["II"], study.seed)
    torch.set_num_threads(1)
    x = cache.load(study)
    train.fit(alone, x.train, x.held_out, 2, SMALL.batch, study.seed, "mse", SMALL.learning_rate)
    for one, other in zip(alone.parameters(), beside["II"][0].parameters(), strict=True):
        assert torch.equal(one, other)
    assert set(beside) == {"I", "II"} and [row["epoch"] for row in beside["I"][1]] == [1, 2]
