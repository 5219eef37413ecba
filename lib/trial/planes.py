"""Statistics of points in a plane that thin lines and empty patches would move, each taken in a window.

Points outside the window count as neighbours and as edges of voids, so a window inside the cloud needs no
other border correction. None of these numbers means anything alone: a density that varies within the window
moves them too, so read each against the same statistic of clouds without structure (`filaments.trials`).
"""
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError, cKDTree

from lib.cloud.points import points as checked

FEWEST = 10            # ours: below this many points in a window their mean distance says nothing
CENTRAL = 365          # ours: about what a Gaussian cloud of the post's size puts into its square +-0.25
GRID = 16              # ours: cells per side of the window in the search for voids wider than the margin

# Which way lines and voids move each of `plane_statistics`; "two" where either may happen.
PLANE_SIDES = {"Clark-Evans index": "low", "Ripley L, 1 spacing": "high", "Ripley L, 4 spacings": "high",
               "largest void": "high", "void, 95 % quantile": "high", "largest H1 lifetime": "high",
               "local anisotropy": "high"}


class ClarkEvans(NamedTuple):
    """Clark-Evans index of a window and the number of points in it."""
    index: float
    n: int


def clark_evans(points, half_side, centre=(0.0, 0.0)):
    """Clark-Evans index R of the n points in the square window of half side h round `centre`.

    R = 2 sqrt(n / (2h)^2) * (mean distance of these n points to their nearest neighbour): 1 for points thrown
    at random with constant density, at most 2.149 (hexagonal lattice), below 1 for clumps and lines. Standard
    error for random points about 0.53 / sqrt(n). A density that varies within the window lowers R.

    points: (N, 2), centre: (2,). Raises ValueError for other shapes, for fewer than 10 points in the window,
    and when points of the window coincide with others.
    Source: Clark and Evans, "Distance to nearest neighbor as a measure of spatial relationships in
    populations", 1954; the planes of "Autoencoders, latent space and the curse of high dimensionality II".

    >>> lattice = np.stack(np.meshgrid(np.arange(-20, 21), np.arange(-20, 21)), -1).reshape(-1, 2)
    >>> round(clark_evans(lattice, 9.5).index, 12)
    2.0
    """
    points, inside = _window(points, half_side, centre)
    nearest = _tree(points).query(inside, k=2)[0][:, 1]
    _refuse_coincident(nearest)
    return ClarkEvans(float(nearest.mean() * np.sqrt(len(inside)) / half_side), len(inside))


def ripley(points, half_side, spacings=4.0, centre=(0.0, 0.0)):
    """Deviation L(r) / r - 1 of Ripley's L function at r = spacings * s, with s = 2h / sqrt(n).

    L(r) = sqrt(K(r) / pi), where K(r) is the mean number of other points within r of the n points of the
    window, divided by the window's density n / (2h)^2 = 1 / s^2. The deviation is 0 for points thrown at
    random with constant density, above for clumps and lines narrower than r, at least -1. Neighbours are
    counted outside the window too (border correction by a guard zone, which must hold points).
    Raises ValueError as `clark_evans`, except that points may coincide, and for spacings not positive.
    Source: Ripley, "Modelling spatial patterns", 1977.

    >>> lattice = np.stack(np.meshgrid(np.arange(-20, 21), np.arange(-20, 21)), -1).reshape(-1, 2)
    >>> round(ripley(lattice, 9.5, spacings=1.1), 3)            # sqrt(4 / pi) / 1.1 - 1
    0.026
    """
    if not spacings > 0:
        raise ValueError(f"spacings must be positive, not {spacings}")
    points, inside = _window(points, half_side, centre)
    spacing = 2 * half_side / np.sqrt(len(inside))
    others = _tree(points).query_ball_point(inside, spacings * spacing, return_length=True) - 1
    return float(np.sqrt(others.mean() / np.pi) / spacings - 1)


