"""Laws of the plane statistics: lattices, rings and random points; lines are told from them."""
import itertools
import math

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from lib.trial import planes
from tests.clouds import H, lattice, uniform


def threads(n, rng):
    """Points at random along 30 circles of radius 0.5 to 2 with a thickness of 0.001."""
    centre, radius = rng.uniform(-2 * H, 2 * H, (30, 2)), rng.uniform(0.5, 2, 30)
    which, angle = rng.integers(0, 30, n), rng.uniform(0, 2 * math.pi, n)
    points = centre[which] + radius[which, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    return points + rng.normal(0, 0.001, points.shape)


def ring(n):
    angle = 0.1 + 2 * math.pi * np.arange(n) / n
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def each_side(points):
    """All statistics of the window +-H, each with the side on which structure shows, as a signed number."""
    points = np.asarray(points)
    radii, holes = planes.voids(points, H), planes.persistence(points, H)
    return {"clark_evans": -planes.clark_evans(points, H).index, "ripley 1": planes.ripley(points, H, 1),
            "ripley 4": planes.ripley(points, H, 4), "largest void": radii.max(),
            "void quantile": np.quantile(radii, 0.95), "largest hole": holes,
            "anisotropy": planes.anisotropy(points, H)}


NAMES = ["clark_evans", "ripley 1", "ripley 4", "largest void", "void quantile", "largest hole", "anisotropy"]


@pytest.fixture(scope="module")
def by_chance():
    """Each statistic for 39 clouds of points at random."""
    rng = np.random.default_rng(0)
    rows = [each_side(uniform(2000, rng)) for _ in range(39)]
    return {name: np.array([row[name] for row in rows]) for name in NAMES}


# -------------------------------------------------------------------------------------- all statistics alike

STATISTICS = [planes.clark_evans, planes.ripley, planes.voids, planes.persistence, planes.anisotropy]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_is_blind_to_scale_and_place(statistic):
    points = uniform(1000, np.random.default_rng(0))
    moved = statistic(3 * points + (7, -2), 3 * H, centre=(7, -2))
    assert np.sort(np.atleast_1d(moved)) == pytest.approx(np.sort(np.atleast_1d(statistic(points, H))))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("points, half_side, word", [
    (np.arange(40.0).reshape(20, 2), 1.5, "widen"),
    (np.ones((20, 3)), 1.0, "shape"),
    (np.full((20, 2), np.nan), 1.0, "finite"),
    (np.arange(40.0).reshape(20, 2), 0.0, "half_side"),
])
def test_refuses_bad_windows_and_points(statistic, points, half_side, word):
    with pytest.raises(ValueError, match=word):
        statistic(points, half_side)


@pytest.mark.parametrize("statistic", [planes.clark_evans, planes.persistence, planes.anisotropy])
def test_refuses_points_that_coincide(statistic):
    points = uniform(100, np.random.default_rng(0))
    with pytest.raises(ValueError, match="coincide"):
        statistic(np.vstack([points, points[(np.abs(points) < H).all(axis=1)][:3]]), H)


@pytest.mark.parametrize("name", NAMES)
def test_threads_are_seen_and_random_points_are_not(name, by_chance):
    rng = np.random.default_rng(1)
    assert each_side(threads(2000, rng))[name] > by_chance[name].max()
    mean, sd = by_chance[name].mean(), by_chance[name].std(ddof=1)
    assert abs(each_side(uniform(2000, rng))[name] - mean) < 4 * sd * math.sqrt(1 + 1 / 39)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("ripley 1", "anisotropy")])
def test_a_lattice_is_the_opposite_of_threads(name, by_chance):
    assert each_side(lattice(2000, None) + 1e-3)[name] < by_chance[name].min()


# ----------------------------------------------------------------------------------------------- Ripley's L

@pytest.mark.parametrize("spacings", [1, 4])
def test_ripley_is_zero_for_points_at_random(spacings):
    rng, repeats = np.random.default_rng(2), 60
    deviations = np.array([planes.ripley(uniform(4000, rng), H, spacings) for _ in range(repeats)])
    assert abs(deviations.mean()) < 4 * deviations.std() / math.sqrt(repeats)


def test_ripley_without_points_beyond_the_border_falls_short():
    """The control of the border correction: the same window, cut out of its cloud."""
    points = uniform(4000, np.random.default_rng(3))
    cut = points[(np.abs(points) <= H).all(axis=1)]
    assert planes.ripley(cut, H, 4) < planes.ripley(points, H, 4) - 0.05


