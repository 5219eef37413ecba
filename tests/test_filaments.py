"""Laws of the filament statistics: indices of lattices and random points; nulls keep what they promise."""
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lib.trial import filaments, planes
from tests.clouds import H, clumps, lattice, uniform

SPREAD = 0.53                               # sd of the index of random points is about SPREAD / sqrt(n)


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
    assert planes.clark_evans(points, 1.05).n == 11


def test_is_blind_to_scale_and_place():
    points = uniform(2000, np.random.default_rng(0))
    moved = planes.clark_evans(3 * points + (7, -2), 3 * H, (7, -2))
    assert moved == pytest.approx(planes.clark_evans(points, H))


@pytest.mark.parametrize("n", [400, 4000, 40_000])
def test_is_one_for_points_at_random(n):
    index, inside = planes.clark_evans(uniform(n, np.random.default_rng(n)), H)
    assert abs(index - 1) < 4 * SPREAD / math.sqrt(inside)


def test_spread_for_points_at_random_is_as_stated():
    rng = np.random.default_rng(3)
    results = [planes.clark_evans(uniform(1600, rng), H) for _ in range(200)]
    standardised = np.array([(r.index - 1) * math.sqrt(r.n) / SPREAD for r in results])
    assert abs(standardised.std() - 1) < 4 / math.sqrt(2 * 200)
    assert abs(standardised.mean()) < 4 / math.sqrt(200)              # no edge effect


@pytest.mark.parametrize("cloud, low, high", [(lattice, 1.9, 2.1), (clumps, 0, 0.6), (lines, 0, 0.6)])
def test_negative_controls_are_far_from_one(cloud, low, high):
    index, inside = planes.clark_evans(cloud(4000, np.random.default_rng(1)), H)
    assert low < index < high and abs(index - 1) > 4 * SPREAD / math.sqrt(inside)


def test_equals_the_literal_double_loop():
    points = uniform(300, np.random.default_rng(5))
    inside = [p for p in points if abs(p[0]) <= H and abs(p[1]) <= H]
    nearest = [min(math.dist(p, q) for q in points if q is not p and math.dist(p, q) > 0) for p in inside]
    expected = (sum(nearest) / len(nearest)) / (0.5 / math.sqrt(len(inside) / (2 * H)**2))
    assert planes.clark_evans(points, H).index == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("points, half_side, word", [
    (np.zeros((20, 2)) + np.arange(20)[:, None] % 10, 20.0, "coincide"),
    (np.arange(40.0).reshape(20, 2), 1.5, "widen"),
    (np.ones((20, 3)), 1.0, "shape"),
    (np.full((20, 2), np.nan), 1.0, "finite"),
    (np.arange(40.0).reshape(20, 2), 0.0, "half_side"),
])
def test_refuses_bad_windows_and_points(points, half_side, word):
    with pytest.raises(ValueError, match=word):
        planes.clark_evans(points, half_side)


# --------------------------------------------------------------------------------------------- central window

@pytest.mark.parametrize("n_central", [1, 17, 365, 999])
def test_central_square_holds_what_was_asked(n_central):
    points = gaussian(1000, np.random.default_rng(2))
    half_side = planes.central_half_side(points, n_central, (2, -1))
    assert np.count_nonzero((np.abs(points - (2, -1)) <= half_side).all(axis=1)) == n_central


@pytest.mark.parametrize("n_central", [0, 1000])
def test_central_square_refuses_more_than_there_are(n_central):
    with pytest.raises(ValueError, match="n_central"):
        planes.central_half_side(gaussian(1000, np.random.default_rng(2)), n_central)


@pytest.mark.parametrize("n, n_central", [(100, 10), (1000, 100), (20_000, 365)])
def test_central_window_holds_365_points_or_a_tenth(n, n_central):
    scaled, half_side = planes.central_window(gaussian(n, np.random.default_rng(0)))
    assert scaled.mean(0) == pytest.approx([0, 0], abs=1e-9) and scaled.std(0) == pytest.approx([1, 1])
    assert np.count_nonzero((np.abs(scaled) <= half_side).all(axis=1)) == n_central


