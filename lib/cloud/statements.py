"""What the posts F2 and C2 state of a cloud of latents, measured: on latents, on the posts' own clouds.

`measure` gives every number of one cloud by the id of its claim. The same code reads the latents, their
bootstrap, clouds with exactly the posts' printed parameters (a claim that these fail says nothing) and
clouds turned at random. Lengths are in the posts' units: see `units`.
"""
import math
import zlib

import numpy as np
from scipy import stats

from lib.cloud import generators, latent, theory
from lib.cloud.axes import rotations
from lib.cloud.points import points

ALL = 170_000                                                        # as in F2: hits "of 170,000 vectors"
# Dominant components as the posts print them. F2, case II: {index: (mu, hw)}; C2: {index: (centre, width)}.
F2_TABLE = {15: (-.25, 1.5), 16: (.5, 1.125), 56: (0, 1.625), 58: (.25, 2.125), 66: (.25, 1.5), 68: (0, 2),
            110: (.5, 1.875), 118: (2.25, 2.25), 151: (1.5, 4.125), 177: (-1, 2.25), 178: (.5, 1.875),
            180: (-.25, 1.5), 188: (.25, 1.75), 195: (-1.5, 2), 202: (-.5, 2.25), 204: (-.5, 1.25),
            210: (0, 1.75), 230: (.25, 1.5), 242: (-.25, 2.375), 253: (-.5, 1)}
C2_TABLE = {52: (5, 8), 61: (1, 3), 73: (0, 5.5), 83: (-.5, 5), 94: (0, 4), 116: (0, 4), 119: (1, 3),
            130: (-2, 9), 171: (.7, 5), 188: (.75, 2.75), 200: (.5, 11), 221: (-1, 8)}
UNLISTED_HW = 0.96     # ours: the half width of F2's other 236 components that gives its box counts at once
PEAK_R, LARGEST_R = 16.5, 32                                         # as in C2
FULL = math.sqrt(8 * math.log(2))                                    # full width of a normal law, in sigma
# As in F2: (b, k) and the hits of 170,000; ours: "0" as fewer than 1, "all" as 95 %.
BOX_HITS = {(12, 3): 1, (12, 12): 20, (3, 2): 10, (2, 2): 10, (1.5, 2): 0.95 * ALL, (1.5, 1.5): 10,
            (1, 1.5): 0.95 * ALL}
STRETCH = 0.01, 100    # ours: the stretches that `stretch` looks at
OF_CORRELATIONS = "F2-pcs", "C2-onepc", "C2-flat"                    # of which the posts' tables tell nothing


# -------------------------------------------------------------------------------------- the posts' own clouds

def law(post):
    """Means and standard deviations, (256,) each, of the components of the cloud of post "F2" or "C2".

    F2: hw is read as half width at half maximum, as notebook 03 shows; the components not listed have mean 0
    and half width 0.96. C2: widths are full ones; the components not listed have mean 0 and the one sigma for
    which E[R^2] = 16.5^2, that is a full width of 1.87, C2's "around 2". Raises ValueError for another post.

    >>> [round(float((mu**2 + sigma**2).sum() ** 0.5), 1) for mu, sigma in (law("F2"), law("C2"))]
    [15.0, 16.5]
    """
    if post not in ("F2", "C2"):
        raise ValueError(f"no cloud of post {post!r} is known: choose F2 or C2")
    table, one = (F2_TABLE, FULL / 2) if post == "F2" else (C2_TABLE, FULL)
    mu, sigma = np.zeros(256), np.full(256, UNLISTED_HW / one)
    listed = list(table)
    mu[listed], sigma[listed] = np.array(list(table.values())).T / [[1], [one]]
    if post == "C2":
        others = np.setdiff1d(np.arange(256), listed)
        sigma[others] = math.sqrt((PEAK_R**2 - (mu[listed] ** 2 + sigma[listed] ** 2).sum()) / len(others))
    return mu, sigma


def posts_cloud(post, n, rng):
    """n latents with exactly the printed parameters of a post, independent normals: float32 (n, 256).

    Independence is ours: the posts print no correlations. Raises ValueError as `law`.
    """
    return generators.gaussian(n, *law(post), rng)