def test_ripley_equals_the_literal_double_loop():
    points = uniform(300, np.random.default_rng(5))
    inside = [p for p in points if abs(p[0]) <= H and abs(p[1]) <= H]
    spacing = 2 * H / math.sqrt(len(inside))
    pairs = sum(math.dist(p, q) <= 2 * spacing for p in inside for q in points if q is not p) - 0
    pairs -= sum(math.dist(p, q) == 0 for p in inside for q in points)           # each point is its own copy
    k = pairs / len(inside) * (2 * H)**2 / len(inside)
    assert planes.ripley(points, H, 2) == pytest.approx(math.sqrt(k / math.pi) / (2 * spacing) - 1, rel=1e-12)


def test_ripley_refuses_a_radius_of_nothing():
    with pytest.raises(ValueError, match="spacings"):
        planes.ripley(uniform(300, np.random.default_rng(5)), H, 0)


# ------------------------------------------------------------------------------------------------------ voids

def test_voids_of_a_lattice_are_its_cells():
    points = np.stack(np.meshgrid(np.arange(-20, 21), np.arange(-20, 21)), -1).reshape(-1, 2)
    radii = planes.voids(points + (0.0, 0.0), 9.5)
    assert radii == pytest.approx(np.full(len(radii), math.sqrt(0.5)))


@pytest.fixture(scope="module")
def many_voids():
    """The voids of 30 clouds of points at random."""
    rng = np.random.default_rng(6)
    return [planes.voids(uniform(4000, rng), H) for _ in range(30)]


@pytest.mark.parametrize("radius", [0.3, 0.6, 0.9, 1.229])
def test_voids_of_random_points_follow_the_law_of_miles(radius, many_voids):
    shares = np.array([(radii > radius).mean() for radii in many_voids])
    expected = (1 + math.pi * radius**2) * math.exp(-math.pi * radius**2)
    assert abs(shares.mean() - expected) < 4 * shares.std() / math.sqrt(30)
    assert abs(shares.mean() - math.exp(-math.pi * radius**2)) > 4 * shares.std() / math.sqrt(30)   # control


def test_voids_equal_the_literal_search_of_all_triples():
    points = uniform(50, np.random.default_rng(7))
    inside = (np.abs(points) <= H).all(axis=1)
    radii = []
    for a, b, c in itertools.combinations(points, 3):
        centre = np.linalg.solve(2 * np.array([b - a, c - a]), [b @ b - a @ a, c @ c - a @ a])
        radius = math.dist(centre, a)
        distances = np.hypot(*(points - centre).T)
        if (np.abs(centre) <= H).all() and distances.min() > radius * (1 - 1e-9):
            radii.append(radius)
    expected = np.sort(radii) / (2 * H / math.sqrt(inside.sum()))
    assert np.sort(planes.voids(points, H)) == pytest.approx(expected)


@pytest.mark.parametrize("hole", [0.0, 0.2, 0.7])
def test_voids_do_not_depend_on_how_much_is_triangulated(hole):
    points = uniform(4000, np.random.default_rng(8))
    points = points[np.hypot(*(points - (0.9, 0.0)).T) > hole]           # wider than the margin when 0.7
    centres, radii = planes.empty_circles(points)
    inside = (np.abs(points) <= H).all(axis=1).sum()
    expected = radii[(np.abs(centres) <= H).all(axis=1)] / (2 * H / math.sqrt(inside))
    assert np.sort(planes.voids(points, H)) == pytest.approx(np.sort(expected))
    assert planes.voids(points, H).max() * 2 * H / math.sqrt(inside) >= hole


def test_voids_refuse_points_on_one_line():
    with pytest.raises(ValueError, match="one line"):
        planes.voids(np.outer(np.linspace(-2, 2, 50), (1, 1)), H)


# ------------------------------------------------------------------------------------------------ persistence

@pytest.mark.parametrize("n", [12, 60])
def test_a_ring_has_one_hole(n):
    """It closes when discs of radius sin(pi / n) touch, and fills at radius 1."""
    closing = math.sin(math.pi / n)
    assert planes.persistence(ring(n), 1.5) == pytest.approx((1 - closing) / closing, rel=1e-6)


def test_a_line_has_no_hole():
    assert planes.persistence(np.outer(np.linspace(-1, 1, 50), (1, 0.1)), 1.5) == 0


def test_holes_of_a_lattice_are_its_cells():
    points = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), -1).reshape(-1, 2)
    assert planes.persistence(points, 9) == pytest.approx(math.sqrt(2) - 1, rel=1e-6)  # (sqrt(1/2) - 1/2) * 2


