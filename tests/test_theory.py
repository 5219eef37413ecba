"""Radius laws against closed forms, high-precision integrals and simulation."""

import math

import mpmath
import numpy as np
import pytest

from lib.cloud import theory

GIVEN = {1: 0.5, 2: 0.7651957, 10: 1.806567, 64: 4.611532, 256: 9.233989, 2048: 26.126615}
MEAN_3 = (6 * math.sqrt(3) + 12 * math.log(2 + math.sqrt(3)) - math.pi) / 24


@pytest.mark.parametrize("call", [
    lambda: theory.mean_radius(0), lambda: theory.mean_radius(2.5), lambda: theory.mean_radius(10**6 + 1),
    lambda: theory.std_radius(3, b=0), lambda: theory.std_radius(3, b=math.nan),
    lambda: theory.mean_radius_approx(3, form="exact"), lambda: theory.std_radius_approx(3, form="plain"),
    lambda: theory.ratio_approx(3, form="post"), lambda: theory.squared_radius_moments(3, 1, 1),
    lambda: theory.matching_half_width(0, 3), lambda: theory.simulate_radii([], 10),
    lambda: theory.simulate_radii([3], 0), lambda: theory.log10_small_components_probability(4, 5, 0.1, 1),
    lambda: theory.log10_small_components_probability(4, 1, 2, 1),
    lambda: theory.strip_and_corner(np.zeros((5, 2)), 1),
    lambda: theory.strip_and_corner(np.full((5, 3), 2.0), 1),
])
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_vectorised_over_n_and_scales_with_b():
    n = np.array([[1, 2], [3, 256]])
    mean, std = theory.mean_radius(n, b=5), theory.std_radius(n, b=5)
    assert mean.shape == std.shape == n.shape
    assert mean[1, 1] == pytest.approx(5 * theory.mean_radius(256), rel=1e-15)
    assert std[0, 1] == pytest.approx(5 * theory.std_radius(2), rel=1e-15)


@pytest.mark.parametrize(("n", "expected"), GIVEN.items())
def test_mean_radius_has_the_given_values(n, expected):
    assert theory.mean_radius(n) == pytest.approx(expected, abs=6e-7)


def test_closed_forms():
    assert theory.mean_radius(1) == pytest.approx(0.5, rel=1e-14)
    assert theory.mean_radius(2) == pytest.approx((math.sqrt(2) + math.asinh(1)) / 3, rel=1e-14)
    assert theory.mean_radius(3) == pytest.approx(MEAN_3, rel=1e-14)
    assert theory.std_radius(1) == pytest.approx(math.sqrt(1 / 12), rel=1e-14)
    assert theory.std_radius(3) == pytest.approx(math.sqrt(1 - MEAN_3**2), rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 7, 256, 10**4, 10**6])
def test_against_high_precision_integral(n):
    """E[R] by its plain integral in 30 digits, without our rearrangements; std by subtraction."""
    with mpmath.workdps(30):
        def m(t):
            return mpmath.sqrt(mpmath.pi) * mpmath.erf(mpmath.sqrt(t)) / (2 * mpmath.sqrt(t))

        def integrand(s):  # t = s^2
            return (1 - m(s**2) ** n) / s**2

        scale = 1 / mpmath.sqrt(n)
        pieces = [0, *(scale * k for k in (1, 2, 4, 8, 16, 32, 64))]
        mean = mpmath.quad(integrand, pieces, method="gauss-legendre") / mpmath.sqrt(mpmath.pi)
        far = pieces[-1]  # beyond it erf is 1, or M^n is 0, in all digits
        tail = 1 / far - m(far**2) ** n / ((n + 1) * far)
        mean += tail / mpmath.sqrt(mpmath.pi)
        std = mpmath.sqrt(mpmath.mpf(n) / 3 - mean**2)
        assert abs(theory.mean_radius(n) / mean - 1) < 1e-12
        assert abs(theory.std_radius(n) / std - 1) < 1e-10


def test_naive_variance_would_fail_the_tolerance():
    n = 10**6
    naive = math.sqrt(n / 3 - theory.mean_radius(n) ** 2)
    assert abs(naive / theory.std_radius(n) - 1) > 1e-10


def test_second_moment_identity():
    n = np.array([1, 5, 100, 10**4])
    assert theory.mean_radius(n) ** 2 + theory.std_radius(n) ** 2 == pytest.approx(n / 3, rel=1e-13)


def exact_ratio(n):
    return theory.std_radius(n) / theory.mean_radius(n)


@pytest.mark.parametrize(("approximation", "exact", "order", "bound"), [
    (lambda n: theory.mean_radius_approx(n, form="plain"), theory.mean_radius, 1, 0.16),
    (lambda n: theory.mean_radius_approx(n, form="post"), theory.mean_radius, 1, 0.034),
    (lambda n: theory.mean_radius_approx(n, form="corrected"), theory.mean_radius, 2, 0.052),
    (lambda n: theory.std_radius_approx(n, form="leading"), theory.std_radius, 1, 0.23),
    (lambda n: theory.std_radius_approx(n, form="corrected"), theory.std_radius, 2, 0.15),
    (lambda n: theory.ratio_approx(n, "plain"), exact_ratio, 1, 0.34),
    (lambda n: theory.ratio_approx(n, "multiplied"), exact_ratio, 1, 0.11),
    (lambda n: theory.ratio_approx(n, "corrected"), exact_ratio, 2, 0.25),
])
def test_order_of_approximations(approximation, exact, order, bound):
    n = np.array([1, 2, 3, 10, 100, 1000, 10**4])
    assert np.all(np.abs(approximation(n) / exact(n) - 1) * n**order <= bound)


