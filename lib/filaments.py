"""What tells lines and voids from chance: matched nulls, and statistics of points in the middle of a plane.

Every statistic here is small where points huddle together, on lines or in clumps, and is read against the
same statistic of clouds that have no structure by construction.
"""
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

FEWEST = 10            # ours: below this many points in a window their mean distance says nothing
CENTRAL = 365          # ours: about what a Gaussian cloud of the post's size puts into its square +-0.25


class ClarkEvans(NamedTuple):
    """Clark-Evans index of a window and the number of points in it."""
    index: float
    n: int


class Trial(NamedTuple):
    """A statistic, its values (n_null,) for the null clouds, and where among them it stands."""
    statistic: float
    null: np.ndarray
    z: float           # (statistic - mean of the null) / standard deviation of the null
    p: float           # one-sided: how often chance gives so small a statistic or a smaller one


def clark_evans(points, half_side, centre=(0.0, 0.0)):
    """Clark-Evans index R of the n points in the square window of half side h round `centre`.

    R = 2 sqrt(n / (2h)^2) * (mean distance of these n points to their nearest neighbour): 1 for points thrown
    at random with constant density, at most 2.149 (hexagonal lattice), below 1 for clumps and lines. Standard
    error for random points about 0.53 / sqrt(n). Neighbours are searched among all points, so a window inside
    the cloud has no edge effect; a density that varies within the window lowers R, which is what a matched
    null is for.

    points: (N, 2), centre: (2,). Raises ValueError for other shapes, for fewer than 10 points in the window,
    and when points of the window coincide with others.
    Source: Clark and Evans, "Distance to nearest neighbor as a measure of spatial relationships in
    populations", 1954; the planes of "Autoencoders, latent space and the curse of high dimensionality II".

    >>> lattice = np.stack(np.meshgrid(np.arange(-20, 21), np.arange(-20, 21)), -1).reshape(-1, 2)
    >>> round(clark_evans(lattice, 9.5).index, 12)
    2.0
    """
    points = _plane(points)
    if not half_side > 0:
        raise ValueError(f"half_side must be positive, not {half_side}")
    inside = points[_reach(points, centre) <= half_side]
    if len(inside) < FEWEST:
        raise ValueError(f"only {len(inside)} points lie in the window of half side {half_side:.4g}: "
                         f"widen it until it holds {FEWEST} or more")
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    nearest = tree.query(inside, k=2)[0][:, 1]
    if not nearest.min() > 0:
        raise ValueError(f"{np.count_nonzero(nearest == 0)} points of the window coincide with others; "
                         "drop them with numpy.unique(points, axis=0)")
    return ClarkEvans(float(nearest.mean() * np.sqrt(len(inside)) / half_side), len(inside))


def central_half_side(points, n_central, centre=(0.0, 0.0)):
    """Half side of the square round `centre` holding n_central of the points (N, 2): halfway to the next.

    Raises ValueError unless 1 <= n_central < N.

    >>> central_half_side([[0, 1], [2, 0], [0, -4]], 2)
    3.0
    """
    points = _plane(points)
    if not 1 <= n_central < len(points):
        raise ValueError(f"n_central must lie between 1 and {len(points) - 1}, so that one stays outside, "
                         f"and it is {n_central}")
    reach = np.partition(_reach(points, centre), (n_central - 1, n_central))
    return float(reach[n_central - 1:n_central + 1].mean())


def central_window(points):
    """The points (N, 2) in standard deviations from their mean, per axis, and the central square's half side.

    The square holds 365 points, or a tenth of them if that is fewer, so that the density hardly varies within
    it. It follows the points: clouds of any scale, elongation and number are looked at alike.
    Raises ValueError for fewer than 100 points, and when an axis never varies.
    """
    points = _plane(points)
    n_central = min(CENTRAL, len(points) // 10)
    if n_central < FEWEST:
        raise ValueError(f"{len(points)} points are too few: a tenth of them must be {FEWEST} or more")
    sigma = points.std(axis=0)
    if not sigma.min() > 0:
        raise ValueError("an axis of the plane never varies: choose one that does")
    scaled = (points - points.mean(axis=0)) / sigma
    return scaled, central_half_side(scaled, n_central)


def central_clark_evans(points):
    """Clark-Evans index of the `central_window` of the points (N, 2). Raises as that and as `clark_evans`."""
    return clark_evans(*central_window(points)).index


def gaussian_null(points, rng):
    """As many points from the normal distribution with the mean and covariance of `points` (n, d)."""
    points = _cloud(points)
    covariance = np.atleast_2d(np.cov(points, rowvar=False))
    return rng.multivariate_normal(points.mean(axis=0), covariance, size=len(points), method="eigh")


def shuffled_null(points, rng):
    """The points (n, d) with each column in an order of its own: same marginals, columns independent."""
    return rng.permuted(_cloud(points), axis=0)


NULLS = {"gaussian": gaussian_null, "shuffled": shuffled_null}


def trial(points, null="gaussian", n_null=99, *, rng, statistic=central_clark_evans):
    """Compare statistic(points) with its values for n_null clouds that keep only what `null` says.

    p = (1 + number of null values <= the statistic) / (1 + n_null), so its smallest value is 1 / (1 +
    n_null); z is the distance from the null's mean in its standard deviations. null: "gaussian" keeps mean
    and covariance, "shuffled" each column's distribution. points: (n, d) as the statistic wants them; rng:
    numpy.random.Generator.
    Raises ValueError for an unknown null, n_null < 2, a null whose values are all equal, and what the
    statistic refuses.
    Source: Barnard, discussion of Bartlett, "The spectral analysis of point processes", 1963 (Monte Carlo
    test).
    """
    if null not in NULLS:
        raise ValueError(f"unknown null {null!r}: choose one of {', '.join(NULLS)}")
    if n_null < 2:
        raise ValueError(f"n_null must be at least 2, not {n_null}")
    points = _cloud(points)
    value = statistic(points)
    chance = np.array([statistic(NULLS[null](points, rng)) for _ in range(n_null)])
    if not chance.std() > 0:
        raise ValueError("the statistic has one value for all null clouds: choose another null or statistic")
    return Trial(float(value), chance, float((value - chance.mean()) / chance.std(ddof=1)),
                 float((1 + np.count_nonzero(chance <= value)) / (1 + n_null)))


def _reach(points, centre):
    """Half side of the square round `centre` on whose edge each point lies."""
    return np.abs(points - np.asarray(centre, dtype=float)).max(axis=1)


def _cloud(points):
    points = np.asarray(points, dtype=float)
    if points.ndim != 2 or len(points) < 2 or points.shape[1] < 1 or not np.isfinite(points).all():
        raise ValueError(f"points must be finite and of shape (n, d) with n >= 2, not {points.shape}")
    return points


def _plane(points):
    points = _cloud(points)
    if points.shape[1] != 2:
        raise ValueError(f"points of a plane must be of shape (n, 2), not {points.shape}")
    return points
