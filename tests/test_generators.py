"""Statistical vectors against their laws, and box hits against their prediction."""

import math

import numpy as np
import pytest

from lib.cloud import generators


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("call", [
    lambda: generators.uniform(0, 3, 1, rng()), lambda: generators.uniform(3, 3, 0, rng()),
    lambda: generators.gaussian(3, [0, 0], [1], rng()), lambda: generators.gaussian(3, [0], [-1], rng()),
    lambda: generators.gaussian(3, [math.nan], [1], rng()), lambda: generators.grid_points(1.5, 3),
    lambda: generators.log10_box_probability(0, [0], [1], 1),
    lambda: generators.log10_box_probability(1, [0], [1], -1),
])
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_grid_points_are_exact():
    assert generators.grid_points(10, 256) == 10**256
    assert generators.grid_points(3, 2) == len([(i, j) for i in range(3) for j in range(3)])


@pytest.mark.parametrize("make", [
    lambda r: generators.uniform(100, 4, 2.0, r),
    lambda r: generators.gaussian(100, np.zeros(4), np.ones(4), r),
])
def test_shape_and_determinism(make):
    assert make(rng(1)).shape == (100, 4)
    assert np.array_equal(make(rng(1)), make(rng(1)))
    assert not np.array_equal(make(rng(1)), make(rng(2)))


def test_uniform_has_its_range_and_moments():
    n, d, b = 100_000, 3, 1.5
    z = generators.uniform(n, d, b, rng())
    assert z.dtype == np.float32 and z.min() >= -b and z.max() < b
    sigma = b / math.sqrt(3)
    assert np.all(np.abs(z.mean(axis=0, dtype=float)) < 4 * sigma / math.sqrt(n))
    tolerance = 4 * b**2 * math.sqrt(4 / 45) / math.sqrt(n)
    assert np.all(np.abs(np.square(z, dtype=float).mean(axis=0) - b**2 / 3) < tolerance)
    assert abs(np.square(z[:, 0] * 1.02, dtype=float).mean() - b**2 / 3) > tolerance  # two percent too wide


def test_gaussian_has_its_moments():
    n, mu, sigma = 100_000, np.array([0, 2.5, -1]), np.array([1, 0.3, 4])
    z = generators.gaussian(n, mu, sigma, rng()).astype(float)
    assert np.all(np.abs(z.mean(axis=0) - mu) < 4 * sigma / math.sqrt(n))
    assert np.all(np.abs(z.std(axis=0) - sigma) < 4 * sigma / math.sqrt(2 * n))
    assert abs(np.corrcoef(z.T)[0, 1]) < 4 / math.sqrt(n)


@pytest.mark.parametrize(("b", "k"), [(2, 2), (1.5, 2), (1.5, 1.5), (3, 3)])
def test_counted_hits_agree_with_the_prediction(b, k):
    n, mu, half_width = 100_000, rng(1).normal(0, 0.3, 12), rng(2).uniform(0.8, 1.2, 12)
    hits = (generators.smallest_box(generators.uniform(n, 12, b, rng(3)), mu, half_width) <= k).sum()
    expected = generators.expected_hits(n, b, mu, half_width, k)
    assert abs(hits - expected) <= 4 * math.sqrt(expected) + 1e-9
    if 0 < hits < n:
        wrong = generators.expected_hits(n, b, mu, half_width / 1.1, k)  # a width ten percent off is noticed
        assert abs(hits - wrong) > 4 * math.sqrt(wrong)


def test_box_probability_does_not_underflow_and_knows_certainty_and_impossibility():
    mu, half_width = np.zeros(256), np.ones(256)
    tiny = generators.log10_box_probability(12, mu, half_width, 1e-3)
    assert tiny == pytest.approx(256 * math.log10(1e-3 / 12))
    assert generators.log10_box_probability(1, mu, half_width, 1) == 0
    mu[7] = 9
    assert generators.log10_box_probability(3, mu, half_width, 2) == -math.inf
    assert generators.expected_hits(10**6, 3, mu, half_width, 2) == 0
