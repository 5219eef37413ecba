"""Poor image sets and dead components: each handled with finite numbers, or refused in words."""
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from lib.cloud import embed, generators, ladder, latent, likeness, normality, probes
from lib.images import cache, detection
from lib.images.sources import SourceError
from lib.network import models, train
from lib.study import Study
from lib.trial import dimensions, filaments, planes
from tests.trees import encoded, put, smooth

CPU = torch.device("cpu")
TINY = models.Config("I", (4, 4, 4, 4), (3, 3, 3, 3), (4, 4, 4, 3), (3, 3, 3, 3), latent_dim=16)
GREY = replace(TINY, channels=1, decoder_filters=(4, 4, 4, 1))


# ----------------------------------------------------------------------------------------- poor image sets

def varied(n, channels=3):
    rng = np.random.default_rng(n)
    x = np.stack([np.asarray(smooth(rng, (96, 96))).transpose(2, 0, 1) for _ in range(n)])
    return x[:, :channels]


SETS = {"varied images": (TINY, varied(40), 8),
        "constant images": (TINY, np.full((40, 3, 96, 96), 90, np.uint8), 8),
        "black images": (TINY, np.zeros((40, 3, 96, 96), np.uint8), 8),
        "one colour channel": (GREY, varied(40, 1), 8), "fewer images than a batch": (TINY, varied(5), 128),
        "one single image": (TINY, varied(1), 32),
        "one single image, normed": (replace(TINY, batch_norm=True), varied(1), 32)}


