"""The face detector on drawn faces, on their shuffled blocks, and the interval of a rate."""

import numpy as np
import pytest
import torch

from lib.images import detection, faces

N = 200


@pytest.fixture(scope="module")
def images():
    return faces.render(faces.sample_factors(N, seed=0))


@pytest.mark.parametrize("bad", [torch.zeros(2, 3, 8, 8), torch.zeros(2, 8, 8, dtype=torch.uint8)])
def test_detector_refuses_other_images(bad):
    with pytest.raises(ValueError, match="uint8"):
        detection.frontal_face_hits(bad)


def test_detector_takes_arrays_and_tensors(images):
    hits = detection.frontal_face_hits(images[:20])
    assert hits.dtype == bool and hits.shape == (20,)
    assert np.array_equal(hits, detection.frontal_face_hits(images[:20].numpy()))


def test_detector_finds_the_faces(images):
    hits = detection.frontal_face_hits(images).sum()
    low, _ = detection.wilson_interval(hits, N)
    assert low >= 0.85 and hits / N >= 0.90


def test_detector_finds_hardly_any_face_in_shuffled_blocks(images):
    shuffled = detection.block_shuffle(images, block=8, rng=np.random.default_rng(0))
    hits = detection.frontal_face_hits(shuffled).sum()
    low, _ = detection.wilson_interval(hits, N)
    assert low <= 0.02


def test_detector_finds_no_face_in_grey():
    assert not detection.frontal_face_hits(torch.full((3, 3, 96, 96), 128, dtype=torch.uint8)).any()


def test_shuffle_keeps_the_blocks_and_moves_them(images):
    def blocks(x):
        cut = x.reshape(3, 12, 8, 12, 8).permute(1, 3, 0, 2, 4).reshape(144, -1)
        return cut[np.lexsort(cut.numpy().T)]

    shuffled = detection.block_shuffle(images[:4], rng=np.random.default_rng(1))
    assert shuffled.shape == images[:4].shape and not torch.equal(shuffled, images[:4])
    for before, after in zip(images[:4], shuffled):
        assert torch.equal(blocks(before), blocks(after))


def test_shuffle_is_a_function_of_the_generator(images):
    a, b, c = (detection.block_shuffle(images[:4], rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_shuffle_by_the_whole_image_changes_nothing(images):
    assert torch.equal(
        detection.block_shuffle(images[:4], block=96, rng=np.random.default_rng(0)), images[:4]
    )


def test_shuffle_refuses_blocks_that_do_not_fit(images):
    with pytest.raises(ValueError, match="divisor"):
        detection.block_shuffle(images[:4], block=7, rng=np.random.default_rng(0))


@pytest.mark.parametrize("hits, n", [(-1, 10), (11, 10), (0, 0)])
def test_interval_refuses_what_is_no_rate(hits, n):
    with pytest.raises(ValueError, match="rate"):
        detection.wilson_interval(hits, n)


@pytest.mark.parametrize("hits, n", [(0, 50), (3, 50), (25, 50), (50, 50)])
def test_interval_ends_solve_the_score_equation(hits, n):
    low, high = detection.wilson_interval(hits, n, z=1.96)
    for q in (low, high):
        assert (hits / n - q) ** 2 == pytest.approx(1.96**2 * q * (1 - q) / n, abs=1e-12)
    assert 0 <= low <= hits / n <= high <= 1


@pytest.mark.parametrize("rate", [0.02, 0.5, 0.93])
def test_interval_covers_the_true_rate(rate):
    rng = np.random.default_rng(0)
    draws = rng.binomial(200, rate, size=2000)
    covered = np.mean(
        [low <= rate <= high for low, high in (detection.wilson_interval(int(h), 200) for h in draws)]
    )
    assert abs(covered - 0.95) < 0.03  # the discrete coverage swings by about 0.02
    narrow = np.mean(
        [low <= rate <= high for low, high in (detection.wilson_interval(int(h), 200, z=1.0) for h in draws)]
    )
    assert narrow < 0.85  # the control: one standard deviation covers about 0.68


# ------------------------------------------------------------------------------------------ distances of feature sets

def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50_000, 3)), rng.normal(size=(50_000, 3)) * [1, 2, 3] + [0, 0, 2]
    assert detection.frechet_distance(a, b) == pytest.approx(4 + 1 + 4, rel=0.03)     # shift^2 + sum (s_a - s_b)^2
    assert detection.frechet_distance(a, rng.normal(size=(50_000, 3))) < 0.005
    assert detection.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_equals_the_literal_matrix_root():
    from scipy.linalg import sqrtm
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)), rng.gamma(2, size=(30, 5))
    root = sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = ((a.mean(0) - b.mean(0))**2).sum() + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    assert detection.frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_precision_and_recall_tell_collapse_from_noise():
    rng = np.random.default_rng(2)
    real, alike = rng.normal(size=(400, 4)), rng.normal(size=(400, 4))
    same = detection.precision_recall(real, alike)
    collapsed, wild = detection.precision_recall(real, 0.1 * alike), detection.precision_recall(real, 5 * alike)
    assert abs(same[0] - same[1]) < 0.1 and same.min() > 0.6
    assert collapsed[0] > 0.95 and collapsed[1] < 0.1 and wild[0] < 0.2


def test_precision_and_recall_equal_the_literal_loop():
    rng = np.random.default_rng(3)
    real, made = rng.normal(size=(30, 2)), rng.normal(size=(20, 2)) + 1
    distance = lambda p, q: np.sqrt(((p - q)**2).sum())
    reach = lambda points: [sorted(distance(p, q) for q in points)[3] for p in points]
    precision = np.mean([any(distance(m, r) <= k for r, k in zip(real, reach(real))) for m in made])
    recall = np.mean([any(distance(r, m) <= k for m, k in zip(made, reach(made))) for r in real])
    assert detection.precision_recall(real, made) == pytest.approx([precision, recall])


@pytest.mark.parametrize("call, word", [
    (lambda a: detection.frechet_distance(a, a[:, :2]), "shapes"), (lambda a: detection.frechet_distance(a[:3], a), "too few"),
    (lambda a: detection.precision_recall(a[:4], a), "too few"), (lambda a: detection.precision_recall(a * np.nan, a), "finite")])
def test_distances_refuse(call, word):
    with pytest.raises(ValueError, match=word):
        call(np.random.default_rng(4).normal(size=(20, 3)))