def test_central_index_is_blind_to_the_scale_of_each_axis():
    points = gaussian(2000, np.random.default_rng(6))
    stretched = points * (40, 0.1) + (7, -2)
    assert planes.central_clark_evans(stretched) == pytest.approx(planes.central_clark_evans(points))


@pytest.mark.parametrize("points, word", [(gaussian(99, np.random.default_rng(0)), "too few"),
                                          (gaussian(200, np.random.default_rng(0)) * (1, 0), "never varies")])
def test_central_window_refuses(points, word):
    with pytest.raises(ValueError, match=word):
        planes.central_window(points)


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


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_smooth_null_keeps_mean_and_covariance(factor):
    points = np.exp(0.5 * np.random.default_rng(0).normal(size=(20_000, 2))) @ np.array([[1, 0.5], [0, 1]])
    drawn = filaments.smooth_null(points, np.random.default_rng(1), factor)
    centred = points - points.mean(axis=0)
    assert (np.abs(drawn.mean(0) - points.mean(0)) < 4 * points.std(axis=0) / math.sqrt(len(points))).all()
    products = centred[:, [0, 0, 1]] * centred[:, [0, 1, 1]]
    error = products.std(axis=0) / math.sqrt(len(points))
    assert (np.abs(np.cov(drawn.T)[[0, 0, 1], [0, 1, 1]] - products.mean(axis=0)) < 4 * error).all()


def test_smooth_null_keeps_the_skewness_that_a_gaussian_loses():
    points = np.exp(0.5 * np.random.default_rng(0).normal(size=(20_000, 2)))
    smooth = stats.skew(filaments.smooth_null(points, np.random.default_rng(1)))
    assert (smooth > 0.8 * stats.skew(points)).all()
    assert (np.abs(stats.skew(filaments.gaussian_null(points, np.random.default_rng(1)))) < 0.1).all()


@pytest.mark.parametrize("wave", [2, 4, 8])
def test_smooth_null_erases_waves_as_stated(wave):
    """A density 1 + cos(2 pi x / l) with l = wave widths keeps exp(-2 pi^2 / wave^2) of its height."""
    rng, n = np.random.default_rng(2), 50_000
    width = n**(-1 / 6) / math.sqrt(12)           # of a uniform axis, where sigma is below iqr / 1.349
    period = 1 / round(1 / (wave * width))
    x = rng.uniform(-0.5, 0.5, 4 * n)
    x = x[rng.uniform(0, 2, 4 * n) < 1 + np.cos(2 * math.pi * x / period)][:n]
    drawn = filaments.smooth_null(np.stack([x, rng.uniform(-5, 5, n)], -1), rng, factor=1)[:, 0]
    drawn = (drawn - drawn.mean()) * math.sqrt(1 + n**(-1 / 3)) + x.mean()           # undo the shrinking
    height = 2 * np.mean(np.cos(2 * math.pi * drawn / period))
    expected = math.exp(-2 * math.pi**2 * (width / period)**2)
    assert abs(height - expected) < 4 * math.sqrt(2 / n)
    assert abs(2 * np.mean(np.cos(2 * math.pi * x / period)) - 1) < 4 * math.sqrt(2 / n)          # as drawn


@pytest.mark.parametrize("points, options, word", [
    (np.ones((50, 3)), {}, "shape"), (np.ones((50, 2)), {}, "do not fill"),
    (np.eye(2).repeat(40, axis=0) + 1e-3 * np.eye(2)[0], {"factor": 0.0}, "factor"),
    (np.outer(np.arange(50.0), (1, 2)), {}, "do not fill"), (np.full((50, 2), np.nan), {}, "finite")])
def test_smooth_null_refuses(points, options, word):
    with pytest.raises(ValueError, match=word):
        filaments.smooth_null(points, np.random.default_rng(0), **options)


# ------------------------------------------------------------------------------------------------------ trial

