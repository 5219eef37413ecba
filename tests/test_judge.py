"""The judge of pictures on drawn faces and untrained networks: what is alike scores best, noise does not."""
import functools
import operator

import numpy as np
import pytest
import torch
from scipy.stats import norm

from lib.images import faces, judge
from lib.images.cache import Images
from lib.network import coordinates, models, train

N, TRAIN, HELD_OUT = 18, 48, 36


@pytest.fixture(scope="module")
def x():
    images = faces.render(faces.sample_factors(TRAIN + HELD_OUT, seed=0)).numpy()
    return Images(images[:TRAIN], images[TRAIN:], None)


@functools.cache
def networks(seed=0):
    return {case: models.Autoencoder(models.CASES[case], seed).eval() for case in ("I", "II")}


def encoded(model, x):
    return {(case, split): train.encode(model[case], getattr(x, split)).astype(float)
            for case in model for split in ("train", "held_out")}


@pytest.fixture(scope="module")
def z(x):
    return encoded(networks(), x)


@pytest.fixture(scope="module")
def home(z):
    return {case: judge.pictures(model, z[case, "held_out"][:N]) for case, model in networks().items()}


@pytest.fixture(scope="module")
def bench(x, z, home):
    return judge.Judge(networks(), z, x, home)


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
    small = judge.pooled(made).reshape(2, 3, 16, 16)
    assert small[1, 2, 5, 15] == pytest.approx(made[1, 2, 30:36, 90:96].mean() / 255, rel=1e-6)
    assert judge.pooled(np.full((1, 3, 96, 96), 255, np.uint8)).tolist() == [[1.0] * 768]


# -------------------------------------------------------------------------------- scores

def test_the_real_images_themselves_score_best_and_noise_worst(bench, x, z):
    same, own = bench.scores("I", z["I", "held_out"][-N:], x.held_out[-N:])
    wild, one = (bench.scores("I", z["I", "held_out"][-N:], made)[0]
                 for made in (noise(block=16), x.held_out[-1:].repeat(N, axis=0)))
    for space in ("pixels", "other encoder"):
        assert np.array_equal(own[space], bench.real("I", space))
        assert same[f"Fréchet, {space}"] == pytest.approx(0, abs=1e-4) and wild[f"Fréchet, {space}"] > 1
        assert same[f"coverage, {space}"] == 1 and one[f"coverage, {space}"] < 0.5         # each its own ball


def test_all_axes_of_a_description_weigh_the_same(bench, x):
    spread = bench.features("I", x.train)["pixels"].std(axis=0)
    assert spread == pytest.approx(np.sqrt(1 - 1 / TRAIN), rel=1e-3)
    plain = judge.pooled(x.train).std(axis=0)
    assert plain.max() > 2 * plain.min()                                                     # control


def test_the_way_back_and_the_distance_from_the_mean_are_one_at_home_and_more_far_off(bench, z, home):
    own = z["II", "held_out"][:N]
    assert np.median(bench.way_back("II", own, home["II"])) == pytest.approx(1)
    assert bench.away("II", own) == pytest.approx(1)
    far = judge.pictures(networks()["II"], own + 100)
    assert bench.way_back("II", own + 100, far).min() > 1 and bench.away("II", own + 100) > 10


def test_distances_as_the_decoder_sees_them_do_not_hang_on_the_coordinates(z):
    model, v = models.Autoencoder(models.CASES["I"], 0), z["I", "held_out"]
    moving = np.random.default_rng(0).normal(size=(256, 256))
    plain = np.linalg.norm(v[1:] - v[0], axis=1)
    before = np.linalg.norm((v[1:] - v[0]) @ coordinates.seen(model).T, axis=1)
    first = model.decoder[0].weight
    literal = np.linalg.norm((v[1:] - v[0]) @ first.detach().numpy().astype(float).T, axis=1)
    first.data = first.data @ torch.from_numpy(np.linalg.inv(moving)).float()
    moved = v @ moving.T
    after = np.linalg.norm((moved[1:] - moved[0]) @ coordinates.seen(model).T, axis=1)
    assert before == pytest.approx(literal) and after == pytest.approx(before, rel=1e-3)
    assert not np.allclose(np.linalg.norm(moved[1:] - moved[0], axis=1), plain, rtol=0.5)    # control


