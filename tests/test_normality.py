"""Measures of normality: literal versions, known limits, and what a normal cloud must not show."""
import numpy as np
import pytest
from scipy import integrate, stats

from lib.cloud import embed, latent, normality
from lib.trial import filaments


def literal_anderson_darling(u):
    """A^2 of one standardised sample, term by term."""
    u, n = np.sort(u), len(u)
    terms = [(2 * i + 1) * (stats.norm.logcdf(u[i]) + stats.norm.logsf(u[n - 1 - i])) for i in range(n)]
    return -n - sum(terms) / n


def test_anderson_darling_equals_the_literal_sum():
    z = np.random.default_rng(0).gamma(3, size=(50, 2))
    expected = [literal_anderson_darling((x - x.mean()) / x.std(ddof=1)) / 50 for x in z.T]
    assert normality.anderson_darling(z) == pytest.approx(expected, rel=1e-12)
    assert normality.anderson_darling(3 * z - 7) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("law", [stats.laplace(0, np.sqrt(0.5)), stats.uniform(-np.sqrt(3), 2 * np.sqrt(3))])
def test_anderson_darling_tends_to_its_integral(law):
    def density(t):
        spread = stats.norm.cdf(t) * stats.norm.sf(t)
        return (law.cdf(t) - stats.norm.cdf(t))**2 / spread * stats.norm.pdf(t)

    size = integrate.quad(density, -7, 7, limit=300)[0]
    z = law.rvs((20_000, 10), random_state=1)
    values = normality.anderson_darling(z)
    assert abs(values.mean() - size) < 4 * values.std() / np.sqrt(10) + 1e-4
    normal = np.random.default_rng(1).normal(size=(20_000, 10))      # control
    assert normality.anderson_darling(normal).max() < size / 50


def test_moments_of_an_exponential_and_of_a_normal():
    rng = np.random.default_rng(2)
    n = 100_000
    table = normality.moments(np.stack([rng.exponential(size=n), rng.normal(size=n)], axis=1))
    assert table.skewness[0] == pytest.approx(2, abs=0.15)
    assert table.excess_kurtosis[0] == pytest.approx(6, abs=1.5)
    assert abs(table.skewness[1]) < 4 * np.sqrt(6 / n)
    assert abs(table.excess_kurtosis[1]) < 4 * np.sqrt(24 / n)


def test_least_gaussian_finds_the_spiky_sources_that_no_axis_shows():
    rng = np.random.default_rng(3)
    n, d, spiky = 8_000, 30, 3
    sources = np.hstack([rng.laplace(size=(n, spiky)), rng.normal(size=(n, d - spiky))])      # kurtosis 3
    mixing = np.linalg.qr(rng.normal(size=(d, d)))[0] * rng.uniform(0.5, 2, d)
    z = sources @ mixing.T + rng.normal(size=d)
    assert normality.moments(z).excess_kurtosis.max() < 1         # hidden by mixing
    found = normality.least_gaussian(z, np.random.default_rng(0))
    assert (found.kurtosis[:spiky] > 2).all()
    assert np.abs(found.kurtosis[spiky:]).max() < 5 * np.sqrt(48 / n)
    agree = np.abs(np.corrcoef(found.scores[:, :spiky].T, sources[:, :spiky].T)[:spiky, spiky:])
    assert agree.max(axis=0).min() > 0.95
    columns = np.abs(np.corrcoef(found.mixing[:, :spiky].T, mixing[:, :spiky].T)[:spiky, spiky:])
    assert columns.max(axis=0).min() > 0.95


def test_least_gaussian_of_a_normal_cloud_is_gaussian_although_the_search_fits_noise():
    rng = np.random.default_rng(4)
    z = rng.normal(size=(400, 100)) @ rng.normal(size=(100, 100))
    found = normality.least_gaussian(z, rng)
    assert np.abs(found.kurtosis).max() < 5 * np.sqrt(48 / 400)
    assert stats.kurtosis(found.scores).max() > 5 * np.sqrt(48 / 400)  # control: the half that chose


def test_least_gaussian_refuses_too_few_vectors_and_a_flat_cloud():
    z = np.random.default_rng(5).normal(size=(60, 20))
    with pytest.raises(ValueError, match="n >= 42"):
        normality.least_gaussian(z[:41], np.random.default_rng(0))
    z[:, 3] = z[:, 4]
    with pytest.raises(ValueError, match="singular"):
        normality.least_gaussian(z, np.random.default_rng(0))


