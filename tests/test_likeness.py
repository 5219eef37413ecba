"""Distances of clouds of features: known Gaussians, literal slow versions, collapse and noise."""
import numpy as np
import pytest
from scipy.linalg import sqrtm

from lib.cloud.likeness import as_near, density_coverage, frechet_again, frechet_distance, nearest, told_apart


def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50_000, 3)), rng.normal(size=(50_000, 3)) * [1, 2, 3] + [0, 0, 2]
    assert frechet_distance(a, b) == pytest.approx(4 + 1 + 4, rel=0.03)     # shift^2 + sum (s_a - s_b)^2
    assert frechet_distance(a, rng.normal(size=(50_000, 3))) < 0.005
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_equals_the_literal_matrix_root():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)), rng.gamma(2, size=(30, 5))
    root = sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = ((a.mean(0) - b.mean(0))**2).sum() + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def normal(n, seed, d=4):
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("shift, least, most", [(2, 0.6, 1.5), (0, 1, 3)])
def test_drawing_again_gives_the_spread_of_new_samples_or_more_and_pairs_what_is_shared(shift, least, most):
    fresh = [frechet_distance(normal(150, s), normal(150, 1_000 + s) + shift) for s in range(60)]
    made, rng = [normal(150, s) + shift for s in (2, 2, 3)], np.random.default_rng(1)
    again = frechet_again(normal(150, 0), made, rng, repeats=60)
    assert again.shape == (60, 3) and (again[:, 0] == again[:, 1]).all()
    assert (again[:, 0] != again[:, 2]).all()
    assert least < again[:, 0].std() / np.std(fresh) < most
    fewer = frechet_again(normal(15, 0), [normal(15, 2) + shift], rng, repeats=60)             # control
    assert fewer.std() > 1.5 * again[:, 0].std()


def test_what_is_as_near_as_the_nearest_is_of_its_law_and_what_is_shifted_is_not():
    real, made = normal(200, 0), [normal(200, 1), normal(200, 2), normal(200, 3) + 0.5]
    distances = np.array([frechet_distance(real, one) for one in made])
    again = frechet_again(real, made, np.random.default_rng(4), repeats=50)
    assert as_near(distances, again).tolist() == [True, True, False]
    assert as_near(distances, 100 * again).all()                                   # control: no power


@pytest.mark.parametrize("n, m", [(100, 100), (100, 40), (60, 120)])
def test_two_samples_of_one_law_have_the_density_and_coverage_of_their_ranks(n, m):
    found = np.array([density_coverage(normal(n, 2 * s), normal(m, 2 * s + 1)) for s in range(60)])
    j = np.arange(1, 6)
    expected = 1, 1 - np.prod((n - j) / (n + m - j))
    error = found.std(axis=0) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - expected) < 4 * error).all()
    shifted = density_coverage(normal(n, 0), normal(m, 1) + 1)                                 # control
    assert (np.abs(shifted - expected) > 10 * error).all()


def within_reach_of_any(of, others, k):
    """Share of points `of` that lie within the reach of one of `others`: literal loops."""
    def distance(p, q):
        return np.sqrt(((p - q)**2).sum())

    reach = [sorted(distance(p, q) for q in others)[k] for p in others]
    return np.mean([any(distance(p, q) <= r for q, r in zip(others, reach, strict=True)) for p in of])


def test_outliers_flatter_recall_and_not_coverage():
    real = normal(100, 0, d=16)
    outliers = np.random.default_rng(1).uniform(-12, 12, (100, 16))
    assert within_reach_of_any(real, outliers, 3) > 0.95                                     # control: fooled
    assert density_coverage(real, outliers).max() < 0.05


@pytest.mark.parametrize("d, sees", [(2, True), (16, True), (32, False)])
def test_a_collapse_to_the_middle_shows_where_features_are_few(d, sees):
    density, coverage = density_coverage(normal(300, 0, d), np.zeros((300, d)))
    assert (coverage < 0.4) == sees and (coverage < 0.1 or density > 5)
    assert 0.9 < density_coverage(normal(300, 0, d), normal(300, 1, d))[1]           # control: one law


