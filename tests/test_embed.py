"""Maps against literal versions, scikit-learn, and maps that keep nothing or still move."""

import math
import warnings

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn.manifold import TSNE

from lib.cloud import embed

pytestmark = pytest.mark.filterwarnings("ignore:t-SNE has not converged")  # few iterations, on purpose


def clusters(n=600, d=20, groups=6, spread=1.0, seed=0):
    rng = np.random.default_rng(seed)
    label = rng.integers(groups, size=n)
    return 8 * rng.standard_normal((groups, d))[label] + spread * rng.standard_normal((n, d)), label


@pytest.fixture(scope="module")
def mapped():
    x, label = clusters(400)
    return x, label, embed.tsne(x, perplexity=15, n_iter=400, n_jobs=1)


@pytest.mark.parametrize("function", [embed.pca, embed.tsne, lambda x: embed.neighbour_recall(x, x, k=1)])
@pytest.mark.parametrize("x", [np.zeros(9), np.zeros((1, 3)), np.array([[0, np.nan], [1, 2]])])
def test_bad_points_are_refused(function, x):
    with pytest.raises(ValueError, match="points must be"):
        function(x)


def test_pca_equals_the_literal_version():
    x = clusters(400, 7)[0]
    found = embed.pca(x)
    eigenvalues, vectors = np.linalg.eigh(np.cov(x.T))
    assert found.explained_variance_ == pytest.approx(eigenvalues[::-1])
    assert found.explained_variance_ratio_.sum() == pytest.approx(1)
    assert np.abs((found.components_ * vectors.T[::-1]).sum(axis=1)) == pytest.approx(np.ones(7))
    scores = found.transform(x)
    assert np.cov(scores.T) == pytest.approx(np.diag(eigenvalues[::-1]), abs=1e-9 * eigenvalues[-1])
    assert scores @ found.components_ + found.mean_ == pytest.approx(x)