def test_henze_zirkler_equals_the_literal_double_sum():
    z = np.random.default_rng(3).normal(size=(12, 2)) ** 3
    n, d = z.shape
    inverse, centred = np.linalg.inv(np.cov(z.T, bias=True)), z - z.mean(axis=0)
    b2 = (n * (2 * d + 1) / 4) ** (2 / (d + 4)) / 2
    total = sum(np.exp(-b2 / 2 * (a - b) @ inverse @ (a - b)) for a in z for b in z) / n**2
    single = sum(np.exp(-b2 / (2 * (1 + b2)) * a @ inverse @ a) for a in centred) / n
    expected = n * (total - 2 * (1 + b2)**(-d / 2) * single + (1 + 2 * b2)**(-d / 2))
    assert normality.henze_zirkler(z) == pytest.approx(expected)
    assert normality.henze_zirkler(z @ [[2, 1], [0, 3]] + 5) == pytest.approx(expected)


def test_henze_zirkler_keeps_its_size_and_finds_a_skewed_cloud():
    rng = np.random.default_rng(4)
    null = np.array([normality.henze_zirkler(rng.normal(size=(200, 3))) for _ in range(200)])
    again = np.array([normality.henze_zirkler(rng.normal(size=(200, 3))) for _ in range(200)])
    assert stats.binom.cdf((again > np.quantile(null, 0.95)).sum(), 200, 0.05) < 0.999
    assert normality.henze_zirkler(rng.gamma(4, size=(200, 3))) > null.max()


def held_out_squares(n, d, count, rng):
    """D^2 of `count` normal vectors by the moments of n others."""
    return latent.mahalanobis(rng.normal(size=(count, d)),
                              *latent.mean_and_covariance(rng.normal(size=(n, d)))) ** 2


def test_held_out_distances_follow_the_f_law_and_not_chi_squared():
    rng = np.random.default_rng(11)
    squares = np.concatenate([held_out_squares(40, 8, 20, rng) for _ in range(100)])
    assert stats.kstest(squares, normality.held_out_law(40, 8).cdf).pvalue > 0.001
    assert stats.kstest(squares, stats.chi2(8).cdf).pvalue < 1e-12


def test_at_smoke_scale_a_normal_cloud_is_one_by_the_f_law_and_none_by_chi_squared():
    """n = 1,500, d = 256: the moments are estimated, and chi^2 would call the cloud uneven."""
    squares = held_out_squares(1_500, 256, 3_000, np.random.default_rng(12))
    law = normality.held_out_law(1_500, 256)
    assert squares.var() / law.var() == pytest.approx(1, abs=4 * np.sqrt(2 / 3_000) + 0.02)
    assert abs(squares.mean() - law.mean()) < 4 * np.sqrt(law.var() / 3_000 + 2 * 256 / 1_500 * 1.5)
    found = normality.amplitude(squares, law)
    assert abs(found.cv2) < 4 * found.error and (squares > law.ppf(0.99)).mean() < 0.02
    assert np.sqrt(max(found.cv2 + 1.96 * found.error, 0)) / 2 < 0.1     # a normal cloud passes the claim
    assert (squares > stats.chi2.ppf(0.99, 256)).mean() > 0.3 and squares.var() / 512 > 1.5    # the control


@pytest.mark.parametrize("k", [2, 16, 256])
@pytest.mark.parametrize("cv2", [0.0, 0.1, 0.5])
def test_amplitude_is_the_relative_variance_of_a_common_factor(k, cv2):
    rng, n = np.random.default_rng(13), 4_000
    factor = rng.gamma(1 / cv2, cv2, n) if cv2 else np.ones(n)
    squares = factor * rng.chisquare(k, n)
    found = normality.amplitude(7 * squares, stats.chi2(k))
    assert abs(found.cv2 - cv2) < 4 * found.error
    assert abs(squares.var() / (2 * k) - 1 - (k / 2 + 1) * found.cv2) < 0.05 * (1 + k / 2)    # the equation
    assert (found.cv2 > 4 * found.error) == (cv2 > 0) or k == 2       # in two directions it hardly shows


def test_the_error_of_the_amplitude_is_its_scatter():
    rng = np.random.default_rng(14)
    found = [normality.amplitude(rng.gamma(10, 0.1, 500) * rng.chisquare(20, 500), stats.chi2(20))
             for _ in range(200)]
    values, errors = np.array(found).T
    assert values.std() == pytest.approx(errors.mean(), rel=4 / np.sqrt(2 * 200))


