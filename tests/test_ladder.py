"""Laws of the ladder: each rung keeps what it says and no more; ablation and Shapley shares."""
import doctest
import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp
from sklearn.neighbors import KernelDensity

from lib.cloud import ladder

D = 12


def latents(n=4_000, seed=0):
    """Latents of several widths, correlated, off-centre."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, D)) * np.arange(1, D + 1) @ np.linalg.qr(rng.normal(size=(D, D)))[0] + np.arange(D)


CLOUD = ladder.fitted(latents())
RUNGS = ladder.rungs(CLOUD)
G = ladder.noise(20_000, D, np.random.default_rng(1))


def white(z):
    return (z - CLOUD.mean) @ CLOUD.axes / CLOUD.widths


def test_doctests():
    assert doctest.testmod(ladder).failed == 0


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_are_functions_of_their_noise(rung):
    z = RUNGS[rung](G[:50])
    assert z.shape == (50, D) and np.isfinite(z).all()
    assert np.array_equal(z, RUNGS[rung](G[:50].copy()))
    if "true radii" not in rung:                                    # which are shared out among all vectors
        assert np.allclose(RUNGS[rung](G[:20]), z[:20])


def test_draw_is_the_rung_of_its_own_noise():
    z = latents(300)
    assert np.array_equal(ladder.draw("independent normal", 7, z, np.random.default_rng(5)),
                          ladder.rungs(ladder.fitted(z))["independent normal"](ladder.noise(7, D, np.random.default_rng(5))))


@pytest.mark.parametrize("b", ladder.UNIFORM_RUNGS)
def test_uniform_rungs_are_uniform_and_the_same_draw_scaled(b):
    z = RUNGS[f"uniform, b = {b:g}"](G)
    assert stats.kstest(z[:, 3] / b, stats.uniform(-1, 2).cdf).pvalue > 1e-3
    assert np.allclose(z / b, RUNGS["uniform, b = 1"](G))


def test_matched_uniform_has_the_mean_square_radius_and_true_radii_their_law():
    squares = (RUNGS["uniform, b_match"](G)**2).sum(axis=1)
    assert abs(squares.mean() - (CLOUD.radii**2).mean()) < 4 * squares.std() / np.sqrt(len(G))
    radii = np.linalg.norm(RUNGS["uniform, true radii"](G), axis=1)
    assert stats.ks_2samp(radii, CLOUD.radii).statistic < 0.01
    assert stats.ks_2samp(np.sqrt(squares), CLOUD.radii).statistic > 0.1             # control


@pytest.mark.parametrize("rung", ["multivariate normal", "Gaussian mixture", "kernel density"])
def test_informed_rungs_keep_mean_and_covariance(rung):
    z = RUNGS[rung](G)
    assert np.abs(white(z).mean(axis=0)).max() < 0.06
    assert np.abs(np.cov(white(z).T) - np.eye(D)).max() < 0.1
    independent = RUNGS["independent normal"](G)
    assert np.abs(np.cov(white(independent).T) - np.eye(D)).max() > 0.5              # control: no correlations
    assert np.allclose(independent.std(axis=0), CLOUD.sigma, rtol=0.03)


def test_the_mixture_knows_two_clumps_that_the_normal_does_not():
    rng = np.random.default_rng(2)
    z = rng.normal(size=(1_000, 4)) * 0.3 + rng.choice([-2, 2], (1_000, 1))
    made = {name: step(ladder.noise(2_000, 4, rng)) for name, step in ladder.rungs(ladder.fitted(z)).items()}
    between = {name: (np.abs(v.mean(axis=1)) < 1).mean() for name, v in made.items()}
    assert between["Gaussian mixture"] < 0.02 and between["multivariate normal"] > 0.2


@pytest.mark.parametrize("k", ladder.SIGMAS)
@pytest.mark.parametrize("d", [4, 5])
def test_circles_hold_their_pairs_with_the_law_of_a_cut_normal(k, d):
    g = np.random.default_rng(3).normal(size=(20_000, d))
    u = ladder.within_circles(g, k)
    lengths = np.hypot(u[:, 0], u[:, 1])
    literal = np.hypot(g[:, 0], g[:, 1])
    assert lengths.max() <= k and np.abs(u[:, -1]).max() <= k
    assert stats.ks_2samp(lengths, literal[literal <= k]).pvalue > 1e-3
    assert np.allclose(np.arctan2(u[:, 1], u[:, 0]), np.arctan2(g[:, 1], g[:, 0]))


@pytest.mark.parametrize("known", [frozenset(s) for k in range(5) for s in itertools.combinations(ladder.INGREDIENTS, k)], ids=sorted)
def test_mixtures_of_ingredients_have_what_they_know(known):
    z = ladder.mixed(CLOUD, G, known, b=3.0)
    radii = np.linalg.norm(z, axis=1)
    if "radius" in known:
        assert stats.ks_2samp(radii, CLOUD.radii).statistic < 0.01
    else:
        assert np.allclose(radii, 3.0 * np.sqrt(D / 3))
    off = np.linalg.norm((z / radii[:, None]).mean(axis=0))
    assert off > 0.3 if "centre" in known else off < 0.1
    if "centre" not in known:
        spread = z.std(axis=0) / CLOUD.sigma
        correlated = np.abs(np.corrcoef(z.T) - np.eye(D)).max() > 0.2
        assert correlated == ("correlations" in known)
        assert (spread.std() / spread.mean() < 0.12) == ("marginals" in known)


def test_shapley_shares_sum_to_the_gain_and_give_equals_equal_shares():
    rng = np.random.default_rng(4)
    values = {frozenset(s): rng.random() for k in range(5) for s in itertools.combinations("abcd", k)}
    assert sum(ladder.shapley(values).values()) == pytest.approx(values[frozenset("abcd")] - values[frozenset()])
    even = {s: len(s)**2 for s in values}
    assert list(ladder.shapley(even).values()) == pytest.approx([4] * 4)
    with pytest.raises(KeyError):
        ladder.shapley({frozenset(): 0, frozenset("ab"): 1})


def test_few_latents_are_met_with_a_stated_shrinkage():
    few = ladder.fitted(latents(60))
    assert 0 < few.shrinkage < 1 and CLOUD.shrinkage == 0
    assert few.widths.min() > 0


@pytest.mark.parametrize("call, word", [
    (lambda: ladder.fitted(np.zeros((10, 3))), "n >= 50"), (lambda: ladder.fitted(np.full((100, 3), np.nan)), "finite"),
    (lambda: ladder.draw("cubic", 3, latents(100), np.random.default_rng(0)), "unknown rung"),
    (lambda: ladder.mixed(CLOUD, G, {"colour"}), "unknown ingredients")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@pytest.mark.parametrize("h", ladder.BANDWIDTHS)
def test_the_likelihood_of_a_bandwidth_is_the_literal_sum_and_no_tree(h):
    rng = np.random.default_rng(0)
    makers, judges = rng.standard_normal((600, 256)), rng.standard_normal((50, 256))
    apart = ((judges[:, None] - makers) ** 2).sum(axis=2)
    literal = (logsumexp(-apart / (2 * h**2), axis=1) - np.log(600) - 256 * np.log(h * np.sqrt(2 * np.pi))).sum()
    assert ladder.log_likelihood(makers, judges, h) == pytest.approx(literal, rel=1e-9)
    tree = KernelDensity(bandwidth=h, leaf_size=40).fit(makers).score(judges)
    assert abs(tree / literal - 1) > 1e-3                                # why the default is not used
