"""The judge of pictures on drawn faces and untrained networks: what is alike scores best, noise does not."""
import numpy as np
import pytest
from scipy.stats import norm

from lib.images import faces, judge
from lib.images.cache import Images
from lib.network import models, train

N, TRAIN, HELD_OUT = 18, 60, 40


@pytest.fixture(scope="module")
def x():
    images = faces.render(faces.sample_factors(TRAIN + HELD_OUT, seed=0)).numpy()
    return Images(images[:TRAIN], images[TRAIN:], None)


def networks(seed=0):
    return {case: models.Autoencoder(models.CASES[case], seed).eval() for case in ("I", "II")}


def encoded(model, x):
    return {(case, split): train.encode(model[case], getattr(x, split)).astype(float)
            for case in model for split in ("train", "held_out")}


@pytest.fixture(scope="module")
def z(x):
    return encoded(networks(), x)


@pytest.fixture(scope="module")
def bench(x, z):
    return judge.Judge(networks(), z, x, N)


def noise(n=N, block=1):
    values = np.random.default_rng(0).integers(0, 256, (n, 3, 96 // block, 96 // block), dtype=np.uint8)
    return values.repeat(block, axis=2).repeat(block, axis=3)


# -------------------------------------------------------------------------------- pictures and their rate

def test_bytes_are_the_nearest_and_undo_a_division():
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(judge.to_bytes(every.astype(np.float32) / 255), every)
    assert judge.to_bytes(np.array([0, 0.4 / 255, 0.6 / 255, 1])).tolist() == [0, 0, 1, 255]


def test_pictures_are_what_the_decoder_makes(z):
    made = judge.pictures(networks()["I"], z["I", "held_out"][:3])
    decoded = train.decode(networks()["I"], z["I", "held_out"][:3])
    assert made.dtype == np.uint8 and made.shape == (3, 3, 96, 96)
    assert np.abs(made / 255 - decoded).max() <= 0.5 / 255 + 1e-6


def test_faces_have_a_high_rate_and_grey_has_none(x):
    row, none = judge.rate(x.train), judge.rate(np.full((9, 3, 96, 96), 128, np.uint8))
    assert list(row) == ["n", "faces", "rate", "low", "high"]
    assert row["n"] == TRAIN and row["faces"] > 0.8 * TRAIN and row["rate"] == row["faces"] / TRAIN
    assert none["faces"] == none["rate"] == none["low"] == 0 and none["n"] == 9


def test_a_rate_counts_each_picture_by_itself(x):
    mixed = np.concatenate([x.train[:7], noise(4)])
    assert judge.rate(mixed)["faces"] == sum(judge.rate(mixed[k:k + 1])["faces"] for k in range(11))
    assert judge.rate(mixed[:, :, ::-1])["n"] == 11                  # a view with negative strides


def test_the_ends_of_a_rate_solve_the_score_equation(x):
    row = judge.rate(np.concatenate([x.train[:20], noise(10)]))
    assert row["low"] < row["rate"] < row["high"]
    for q in (row["low"], row["high"]):
        assert (row["rate"] - q)**2 == pytest.approx(norm.ppf(0.975)**2 * q * (1 - q) / row["n"])


def test_no_pictures_have_no_rate():
    with pytest.raises(ValueError, match="n must be"):
        judge.rate(np.empty((0, 3, 96, 96), np.uint8))


def test_pooled_pixels_are_the_literal_means_of_blocks():
    made = noise(2)
    small = judge.pooled(made).reshape(2, 3, 32, 32)
    assert small[1, 2, 5, 30] == pytest.approx(made[1, 2, 15:18, 90:93].mean() / 255, rel=1e-6)
    assert judge.pooled(np.full((1, 3, 96, 96), 255, np.uint8)).tolist() == [[1.0] * 3072]


# -------------------------------------------------------------------------------- scores

def test_the_real_images_themselves_score_best_and_noise_worst(bench, x, z):
    same = bench.scores("I", z["I", "held_out"][-N:], x.held_out[-N:])
    wild = bench.scores("I", z["I", "held_out"][-N:], noise(block=16))
    for space in ("pixels", "other encoder"):
        assert same[f"Fréchet, {space}"] == pytest.approx(0, abs=1e-5)
        assert same[f"precision, {space}"] == same[f"recall, {space}"] == 1
        assert wild[f"Fréchet, {space}"] > 0.1 and wild[f"recall, {space}"] < 0.2
    assert list(same)[:5] == ["n", "faces", "rate", "low", "high"] and same["rate"] > wild["rate"]


def test_the_way_back_is_one_for_reconstructions_and_longer_for_vectors_far_off(bench, z):
    home = z["II", "held_out"][:N]
    made, far = judge.pictures(networks()["II"], home), judge.pictures(networks()["II"], home + 100)
    assert np.median(bench.way_back("II", home, made)) == pytest.approx(1)
    assert bench.way_back("II", home + 100, far).min() > 1


def test_a_copy_is_at_no_distance_and_held_out_images_at_one(bench, x):
    assert bench.nearest(x.train[:5]) == pytest.approx(0, abs=1e-6)
    assert bench.nearest(x.held_out[:N]) == pytest.approx(1)
    assert bench.nearest(noise(block=16)) > 1.5


def test_no_network_judges_itself(bench, x, z):
    other = networks() | {"I": networks(seed=1)["I"]}
    changed = judge.Judge(other, encoded(other, x), x, N)
    own, seen_by_it = (judged.features("I", x.held_out[:N]) for judged in (bench, changed))
    assert all(np.array_equal(own[space], seen_by_it[space]) for space in own)
    assert not np.allclose(bench.features("II", x.held_out[:N])["other encoder"],
                           changed.features("II", x.held_out[:N])["other encoder"], atol=0.1)


def test_refuses_images_that_would_be_both_unit_and_yardstick(x, z):
    with pytest.raises(ValueError, match="give 2, and 42"):
        judge.Judge(networks(), z, x, 21)
    with pytest.raises(ValueError, match="1 models"):
        judge.Judge({"I": networks()["I"]}, z, x, N)