def voids(points, half_side, centre=(0.0, 0.0)):
    """Radii (m,), in spacings s = 2h / sqrt(n), of the empty circles centred in the window of n points.

    An empty circle goes through three points and holds none: the circumcircle of a Delaunay triangle. At
    constant random density P(radius > r s) = (1 + pi r^2) exp(-pi r^2), so 5 % are above 1.229. The largest
    one grows as sqrt(log n / pi) there. Only points within 1.5 h are triangulated where that finds all.
    Raises ValueError as `clark_evans`, except that points may coincide, for points on one line, and when no
    empty circle is centred in the window.
    Source: Miles, "On the homogeneous planar Poisson point process", 1970 (the law).
    """
    points, inside = _window(points, half_side, centre)
    spacing, margin = 2 * half_side / np.sqrt(len(inside)), half_side / 2
    near = points[_reach(points, (0, 0)) <= half_side + margin]
    nodes = np.stack(np.meshgrid(*[np.linspace(-half_side, half_side, GRID + 1)] * 2), -1).reshape(-1, 2)
    widest = _tree(near).query(nodes)[0].max() + half_side / GRID * np.sqrt(2)      # of any empty circle
    centres, radii = empty_circles(near if widest < margin else points)
    radii = radii[_reach(centres, (0, 0)) <= half_side]
    if not len(radii):
        raise ValueError("no empty circle is centred in the window: widen it")
    return radii / spacing


def persistence(points, half_side, centre=(0.0, 0.0)):
    """Largest lifetime of a hole (H1) over the mean one of the pieces (H0) in the window's alpha complex.

    Discs of radius a grow round each point: a piece dies when it meets another (half the edges of the minimum
    spanning tree), a hole lives from the a that closes a ring to the a that fills it. The ratio is blind to
    scale, and 0 when there is no hole. Points outside the window are left out.
    Raises ValueError as `clark_evans`.
    Source: Edelsbrunner and Harer, "Computational topology", 2010, chapter VII; holes as pieces of what is
    not filled: Delfinado and Edelsbrunner, "An incremental algorithm for Betti numbers", 1995.
    """
    inside = _window(points, half_side, centre)[1]
    _refuse_coincident(_tree(inside).query(inside, k=2)[0][:, 1])
    try:
        triangles = Delaunay(inside)
    except QhullError:                                               # all on one line
        return 0.0
    corners, first, second = (triangles.simplices[:, turn] for turn in ([0, 1, 2], [1, 2, 0], [2, 0, 1]))
    middle, half = (inside[first] + inside[second]) / 2, _length(inside[first] - inside[second]) / 2
    once = triangles.neighbors < np.arange(len(corners))[:, None]    # an edge, opposite to a corner, once
    graph = coo_array((half[once], (first[once], second[once])), shape=(len(inside),) * 2)
    filled = _circumcircles(inside[corners])[1]
    blunt = _length(inside[corners] - middle) < half                 # such an edge comes with its triangle
    longest = _longest_life(filled, triangles.neighbors, np.where(blunt, filled[:, None], half))
    return float(longest / minimum_spanning_tree(graph).data.mean())


def _longest_life(filled, beyond, crossed):
    """Largest lifetime of a hole, from the largest radius down: what is empty then and cut off is a hole.

    filled (T,): radius that fills a triangle; beyond (T, 3): the triangle past each edge, -1 outside;
    crossed (T, 3): radius at which the edge closes, as seen from this triangle (the larger one counts).
    """
    order = np.argsort(-crossed, axis=None)
    near, past, closed = order // 3, beyond.ravel()[order], crossed.ravel()[order]
    filled, within, longest = [*filled.tolist(), np.inf], list(range(len(filled) + 1)), 0.0

    def hole(triangle):
        while within[triangle] != triangle:
            within[triangle] = triangle = within[within[triangle]]
        return triangle
    for a, b, radius in zip(near.tolist(), past.tolist(), closed.tolist(), strict=True):
        smaller, larger = sorted((hole(a), hole(b)), key=filled.__getitem__)
        if smaller != larger:                                        # the hole that is filled first ends here
            within[smaller] = larger
            if filled[smaller] - longest > radius:
                longest = filled[smaller] - radius
    return longest


