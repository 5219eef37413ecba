"""Empty and crowded spots: at one distance from the centre, told apart by their neighbours alone."""
import numpy as np
import pytest
from scipy.spatial import cKDTree

from lib.trial import spots
from tests import clouds


def normal(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


POINTS = normal(4_000, 2)
EMPTY, CROWDED = spots.of_plane(POINTS, 60)


def test_a_pair_lies_at_one_distance_from_the_centre_and_all_within_reach():
    from_0 = np.hypot(*EMPTY.T), np.hypot(*CROWDED.T)
    assert EMPTY.shape == CROWDED.shape == (60, 2) and from_0[0].max() <= spots.REACH
    assert np.quantile(np.abs(from_0[0] - from_0[1]), 0.9) < 0.05
    assert np.std(from_0[0]) > 0.3                                       # control: not all at one


def test_no_point_is_near_an_empty_spot_and_many_are_near_a_crowded_one():
    tree, others = cKDTree(POINTS), cKDTree(normal(4_000, 2, seed=1))
    radius = tree.query(EMPTY)[0]
    near = [tree.query_ball_point(at, radius, return_length=True) for at in (EMPTY * (1 + 1e-9), CROWDED)]
    assert near[0].max() <= 3 and np.median(near[1]) > 8                 # three points are on the circle
    again = [others.query_ball_point(at, radius, return_length=True).sum() for at in (EMPTY, CROWDED)]
    assert abs(again[0] - again[1]) < 4 * np.sqrt(sum(again))            # control: another draw


def test_a_hole_and_a_clump_are_found():
    rng = np.random.default_rng(2)
    points = clouds.uniform(4_000, rng)
    points = np.concatenate([points[np.hypot(points[:, 0] - 1, points[:, 1]) > 0.3],
                             [0, 1] + 0.02 * rng.normal(size=(40, 2))])
    empty, crowded = spots.of_plane(points, 10)
    assert np.hypot(*(empty - [1, 0]).T).min() < 0.05 and np.hypot(*(crowded - [0, 1]).T).min() < 0.05


U = normal(300, 20)
AXES = np.linalg.qr(normal(20, 2, seed=3))[0]


def test_moving_into_a_plane_sets_the_place_and_keeps_the_distance():
    t = 0.4 * normal(300, 2, seed=4)
    moved = spots.into_plane(U, AXES, t)
    assert np.allclose(moved @ AXES, t)
    assert np.allclose(np.linalg.norm(moved, axis=1), np.linalg.norm(U, axis=1))
    assert np.allclose(spots.into_plane(U, AXES, U @ AXES), U)           # where it is already
    rest, stretched = U - U @ AXES @ AXES.T, moved - moved @ AXES @ AXES.T
    cosine = (rest * stretched).sum(axis=1) / np.linalg.norm(rest, axis=1) / np.linalg.norm(stretched, axis=1)
    assert np.allclose(cosine, 1)


def test_spots_of_space_differ_by_their_neighbours_and_not_by_their_distance():
    rng = np.random.default_rng(5)
    empty, crowded = spots.of_space(U, np.arange(40), rng)
    assert np.allclose(np.linalg.norm(empty, axis=1), np.linalg.norm(crowded, axis=1))
    near, far = (cKDTree(U).query(at)[0] for at in (crowded, empty))
    assert (near < far).all() and np.median(far) > 1.3 * np.median(near)
    plain = normal(40, 20, seed=6)
    plain *= np.linalg.norm(crowded, axis=1, keepdims=True) / np.linalg.norm(plain, axis=1, keepdims=True)
    assert np.mean(cKDTree(U).query(plain)[0] < far) > 0.9               # control: one try


@pytest.mark.parametrize("call, word", [
    (lambda: spots.of_plane(POINTS[:50], 90), "ask for fewer"), (lambda: spots.of_plane(U, 5), "shape"),
    (lambda: spots.into_plane(U, AXES, np.full((300, 2), 9.0)), "farther from the centre")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()
