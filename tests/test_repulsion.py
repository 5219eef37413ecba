"""The repulsion of t-SNE on a grid, against the sum over all pairs."""
import numpy as np
import pytest
from openTSNE import TSNEEmbedding, _tsne
from openTSNE.affinity import PerplexityBasedNN

from lib.cloud import repulsion


def all_pairs(y):
    """Forces (n, 2) and Z by the literal sums."""
    apart = y[:, None] - y[None]
    q = 1 / (1 + (apart**2).sum(axis=-1))
    return (q[..., None]**2 * apart).sum(axis=1), q.sum() - len(y)


def openTSNEs(y):
    """The same by openTSNE's interpolation."""
    gradient = np.zeros_like(y)
    z = _tsne.estimate_negative_gradient_fft_2d(y, gradient, n_interpolation_points=3, min_num_intervals=50,
                                                ints_in_interval=1, dof=1)
    return -gradient * z, z


def error(force, exact):
    """Root mean square difference over the root mean square force."""
    return np.sqrt(((force - exact)**2).sum() / (exact**2).sum())


MAPS = {"start": lambda rng: rng.normal(0, 1e-4, (600, 2)), "dense": lambda rng: rng.normal(0, 3, (600, 2)),
        "wide": lambda rng: rng.uniform(-30, 30, (600, 2)),
        "long": lambda rng: rng.uniform(-1, 1, (600, 2)) * [90, 2],
        "off centre": lambda rng: rng.normal(50, 8, (600, 2)),
        "two far apart": lambda rng: np.repeat([[0.0, 0], [40, 0]], 300, 0)
        + rng.normal(0, 1, (600, 2))}


@pytest.mark.parametrize("name", MAPS)
def test_forces_and_their_norm_are_those_of_all_pairs(name):
    y = MAPS[name](np.random.default_rng(0))
    (exact, z_exact), (force, z) = all_pairs(y), repulsion.repulsion(y)
    assert force.shape == y.shape
    assert error(force, exact) < 0.01
    assert z == pytest.approx(z_exact, rel=0.005)


@pytest.mark.parametrize("name", ["wide", "off centre"])
def test_a_coarser_grid_and_openTSNEs_own_are_farther_from_all_pairs(name, monkeypatch):
    y = MAPS[name](np.random.default_rng(0))
    exact, fine = all_pairs(y)[0], repulsion.repulsion(y)[0]
    assert error(openTSNEs(y)[0], exact) > error(fine, exact)
    monkeypatch.setattr(repulsion, "SPACING", 1.0)
    repulsion._kernels.cache_clear()
    coarse = repulsion.repulsion(y)[0]
    repulsion._kernels.cache_clear()
    assert error(coarse, exact) > 0.05


def test_forces_sum_to_nothing_and_repel():
    y = MAPS["wide"](np.random.default_rng(1))
    force = repulsion.repulsion(y)[0]
    assert np.abs(force.sum(axis=0)).max() < 0.01 * np.abs(force).sum()        # Newton's third law
    assert (force * (y - y.mean(axis=0))).sum() > 0


def test_threads_do_not_change_a_bit():
    y = MAPS["dense"](np.random.default_rng(2))
    assert (repulsion.repulsion(y, 1)[0] == repulsion.repulsion(y, 2)[0]).all()


@pytest.mark.slow
def test_it_is_a_gradient_for_openTSNE():
    rng = np.random.default_rng(3)
    x = np.repeat(np.eye(4) * 20, 60, axis=0) + rng.standard_normal((240, 4))
    affinities = PerplexityBasedNN(x, perplexity=20)
    divergence = {}
    for name, method in (("ours", repulsion.gradient), ("tree", "bh")):
        embedding = TSNEEmbedding(rng.normal(0, 1e-4, (240, 2)), affinities, negative_gradient_method=method)
        embedding.optimize(250, exaggeration=12, momentum=0.5, inplace=True)
        embedding.optimize(500, momentum=0.8, inplace=True)
        divergence[name] = embedding.kl_divergence
    assert divergence["ours"] == pytest.approx(divergence["tree"], rel=0.1)


@pytest.mark.parametrize("wrong", [{"dof": 0.5}, {"dof": 1, "reference_embedding": np.zeros((2, 2))}])
def test_what_it_does_not_know_is_refused(wrong):
    with pytest.raises(NotImplementedError, match="one degree of freedom and whole maps"):
        repulsion.gradient(np.zeros((2, 2)), None, **wrong)