@pytest.mark.parametrize("form", ["plain", "post"])
def test_printed_mean_is_not_second_order(form):
    n = 1000
    assert abs(theory.mean_radius_approx(n, form=form) / theory.mean_radius(n) - 1) * n**2 > 10


def test_printed_mean_wins_only_for_two_to_four_components():
    n = np.arange(1, 300)
    exact = theory.mean_radius(n)
    post = np.abs(theory.mean_radius_approx(n, form="post") - exact)
    corrected = np.abs(theory.mean_radius_approx(n, form="corrected") - exact)
    assert n[post < corrected - 1e-12].tolist() == [2, 3, 4]


def test_errors_of_the_posts():
    assert theory.mean_radius_approx(256, 5) == pytest.approx(46.188, abs=5e-4)
    assert theory.mean_radius(256, 5) == pytest.approx(46.170, abs=5e-4)
    assert theory.std_radius(256) == pytest.approx(0.25841, abs=5e-6)
    assert theory.std_radius_approx(256, form="post") / theory.std_radius(256) == pytest.approx(16, rel=1e-3)
    assert theory.std_radius(3) / theory.mean_radius(3) == pytest.approx(0.2894, abs=5e-5)
    ratios = [theory.ratio_approx(3, form) for form in ("plain", "printed", "multiplied")]
    assert ratios == pytest.approx([0.2582, 0.2383, 0.2797], abs=5e-5)
    assert theory.ratio_approx(256) == pytest.approx(0.02795, abs=5e-6)


@pytest.mark.parametrize(("a", "b"), [(-5, 5), (0, 1), (2, 7)])
def test_squared_radius_moments_by_simulation(a, b):
    n, points = 6, 200_000
    squares = (np.random.default_rng(0).uniform(a, b, (points, n)) ** 2).sum(axis=1)
    mean, variance = theory.squared_radius_moments(n, a, b)
    assert abs(squares.mean() - mean) < 4 * math.sqrt(variance / points)
    assert squares.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / points))
    assert mean == pytest.approx(n * (b**3 - a**3) / (3 * (b - a)))


def test_squared_radius_variance_of_a_symmetric_interval():
    assert theory.squared_radius_moments(256, -5, 5)[1] == pytest.approx(4 / 45 * 256 * 5**4)


def test_matching_half_width_inverts_the_second_moment():
    second_moment, _ = theory.squared_radius_moments(256, -1.6, 1.6)
    assert theory.matching_half_width(second_moment, 256) == pytest.approx(1.6)
    assert theory.matching_half_width(225, 256) == pytest.approx(1.62, abs=0.005)


def test_simulation_shape_range_and_determinism():
    radii = theory.simulate_radii([10, 3, 10], 3000, b=2, seed=1, threads=1)
    assert list(radii) == [3, 10]
    assert all(r.shape == (3000,) and r.dtype == np.float32 for r in radii.values())
    assert np.all(radii[3] <= radii[10]) and radii[3].max() <= 2 * math.sqrt(3)
    again = theory.simulate_radii([3, 10], 3000, b=2, seed=1, threads=3)
    assert all(np.array_equal(radii[dim], again[dim]) for dim in radii)
    assert not np.array_equal(radii[3], theory.simulate_radii([3], 3000, b=2, seed=2)[3])


@pytest.mark.parametrize("dim", [1, 3, 64, 65, 200])
def test_simulation_follows_the_exact_law(dim):
    points = 100_000
    r = theory.simulate_radii([1, 3, 64, 65, 200], points, seed=0)[dim].astype(float)
    mean, std = theory.mean_radius(dim), theory.std_radius(dim)
    assert abs(r.mean() - mean) < 4 * std / math.sqrt(points)
    assert abs(r.std() - std) < 4 * std / math.sqrt(2 * points)
    assert abs(r.mean() - theory.mean_radius(dim + 1)) > 4 * std / math.sqrt(points)  # notices one component


def test_simulation_precision():
    """float32 sums of squares against float64 ones of the same numbers."""
    r = theory.simulate_radii([200], 50, seed=3)[200]
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(3).spawn(1)[0]))
    u = np.hstack([rng.random((50, width), dtype=np.float32) for width in (64, 64, 64, 8)]).astype(float)
    assert np.sqrt((u**2).sum(axis=1)) == pytest.approx(r, rel=1e-6)


def test_small_components_probabilities_sum_to_one():
    k = np.arange(21)
    assert (10 ** theory.log10_small_components_probability(20, k, 0.3, 1)).sum() == pytest.approx(1)
    assert theory.log10_small_components_probability(20, 0, 1, 1) == 0
    assert theory.log10_small_components_probability(20, 1, 1, 1) == -math.inf


def test_small_components_probability_by_counting():
    points, p = 200_000, 10 ** theory.log10_small_components_probability(5, 2, 0.5, 2)
    small = (np.abs(np.random.default_rng(0).uniform(-2, 2, (points, 5))) <= 0.5).sum(axis=1)
    assert abs((small == 3).mean() - p) < 4 * math.sqrt(p / points)
    assert abs((small == 2).mean() - p) > 4 * math.sqrt(p / points)


def test_edges_are_not_depleted():
    points = 200_000
    regions = theory.strip_and_corner(np.random.default_rng(0).uniform(0, 10, (points, 3)), 10)
    assert abs(regions.edge - points / 100) < 4 * math.sqrt(points / 100)
    assert abs(regions.centre - points / 100) < 4 * math.sqrt(points / 100)
    assert abs(regions.corner - points / 1000) < 4 * math.sqrt(points / 1000)


def test_a_density_with_depleted_edges_is_noticed():
    points = 200_000
    regions = theory.strip_and_corner(np.random.default_rng(0).beta(2, 2, (points, 3)) * 10, 10)
    assert regions.edge < points / 100 - 4 * math.sqrt(points / 100) < regions.centre