def rotated(z, rng):
    """The cloud z (n, d) turned about the origin by a rotation at random (Haar measure), in z's precision.

    What comes out alike for turned clouds is told by spectrum and length of the mean, not by the axes.
    """
    z = points(z)
    return z @ rotations(z.shape[1], 1, rng)[0].astype(z.dtype)


# --------------------------------------------------------------------------------------- one cloud in numbers

def units(z):
    """Unit of each post in the scale of z: root mean square component of z over that of the post's cloud.

    The scale of a latent space is arbitrary, so a threshold of a post is multiplied by its unit.
    """
    rms = math.sqrt(latent.second_moment(z).value / np.shape(z)[1])
    return {post: rms / math.sqrt(sum((part**2).mean() for part in law(post))) for post in ("F2", "C2")}


def measure(z, unit=None):
    """Every number of the cloud z (n, d) that claims of F2 and C2 state: {claim id: float}.

    unit: what counts as 1 in the posts' thresholds; None: that of each post as `units` has it, so that a
    multiple of z has the same numbers, but for F2-b, a length itself. Raises ValueError for a bad z.
    What it cannot see: whether the axes of z mean anything; compare with `rotated`.
    """
    told = described(z, unit)
    return {**along_axes(z, told=told), **in_boxes(z, told=told), **of_spectrum(z)}


def described(z, unit=None):
    """The units of F2 and C2, and `latent.components` of z in bins of 0.25 of F2's, as in the posts."""
    F2, C2 = units(z).values() if unit is None else (unit, unit)
    return F2, C2, latent.components(z, 0.25 * F2)


def along_axes(z, unit=None, told=None):
    """The part of `measure` that looks at one component at a time, and at the radius: {claim id: float}.

    told: what `described` says of z, if that is known.
    """
    z = points(z)
    (F2, C2, table), r = told or described(z, unit), latent.radii(z)
    mu, hwhm = table.mu.abs().to_numpy(), table.hwhm.to_numpy()
    edges = np.linspace(r.min(), r.max(), 401)                       # ours: far below the kernel's width
    peak = edges[latent.smoothed_counts(r, edges).smooth.argmax()] + (edges[1] - edges[0]) / 2
    return {"F2-gauss": float(latent.gaussianity(z).gaussian.mean()),
            "F2-mean0": float((mu < 0.25 * F2).mean()),
            "F2-range": float((np.abs(z) <= 12 * F2).mean()),
            "F2-mu025": float((mu >= 0.25 * F2).sum()), "F2-mu1": float((mu >= F2).sum()),
            "F2-hw1": float((hwhm >= F2).sum()), "F2-hw15": float((hwhm >= 1.5 * F2).sum()),
            "F2-hw3": float((hwhm >= 3 * F2).sum()),
            "C2-peak0": float((mu < 0.25 * C2).mean()),
            "C2-off": float(((mu >= 0.4 * C2) & (table.fwhm >= 4.5 * C2)).sum()),
            "C2-ratio": float(r.max() / peak)}


def in_boxes(z, unit=None, told=None):
    """The part of `measure` about uniform vectors: {claim id: stretch of the boxes mu +- k hw, or b}.

    F2-b: the b of the same E[R^2]. The others: the `stretch` of hw that gives the hits of the post. told: as
    in `along_axes`.
    """
    F2, _, table = told or described(z, unit)
    same_length = theory.matching_half_width(latent.second_moment(z).value, np.shape(z)[1])
    return {"F2-b": float(same_length),
            **{f"F2-box-{b:g}-{k:g}": stretch(b * F2, table.mu, table.hwhm, k, hits / ALL)
               for (b, k), hits in BOX_HITS.items()}}


