"""Distances of clouds of features: known Gaussians, literal slow versions, collapse and noise."""
import numpy as np
import pytest
from scipy.linalg import sqrtm

from lib.cloud.likeness import frechet_distance, precision_recall


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


def test_precision_and_recall_tell_collapse_from_noise():
    rng = np.random.default_rng(2)
    real, alike = rng.normal(size=(400, 4)), rng.normal(size=(400, 4))
    same = precision_recall(real, alike)
    collapsed, wild = precision_recall(real, 0.1 * alike), precision_recall(real, 5 * alike)
    assert abs(same[0] - same[1]) < 0.1 and same.min() > 0.6
    assert collapsed[0] > 0.95 and collapsed[1] < 0.1 and wild[0] < 0.2


def test_precision_and_recall_equal_the_literal_loop():
    rng = np.random.default_rng(3)
    real, made = rng.normal(size=(30, 2)), rng.normal(size=(20, 2)) + 1

    def distance(p, q):
        return np.sqrt(((p - q)**2).sum())

    def share_within_reach(of, others):
        reach = [sorted(distance(p, q) for q in others)[3] for p in others]
        return np.mean([any(distance(p, q) <= k for q, k in zip(others, reach, strict=True)) for p in of])

    precision, recall = share_within_reach(made, real), share_within_reach(real, made)
    assert precision_recall(real, made) == pytest.approx([precision, recall])


@pytest.mark.parametrize("call, word", [
    (lambda a: frechet_distance(a, a[:, :2]), "shape"), (lambda a: frechet_distance(a[:3], a), "too few"),
    (lambda a: precision_recall(a[:4], a), "too few"), (lambda a: precision_recall(a * np.nan, a), "finite")])
def test_distances_refuse(call, word):
    with pytest.raises(ValueError, match=word):
        call(np.random.default_rng(4).normal(size=(20, 3)))
