"""Statistics of latent matrices against literal slow versions and known distributions."""

import math

import numpy as np
import pandas as pd
import pytest

from lib.cloud import latent

FWHM = 2 * math.sqrt(2 * math.log(2))  # of a Gaussian, in sigma

# "Autoencoders and latent space fragmentation II", table of dominant components: index, mu, half-width
F2_TABLE = [
    (15, -.25, 1.5), (16, .5, 1.125), (56, 0, 1.625), (58, .25, 2.125), (66, .25, 1.5), (68, 0, 2),
    (110, .5, 1.875), (118, 2.25, 2.25), (151, 1.5, 4.125), (177, -1, 2.25), (178, .5, 1.875),
    (180, -.25, 1.5), (188, .25, 1.75), (195, -1.5, 2), (202, -.5, 2.25), (204, -.5, 1.25), (210, 0, 1.75),
    (230, .25, 1.5), (242, -.25, 2.375), (253, -.5, 1),
]


def gaussian_cloud(n=20_000, d=6, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d))


@pytest.mark.parametrize("function", [
    lambda z: latent.component_histograms(z, [0, 1]), lambda z: latent.clipped(z, [0, 1]), latent.components,
    latent.radii, latent.second_moment, latent.mean_and_covariance, latent.correlation, latent.mahalanobis,
    latent.gaussianity,
])
@pytest.mark.parametrize("z", [np.zeros(5), np.zeros((1, 3)), np.array([[0, 1], [np.nan, 2]]),
                               np.array([[0, 1], [np.inf, 2]])])
def test_bad_latents_are_refused(function, z):
    with pytest.raises(ValueError, match="points must be"):
        function(z)


@pytest.mark.parametrize("edges", [[1], [0, 0], [1, 0], [0, np.nan], [[0, 1]]])
def test_bad_edges_are_refused(edges):
    with pytest.raises(ValueError, match="edges"):
        latent.component_histograms(np.zeros((3, 2)), edges)


def test_histograms_equal_numpy_and_leave_out_what_is_clipped():
    z, edges = np.random.default_rng(0).normal(0, 8, (3000, 5)).astype(np.float32), np.linspace(-12, 12, 101)
    z[:, 1] = np.random.default_rng(1).choice(edges, 3000)           # every value on an edge, up to rounding
    counts = latent.component_histograms(z, edges)
    assert np.array_equal(counts, np.stack([np.histogram(column, edges)[0] for column in z.T], axis=1))
    below, above = latent.clipped(z, edges)
    assert below.sum() and np.array_equal(counts.sum(axis=0) + below + above, np.full(5, 3000))


def test_the_window_has_the_posts_intervals_and_grows_with_the_values():
    posts, wide = latent.window(3.0), latent.window(12.1)
    assert np.allclose(posts, np.linspace(-12, 12, 101)) and np.allclose(np.diff(wide), 0.24)
    assert wide[0] <= -12.1 and wide[-1] >= 12.1 and len(wide) == 103


def test_clipped_tells_sides():
    assert latent.clipped(np.array([[-2.0, 0], [0, 1], [3, 1]]), [-1, 1]).tolist() == [[1, 0], [1, 0]]


def test_components_table():
    z = gaussian_cloud(500, 4)
    table = latent.components(z)
    assert isinstance(table, pd.DataFrame) and table.index.name == "component" and len(table) == 4
    assert set(table) >= {"mu", "sigma", "mode", "fwhm", "hwhm", "dominant", "energy", "share"}
    assert table["mu"].to_numpy() == pytest.approx(z.mean(axis=0))
    assert table["sigma"].to_numpy() == pytest.approx(z.std(axis=0))
    assert table["share"].sum() == pytest.approx(1)
    pd.testing.assert_frame_equal(table, latent.components(z))


@pytest.mark.parametrize("sigma", [1e-3, 0.05, 1, 3, 50], ids=str)
def test_widths_of_gaussians_at_every_scale(sigma):
    z = 2 + sigma * gaussian_cloud(100_000, 4)
    table = latent.components(z, bin_width=0.25)
    assert table["fwhm"].to_numpy() == pytest.approx(FWHM * sigma, rel=0.05)
    assert table["hwhm"].to_numpy() == pytest.approx(table["fwhm"].to_numpy() / 2)
    assert np.all(np.abs(table["mode"] - 2) < 0.4 * sigma)