def of_spectrum(z):
    """The part of `measure` about principal components, variances l1 >= l2 >= ...: {claim id: float}.

    F2-pcs: how many are above their mean; C2-onepc: l1 / l2; C2-flat: (l11 - l100) / l1, what a plot of
    importances still falls after the tenth, in units of its height. d >= 100.
    """
    variance = np.linalg.eigvalsh(latent.mean_and_covariance(z)[1])[::-1]
    return {"F2-pcs": float((variance > variance.mean()).sum()), "C2-onepc": float(variance[0] / variance[1]),
            "C2-flat": float((variance[10] - variance[99]) / variance[0])}


def stretch(b, mu, half_width, k, share):
    """Factor s for which the box mu +- k s half_width holds a given share of vectors uniform on [-b, b]^d.

    The share itself is no measure: a product of d factors, it changes by a factor of 10 where 236 half widths
    change by 1 %. Bisection in log s within `STRETCH`, whose end is returned where the share lies beyond.
    b, k > 0; mu, half_width: (d,); 0 < share < 1. Source: ours; the counts: "Autoencoders and latent space
    fragmentation II", section on the statistics that play against us.

    >>> round(stretch(2, np.zeros(1), np.ones(1), 1, 0.25), 6)
    0.5
    """
    mu, half_width = np.asarray(mu, dtype=float), np.asarray(half_width, dtype=float)
    low, high = np.log(STRETCH)
    for _ in range(40):
        middle = (low + high) / 2
        inside = generators.log10_box_probability(b, mu, half_width, k * math.exp(middle))
        low, high = (low, middle) if inside > math.log10(share) else (middle, high)
    return math.exp((low + high) / 2)


def agreement(a, b):
    """Do two choices a, b (bool, (d,)) of components agree beyond chance? (agreement, its standard error).

    (shared - expected) / (largest possible - expected): 0 by chance, 1 if the smaller choice lies within the
    larger; two choices of so many at random share a hypergeometric number. Raises ValueError where one is
    empty or whole, so that nothing but chance is possible. Source: ours, after J. Cohen, "A coefficient of
    agreement for nominal scales", 1960.

    >>> agreement(np.arange(8) < 4, np.arange(8) < 4)[0], agreement(np.arange(8) < 4, np.arange(8) % 2 > 0)[0]
    (1.0, 0.0)
    """
    a, b = np.asarray(a, dtype=bool), np.asarray(b, dtype=bool)
    if a.shape != b.shape or {0, len(a)} & {a.sum(), b.sum()}:
        raise ValueError("two choices of some, not none or all, of the same components are needed")
    chance = stats.hypergeom(len(a), a.sum(), b.sum())
    room = min(a.sum(), b.sum()) - chance.mean()
    return float(((a & b).sum() - chance.mean()) / room), float(chance.std() / room)


# -------------------------------------------------------------------------------------- how far to be trusted

def bootstrap(z, rng, repeats=20, of=measure):
    """Standard errors {claim id: float} of the numbers `of(z)`: their deviation over resampled latents.

    z: (n, d). Of 20 repeats a standard error has an error of 16 %. Source: B. Efron, "Bootstrap methods:
    another look at the jackknife", 1979.
    """
    every = [of(z[rng.integers(0, len(z), len(z))]) for _ in range(repeats)]
    return {name: float(np.std([found[name] for found in every], ddof=1)) for name in every[0]}


def control(limits, n, seed, repeats=10, of=measure):
    """Share of the posts' own clouds of n latents that are found reproduced: {claim id: float}.

    limits: {claim id: (low, high)}. An id is tried on clouds of its post: reproduced where the number, give
    or take 1.96 of its standard deviations over the clouds, lies within the limits. Claims on correlations
    are left out, as the posts print none.
    """
    passed = {}
    for post in ("F2", "C2"):
        rng = np.random.default_rng([seed, zlib.crc32(post.encode())])
        every = [of(posts_cloud(post, n, rng)) for _ in range(repeats)]
        for name in every[0].keys() & limits.keys() - {*OF_CORRELATIONS}:
            if name.startswith(post):
                values = np.array([found[name] for found in every])
                low, high = limits[name]
                margin = 1.96 * values.std(ddof=1)
                passed[name] = float(((low <= values - margin) & (values + margin <= high)).mean())
    return passed
