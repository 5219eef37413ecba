"""Laws of the ladder: each rung keeps what it says and no more; where vectors land, Shapley shares, walks."""
import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import logsumexp

from lib.cloud import ladder

D = 12


def latents(n=4_000, seed=0):
    """Latents of several widths, correlated, off-centre."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(n, D)) * np.arange(1, D + 1)
    return u @ np.linalg.qr(rng.normal(size=(D, D)))[0] + np.arange(D)


CLOUD = ladder.fitted(latents())
RUNGS = ladder.rungs(CLOUD)
G = ladder.noise(20_000, D, np.random.default_rng(1))


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_are_functions_of_their_noise(rung):
    z = RUNGS[rung](G[:50])
    assert z.shape == (50, D) and np.isfinite(z).all()
    assert np.array_equal(z, RUNGS[rung](G[:50].copy()))
    if "true radii" not in rung:                                    # which are shared out among all vectors
        assert np.allclose(RUNGS[rung](G[:20]), z[:20])


def test_whitened_latents_have_unit_covariance_and_come_back():
    u = ladder.whitened(CLOUD, CLOUD.z)
    assert np.allclose(np.cov(u.T), np.eye(D)) and np.allclose(u.mean(axis=0), 0)
    assert np.allclose(ladder.along_axes(CLOUD, u), CLOUD.z)


@pytest.mark.parametrize("b", ladder.UNIFORM_RUNGS)
def test_uniform_rungs_are_uniform_and_the_same_draw_scaled(b):
    z = RUNGS[f"uniform, b = {b:g}"](G)
    assert stats.kstest(z[:, 3] / b, stats.uniform(-1, 2).cdf).pvalue > 1e-3
    assert np.allclose(z / b, RUNGS["uniform, b = 1"](G))


def test_matched_uniform_has_the_mean_square_radius_and_true_radii_their_law():
    squares = (RUNGS["uniform, matching b"](G)**2).sum(axis=1)
    assert abs(squares.mean() - (CLOUD.radii**2).mean()) < 4 * squares.std() / np.sqrt(len(G))
    radii = np.linalg.norm(RUNGS["uniform, true radii"](G), axis=1)
    assert stats.ks_2samp(radii, CLOUD.radii).statistic < 0.01
    assert stats.ks_2samp(np.sqrt(squares), CLOUD.radii).statistic > 0.1             # control


@pytest.mark.parametrize("rung, grown", [
    ("multivariate normal", 1), ("Gaussian mixture", 1), ("kernel density", 1 + ladder.bandwidth(CLOUD)**2)])
def test_informed_rungs_keep_mean_and_covariance(rung, grown):
    z = RUNGS[rung](G)
    u, independent = ladder.whitened(CLOUD, z), RUNGS["independent normal"](G)
    assert np.abs(u.mean(axis=0)).max() < 0.06
    assert np.abs(np.cov(u.T) / grown - np.eye(D)).max() < 0.1
    assert np.abs(np.cov(ladder.whitened(CLOUD, independent).T) - np.eye(D)).max() > 0.5     # no correlations
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


@pytest.mark.parametrize("known", ladder.SUBSETS, ids=sorted)
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
    gain = values[frozenset("abcd")] - values[frozenset()]
    assert sum(ladder.shapley(values).values()) == pytest.approx(gain)
    even = {s: len(s)**2 for s in values}
    assert list(ladder.shapley(even).values()) == pytest.approx([4] * 4)
    with pytest.raises(KeyError):
        ladder.shapley({frozenset(): 0, frozenset("ab"): 1})


def test_the_ablation_goes_from_nothing_to_the_corrected_normal():
    made = ladder.ablation(CLOUD, G[:200])
    assert len(made) == 16 and list(made)[0] == "none" and list(made)[-1] == " + ".join(ladder.INGREDIENTS)
    corrected = ladder.with_radii(RUNGS["multivariate normal"](G[:200]), CLOUD.radii)
    assert np.allclose(made[" + ".join(ladder.INGREDIENTS)], corrected, rtol=1e-3, atol=0.01)
    assert not np.allclose(made["radius + centre + marginals"], corrected, rtol=0.1, atol=1)


def test_shares_have_the_error_of_the_literal_resampling():
    rates, n = np.random.default_rng(5).random(16), 40
    table, rng = ladder.shares(rates, n, np.random.default_rng(6)), np.random.default_rng(6)
    rate_of = dict(zip(ladder.SUBSETS, rates, strict=True))
    literal = pd.DataFrame([ladder.shapley({s: rng.binomial(n, p) / n for s, p in rate_of.items()})
                            for _ in range(200)])
    assert list(table.index) == list(ladder.INGREDIENTS)
    assert table.error.to_dict() == pytest.approx(literal.std().to_dict())
    assert table.share.sum() == pytest.approx(rates[-1] - rates[0])


def test_shares_of_certain_rates_have_no_error_and_more_trials_less():
    rng = np.random.default_rng(7)
    certain = ladder.shares([float(len(s) > 2) for s in ladder.SUBSETS], 30, rng)
    few, many = (ladder.shares(np.full(16, 0.5), n, rng).error.mean() for n in (25, 2_500))
    assert (certain.error == 0).all() and certain.share.tolist() == pytest.approx([0.25] * 4)
    assert few / many == pytest.approx(10, rel=0.2)                  # 1 / sqrt(n)


# ------------------------------------------------------------------------------------------ landing and walks

def test_vectors_of_the_right_law_land_among_the_latents_and_others_do_not():
    own = ladder.landing(CLOUD, RUNGS["multivariate normal"](G))
    radii_only = ladder.landing(CLOUD, RUNGS["uniform, true radii"](G))
    distance, angle, overlap = own
    assert own[distance] == pytest.approx(np.sqrt(stats.chi2.median(D)), rel=0.02)
    assert own[overlap] > 0.9 and radii_only[overlap] > 0.9
    assert radii_only[distance] > 1.1 * own[distance] and abs(radii_only[angle] - 90) < 2 < 90 - own[angle]
    assert ladder.landing(CLOUD, 9 * G[:, :D])[overlap] < 0.9                        # control: wrong radii


ENDS = G[:200, :D], 3 * G[200:400, :D]
STEPS = np.linspace(0, 1, 9)


@pytest.mark.parametrize("walk", [ladder.straight, ladder.norm_keeping])
def test_walks_run_from_end_to_end(walk):
    way = walk(*ENDS, STEPS)
    assert way.shape == (9, 200, D) and np.allclose(way[0], ENDS[0]) and np.allclose(way[-1], ENDS[1])


def test_lengths_run_linearly_on_the_norm_keeping_way_and_not_on_the_straight_one():
    a, b = (np.linalg.norm(end, axis=1) for end in ENDS)
    linear = (1 - STEPS[:, None]) * a + STEPS[:, None] * b
    assert np.allclose(np.linalg.norm(ladder.norm_keeping(*ENDS, STEPS), axis=2), linear)
    assert (np.linalg.norm(ladder.straight(*ENDS, STEPS)[1:-1], axis=2) < linear[1:-1]).all()
    halfway = ladder.straight(np.eye(3)[:1], np.eye(3)[1:2], [0.5])
    assert np.linalg.norm(halfway) == pytest.approx(np.sqrt(0.5))


def test_the_norm_keeping_way_turns_evenly_in_the_plane_of_its_ends_and_the_straight_one_does_not():
    def turns(way):
        unit = way / np.linalg.norm(way, axis=2, keepdims=True)
        return np.arccos((unit[1:] * unit[:-1]).sum(axis=2))
    even, uneven = turns(ladder.norm_keeping(*ENDS, STEPS)), turns(ladder.straight(*ENDS, STEPS))
    assert np.allclose(even, even[0]) and not np.allclose(uneven, uneven[0], rtol=0.1)
    for k in range(5):
        spanned = np.stack([ENDS[0][k], ENDS[1][k], *ladder.norm_keeping(*ENDS, STEPS)[:, k]])
        assert np.linalg.matrix_rank(spanned, tol=1e-8) == 2


def test_few_latents_are_met_with_a_stated_shrinkage():
    few = ladder.fitted(latents(60))
    assert 0 < few.shrinkage < 1 and CLOUD.shrinkage == 0
    assert few.widths.min() > 0


@pytest.mark.parametrize("call, word", [
    (lambda: ladder.fitted(np.zeros((10, 3))), "n >= 50"),
    (lambda: ladder.fitted(np.full((100, 3), np.nan)), "finite"),
    (lambda: ladder.fitted(np.ones((100, 3))), "never vary"),
    (lambda: ladder.mixed(CLOUD, G, {"colour"}), "unknown ingredients"),
    (lambda: ladder.shares(np.ones(15), 9, np.random.default_rng(0)), "16 numbers"),
    (lambda: ladder.shares(np.full(16, 1.5), 9, np.random.default_rng(0)), "from 0 to 1"),
    (lambda: ladder.norm_keeping(G[:3], 2 * G[:3], [0.5]), "no one great circle"),
    (lambda: ladder.norm_keeping(G[:3], -G[:3], [0.5]), "no one great circle")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@pytest.mark.parametrize("h", [0.3, 1.1, 3])
def test_the_likelihood_of_a_bandwidth_is_the_literal_sum(h):
    rng = np.random.default_rng(0)
    makers, judges = rng.standard_normal((100, 256)), rng.standard_normal((9, 256))
    kernels = stats.norm.logpdf(judges[:, None], makers, h).sum(axis=2)                      # (9, 100)
    literal = logsumexp(kernels, axis=1) - np.log(100)
    assert ladder.kernel_log_density(judges, makers, h) == pytest.approx(literal, rel=1e-9)


def test_a_density_integrates_to_one():
    x = np.linspace(-9, 9, 2_001)[:, None]
    makers = np.random.default_rng(1).normal(size=(20, 1))
    assert np.exp(ladder.kernel_log_density(x, makers, 0.4)).sum() * (x[1] - x[0]) == pytest.approx(1)


@pytest.mark.parametrize("d", [2, 12, 256])
def test_the_best_bandwidth_is_none_at_the_edge_of_those_tried_and_the_wider_the_more_dimensions(d):
    z = np.random.default_rng(2).normal(size=(1_200, d))
    h = ladder.bandwidth(ladder.fitted(z))
    assert ladder.BANDWIDTHS[0] < h < ladder.BANDWIDTHS[-1]
    assert {2: 0.1 < h < 0.6, 12: 0.4 < h < 1, 256: 1 <= h < 1.5}[d]


def test_normal_latents_are_likeliest_under_the_normal_and_two_clumps_under_the_others():
    rng = np.random.default_rng(3)
    signs = rng.choice([-3, 3], (1_500, 1))
    normal, clumps = rng.normal(size=(1_500, 6)), 0.4 * rng.normal(size=(1_500, 6)) + signs
    for z, best in ((normal, {"multivariate normal", "Gaussian mixture"}), (clumps, {"Gaussian mixture"})):
        cloud = ladder.fitted(z[:1_200])
        found = ladder.log_densities(cloud, z[1_200:], ladder.mixture(cloud), ladder.bandwidth(cloud))
        mean = {rung: value.mean() for rung, value in found.items()}
        assert max(mean, key=mean.get) in best
        assert (mean["kernel density"] > mean["multivariate normal"]) == (z is clumps)