def alpha_values(points):
    """{simplex: radius at which it enters the alpha complex}, from all triples: the definition."""
    triangles = {}
    for triple in itertools.combinations(range(len(points)), 3):
        a, b, c = points[list(triple)]
        centre = np.linalg.solve(2 * np.array([b - a, c - a]), [b @ b - a @ a, c @ c - a @ a])
        distances, radius = np.hypot(*(points - centre).T), math.dist(centre, a)
        if distances.min() > radius * (1 - 1e-9):
            triangles[triple] = radius
    values = {(i,): 0.0 for i in range(len(points))} | triangles
    for edge in {pair for triple in triangles for pair in itertools.combinations(triple, 2)}:
        a, b = points[list(edge)]
        others = np.delete(points, edge, axis=0)
        free = np.hypot(*(others - (a + b) / 2).T).min() > math.dist(a, b) / 2
        round_it = [radius for triple, radius in triangles.items() if set(edge) <= set(triple)]
        values[edge] = math.dist(a, b) / 2 if free else min(round_it)
    return values


def test_persistence_equals_the_literal_reduction_of_the_boundary_matrix():
    points = uniform(25, np.random.default_rng(9))
    values = alpha_values(points)
    order = sorted(values, key=lambda simplex: (values[simplex], len(simplex)))
    place, reduced, lifetimes = {simplex: i for i, simplex in enumerate(order)}, {}, []
    for simplex in order:
        column = {place[face] for face in itertools.combinations(simplex, len(simplex) - 1) if face}
        while column and max(column) in reduced:
            column = column ^ reduced[max(column)]
        if column:
            reduced[max(column)] = column
            if len(simplex) == 3:
                lifetimes.append(values[simplex] - values[order[max(column)]])
    tree = minimum_spanning_tree(squareform(pdist(points))).data / 2
    assert planes.persistence(points, 2 * H) == pytest.approx(max(lifetimes) / tree.mean())


@pytest.mark.parametrize("points", [
    uniform(3_000, np.random.default_rng(11)), np.random.default_rng(12).standard_t(3, (400, 2)), ring(60),
    np.unique(np.random.default_rng(13).standard_normal((2_000, 2)).round(1), axis=0)],
    ids=["uniform", "heavy-tailed", "ring", "on a grid"])
def test_persistence_is_that_of_gudhi(points):
    gudhi = pytest.importorskip("gudhi", reason="gudhi, the peer, has no wheel for this machine")
    tree = gudhi.AlphaComplex(points=points).create_simplex_tree()
    tree.compute_persistence()
    pieces, holes = (np.sqrt(tree.persistence_intervals_in_dimension(k)) for k in (0, 1))
    expected = np.ptp(holes, axis=1).max() / pieces[np.isfinite(pieces[:, 1]), 1].mean()
    assert planes.persistence(points, 1 + np.abs(points).max()) == pytest.approx(expected, rel=1e-12)


# ------------------------------------------------------------------------------------------------- anisotropy

def test_anisotropy_of_a_line_is_one():
    assert planes.anisotropy(np.outer(np.linspace(-2, 2, 200), (1, 0.5)), H) == pytest.approx(1)


def test_anisotropy_of_a_square_with_its_centre_is_a_half():
    """Far apart crosses of five points: the four nearest of a centre lie round it alike."""
    cross = np.array([(0, 0), (0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)])
    points = (lattice(400, None)[:, None] + cross).reshape(-1, 2)
    assert planes.anisotropy(points, H, k=4) == pytest.approx(0.5)


def test_anisotropy_equals_the_literal_loop():
    points = uniform(300, np.random.default_rng(10))
    shares = []
    for p in points[(np.abs(points) <= H).all(axis=1)]:
        nearest = points[np.argsort(np.hypot(*(points - p).T))[:8]]
        values = np.linalg.eigvalsh(np.cov(nearest.T))
        shares.append(values[1] / values.sum())
    assert planes.anisotropy(points, H, k=7) == pytest.approx(np.mean(shares), rel=1e-12)


@pytest.mark.parametrize("k", [1, 300])
def test_anisotropy_refuses_more_neighbours_than_there_are(k):
    with pytest.raises(ValueError, match="k must lie"):
        planes.anisotropy(uniform(300, np.random.default_rng(10)), H, k)


# ----------------------------------------------------------------------------------------------- all together

def test_plane_statistics_have_the_names_of_their_sides():
    values = planes.plane_statistics(np.random.default_rng(0).normal(size=(400, 2)))
    assert list(values) == list(planes.PLANE_SIDES) and np.isfinite(list(values.values())).all()