@pytest.mark.parametrize("config, x, batch", SETS.values(), ids=SETS)
def test_training_copes_with_poor_image_sets(config, x, batch):
    model = models.Autoencoder(config, 0)
    history = train.fit(model, x, x[:3], epochs=4, batch=batch, learning_rate=3e-3, device=CPU)
    z = train.encode(model, x, device=CPU)
    again = train.decode(model, z, device=CPU)
    assert z.shape == (len(x), 16) and again.shape == x.shape
    assert np.isfinite(z).all() and np.isfinite(again).all()
    assert history[-1]["train"] < history[0]["train"]
    before = models.Autoencoder(config, 0).state_dict()
    assert any(not torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("config, channels", [(TINY, 1), (GREY, 3)])
def test_channels_that_do_not_fit_are_refused(config, channels):
    words = rf"images must be \(n, {config.channels}, 96, 96\), not \(1, {channels}, 96, 96\)"
    with pytest.raises(ValueError, match=words):                      # of each half of a batch
        train.fit(models.Autoencoder(config, 0), varied(2, channels), varied(2, channels), 1, device=CPU)


@pytest.mark.parametrize("kind, doubted", [("constant images", True), ("varied images", False)])
def test_latents_of_constant_images_are_doubted(kind, doubted):
    config, x, _ = SETS[kind]
    # the last batch is smaller
    found = latent.doubts(train.encode(models.Autoencoder(config, 0), x, batch=7, device=CPU))
    assert ([line.startswith("no component varies") for line in found] == [True]) is doubted


def test_one_single_latent_is_refused_in_words():
    with pytest.raises(ValueError, match=r"n >= 2, not \(1, 16\)"):
        latent.components(np.zeros((1, 16)))


@pytest.mark.parametrize("count", [1, 5, 79])
def test_too_few_photos_for_a_run_are_refused(count, monkeypatch, tmp_path):
    put(tmp_path / "source",
        {f"{i}.png": encoded(smooth(np.random.default_rng(i), (30, 30)), "PNG") for i in range(count)})
    monkeypatch.setenv("IMAGES", str(tmp_path / "source"))
    with pytest.raises(SourceError, match="at least 64 and 16 are needed: give more photos, or SCALE=smoke"):
        cache.prepare(Study("folder", "smoke", 0, tmp_path / "home"))


# ----------------------------------------------------------------------------------------- dead components

def cloud(kind):
    """600 vectors of 6 components: all alive, 1 and 4 dead, or all dead."""
    z = np.random.default_rng(0).normal(size=(600, 6)).astype(np.float32)
    dead = {"alive": [], "dead": [1, 4], "constant": range(6)}[kind]
    for j in dead:
        z[:, j] = 0.7 * (j != 1)
    return z


def rng():
    return np.random.default_rng(1)


def widths(z):
    table = latent.components(z)
    return table["mu"].to_numpy(), table["hwhm"].to_numpy()


NEVER, SINGULAR = r"components \[.*\] never vary; drop them", "singular|not positive definite"
# What each analysis does with dead components and with a constant cloud: finite numbers (None) or a refusal.
CALLS = {
    "histograms": (lambda z: latent.component_histograms(z, np.linspace(-3, 3, 7)), None, None),
    "components": (latent.components, None, None), "radii": (latent.radii, None, None),
    "second moment": (latent.second_moment, None, None),
    "covariance": (lambda z: latent.mean_and_covariance(z)[1], None, None),
    "correlation": (latent.correlation, NEVER, NEVER), "Mahalanobis": (latent.mahalanobis, NEVER, NEVER),
    "gaussianity": (latent.gaussianity, None, None),
    "PCA": (lambda z: embed.pca(z).explained_variance_, None, "never varies"),
    "t-SNE": (lambda z: embed.tsne(z[:150], 20, n_iter=250, n_jobs=1), None,
              "rows of x repeat another; drop them"),
    "intrinsic dimensions": (lambda z: list(dimensions.space_statistics(z).values()), None,
                             "coincide with others; drop them"),
    "independent normal": (lambda z: generators.gaussian(9, z.mean(0), z.std(0), rng()), None, None),
    "box": (lambda z: generators.smallest_box(z, *widths(z)) <= 2, None, None),
    "ladder": (lambda z: [rung(rng().normal(size=(9, 7))) for rung in ladder.rungs(ladder.fitted(z)).values()
                          ], None, "latents never vary"),
    "Anderson-Darling": (normality.anderson_darling, NEVER, NEVER),
    "moments": (normality.moments, NEVER, NEVER),
    "Henze-Zirkler": (normality.henze_zirkler, SINGULAR, SINGULAR),
    "Gaussian null": (lambda z: filaments.gaussian_null(z, rng()), None, None),
    "shuffled null": (lambda z: filaments.shuffled_null(z, rng()), None, None),
    "plane": (lambda z: list(planes.plane_statistics(z[:, :2].astype(float)).values()),
              "an axis of the plane never varies", "an axis of the plane never varies"),
    "probe": (lambda z: probes.probe_scores(z, rng().normal(size=(600, 2)), rng()), None, None),
    "probe of a constant": (lambda z: probes.probe_scores(cloud("alive"), z, rng()), "a target never varies",
                            "a target never varies"),
    "Frechet distance": (lambda z: likeness.frechet_distance(z, z), None, None),
}


@pytest.mark.parametrize("kind", ["alive", "dead", "constant"])
@pytest.mark.parametrize("name", CALLS)
def test_dead_components_give_numbers_or_words(name, kind):
    call, *refusals = CALLS[name]
    refusal = dict(zip(("dead", "constant"), refusals, strict=True)).get(kind)
    if refusal:
        with pytest.raises(ValueError, match=refusal) as words:
            call(cloud(kind))
        assert "\n" not in str(words.value)
    else:
        assert np.isfinite(np.asarray(call(cloud(kind)), dtype=float)).all()


def test_a_dead_component_has_no_width_and_is_not_gaussian():
    table, shape = latent.components(cloud("dead")), latent.gaussianity(cloud("dead"))
    assert (table["hwhm"][[1, 4]] == 0).all() and (table["hwhm"][[0, 2, 3, 5]] > 0.5).all()
    assert not shape["gaussian"][[1, 4]].any() and shape["gaussian"][[0, 2, 3, 5]].all()


# ------------------------------------------------------------------------------------------------- doubts

def with_copies(z):
    z[:5] = z[5]
    return z


def nearly_dead(z):
    z[:, 2] = 3 + 1e-7 * z[:, 2]
    return z


@pytest.mark.parametrize("z, words", [
    (cloud("dead"), ["2 of 6 components never vary, among them 1, 4: leave them out"]),
    (cloud("constant"), ["no component varies"]),
    (nearly_dead(cloud("alive")), ["1 of 6 components never vary, among them 2:"]),
    (with_copies(cloud("alive")), ["5 of 600 latents repeat another"]),
    (cloud("alive")[:6], ["6 latents are fewer than 6"]), (cloud("alive"), []), (1e-9 * cloud("alive"), []),
    (1e9 * cloud("alive"), [])])
def test_doubts_about_latents(z, words):
    found = latent.doubts(z)
    assert len(found) == len(words)
    assert all(line.startswith(word) for line, word in zip(found, words, strict=True))


@pytest.mark.parametrize("faces, noise, words", [
    ((290, 300), (3, 300), []), ((200, 300), (3, 300), ["finds 200 of 300 original"]),
    ((290, 300), (90, 300), ["90 of 300 .* [(]noise"]),
    ((8, 9), (0, 9), ["may be less than 80 %", "may be more than 20 %"])])
def test_doubts_about_the_detector(faces, noise, words):
    found = detection.doubts(faces, {"noise": noise})
    assert len(found) == len(words)
    for line, word in zip(found, words, strict=True):
        assert re.search(word, line)


def test_a_detector_without_controls_is_refused():
    with pytest.raises(ValueError, match="nothing is known of false alarms"):
        detection.doubts((9, 9), {})
