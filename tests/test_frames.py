"""Coordinate systems: what each makes of a cloud, what all of them keep, the best affine map between two."""
import numpy as np
import pytest

from lib.cloud import frames, ladder

D, N = 6, 4_000
RNG = np.random.default_rng(0)
Z = RNG.normal(size=(N, D)) * np.arange(1, D + 1) @ np.linalg.qr(RNG.normal(size=(D, D)))[0] + np.arange(D)
WEIGHT = RNG.normal(size=(40, D))
METRIC = WEIGHT.T @ WEIGHT
SYSTEMS = frames.systems(ladder.fitted(Z), METRIC, np.random.default_rng(1))
SEEN = {name: frames.carried(Z, A, t) for name, (A, t) in SYSTEMS.items()}


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_can_be_undone(name):
    A, t = SYSTEMS[name]
    assert np.allclose(np.linalg.solve(A, (SEEN[name] - t).T).T, Z)


def test_each_system_is_what_it_is_called():
    covariance = {name: np.cov(z, rowvar=False) for name, z in SEEN.items()}
    assert np.array_equal(SEEN["as trained"], Z) and np.allclose(SEEN["twice"], 4 * SEEN["half"])
    for name in ("centred", "principal axes", "whitened", "decoder's metric"):
        assert np.allclose(SEEN[name].mean(axis=0), 0)
    assert not np.allclose(SEEN["rotated"].mean(axis=0), 0, atol=1)  # control: the origin stays where it was
    assert np.allclose(np.linalg.norm(SEEN["rotated"], axis=1), np.linalg.norm(Z, axis=1))
    assert not np.allclose(SEEN["rotated"], Z, atol=1)
    own = covariance["principal axes"]
    assert np.allclose(own, np.diag(np.diag(own))) and (np.diff(np.diag(own)) < 0).all()
    assert np.allclose(covariance["whitened"] / covariance["whitened"][0, 0], np.eye(D))
    assert np.square(SEEN["whitened"]).sum() == pytest.approx(np.square(Z).sum())
    step = (Z[1] - Z[0]) @ WEIGHT.T
    assert np.linalg.norm(SEEN["decoder's metric"][1] - SEEN["decoder's metric"][0]) == \
        pytest.approx(np.linalg.norm(step))


@pytest.mark.parametrize("condition", [1, 100])
def test_random_coordinates_have_the_condition_number_that_was_asked_for(condition):
    A, t = frames.drawn(D, condition, np.random.default_rng(2))
    assert np.linalg.cond(A) == pytest.approx(condition) and np.linalg.det(A) ** 2 == pytest.approx(1)
    assert t.shape == (D,) and not np.allclose(A, A.T)


@pytest.mark.parametrize("values, expected", [([2.0] * 5, 5), ([3.0, 0, 0], 1), ([1.0, 1.0, 0, 0], 2)])
def test_participation_counts_equal_variances(values, expected):
    assert frames.participation(values) == pytest.approx(expected)
    assert frames.participation(np.array(values) * 7) == pytest.approx(expected)


@pytest.mark.parametrize("share, expected", [(0.1, 1), (0.6, 1), (0.61, 2), (0.9, 2), (1.0, 3)])
def test_how_many_hold_a_share(share, expected):
    assert frames.count_for([6.0, 3.0, 1.0], share) == expected


def test_the_best_map_finds_an_affine_twin_and_nothing_where_pairs_are_shuffled():
    A, t = RNG.normal(size=(3, D)), RNG.normal(size=3)
    noise = RNG.normal(size=(N, 3))
    b = frames.carried(Z, A, t) + noise
    found = frames.affine_map(Z[:N // 2], b[:N // 2])
    error = noise.std() / np.sqrt(N // 2) / Z.std(axis=0).min() * 5
    assert np.abs(found[0] - A).max() < error
    r2, error = frames.explained(b[N // 2:], frames.carried(Z[N // 2:], *found))
    assert r2 == pytest.approx(1 - 3 / np.trace(np.cov(b, rowvar=False)), abs=4 * error) and error < 0.01
    shuffled = frames.affine_map(Z[:N // 2], RNG.permutation(b[:N // 2]))            # control
    chance = np.sqrt(D / (N // 2))                                   # length of a map fitted to noise
    assert abs(frames.explained(b[N // 2:], frames.carried(Z[N // 2:], *shuffled))[0]) < 4 * chance < 0.3


def test_what_explains_nothing_and_all():
    assert frames.explained(Z, Z) == (1, 0) and frames.explained(Z, Z.mean(axis=0)) == (0, 0)
    assert frames.explained(Z, -Z)[0] < 0


def test_the_error_of_what_is_explained_is_that_of_drawing_again():
    again = [frames.explained(b, b + RNG.normal(size=b.shape)) for b in RNG.normal(size=(300, 100, 3)) * 2]
    values, errors = np.array(again).T
    assert errors.mean() == pytest.approx(values.std(), rel=4 / np.sqrt(2 * len(again)))


def test_latents_of_other_images_are_not_paired():
    with pytest.raises(ValueError, match="cannot be paired"):
        frames.affine_map(Z, Z[1:])


@pytest.mark.parametrize("name, ingredient, moot", [
    ("centred", "centre", True), ("principal axes", "centre", True), ("principal axes", "correlations", True),
    ("whitened", "correlations", True), ("whitened", "marginals", True), ("as trained", "centre", False),
    ("as trained", "correlations", False), ("centred", "correlations", False),
    ("principal axes", "marginals", False)])
def test_what_there_is_to_know_of_a_cloud_depends_on_its_coordinates(name, ingredient, moot):
    known, g = ladder.fitted(SEEN[name]), ladder.noise(20_000, D, np.random.default_rng(3))
    made = (ladder.mixed(known, g, known_of) for known_of in ({ingredient}, ()))
    second = [z.T @ z / (z**2).sum() for z in made]
    assert (np.abs(second[0] - second[1]).max() < 4 / np.sqrt(len(g))) == moot      # one law, or two