def anisotropy(points, half_side, k=10, centre=(0.0, 0.0)):
    """Mean share of the variance of a point and its k nearest neighbours along their own first axis.

    share = l1 / (l1 + l2), with l1 >= l2 the eigenvalues of the covariance of the k + 1 points; the mean is
    over the points of the window. 1 for lines thinner than the distance along them, 1/2 for a round
    neighbourhood; points at random have about 0.67 for k = 10, because few points are never round.
    Raises ValueError as `clark_evans`, and unless 2 <= k < N.
    """
    points, inside = _window(points, half_side, centre)
    if not 2 <= k < len(points):
        raise ValueError(f"k must lie between 2 and {len(points) - 1}, one less than the points, not {k}")
    distances, neighbours = _tree(points).query(inside, k=k + 1)
    _refuse_coincident(distances[:, 1])
    x, y = np.moveaxis(points[neighbours] - points[neighbours].mean(axis=1, keepdims=True), -1, 0)
    xx, yy, xy = (x * x).mean(axis=1), (y * y).mean(axis=1), (x * y).mean(axis=1)
    return float((0.5 + np.hypot((xx - yy) / 2, xy) / (xx + yy)).mean())


def plane_statistics(points, n_central=None):
    """All statistics of this module, {name: value}, for the square with the n_central most central points.

    points: (N, 2), scaled as in `central_window`; n_central is half of them unless given, and smaller for a
    zoom. `PLANE_SIDES` says which way lines and voids move each statistic. Raises as its parts.
    """
    points, half_side = central_window(points, len(points) // 2 if n_central is None else n_central)
    radii = voids(points, half_side)
    values = (clark_evans(points, half_side).index,
              ripley(points, half_side, spacings=1), ripley(points, half_side, spacings=4),
              float(radii.max()), float(np.quantile(radii, 0.95)), persistence(points, half_side),
              anisotropy(points, half_side))
    return dict(zip(PLANE_SIDES, values, strict=True))


def half_and_zoom(points):
    """`plane_statistics` of the central half of the points (N, 2) and of a zoom: {(name, window): value}.

    The zoom holds 365 points, or a tenth of them if that is fewer, as `central_window`; the windows are
    called "half" and "zoom". Raises as `plane_statistics`.
    """
    counts = {"half": None, "zoom": min(CENTRAL, len(points) // 10)}
    return {(name, where): value for where, count in counts.items()
            for name, value in plane_statistics(points, count).items()}


def crowding(y):
    """Clark-Evans index of the middle half of a map y (N, 2): of the square round 0 with half of its points.

    Raises ValueError as `clark_evans`.
    """
    return clark_evans(y, central_half_side(y, len(y) // 2)).index


def texture(y):
    """Lines and voids of a map y (N, 2), with standard errors: index, index error, void, void error.

    Clark-Evans index and 95 % quantile of the `voids`, in mean spacings, in the four quarters of the map's
    middle half: means, and standard deviation over the root of their number. A quarter with fewer than 10
    points, as in maps of few points, is left out. Errors from so few quarters are rough: make little of
    differences below three of them. Raises ValueError when fewer than two quarters are left, and as `voids`.
    """
    half = central_half_side(y, len(y) // 2) / 2
    corners = [(half * i, half * j) for i in (-1, 1) for j in (-1, 1)]
    corners = [corner for corner in corners if np.count_nonzero(_reach(y, corner) <= half) >= FEWEST]
    if len(corners) < 2:
        raise ValueError(f"{len(y)} points are too few: two quarters must hold {FEWEST} or more each")
    quarters = np.array([(clark_evans(y, half, corner).index, np.quantile(voids(y, half, corner), 0.95))
                         for corner in corners])
    (index, void), errors = quarters.mean(axis=0), quarters.std(axis=0, ddof=1) / np.sqrt(len(quarters))
    return {"index": index, "index error": errors[0], "void": void, "void error": errors[1]}


def central_half_side(points, n_central, centre=(0.0, 0.0)):
    """Half side of the square round `centre` holding n_central of the points (N, 2): halfway to the next.

    Raises ValueError unless 1 <= n_central < N.

    >>> central_half_side([[0, 1], [2, 0], [0, -4]], 2)
    3.0
    """
    points = np.asarray(checked(points, columns=2), dtype=float)
    if not 1 <= n_central < len(points):
        raise ValueError(f"n_central must lie between 1 and {len(points) - 1}, so that one stays outside, "
                         f"and it is {n_central}")
    reach = np.partition(_reach(points, centre), (n_central - 1, n_central))
    return float(reach[n_central - 1:n_central + 1].mean())


def central_window(points, n_central=None):
    """The points (N, 2) in standard deviations from their mean, per axis, and the central square's half side.

    The square holds n_central points: by default 365, or a tenth of them if that is fewer, so that the
    density hardly varies within it. It follows the points: clouds of any scale, elongation and number are
    looked at alike. Raises ValueError for fewer than 10 points in it, and when an axis never varies.
    """
    points = np.asarray(checked(points, columns=2), dtype=float)
    if n_central is None:
        n_central = min(CENTRAL, len(points) // 10)
        if n_central < FEWEST:
            raise ValueError(f"{len(points)} points are too few: a tenth of them must be {FEWEST} or more")
    if n_central < FEWEST:
        raise ValueError(f"a central window of {n_central} points holds too few: {FEWEST} or more are needed")
    sigma = points.std(axis=0)
    if not sigma.min() > 0:
        raise ValueError("an axis of the plane never varies: choose one that does")
    scaled = (points - points.mean(axis=0)) / sigma
    return scaled, central_half_side(scaled, n_central)


def central_clark_evans(points):
    """Clark-Evans index of the `central_window` of the points (N, 2). Raises as that and as `clark_evans`."""
    return clark_evans(*central_window(points)).index


def empty_circles(points):
    """Centres (m, 2) and radii (m,) of the circumcircles of the Delaunay triangles of the points (N, 2).

    None of them holds a point. Raises ValueError for points on one line.
    """
    try:
        corners = points[Delaunay(points).simplices]
    except QhullError as error:
        raise ValueError("the points lie on one line, so they enclose no empty circle") from error
    centres, radii = _circumcircles(corners)
    return centres[np.isfinite(radii)], radii[np.isfinite(radii)]


def _circumcircles(corners):
    """Centres (T, 2) and radii (T,) of the circles through the corners (T, 3, 2); of a flat triangle inf.

    Only on the hull of a triangulation are three corners in line.
    """
    b, c = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    double_area = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    bb, cc = (b * b).sum(axis=1), (c * c).sum(axis=1)
    offset = np.stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb])
    offset = np.divide(offset, 2 * double_area, where=double_area != 0, out=np.full_like(offset, np.inf))
    return corners[:, 0] + offset.T, np.hypot(*offset)


def _window(points, half_side, centre):
    """The points relative to `centre`, and those of them within the square window."""
    points = np.asarray(checked(points, columns=2), dtype=float)
    if not half_side > 0:
        raise ValueError(f"half_side must be positive, not {half_side}")
    points = points - np.asarray(centre, dtype=float)
    inside = points[_reach(points, (0, 0)) <= half_side]
    if len(inside) < FEWEST:
        raise ValueError(f"only {len(inside)} points lie in the window of half side {half_side:.4g}: "
                         f"widen it until it holds {FEWEST} or more")
    return points, inside


def _refuse_coincident(nearest):
    if not nearest.min() > 0:
        raise ValueError(f"{np.count_nonzero(nearest == 0)} points of the window coincide with others; "
                         "drop them with numpy.unique(points, axis=0)")


def _length(vectors):
    return np.hypot(vectors[..., 0], vectors[..., 1])


def _tree(points):
    return cKDTree(points, balanced_tree=False, compact_nodes=False)


def _reach(points, centre):
    """Half side of the square round `centre` on whose edge each point lies."""
    return np.abs(points - np.asarray(centre, dtype=float)).max(axis=1)
