"""Laws of the filament statistics: indices of lattices and random points; nulls keep what they promise."""
import math

import numpy as np
import pytest

from lib import filaments

H = 1.0                                     # half side of the window in a cloud that fills the square +-2
SPREAD = 0.53                               # sd of the index of random points is about SPREAD / sqrt(n)


def uniform(n, rng):
    return rng.uniform(-2 * H, 2 * H, (n, 2))


def lattice(n, rng):
    grid = np.linspace(-2 * H, 2 * H, round(math.sqrt(n)))
    return np.stack(np.meshgrid(grid, grid), -1).reshape(-1, 2)


def clumps(n, rng):
    centres = rng.uniform(-2 * H, 2 * H, (n // 20, 2))
    return centres.repeat(20, axis=0) + rng.normal(0, 0.01, (20 * len(centres), 2))


def lines(n, rng):
    """Points at random along 20 straight lines with a thickness of 0.001."""
    start, angle = rng.uniform(-2 * H, 2 * H, (20, 2)), rng.uniform(0, math.pi, 20)
    which, along = rng.integers(0, 20, n), rng.uniform(-2 * H, 2 * H, n)
    points = start[which] + along[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1)[which]
    return points + rng.normal(0, 0.001, points.shape)


def gaussian(n, rng):
    return rng.normal(0, (5, 3.5), (n, 2)) + (2, -1)


# ------------------------------------------------------------------------------------------ Clark-Evans index

def test_counts_only_the_window():
    points = np.array([[0.1 * i, 0.0] for i in range(20)] + [[9.0, 9.0]])
    assert filaments.clark_evans(points, 1.05).n == 11


def test_is_blind_to_scale_and_place():
    points = uniform(2000, np.random.default_rng(0))
    moved = filaments.clark_evans(3 * points + (7, -2), 3 * H, (7, -2))
    assert moved == pytest.approx(filaments.clark_evans(points, H))


@pytest.mark.parametrize("n", [400, 4000, 40_000])
def test_is_one_for_points_at_random(n):
    index, inside = filaments.clark_evans(uniform(n, np.random.default_rng(n)), H)
    assert abs(index - 1) < 4 * SPREAD / math.sqrt(inside)


def test_spread_for_points_at_random_is_as_stated():
    rng = np.random.default_rng(3)
    results = [filaments.clark_evans(uniform(1600, rng), H) for _ in range(200)]
    standardised = np.array([(r.index - 1) * math.sqrt(r.n) / SPREAD for r in results])
    assert abs(standardised.std() - 1) < 4 / math.sqrt(2 * 200)
    assert abs(standardised.mean()) < 4 / math.sqrt(200)              # no edge effect


@pytest.mark.parametrize("cloud, low, high", [(lattice, 1.9, 2.1), (clumps, 0, 0.6), (lines, 0, 0.6)])
def test_negative_controls_are_far_from_one(cloud, low, high):
    index, inside = filaments.clark_evans(cloud(4000, np.random.default_rng(1)), H)
    assert low < index < high and abs(index - 1) > 4 * SPREAD / math.sqrt(inside)


def test_equals_the_literal_double_loop():
    points = uniform(300, np.random.default_rng(5))
    inside = [p for p in points if abs(p[0]) <= H and abs(p[1]) <= H]
    nearest = [min(math.dist(p, q) for q in points if q is not p and math.dist(p, q) > 0) for p in inside]
    expected = (sum(nearest) / len(nearest)) / (0.5 / math.sqrt(len(inside) / (2 * H)**2))
    assert filaments.clark_evans(points, H).index == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("points, half_side, word", [
    (np.zeros((20, 2)) + np.arange(20)[:, None] % 10, 20.0, "coincide"),
    (np.arange(40.0).reshape(20, 2), 1.5, "widen"),
    (np.ones((20, 3)), 1.0, "shape"),
    (np.full((20, 2), np.nan), 1.0, "finite"),
    (np.arange(40.0).reshape(20, 2), 0.0, "half_side"),
])
def test_refuses_bad_windows_and_points(points, half_side, word):
    with pytest.raises(ValueError, match=word):
        filaments.clark_evans(points, half_side)


# --------------------------------------------------------------------------------------------- central window

@pytest.mark.parametrize("n_central", [1, 17, 365, 999])
def test_central_square_holds_what_was_asked(n_central):
    points = gaussian(1000, np.random.default_rng(2))
    half_side = filaments.central_half_side(points, n_central, (2, -1))
    assert np.count_nonzero((np.abs(points - (2, -1)) <= half_side).all(axis=1)) == n_central


@pytest.mark.parametrize("n_central", [0, 1000])
def test_central_square_refuses_more_than_there_are(n_central):
    with pytest.raises(ValueError, match="n_central"):
        filaments.central_half_side(gaussian(1000, np.random.default_rng(2)), n_central)


@pytest.mark.parametrize("n, n_central", [(100, 10), (1000, 100), (20_000, 365)])
def test_central_window_holds_365_points_or_a_tenth(n, n_central):
    scaled, half_side = filaments.central_window(gaussian(n, np.random.default_rng(0)))
    assert scaled.mean(0) == pytest.approx([0, 0], abs=1e-9) and scaled.std(0) == pytest.approx([1, 1])
    assert np.count_nonzero((np.abs(scaled) <= half_side).all(axis=1)) == n_central


def test_central_index_is_blind_to_the_scale_of_each_axis():
    points = gaussian(2000, np.random.default_rng(6))
    stretched = points * (40, 0.1) + (7, -2)
    assert filaments.central_clark_evans(stretched) == pytest.approx(filaments.central_clark_evans(points))


@pytest.mark.parametrize("points, word", [(gaussian(99, np.random.default_rng(0)), "too few"),
                                          (gaussian(200, np.random.default_rng(0)) * (1, 0), "never varies")])
def test_central_window_refuses(points, word):
    with pytest.raises(ValueError, match=word):
        filaments.central_window(points)


# ------------------------------------------------------------------------------------------------------ nulls

def test_gaussian_null_keeps_mean_and_covariance():
    points = gaussian(20_000, np.random.default_rng(0)) @ np.array([[1, 0.5], [0, 1]])
    drawn = filaments.gaussian_null(points, np.random.default_rng(1))
    sigma = points.std(axis=0)
    assert drawn.shape == points.shape
    assert (np.abs(drawn.mean(0) - points.mean(0)) < 4 * sigma / math.sqrt(len(points))).all()
    covariance, wanted = np.cov(drawn.T), np.cov(points.T)
    error = np.sqrt((np.outer(sigma**2, sigma**2) + wanted**2) / len(points))
    assert (np.abs(covariance - wanted) < 4 * error).all()


def test_shuffled_null_keeps_columns_and_breaks_what_joins_them():
    points = gaussian(10_000, np.random.default_rng(0))
    points[:, 1] = points[:, 0] + 1
    drawn = filaments.shuffled_null(points, np.random.default_rng(1))
    assert np.array_equal(np.sort(drawn, axis=0), np.sort(points, axis=0))
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 4 / math.sqrt(len(points))
    assert np.corrcoef(points.T)[0, 1] > 0.999                        # the control: they were joined


# ------------------------------------------------------------------------------------------------------ trial

def test_trial_is_a_function_of_its_generator():
    points = gaussian(1000, np.random.default_rng(0))
    first, again, other = (filaments.trial(points, n_null=9, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first.null, again.null) and not np.array_equal(first.null, other.null)
    assert first.statistic == filaments.central_clark_evans(points)


def test_trial_literally():
    chance = iter([3.0, 1.0, 2.0, 2.0, 5.0])
    rng = np.random.default_rng(0)
    result = filaments.trial(np.eye(4), n_null=4, rng=rng, statistic=lambda points: next(chance))
    assert result.p == (1 + 3) / 5 and result.z == pytest.approx((3 - 2.5) / np.std([1, 2, 2, 5], ddof=1))


@pytest.mark.parametrize("null", ["gaussian", "shuffled"])
def test_p_is_uniform_where_nothing_is_to_be_found(null):
    rng, repeats = np.random.default_rng(7), 60
    p = [filaments.trial(gaussian(800, rng), null, 19, rng=rng).p for _ in range(repeats)]
    assert abs(np.mean(p) - 0.525) < 4 * 0.289 / math.sqrt(repeats)   # 0.525 = mean of 1/20 ... 20/20


@pytest.mark.parametrize("null", ["gaussian", "shuffled"])
def test_trial_finds_lines(null):
    result = filaments.trial(lines(4000, np.random.default_rng(4)), null, 19, rng=np.random.default_rng(0))
    assert result.p == 1 / 20 and result.z < -10


@pytest.mark.parametrize("options, word", [({"null": "cauchy"}, "null"), ({"n_null": 1}, "n_null"),
                                           ({"statistic": len}, "one value")])
def test_trial_refuses(options, word):
    with pytest.raises(ValueError, match=word):
        filaments.trial(gaussian(500, np.random.default_rng(0)), rng=np.random.default_rng(0), **options)


def test_sparse_lines_and_voids_of_the_post_are_those_of_a_gaussian_cloud():
    """Error 8: 165,000 Gaussian points with sigma 5 and 3.5 in the square +-0.25."""
    expected = 165_000 * 0.25 / (2 * math.pi * 5 * 3.5)
    index, inside = filaments.clark_evans(np.random.default_rng(0).normal(0, (5, 3.5), (165_000, 2)), 0.25)
    assert abs(inside - expected) < 4 * math.sqrt(expected)
    assert abs(index - 1) < 4 * SPREAD / math.sqrt(inside)