def test_width_of_a_uniform_variable_is_not_the_gaussian_one():
    z = np.random.default_rng(0).uniform(-1, 1, (100_000, 2))
    table = latent.components(z)
    assert table["fwhm"].to_numpy() == pytest.approx(2, rel=0.05)
    assert np.all(np.abs(table["fwhm"] / table["sigma"] - FWHM) > 0.5)


def test_width_spans_a_second_peak_and_mode_names_the_higher():
    rng = np.random.default_rng(0)
    low, high = rng.normal(-3, 1, (60_000, 1)), rng.normal(3, 1, (40_000, 1))
    table = latent.components(np.vstack([low, high]))
    assert table["mode"][0] == pytest.approx(-3, abs=0.6)
    assert table["fwhm"][0] == pytest.approx(6 + FWHM / 2 + math.sqrt(2 * math.log(4 / 3)), rel=0.07)


def test_constant_component_has_no_width():
    z = gaussian_cloud(100, 3)
    z[:, 1] = 0.1
    row = latent.components(z).loc[1]
    assert (row["mode"], row["fwhm"], row["hwhm"]) == (pytest.approx(0.1), 0, 0)
    assert not latent.components(np.zeros((5, 2)))["dominant"].any()


@pytest.mark.parametrize("bin_width", [0, -1, math.nan])
def test_bad_bin_width_is_refused(bin_width):
    with pytest.raises(ValueError, match="bin_width"):
        latent.components(gaussian_cloud(10), bin_width)


def test_dominant_components_are_those_of_the_post():
    """The bulk gets the half-width that, with the table, gives the cloud its radius of 15."""
    index, mu, half_width = (np.array(column) for column in zip(*F2_TABLE, strict=True))
    gauss = math.sqrt(2 * math.log(2))
    rest = 15.0**2 - (mu**2 + (half_width / gauss) ** 2).sum()
    all_mu, all_widths = np.zeros(256), np.full(256, gauss * math.sqrt(rest / (256 - len(index))))
    all_mu[index], all_widths[index] = mu, half_width
    assert np.flatnonzero(latent.dominant(all_mu, all_widths)).tolist() == index.tolist()
    shuffled = np.random.default_rng(0).permutation(256)
    assert not np.array_equal(np.flatnonzero(latent.dominant(all_mu[shuffled], all_widths)), index)


@pytest.mark.parametrize("factor", [1 / 3, 3, 1000])
def test_dominance_does_not_depend_on_the_scale(factor):
    z = gaussian_cloud(20_000, 20) * np.r_[np.ones(18), 3, 1] + np.r_[np.zeros(19), 2]
    chosen = latent.components(z)["dominant"]
    assert np.flatnonzero(chosen).tolist() == [18, 19]
    assert np.array_equal(latent.components(factor * z)["dominant"], chosen)


def test_dominant_refuses_different_shapes():
    with pytest.raises(ValueError):
        latent.dominant([0, 0], [1])


def test_no_component_of_a_round_cloud_is_dominant():
    assert not latent.components(gaussian_cloud(20_000, 50))["dominant"].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_radii_and_second_moment(dtype):
    z = (gaussian_cloud(3000, 70) @ np.random.default_rng(1).normal(size=(70, 70)) + 3).astype(dtype)
    r = latent.radii(z)
    assert r == pytest.approx(np.array([math.sqrt(sum(float(v) ** 2 for v in row)) for row in z]))
    value, error = latent.second_moment(z)
    assert value == pytest.approx((r**2).mean())
    assert error == pytest.approx((r**2).std(ddof=1) / math.sqrt(3000))
    assert latent.components(z)["energy"].sum() == pytest.approx(value)  # whatever the correlations
    assert latent.components(z)["sigma"].pow(2).sum() != pytest.approx(value, rel=1e-3)


