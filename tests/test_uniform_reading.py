"""What notebooks 04 and 05 read off random vectors: boxes, shells, errors, lines of sight, chances."""
import math

import numpy as np
import pytest

from lib.cloud import generators, theory


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("call", [
    lambda: generators.smallest_box(np.zeros((3, 2)), [0], [1]),
    lambda: generators.smallest_box(np.zeros((3, 1)), [0], [-1]),
    lambda: generators.smallest_box([[math.nan]], [0], [1]),
    lambda: generators.hits_against_chance(4, 3, -1), lambda: generators.hits_against_chance(1, 3, 0.1),
    lambda: generators.hits_against_chance(0, 0, -1),
    lambda: theory.radius_density(1, 0), lambda: theory.radius_density(1, 3, b=-1),
    lambda: theory.with_errors(np.ones(150)), lambda: theory.with_errors(np.ones(100)),
    lambda: theory.with_errors(np.ones((200, 2))), lambda: theory.with_errors(np.ones(4), parts=1),
    lambda: theory.line_of_sight([[1.0, 2.0]], [0, 0], 10),
    lambda: theory.line_of_sight([[1.0, 11.0]], [1, 1], 10),
    lambda: theory.line_of_sight([[1.0, 2.0]], [1], 10),
    lambda: theory.log10_at_most_outside(3, 1, small=2), lambda: theory.log10_at_most_outside(0, 1),
    lambda: theory.log10_normal_in_cube([0, 0], [1], 1), lambda: theory.log10_normal_in_cube([0], [0], 1),
    lambda: theory.log10_normal_in_cube([0], [1], 0),
])
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_smallest_box_counts_every_box_at_once(dtype):
    z = rng().standard_normal((500, 40)).astype(dtype)
    mu, half_width = rng(1).normal(0, 0.1, 40), rng(2).uniform(0.8, 1.2, 40)
    k = generators.smallest_box(z, mu, half_width)
    assert k.shape == (500,) and k.dtype == dtype
    for size in (1.5, 2.5, 3.5):
        literal = sum(all(abs(float(v) - m) <= size * h for v, m, h in zip(row, mu, half_width, strict=True))
                      for row in z)
        assert (k <= size).sum() == literal
    assert 0 < literal != (generators.smallest_box(z, mu, half_width / 1.2) <= 3.5).sum()     # control


def test_the_smallest_box_holds_its_boundary():
    assert generators.smallest_box([[1.0, -1.0], [1.1, 0.0]], [0, 0], [0.5, 0.5]).tolist() == [2, 2.2]


def test_a_component_that_never_varies_is_inside_at_its_value_only():
    assert generators.smallest_box([[1.0, 2.0], [1.0, 2.5]], [0, 2], [1, 0]).tolist() == [1, math.inf]


def test_the_limits_of_a_chance_hold_it_in_about_95_of_100_counts():
    n, p = 500, 0.03
    counts = rng().binomial(n, p, 150)
    limits = np.array([generators.hits_against_chance(hits, n, math.log10(p)) for hits in counts])
    assert ((limits[:, 0] <= p) & (p <= limits[:, 1])).mean() >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 150)
    assert ((limits[:, 0] <= 2 * p) & (2 * p <= limits[:, 1])).mean() < 0.5     # a wrong chance is not held
    assert abs(limits[:, 2].mean()) < 4 / math.sqrt(150)
    assert abs(limits[:, 2].std() - 1) < 4 / math.sqrt(300)


def test_a_deviation_is_told_only_where_hits_and_misses_are_expected():
    def told(n, p):
        return not math.isnan(generators.hits_against_chance(0, n, math.log10(p))[2])

    assert told(100, 0.06) and told(100, 0.94)
    assert not told(100, 0.04) and not told(100, 0.96) and not told(100, 1)
    assert math.isnan(generators.hits_against_chance(0, 100, -math.inf)[2])


@pytest.mark.parametrize(("n", "b"), [(3, 1.0), (256, 5.0)])
def test_the_density_has_area_one_and_the_exact_moments(n, b):
    mean, std = theory.mean_radius(n, b), theory.std_radius(n, b)
    r = np.linspace(mean - 9 * std, mean + 9 * std, 2001)
    density, step = theory.radius_density(r, n, b), r[1] - r[0]
    assert density.sum() * step == pytest.approx(1, abs=1e-9)
    assert (r * density).sum() * step == pytest.approx(mean, rel=1e-9)
    assert ((r - mean) ** 2 * density).sum() * step == pytest.approx(std**2, rel=1e-9)


def test_lengths_are_nearly_normal_in_many_dimensions_and_not_in_three():
    points, dims = 50_000, (3, 64)
    radii = theory.simulate_radii(dims, points, seed=1)
    edges = np.linspace(0, 8, 2001)
    off = {n: abs(np.histogram(radii[n], edges)[0].cumsum() / points
                  - theory.radius_density(edges[1:], n).cumsum() * (edges[1] - edges[0])).max() for n in dims}
    assert off[64] < 0.01 + 2 / math.sqrt(points) < 0.03 < off[3] < 0.05