def test_trial_is_a_function_of_its_generator():
    points = gaussian(1000, np.random.default_rng(0))
    first, again, other = (filaments.trial(points, n_null=9, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first.null, again.null) and not np.array_equal(first.null, other.null)
    assert first.statistic == planes.central_clark_evans(points)


def test_trial_literally():
    chance = iter([3.0, 1.0, 2.0, 2.0, 5.0])
    rng = np.random.default_rng(0)
    result = filaments.trial(np.eye(4), n_null=4, rng=rng, statistic=lambda points: next(chance))
    assert result.p == (1 + 3) / 5 and result.z == pytest.approx((3 - 2.5) / np.std([1, 2, 2, 5], ddof=1))


@pytest.mark.parametrize("null", ["gaussian", "shuffled"])
def test_p_is_uniform_where_nothing_is_to_be_found(null):
    rng, repeats = np.random.default_rng(7), 40
    p = [filaments.trial(gaussian(400, rng), null, 19, rng=rng).p for _ in range(repeats)]
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
    index, inside = planes.clark_evans(np.random.default_rng(0).normal(0, (5, 3.5), (165_000, 2)), 0.25)
    assert abs(inside - expected) < 4 * math.sqrt(expected)
    assert abs(index - 1) < 4 * SPREAD / math.sqrt(inside)


# ----------------------------------------------------------------------------------------- trials of a family

def smooth_gaussian(n, rng):
    return rng.normal(size=(n, 2)) @ np.array([[1.0, 0.4], [0.0, 0.7]])


def skewed(n, rng):
    return np.exp(0.5 * rng.normal(size=(n, 2)))


def two(points):
    return {"mean": points.mean(), "spread": points.std()}


def test_trials_draw_each_null_cloud_once_and_are_a_function_of_their_generator():
    points, seen = smooth_gaussian(50, np.random.default_rng(0)), []

    def null(cloud, rng):
        seen.append(filaments.gaussian_null(cloud, rng))
        return seen[-1]
    table = filaments.trials(points, two, null, 9, rng=np.random.default_rng(1))
    assert len(seen) == 9 and table.statistic.tolist() == ["mean", "spread"]
    means = [np.mean([two(cloud)[name] for cloud in seen]) for name in table.statistic]
    assert table["null mean"].tolist() == pytest.approx(means)
    assert table.equals(filaments.trials(points, two, "gaussian", 9, rng=np.random.default_rng(1)))
    each = {"mean": lambda cloud: cloud.mean(), "spread": lambda cloud: cloud.std()}
    assert table.equals(filaments.trials(points, each, "gaussian", 9, rng=np.random.default_rng(1)))


def test_trials_agree_with_trial():
    points = gaussian(1000, np.random.default_rng(0))
    one = filaments.trial(points, n_null=9, rng=np.random.default_rng(1))
    table = filaments.trials(points, {"index": planes.central_clark_evans}, n_null=9,
                             rng=np.random.default_rng(1), sides={"index": "low"}).iloc[0]
    assert (table.observed, table.z, table.p) == (one.statistic, one.z, one.p)


@pytest.mark.parametrize("side, p", [("low", 4 / 5), ("high", 3 / 5), ("two", 1.0)])
def test_judged_literally(side, p):
    row = filaments.judged(pd.Series({"a": 2.0}), pd.DataFrame({"a": [1, 2, 1, 5.0]}), {"a": side}).iloc[0]
    assert row.p == p and row["null mean"] == 2.25
    assert row.z == pytest.approx(-0.25 / np.std([1, 2, 1, 5], ddof=1))


def test_family_p_equals_the_literal_step_down():
    rng = np.random.default_rng(3)
    every = rng.normal(size=(40, 5)) + rng.normal(size=(40, 1))
    every[0] += (0, 3, 1, -2, 0.5)
    side = np.array(["low", "high", "two", "two", "high"])
    scores = {"low": lambda t: -t, "high": lambda t: t, "two": np.abs}
    extreme = np.stack([scores[s](stats.zscore(c)) for s, c in zip(side, every.T, strict=True)], -1)
    left, expected, worst = list(range(5)), {}, 0.0
    while left:
        first = max(left, key=lambda j: extreme[0, j])
        worst = max(worst, np.mean([max(row[j] for j in left) >= extreme[0, first] for row in extreme]))
        expected[first] = worst
        left.remove(first)
    assert filaments._step_down(every, side) == pytest.approx([expected[j] for j in range(5)])


def test_family_p_keeps_the_family_error_rate_where_single_p_do_not():
    """Eight statistics of pure chance that hang together: one p below 5 % is common, one p_family is not."""
    rng, repeats = np.random.default_rng(4), 200
    first = []
    for _ in range(repeats):
        every = pd.DataFrame(rng.normal(size=(40, 8)) + rng.normal(size=(40, 1)))
        first.append(filaments.judged(every.iloc[0], every.iloc[1:])[["p", "p_family"]].min())
    rates = (pd.DataFrame(first) <= 0.05).mean()
    low, high = stats.binom.interval(0.99, repeats, 0.05)
    assert low <= repeats * rates.p_family <= high
    assert repeats * rates.p > high                                                          # the control


def test_the_family_p_sees_lines_with_few_nulls():
    points = lines(1000, np.random.default_rng(4))
    table = filaments.trials(points, planes.plane_statistics, "smooth", 19, rng=np.random.default_rng(0),
                             sides=planes.PLANE_SIDES)
    assert table.p_family.min() == 1 / 20


# --------------------------------------------------------------------------------- several trials, one family

def both(points):
    x, y = points.T
    return {("mean", "x"): x.mean(), ("spread", "x"): x.std(), ("mean", "y"): y.mean()}


def family():
    """Two clouds, measured and joined."""
    rng = np.random.default_rng(20)
    parts = {("I", "train"): filaments.measured(smooth_gaussian(50, rng), both, n_null=9, rng=rng),
             ("II", "train"): filaments.measured(smooth_gaussian(50, rng), both, n_null=9, rng=rng)}
    return parts, filaments.joined(parts, ["case", "split", "name", "axis"])


def test_joined_trials_keep_their_numbers_under_their_labels():
    parts, (observed, chance) = family()
    assert len(observed) == 6 and chance.shape == (9, 6) and observed.index.equals(chance.columns)
    for (case, split), (own, own_chance) in parts.items():
        for name, axis in own.index:
            assert observed[case, split, name, axis] == own[name, axis]
            assert (chance[case, split, name, axis] == own_chance[name, axis]).all()


def test_joined_trials_are_judged_as_one_family_with_the_levels_as_columns():
    parts, (observed, chance) = family()
    table = filaments.judged(observed, chance, {"mean": "low", "spread": "high"})
    assert list(table.columns[:5]) == ["case", "split", "name", "axis", "side"]
    assert (table.side == np.where(table.name == "mean", "low", "high")).all()
    plain = filaments.judged(observed.set_axis(range(6)), chance.set_axis(range(6), axis=1),
                             dict(enumerate(table.side)))
    numbers = ["observed", "z", "p", "p_family"]
    assert table[numbers].equals(plain[numbers]) and plain.statistic.tolist() == list(range(6))
    levels, sides = ["name", "axis"], {"mean": "low", "spread": "high"}
    alone = [filaments.judged(own.rename_axis(levels), own_chance.rename_axis(levels, axis=1), sides)
             for own, own_chance in parts.values()]
    alone = pd.concat(alone, ignore_index=True)
    assert (table.p == alone.p).all()
    assert (table.p_family >= alone.p_family - 1e-12).all()          # a larger family


def test_judging_a_family_refuses_unknown_sides_and_says_what_never_varies():
    _, (observed, chance) = family()
    with pytest.raises(ValueError, match="sides"):
        filaments.judged(observed, chance, {"median": "low"})
    chance.iloc[:, 2] = 1.0
    with pytest.raises(ValueError, match=r"\('I', 'train', 'mean', 'y'\) has one value"):
        filaments.judged(observed, chance)
    with pytest.raises(ValueError):
        filaments.joined({("I",): (observed, chance)}, ["too", "few"])


# ---------------------------------------------------------------------------------------------------- line-up

def test_a_line_up_holds_the_observed_points_once_at_a_random_place():
    points = smooth_gaussian(400, np.random.default_rng(21))
    ups = [filaments.line_up(points, 100, rng=np.random.default_rng(seed)) for seed in range(20)]
    for up in ups:
        same = [np.array_equal(shown, planes.central_window(points, 100)[0]) for shown, _ in up.windows]
        assert same == [k == up.observed for k in range(9)]
        assert all(np.count_nonzero((np.abs(shown) <= half).all(axis=1)) == 100 for shown, half in up.windows)
    assert len({up.observed for up in ups}) > 5
    again = filaments.line_up(points, 100, rng=np.random.default_rng(3))
    assert np.array_equal(again.index, ups[3].index)


def test_lines_are_picked_out_of_a_line_up_and_smooth_points_once_in_nine():
    rng, repeats = np.random.default_rng(22), 60
    up = filaments.line_up(lines(2000, rng), rng=rng)
    assert up.rank == 1 and up.index.argmin() == up.observed
    ranks = [filaments.line_up(smooth_gaussian(300, rng), 150, rng=rng).rank for _ in range(repeats)]
    low, high = stats.binom.interval(0.999, repeats, 1 / 9)
    assert low <= sum(rank == 1 for rank in ranks) <= high and set(ranks) <= set(range(1, 10))


@pytest.mark.slow
@pytest.mark.parametrize("cloud, null", [(smooth_gaussian, "gaussian"), (skewed, "smooth")])
def test_smooth_clouds_are_found_guilty_at_the_stated_rate(cloud, null):
    """Each statistic in its direction at 5 %, and the family of all of them; more in data/calibration."""
    rng, repeats = np.random.default_rng(11), 60
    tables = [filaments.trials(cloud(300, rng), planes.plane_statistics, null, 19, rng=rng,
                               sides=planes.PLANE_SIDES) for _ in range(repeats)]
    guilty = sum((table.set_index("statistic").p <= 0.05).astype(int) for table in tables)
    low, high = stats.binom.interval(0.99, repeats, 0.05)
    assert guilty.between(low, high).all(), guilty.to_dict()
    assert low <= sum(table.p_family.min() <= 0.05 for table in tables) <= high


def test_a_skewed_cloud_is_found_guilty_against_a_gaussian_null():
    """The control: a null that does not fit."""
    rng = np.random.default_rng(12)
    table = filaments.trials(skewed(1000, rng), planes.plane_statistics, "gaussian", 19, rng=rng)
    assert table.p_family.min() == 1 / 20


def on_waves(n, thickness, rng):
    """Gaussian points drawn onto parallel waves 0.14 apart, two to three mean spacings at the centre."""
    points = rng.normal(size=(n, 2))
    wave = 0.1 * np.sin(3 * points[:, 0])
    points[:, 1] = 0.14 * np.round((points[:, 1] - wave) / 0.14) + wave
    return points + thickness * rng.normal(size=(n, 2))


def on_threads(n, thickness, rng):
    """Points along 12 circles of radius 1 to 3 round Gaussian centres, with voids between them."""
    centre, radius = rng.normal(size=(12, 2)), rng.uniform(1, 3, 12)
    which, angle = rng.integers(0, 12, n), rng.uniform(0, 2 * math.pi, n)
    points = centre[which] + radius[which, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    return points + thickness * rng.normal(size=(n, 2))


@pytest.mark.slow
@pytest.mark.parametrize("null", ["gaussian", "smooth"])
@pytest.mark.parametrize("thickness", [0.0, 0.01])
def test_threads_round_voids_are_found_by_every_directed_statistic(null, thickness):
    rng = np.random.default_rng(13)
    table = filaments.trials(on_threads(4000, thickness, rng), planes.plane_statistics, null, 19, rng=rng,
                             sides=planes.PLANE_SIDES).set_index("statistic")
    assert (table.p == 1 / 20).all() and (table.z.abs() > 3).all()
    assert (table.p_family == 1 / 20).all()


@pytest.mark.parametrize("null", ["gaussian", "smooth"])
def test_even_lines_are_found_but_not_by_the_sizes_of_voids(null):
    """Lines that keep their distance leave no void larger than chance does: no single statistic sees all."""
    rng = np.random.default_rng(14)
    table = filaments.trials(on_waves(2000, 0.01, rng), planes.plane_statistics, null, 19, rng=rng,
                             sides=planes.PLANE_SIDES).set_index("statistic")
    seen = ["Clark-Evans index", "Ripley L, 1 spacing", "local anisotropy"]
    assert (table.p_family[seen] == 1 / 20).all() and (table.z[seen].abs() > 5).all()
    assert table.p["largest void"] > 1 / 20


@pytest.mark.parametrize("options, word", [
    ({"null": "cauchy"}, "null"), ({"n_null": 1}, "n_null"), ({"sides": {"mean": "left"}}, "sides"),
    ({"sides": {"median": "low"}}, "sides"), ({"statistics": {"n": len}}, "one value"),
    ({"statistics": {"log": lambda points: math.nan}}, "finite")])
def test_trials_refuse(options, word):
    options = {"statistics": two, "null": "gaussian", "n_null": 5} | options
    with pytest.raises(ValueError, match=word):
        filaments.trials(gaussian(500, np.random.default_rng(0)), rng=np.random.default_rng(0), **options)


# -------------------------------------------------------------------------------- nulls fitted to a reference

def heavy(n, rng):
    """Student's t with 6 degrees of freedom in 8 dimensions, of several widths."""
    return rng.normal(size=(n, 8)) * np.sqrt(4 / rng.chisquare(6, (n, 1))) * np.arange(1, 9)


@pytest.mark.parametrize("kind", filaments.KINDS)
def test_fitted_nulls_keep_mean_and_covariance(kind):
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    reference = heavy(20_000, np.random.default_rng(0)) @ turn + 3
    drawn = filaments.fitted_null(reference, kind)(range(100_000), np.random.default_rng(2))
    scale = np.sqrt(np.trace(np.cov(reference.T)))
    assert np.abs(drawn.mean(axis=0) - reference.mean(axis=0)).max() < 0.02 * scale
    assert np.abs(np.cov(drawn.T) - np.cov(reference.T)).max() < 0.03 * scale**2


def test_the_elliptical_null_keeps_the_law_of_the_radii_and_the_gaussian_one_does_not():
    reference = heavy(5_000, np.random.default_rng(3))
    whitening = np.linalg.inv(np.linalg.cholesky(np.cov(reference.T))).T

    def radius(z):
        return np.linalg.norm((z - reference.mean(0)) @ whitening, axis=1)

    drawn = {kind: filaments.fitted_null(reference, kind)(reference, np.random.default_rng(4))
             for kind in filaments.KINDS}
    p = {kind: stats.ks_2samp(radius(reference), radius(z)).pvalue for kind, z in drawn.items()}
    assert min(p["elliptical"], p["blocks"]) > 0.01 and max(p["gaussian"], p["shuffled"]) < 1e-6


def test_the_null_of_blocks_keeps_the_radii_of_blocks_together_and_the_elliptical_one_does_not():
    """Widths of the first and last block, opposite to each other: their squares are anticorrelated."""
    rng = np.random.default_rng(6)
    wide = rng.random((20_000, 1)) + 0.5
    reference = rng.normal(size=(20_000, 16)) * np.where(np.arange(16) < 8, wide, 2 - wide) * np.arange(1, 17)

    def together(z):
        squares = (z / reference.std(axis=0))**2
        return np.corrcoef(squares[:, :8].sum(axis=1), squares[:, 8:].sum(axis=1))[0, 1]

    wanted = together(reference)
    drawn = {kind: together(filaments.fitted_null(reference, kind)(reference, rng))
             for kind in filaments.KINDS}
    assert wanted < -0.2 and abs(drawn["blocks"] - wanted) < 4 * 1.5 / math.sqrt(20_000)
    assert min(drawn["gaussian"], drawn["elliptical"], drawn["shuffled"]) > wanted / 2


def test_the_shuffled_null_keeps_marginals_along_the_principal_axes():
    rng = np.random.default_rng(5)
    reference = (rng.chisquare(4, (5_000, 3)) - 4) * [5, 2, 1]
    drawn = {kind: filaments.fitted_null(reference, kind)(reference, rng) for kind in filaments.KINDS}
    p = {kind: stats.ks_2samp(reference[:, 0], z[:, 0]).pvalue for kind, z in drawn.items()}
    assert p["shuffled"] > 0.01 and max(p["gaussian"], p["elliptical"], p["blocks"]) < 1e-6


@pytest.mark.parametrize("reference, kind, word", [
    (np.zeros((50, 3)), "gaussian", "singular"),
    (np.random.default_rng(0).normal(size=(3, 5)), "shuffled", "singular"),
    (np.random.default_rng(0).normal(size=(50, 3)), "uniform", "unknown kind")])
def test_fitted_null_refuses(reference, kind, word):
    with pytest.raises(ValueError, match=word):
        filaments.fitted_null(reference, kind)