def test_plane_statistics_are_those_of_the_central_half():
    points = np.random.default_rng(1).normal(size=(500, 2)) * (3, 0.2)
    scaled, half_side = planes.central_window(points, 250)
    values = planes.plane_statistics(points)
    assert np.count_nonzero((np.abs(scaled) <= half_side).all(axis=1)) == 250
    assert values["Clark-Evans index"] == planes.clark_evans(scaled, half_side).index
    assert values["Ripley L, 4 spacings"] == planes.ripley(scaled, half_side, 4)
    assert values["largest void"] == planes.voids(scaled, half_side).max()
    assert values["largest H1 lifetime"] == planes.persistence(scaled, half_side)
    assert values["local anisotropy"] == planes.anisotropy(scaled, half_side)


@pytest.mark.parametrize("n_central", [None, 30])
def test_plane_statistics_are_blind_to_the_scale_of_each_axis(n_central):
    points = np.random.default_rng(2).normal(size=(500, 2))
    assert planes.plane_statistics(points * (40, 0.1) + (7, -2), n_central) == \
        pytest.approx(planes.plane_statistics(points, n_central))


@pytest.mark.parametrize("n, zoom", [(500, 50), (5_000, 365)])
def test_half_and_zoom_are_the_statistics_of_both_windows(n, zoom):
    points = np.random.default_rng(3).normal(size=(n, 2))
    found = planes.half_and_zoom(points)
    for where, count in (("half", n // 2), ("zoom", zoom)):
        assert {name: value for (name, place), value in found.items() if place == where} == \
            planes.plane_statistics(points, count)


# ------------------------------------------------------------------------------------------------------- maps

def test_a_map_of_points_at_random_is_neither_crowded_nor_textured():
    rng, repeats = np.random.default_rng(4), 25
    found = [planes.texture(uniform(2000, rng)) for _ in range(repeats)]
    off = np.array([(found["index"] - 1) / found["index error"] for found in found])
    assert abs(np.median(off)) < 4 * 1.25 * off.std() / math.sqrt(repeats)
    assert abs(planes.crowding(uniform(4000, rng)) - 1) < 4 * 0.53 / math.sqrt(2000)


@pytest.mark.parametrize("cloud, sign", [(threads, -1), (lattice, 1)])
def test_threads_and_lattices_show_in_crowding_and_texture(cloud, sign):
    y = cloud(4000, np.random.default_rng(5)) + 1e-3
    found = planes.texture(y)
    assert sign * (planes.crowding(y) - 1) > 0.1
    assert sign * (found["index"] - 1) > 0.1 and sign * (found["void"] - 1.229) < 0


def test_texture_is_the_mean_of_the_four_quarters_of_the_middle_half():
    y = uniform(1000, np.random.default_rng(6))
    half = planes.central_half_side(y, 500) / 2
    each = [planes.clark_evans(y, half, (a * half, b * half)) for a in (-1, 1) for b in (-1, 1)]
    found = planes.texture(y)
    assert sum(one.n for one in each) == 500
    assert found["index"] == pytest.approx(np.mean([one.index for one in each]))
    assert found["index error"] == pytest.approx(np.std([one.index for one in each], ddof=1) / 2)


def test_texture_leaves_out_an_empty_quarter_and_refuses_a_map_of_few():
    y = uniform(1000, np.random.default_rng(7))
    hole = y[(y < 0).any(axis=1) | (np.abs(y) > 1.8).any(axis=1)]
    half = planes.central_half_side(hole, len(hole) // 2) / 2
    each = [planes.clark_evans(hole, half, (a * half, b * half)).index
            for a, b in ((-1, -1), (-1, 1), (1, -1))]
    assert planes.texture(hole)["index"] == pytest.approx(np.mean(each))
    with pytest.raises(ValueError, match="too few"):
        planes.texture(y[:40])


@pytest.mark.parametrize("points, word", [
    (np.random.default_rng(0).normal(size=(15, 2)), "too few"),
    (np.random.default_rng(0).normal(size=(50, 2)) * (1, 0), "never varies"),
    (np.random.default_rng(0).integers(0, 4, (200, 2)), "coincide"),
    (np.outer(np.linspace(-1, 1, 99), (1, 2)), "one line"),
    (np.full((50, 2), np.inf), "finite"),
    (np.ones((50, 5)), "shape"),
])
def test_plane_statistics_refuse(points, word):
    with pytest.raises(ValueError, match=word):
        planes.plane_statistics(points)