def test_errors_from_parts_are_those_of_theory():
    n, sigma = 40_000, 2.0
    r = 10 + sigma * rng().standard_normal(n)
    found = theory.with_errors(r)
    assert (found.mean, found.std) == (r.mean(), r.std()) and found.ratio == found.std / found.mean
    uncertain = 4 / math.sqrt(2 * 99)
    assert found.mean_error == pytest.approx(sigma / math.sqrt(n), rel=uncertain)
    assert found.std_error == pytest.approx(sigma / math.sqrt(2 * n), rel=uncertain)
    assert theory.with_errors(r[:10_000]).mean_error == pytest.approx(2 * sigma / math.sqrt(n), rel=uncertain)


def test_errors_from_parts_cannot_see_that_the_parts_repeat_each_other():
    r = rng().standard_normal(400)
    repeated = theory.with_errors(10 + np.tile(r, 100))
    assert repeated.mean_error < 1e-10 < theory.with_errors(10 + r).mean_error


def test_lines_of_sight_along_an_axis_and_along_the_diagonal():
    x = rng().uniform(0, 10, (50, 3))
    assert theory.line_of_sight(x, [0, 0, -3], 10) == pytest.approx(10)
    assert theory.line_of_sight([[5, 5, 5]], [1, -1, 1], 10) == pytest.approx(10 * math.sqrt(3))
    corners = [[0, 0, 0], [10, 0, 0]]
    assert theory.line_of_sight(corners, [1, 1, 1], 10) == pytest.approx([10 * math.sqrt(3), 0])


def test_lines_of_sight_are_those_of_small_steps_and_the_same_both_ways():
    x, ray, step = rng(1).uniform(0, 1, (20, 3)), np.array([0.3, -0.8, 0.5]), 1e-3
    depth = theory.line_of_sight(x, ray, 1)
    steps = step * np.arange(-2000, 2001)[:, None] * ray / np.linalg.norm(ray)
    inside = [(((point + steps) >= 0) & ((point + steps) <= 1)).all(axis=1).sum() * step for point in x]
    assert depth == pytest.approx(inside, abs=2 * step)
    assert depth == pytest.approx(theory.line_of_sight(x, -2 * ray, 1))
    assert not np.allclose(depth, theory.line_of_sight(x, abs(ray), 1), atol=2 * step)


def test_at_most_k_outside_is_counted():
    n, b, points = 6, 2.0, 100_000
    chance = 10 ** theory.log10_at_most_outside(n, b)
    outside = (abs(rng().uniform(-b, b, (points, n))) > 1).sum(axis=1)
    counted = np.array([(outside <= k).mean() for k in range(n + 1)])
    error = np.sqrt(chance * (1 - chance).clip(0) / points) + 1e-9
    assert np.all(abs(counted - chance) <= 4 * error)
    assert not np.all(abs(counted - 10 ** theory.log10_at_most_outside(n, 1.02 * b)) <= 4 * error)


def test_at_most_k_outside_rises_to_one_and_does_not_underflow():
    log10_p = theory.log10_at_most_outside(256, 12)
    assert log10_p.shape == (257,) and np.all(np.diff(log10_p) >= -1e-12) and abs(log10_p[-1]) < 1e-10
    assert log10_p[0] == pytest.approx(-256 * math.log10(12))
    assert np.all(theory.log10_at_most_outside(20, 1) == 0)                       # nothing can lie outside


def test_a_normal_region_in_a_cube_is_counted_and_tilts_with_no_sign():
    mu, sigma, points = np.array([1.0, -0.5, 0]), np.array([0.5, 2, 1]), 100_000
    chance = 10 ** theory.log10_normal_in_cube(mu, sigma, 1.5)
    z = generators.gaussian(points, mu, sigma, rng())
    error = math.sqrt(chance * (1 - chance) / points)
    assert abs((abs(z) <= 1.5).all(axis=1).mean() - chance) < 4 * error
    assert abs((abs(z) <= 1.6).all(axis=1).mean() - chance) > 4 * error
    assert theory.log10_normal_in_cube(-mu, sigma, 1.5) == theory.log10_normal_in_cube(mu, sigma, 1.5)


def test_a_normal_region_far_outside_keeps_its_small_chance():
    several = theory.log10_normal_in_cube([30.0], [1.0], np.array([1.0, 20.0, 100.0]))
    assert several.shape == (3,) and several[0] == pytest.approx(-184.5, abs=1)   # of Phi(-29)
    assert several[2] == 0 and theory.log10_normal_in_cube([90.0], [1.0], 1.0) == -math.inf
