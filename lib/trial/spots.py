"""Empty and crowded spots of a cloud at equal distance from its centre, in a plane and in all dimensions.

All clouds here are whitened: |u| is the Mahalanobis distance, the same in whatever coordinates. So what a
decoder makes of an empty spot and of a crowded one differs by the neighbours of the spot, and by nothing else
that a covariance knows.
"""
import numpy as np
from scipy.spatial import cKDTree

from lib.cloud import ladder, likeness
from lib.cloud.points import points as checked
from lib.trial.planes import empty_circles

REACH = 2.0          # ours: standard deviations from the centre to which a plane is searched
NEIGHBOURS = 10      # ours: a point of a plane is the more crowded, the nearer its tenth neighbour
TRIES = 20           # ours: random directions of which the emptiest is taken


def of_plane(points, n):
    """n empty and n crowded spots of the points (N, 2), each pair at about one distance from 0: (n, 2) twice.

    The centres of all empty circles (`planes.empty_circles`) within REACH of 0 are cut, by their distance
    from 0, into n rings of equal number; the widest circle of each ring is its empty spot. Its partner is,
    of as many points as a ring has, those whose distance from 0 is nearest to its own, the one whose tenth
    neighbour is nearest. Raises ValueError for other shapes, and where there are fewer than n circles.
    """
    points = np.asarray(checked(points, columns=2), dtype=float)
    centres, radii = empty_circles(points)
    from_0 = np.hypot(*centres.T)
    order = np.argsort(from_0)[:np.count_nonzero(from_0 <= REACH)]
    if len(order) < n:
        raise ValueError(f"{len(order)} empty circles are fewer than {n} spots: ask for fewer")
    rings = np.array_split(order, n)
    empty = centres[[ring[np.argmax(radii[ring])] for ring in rings]]
    reach = cKDTree(points).query(points, k=min(NEIGHBOURS + 1, len(points)))[0][:, -1]
    apart = np.abs(np.hypot(*points.T) - np.hypot(*empty.T)[:, None])                       # (n, N)
    level = np.argpartition(apart, len(rings[0]), axis=1)[:, :len(rings[0])]
    return empty, points[level[np.arange(n), reach[level].argmin(axis=1)]]


def into_plane(u, axes, t):
    """Whitened u (n, d) moved to the places t (n, 2) of the plane of two orthonormal `axes` (d, 2): (n, d).

    What is left of u is stretched so that |u| stays: u' = t axes^T + s (u - u axes axes^T), |u'| = |u|.
    Raises ValueError where t is farther out than u.
    """
    rest = u - u @ axes @ axes.T
    room = (u**2).sum(axis=1) - (t**2).sum(axis=1)
    if not (room >= 0).all():
        raise ValueError("some places lie farther from the centre than their vectors: give nearer ones")
    return t @ axes.T + rest * np.sqrt(room / (rest**2).sum(axis=1))[:, None]


def of_space(u, chosen, rng):
    """Empty and crowded spots among whitened latents u (N, d), pair by pair at one distance: (n, d) twice.

    Crowded: halfway between each latent of `chosen` (n indices) and its nearest neighbour, on the way that
    keeps its distance from 0 (`ladder.norm_keeping`). Empty: of TRIES random directions at that distance, the
    one whose nearest latent is farthest.
    """
    at = u[chosen]
    crowded = ladder.norm_keeping(at, u[likeness.nearest(at, u, but=chosen)[0]], [0.5])[0]
    empty, widest = np.zeros_like(crowded), np.full(len(at), -1.0)
    for _ in range(TRIES):
        tried = rng.standard_normal(at.shape)
        tried *= np.linalg.norm(crowded, axis=1, keepdims=True) / np.linalg.norm(tried, axis=1, keepdims=True)
        far = likeness.nearest(tried, u)[1]
        better = far > widest
        empty[better], widest[better] = tried[better], far[better]
    return empty, crowded