def test_inner_width_forgets_outliers_and_sees_an_uneven_core():
    rng, n, k = np.random.default_rng(15), 20_000, 30
    normal, law = rng.chisquare(k, n), stats.chi2(k)
    error = 1 / np.sqrt(2 * 0.8 * n)
    assert abs(normality.inner_width(3 * normal, law) - 1) < 4 * error
    outliers = normal * np.where(rng.random(n) < 0.02, 4, 1)
    assert abs(normality.inner_width(outliers, law) - 1) < 0.05
    assert normality.inner_width(outliers, law, share=1) > 1.5
    assert normality.inner_width(rng.gamma(10, 0.1, n) * normal, law) > 1.3


@pytest.mark.parametrize("d, distance", [(2, 1.0), (10, 3.0), (256, 16.0)])
def test_core_covariance_factor_is_what_cutting_leaves(d, distance):
    squares = np.random.default_rng(5).chisquare(d, 40_000)
    inside = squares[squares <= distance**2] / d                    # mean over axes of z_j^2, per vector
    factor = normality.core_covariance_factor(distance, d)
    assert abs(inside.mean() - factor) < 4 * inside.std() / np.sqrt(len(inside))
    assert factor < normality.core_covariance_factor(1.5 * distance, d) < 1 + 1e-12


@pytest.mark.parametrize("k, share", [(1, 0.393), (2, 0.865), (3, 0.989)])
def test_confidence_ellipse_holds_its_share_and_lies_at_distance_k(k, share):
    rng = np.random.default_rng(6)
    covariance = np.array([[4.0, 1.5], [1.5, 1.0]])
    curve = normality.confidence_ellipse([1, -2], covariance, k) - [1, -2]
    assert np.einsum("ni,ij,nj->n", curve, np.linalg.inv(covariance), curve) == pytest.approx(k**2)
    z = rng.multivariate_normal([0, 0], covariance, 20_000)
    inside = (np.einsum("ni,ij,nj->n", z, np.linalg.inv(covariance), z) <= k**2).mean()
    assert inside == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 20_000) + 5e-4)


@pytest.mark.parametrize("k, share", [(1, 0.393), (2, 0.865), (3, 0.989)])
def test_shares_inside_are_those_of_a_normal_cloud_and_not_of_a_square(k, share):
    rng, n = np.random.default_rng(8), 20_000
    z = rng.normal(size=(n, 2)) @ [[2.0, 0.7], [0.0, 1.0]] + 3
    assert abs(normality.shares_inside(z, [k])[0] - share) < 4 * np.sqrt(share * (1 - share) / n) + 5e-4
    square = normality.shares_inside(rng.uniform(-1, 1, (n, 2)), [k])[0]
    assert abs(square - share) > 4 * np.sqrt(share * (1 - share) / n)


def test_the_core_of_a_normal_cloud_shrinks_alike_in_every_direction():
    n, d = 20_000, 8
    z = np.random.default_rng(9).normal(size=(n, d)) * np.arange(1, d + 1) + 5
    core = normality.core(z, embed.pca(z))
    assert core.distance**2 == pytest.approx(stats.chi2.median(d), rel=0.02)
    assert core.gaussian == normality.core_covariance_factor(core.distance, d)
    error = core.gaussian * np.sqrt(2 / (n / 2))
    assert core.shrunk == pytest.approx(np.full(d, core.gaussian), abs=4 * error)


def test_the_core_of_a_cloud_with_outliers_shrinks_more():
    rng = np.random.default_rng(10)
    z = rng.standard_t(4, (20_000, 1)) * rng.normal(size=(20_000, 8))
    core = normality.core(z, embed.pca(z))
    assert (core.shrunk < 0.8 * core.gaussian).all()


@pytest.mark.parametrize("call, word", [
    (lambda: normality.anderson_darling(np.ones((9, 2))), "never vary"),
    (lambda: normality.anderson_darling([[np.nan, 1]] * 9), "finite"),
    (lambda: normality.henze_zirkler(np.ones((5, 9))), "singular"),
    (lambda: normality.core_covariance_factor(0, 3), "positive"),
    (lambda: normality.held_out_law(10, 6), "above d"), (lambda: normality.amplitude([1, 2], None), "n >= 3"),
    (lambda: normality.inner_width([1, 2], None, 0), "share"),
    (lambda: normality.confidence_ellipse([0, 0], np.zeros((2, 2)), 1), "positive definite")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_p_of_henze_zirkler_from_a_matched_null():
    rng = np.random.default_rng(7)
    shape = [[1.0, 0.3], [0.0, 1.0]]

    def negative(z):                                                 # trial: small means structure
        return -normality.henze_zirkler(z)

    def p(cloud):
        return filaments.trial(cloud @ shape, "gaussian", 39, rng=rng, statistic=negative).p

    assert p(rng.gamma(2, size=(150, 2))) == 1 / 40
    assert p(rng.normal(size=(150, 2))) > 1 / 40