def test_seriation_puts_related_components_side_by_side():
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat([0, 1, 2], 10))                   # three groups, scattered
    z = rng.standard_normal((500, 3))[:, group] * rng.choice([-1, 1], 30) + rng.standard_normal((500, 30))
    before = latent.correlation(z)
    after = latent.seriated(before)
    assert after == pytest.approx(after.T)
    assert np.sort(after.ravel()) == pytest.approx(np.sort(before.ravel()))
    neighbours = np.abs(np.diag(after, 1))
    assert (neighbours < 0.25).sum() == 2                               # where one group ends
    assert (np.abs(np.diag(before, 1)) < 0.25).sum() > 10               # control: scattered as they were


def test_correlation_equals_numpy_and_needs_varying_components():
    z = gaussian_cloud(300, 5) @ np.random.default_rng(1).normal(size=(5, 5))
    assert latent.correlation(z) == pytest.approx(np.corrcoef(z.T))
    assert latent.mean_and_covariance(z)[1] == pytest.approx(np.cov(z.T))
    z[:, 3] = 7
    with pytest.raises(ValueError, match=r"\[3\] never vary"):
        latent.correlation(z)


def test_mahalanobis_equals_the_literal_version():
    z = gaussian_cloud(200, 4) @ np.random.default_rng(1).normal(size=(4, 4)) + 5
    mean, covariance = z.mean(axis=0), np.cov(z.T)
    literal = [math.sqrt((row - mean) @ np.linalg.inv(covariance) @ (row - mean)) for row in z]
    assert latent.mahalanobis(z) == pytest.approx(np.array(literal))
    assert latent.mahalanobis(z, mean, covariance) == pytest.approx(np.array(literal))
    assert latent.mahalanobis(z, mean=np.zeros(4), covariance=np.eye(4)) == pytest.approx(latent.radii(z))


def test_nobody_is_near_the_centre_in_256_dimensions():
    distance = latent.mahalanobis(gaussian_cloud(4000, 256), np.zeros(256), np.eye(256))
    assert abs(distance.mean() - math.sqrt(256 - 0.5)) < 4 * math.sqrt(0.5 / 4000)
    assert distance.std() == pytest.approx(math.sqrt(0.5), rel=4 / math.sqrt(2 * 4000))
    assert distance.min() > 12


@pytest.mark.parametrize(("z", "reason"), [
    (np.c_[gaussian_cloud(50, 2), np.ones(50)], r"\[2\] never vary"),
    (gaussian_cloud(50, 3)[:, [0, 1, 2, 2]], "rank 3 of 4"),
    (gaussian_cloud(4, 6), "rank 3 of 6"),
])
def test_singular_covariance_is_explained(z, reason):
    with pytest.raises(ValueError, match=reason):
        latent.mahalanobis(z)


@pytest.mark.parametrize(("draw", "skewness", "kurtosis", "distance", "gaussian"), [
    (lambda rng, n: rng.normal(3, 5, n), 0, 0, 0, True),
    (lambda rng, n: rng.uniform(0, 1, n), 0, -1.2, 0.057, False),
    (lambda rng, n: rng.laplace(0, 1, n), 0, 3, 0.062, False),
    (lambda rng, n: rng.exponential(1, n), 2, 6, math.erfc(math.sqrt(0.5)) / 2, False),
], ids=["normal", "uniform", "laplace", "exponential"])
def test_gaussianity(draw, skewness, kurtosis, distance, gaussian):
    z = np.stack([draw(np.random.default_rng(seed), 50_000) for seed in range(3)], axis=1)
    table = latent.gaussianity(z)
    assert np.all(np.abs(table["skewness"] - skewness) < 0.15)
    assert np.all(np.abs(table["excess_kurtosis"] - kurtosis) < 0.15 * (1 + kurtosis**2))
    assert np.all(np.abs(table["distance"] - distance) < 4 / math.sqrt(50_000))
    assert (table["gaussian"] == gaussian).all()


def test_kolmogorov_distance_equals_scipy():
    from scipy.stats import kstest
    z = np.random.default_rng(0).exponential(size=(500, 2))
    literal = [kstest((c - c.mean()) / c.std(), "norm").statistic for c in z.T]
    assert latent.gaussianity(z)["distance"].to_numpy() == pytest.approx(np.array(literal))