def test_pca_keeps_leading_components():
    x = clusters(400, 7)[0]
    whole, part = embed.pca(x), embed.pca(x, 2)
    assert part.components_.shape == (2, 7) and part.transform(x).shape == (400, 2)
    assert part.explained_variance_ratio_ == pytest.approx(whole.explained_variance_ratio_[:2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pca_signs_are_fixed(dtype):
    x = clusters(400, 7)[0].astype(dtype)
    axes = embed.pca(x).components_
    assert np.all(axes[np.arange(7), np.abs(axes).argmax(axis=1)] > 0)
    assert embed.pca(-x[::-1]).components_ == pytest.approx(axes, abs=1e-5)


@pytest.mark.parametrize("n_components", [-1, 8])
def test_pca_refuses_counts(n_components):
    with pytest.raises(ValueError, match="n_components"):
        embed.pca(clusters(50, 7)[0], n_components)


def test_pca_refuses_constant_points():
    with pytest.raises(ValueError, match="never varies"):
        embed.pca(np.ones((5, 3)))


@pytest.mark.parametrize(("arguments", "reason"), [
    ({"x": clusters(90)[0]}, "perplexity 30 needs more than 90"),
    ({"x": clusters(200)[0], "n_iter": 100}, "n_iter"),
    ({"x": clusters(200)[0], "early_exaggeration": 0.5}, "early_exaggeration"),
    ({"x": np.vstack([clusters(200)[0]] * 2)}, "200 rows of x repeat"),
])
def test_tsne_refuses(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        embed.tsne(**arguments)


def test_tsne_shape_centre_and_spread(mapped):
    _, _, y = mapped
    assert type(y) is np.ndarray and y.shape == (400, 2) and np.isfinite(y).all()
    assert np.abs(y.mean(axis=0)).max() < 1e-6 * y.std() and y.std() > 5


def test_tsne_is_deterministic_and_follows_its_seed(mapped):
    x, _, y = mapped
    assert np.array_equal(y, embed.tsne(x, perplexity=15, n_iter=400, n_jobs=1))
    assert not np.array_equal(y, embed.tsne(x, perplexity=15, n_iter=400, seed=1, n_jobs=1))


def test_tsne_separates_clusters(mapped):
    _, label, y = mapped

    def purity(points):
        near = embed._nearest_others(points, np.arange(len(points)), 10)
        return (label[near] == label[:, None]).mean()

    assert purity(y) > 0.99
    assert purity(np.random.default_rng(0).permutation(y)) < 0.5


@pytest.mark.slow
def test_tsne_keeps_neighbours_as_scikit_learn_does():
    x = clusters(400, 10, spread=2.0)[0]
    ours = embed.neighbour_recall(x, embed.tsne(x, perplexity=15, n_jobs=1))
    reference = TSNE(perplexity=15, init="pca", random_state=0).fit_transform(x)
    theirs = embed.neighbour_recall(x, reference)
    assert abs(ours.value - theirs.value) < 4 * math.hypot(ours.standard_error, theirs.standard_error)


def test_tsne_of_a_line():
    line = np.random.default_rng(0).normal(size=(200, 1))
    assert embed.tsne(line, perplexity=10, n_iter=300).shape == (200, 2)


def test_neighbours_tell_near_points_of_a_far_cloud_apart():
    x = np.zeros((200, 12), np.float32)
    x[:, 0] = np.repeat(np.arange(100) * 10.0, 2) + np.tile([0, 1e-3], 100)      # pairs, far from each other
    found = embed._neighbours(x, 1, 1)
    assert np.array_equal(found.indices[:, 0], np.arange(200) ^ 1)
    assert np.allclose(found.distances, 1e-3, rtol=0.1)


def test_recall_of_itself_and_of_a_random_map():
    x = clusters(3000, 5)[0]
    assert embed.neighbour_recall(x, x, rng=np.random.default_rng(0)) == (1.0, 0.0)
    y = np.random.default_rng(1).normal(size=(3000, 2))
    chance = embed.neighbour_recall(x, y, rng=np.random.default_rng(0))
    assert abs(chance.value - 10 / 2999) < 4 * math.sqrt(10 / 2999 / (10 * 2000))


def test_recall_equals_the_literal_version():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 12)), rng.normal(size=(80, 2))
    y[:40] = x[:40, :2]

    def nearest(points, i):
        distance = ((points - points[i]) ** 2).sum(axis=1)
        return set(np.argsort(np.where(np.arange(80) == i, np.inf, distance))[:5])

    literal = np.mean([len(nearest(x, i) & nearest(y, i)) / 5 for i in range(80)])
    assert embed.neighbour_recall(x, y, k=5).value == pytest.approx(literal)


def test_recall_copes_with_repeated_points():
    x = np.repeat(clusters(30, 3)[0], 5, axis=0)
    assert 0 <= embed.neighbour_recall(x, x, k=3).value <= 1


@pytest.mark.parametrize("arguments", [
    {"k": 0}, {"k": 100}, {"sample": 1}, {"sample": 50}, {"y": np.zeros((99, 2))},
])
def test_recall_refuses(arguments):
    x = clusters(100)[0]
    with pytest.raises(ValueError):
        embed.neighbour_recall(**{"x": x, "y": x} | arguments)


def test_a_map_that_still_moves_is_given_with_a_warning():
    x = clusters(200)[0]
    with pytest.warns(UserWarning, match="^figure 9: t-SNE has not converged: its last 50 iterations"):
        hasty = embed.tsne(x, perplexity=15, n_iter=300, n_jobs=1, name="figure 9")
    assert hasty.shape == (len(x), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        embed.tsne(x, perplexity=15, n_iter=1000, n_jobs=1)


@pytest.mark.slow
@pytest.mark.parametrize("tree_below", [2_000, 100])                     # Barnes and Hut's tree, and the grid
def test_maps_made_two_at_a_time_are_those_made_alone(tree_below, monkeypatch):
    monkeypatch.setattr(embed, "TREE_BELOW", tree_below)
    clouds = [clusters(300, d, seed=d)[0] for d in (3, 20)]
    def mapped_by(x, n_jobs):
        return embed.tsne(x, perplexity=15, n_iter=300, n_jobs=n_jobs)

    together = Parallel(n_jobs=2, prefer="threads")(delayed(mapped_by)(x, 1) for x in clouds)
    for x, y in zip(clouds, together, strict=True):
        assert np.array_equal(y, mapped_by(x, 2))


def test_watching_the_last_iterations_changes_no_bit(monkeypatch):
    x = clusters(100)[0]
    watched = embed.tsne(x, perplexity=15, n_iter=1000, n_jobs=1)
    monkeypatch.setattr(embed, "WATCHED", 1)
    assert np.array_equal(embed.tsne(x, perplexity=15, n_iter=1000, n_jobs=1), watched)


# -------------------------------------------------------------------------------------------- health of a map

Y = np.random.default_rng(0).normal(size=(400, 2))


def test_a_map_that_stands_still_is_settled():
    assert embed.moved(Y, Y) == 0 and embed.unsettled(Y, Y) is None


@pytest.mark.parametrize("step, settled", [(0.01, True), (0.2, False)])
def test_a_random_step_counts_relative_to_the_radius(step, settled):
    after = Y + step * np.random.default_rng(1).normal(size=Y.shape)
    expected = step / np.sqrt(1 + step**2)
    # 4 standard errors of either size
    assert embed.moved(Y, after) == pytest.approx(expected, rel=8 / np.sqrt(2 * Y.size))
    assert (embed.unsettled(Y, after) is None) is settled


def test_neither_shift_nor_size_matter_but_growth_does():
    after = Y + 0.1 * np.random.default_rng(1).normal(size=Y.shape)
    assert embed.moved(100 * Y + 7, 100 * after - 3) == pytest.approx(embed.moved(Y, after))
    assert "33% of the map's radius; raise n_iter" in embed.unsettled(Y, 1.5 * Y)


@pytest.mark.parametrize("before, after, words", [(Y, Y[:9], "same points"), (Y, 0 * Y, "single point")])
def test_bad_input_is_refused(before, after, words):
    with pytest.raises(ValueError, match=words):
        embed.moved(before, after)