def test_density_and_coverage_equal_the_literal_loop():
    real, made = normal(30, 3, d=2), normal(20, 4, d=2) + 1
    balls = [(p, sorted(np.linalg.norm(real - p, axis=1))[5]) for p in real]
    inside = np.array([[np.linalg.norm(q - p) <= reach for p, reach in balls] for q in made])
    assert density_coverage(real, made) == pytest.approx([inside.sum() / (5 * 20), inside.any(axis=0).mean()])


def test_the_nearest_is_the_literal_one_and_may_leave_itself_out():
    x, known = normal(20, 5), normal(50, 6)
    apart = np.linalg.norm(x[:, None] - known, axis=2)
    found, distance = nearest(x, known)
    assert (found == apart.argmin(axis=1)).all() and distance == pytest.approx(apart.min(axis=1))
    itself, zero = nearest(known, known)
    other, far = nearest(known, known, but=np.arange(50))
    assert (itself == np.arange(50)).all() and (zero == 0).all() and (other != itself).all() and far.min() > 0


@pytest.mark.parametrize("call, word", [
    (lambda a: frechet_distance(a, a[:, :2]), "shape"), (lambda a: frechet_distance(a[:3], a), "too few"),
    (lambda a: density_coverage(a[:6], a), "too few"), (lambda a: density_coverage(a * np.nan, a), "finite")])
def test_distances_refuse(call, word):
    with pytest.raises(ValueError, match=word):
        call(np.random.default_rng(4).normal(size=(20, 3)))


# ------------------------------------------------------------------------------------------------ told apart

def correlated(n, rng):
    return rng.normal(size=(n, 6)) @ np.triu(np.ones((6, 6))) + 3


def test_two_samples_of_one_cloud_are_told_apart_no_more_often_than_p_says():
    rng, repeats = np.random.default_rng(20), 60
    found = [told_apart(correlated(100, rng), correlated(130, rng), rng) for _ in range(repeats)]
    assert np.mean([one.p <= 0.05 for one in found]) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / repeats)
    assert abs(np.mean([one.accuracy for one in found]) - 0.5) < 4 * 0.05 / np.sqrt(repeats)
    assert np.mean([one.low <= 0.5 <= one.high for one in found]) > 0.8


@pytest.mark.parametrize("change", [lambda z: z + 0.5 * z.std(axis=0), lambda z: 3 + 1.5 * (z - 3)])
def test_a_shift_and_a_stretch_are_found(change):
    rng = np.random.default_rng(21)
    found = told_apart(correlated(600, rng), change(correlated(600, rng)), rng)
    assert found.p < 1e-3 and 0.5 < found.low < found.accuracy < found.high


def test_what_leaves_means_and_widths_alone_is_not_seen():
    rng = np.random.default_rng(22)
    signs = rng.choice([-1.0, 1.0], (600, 6)) + 0.1 * rng.normal(size=(600, 6))
    pair = np.sqrt(1.01) * rng.normal(size=(600, 6)), signs
    assert told_apart(*pair, rng).accuracy < 0.65


def test_told_apart_is_honest_with_fewer_vectors_than_dimensions():
    rng, repeats = np.random.default_rng(25), 60
    alike = [told_apart(rng.normal(size=(30, 40)), rng.normal(size=(24, 40)), rng).p for _ in range(repeats)]
    apart = [told_apart(rng.normal(size=(30, 40)), rng.normal(2, 1, (24, 40)), rng).p for _ in range(10)]
    assert np.mean(np.array(alike) <= 0.05) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / repeats)
    assert max(apart) < 0.05                                                # control: what differs is found


def test_told_apart_is_a_function_of_its_generator_and_refuses_vectors_too_few_to_learn_from():
    a, b = correlated(50, np.random.default_rng(23)), correlated(40, np.random.default_rng(24))
    first, again = (told_apart(a, b, np.random.default_rng(1)) for _ in range(2))
    assert first == again
    with pytest.raises(ValueError, match="too few"):
        told_apart(a[:3], b, np.random.default_rng(1))
