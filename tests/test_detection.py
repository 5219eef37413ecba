"""The face detector on drawn faces and on their shuffled blocks, and when it is no judge."""
import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from lib.images import detection, faces

N = 120


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
    assert binomtest(int(hits), N).proportion_ci(0.95, "wilson").low >= 0.85 and hits / N >= 0.90


def test_detector_finds_hardly_any_face_in_shuffled_blocks(images):
    shuffled = detection.block_shuffle(images, block=8, rng=np.random.default_rng(0))
    hits = detection.frontal_face_hits(shuffled).sum()
    assert binomtest(int(hits), N).proportion_ci(0.95, "wilson").low <= 0.02


def test_detector_finds_no_face_in_grey():
    assert not detection.frontal_face_hits(torch.full((3, 3, 96, 96), 128, dtype=torch.uint8)).any()


def test_shuffle_keeps_the_blocks_and_moves_them(images):
    def blocks(x):
        cut = x.reshape(3, 12, 8, 12, 8).permute(1, 3, 0, 2, 4).reshape(144, -1)
        return cut[np.lexsort(cut.numpy().T)]

    shuffled = detection.block_shuffle(images[:4], rng=np.random.default_rng(1))
    assert shuffled.shape == images[:4].shape and not torch.equal(shuffled, images[:4])
    for before, after in zip(images[:4], shuffled, strict=True):
        assert torch.equal(blocks(before), blocks(after))


def test_shuffle_is_a_function_of_the_generator(images):
    a, b, c = (detection.block_shuffle(images[:4], rng=np.random.default_rng(s)) for s in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_shuffle_by_the_whole_image_changes_nothing(images):
    shuffled = detection.block_shuffle(images[:4], block=96, rng=np.random.default_rng(0))
    assert torch.equal(shuffled, images[:4])


def test_shuffle_refuses_blocks_that_do_not_fit(images):
    with pytest.raises(ValueError, match="divisor"):
        detection.block_shuffle(images[:4], block=7, rng=np.random.default_rng(0))


@pytest.mark.parametrize("hits, n", [(-1, 10), (11, 10), (0, 0)])
def test_doubts_refuse_what_is_no_rate(hits, n):
    with pytest.raises(ValueError, match="must"):
        detection.doubts((hits, n), {"noise": (0, 10)})