def test_a_copy_is_at_no_distance_and_held_out_images_at_one(bench, x):
    assert bench.nearest(x.train[:5]) == pytest.approx(0, abs=1e-6)
    assert bench.nearest(x.held_out[:N]) == pytest.approx(1)
    assert bench.nearest(noise(block=16)) > 1.5


def test_no_network_judges_itself(bench, x, z, home):
    other = {"I": models.Autoencoder(models.CASES["I"], 1).eval()}
    changed = judge.Judge(networks() | other, z | encoded(other, x), x, home)
    own, seen_by_it = (judged.features("I", x.held_out[:N]) for judged in (bench, changed))
    assert all(np.array_equal(own[space], seen_by_it[space]) for space in own)
    assert not np.allclose(bench.features("II", x.held_out[:N])["other encoder"],
                           changed.features("II", x.held_out[:N])["other encoder"], atol=0.1)


def test_refuses_images_that_would_be_both_unit_and_yardstick(x, z, home):
    with pytest.raises(ValueError, match="give 2, and 42"):
        judge.Judge(networks(), z, x, {"I": home["I"].repeat(2, axis=0)[:21]})
    with pytest.raises(ValueError, match="1 models"):
        judge.Judge({"I": networks()["I"]}, z, x, home)


# -------------------------------------------------------------------------------- two shares

def drawn(p, n, rng):
    return judge.share(rng.random(n) < p)


@pytest.mark.parametrize("p, q", [(0.9, 0.95), (0.05, 0.9), (0.5, 0.5)])
@pytest.mark.parametrize("compare, truth",
                         [(judge.difference, operator.sub), (judge.ratio, operator.truediv)])
def test_intervals_of_two_shares_hold_the_truth_in_95_of_100(compare, truth, p, q):
    rng, n, repeats = np.random.default_rng(0), 100, 150
    found = np.array([compare(drawn(p, n, rng), drawn(q, n, rng)) for _ in range(repeats)])
    held = (found[:, 1] <= truth(p, q)) & (truth(p, q) <= found[:, 2])
    assert abs(held.mean() - 0.95) < 4 * np.sqrt(0.95 * 0.05 / repeats)
    assert ((found[:, 1] <= found[:, 0]) & (found[:, 0] <= found[:, 2])).all()
    half = (found[:, 1:] + found[:, :1]) / 2                                 # control: too narrow
    assert ((half[:, 0] <= truth(p, q)) & (truth(p, q) <= half[:, 1])).mean() < 0.85


def test_the_ends_of_a_ratio_are_where_a_difference_ends_at_nought():
    a, b = judge.share(np.arange(40) < 13), judge.share(np.arange(60) < 50)
    _, low, high = judge.ratio(a, b)
    p, q = a["rate"], b["rate"]
    assert (p - low * q)**2 == pytest.approx((p - a["low"])**2 + low**2 * (b["high"] - q)**2)
    assert (p - high * q)**2 == pytest.approx((a["high"] - p)**2 + high**2 * (q - b["low"])**2)


def test_shares_of_none_and_of_all_have_intervals_and_a_ratio_over_none_is_no_number():
    none, all_ = judge.share(np.zeros(20, bool)), judge.share(np.ones(20, bool))
    assert judge.ratio(none, all_)[:2] == (0, 0) and 0 < judge.ratio(none, all_)[2] < 0.3
    assert judge.difference(all_, none)[0] == judge.difference(all_, none)[2] == 1
    assert np.isnan(judge.ratio(all_, none)).all()


@pytest.mark.parametrize("faces, alarms, told", [(0, 0, True), (3, 1, True), (30, 0, False), (8, 0, False),
                                                 (30, 30, True)])
def test_without_faces_the_reason_is_told(faces, alarms, told):
    of = (judge.share(np.arange(30) < k) for k in (faces, alarms))
    assert (judge.no_faces(*of) is not None) == told
