"""Statistics of a latent matrix z (n, d): histograms, widths, dominant components, radii, distances."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.cluster import hierarchy
from scipy.ndimage import gaussian_filter1d
from scipy.special import ndtr

from lib.cloud.points import distinct, points

DOMINANT_MU = 0.5  # ours, in typical half-widths; both together select exactly the 20 components of F2
DOMINANT_WIDTH = 1.5  # ours, in typical half-widths
GAUSSIAN_DISTANCE = 0.04  # ours: a fitted normal misses a uniform variable by 0.057, a Laplace one by 0.062

DEAD = 1e-6  # ours, in typical standard deviations: float32 rounding moves a constant component by less
ROUNDING = 1e-5  # ours, in the largest |z|: standard deviation that a network's rounding gives a constant

_COLUMNS = 16  # columns handled at a time
_VALUES = 2**18  # values handled at a time: the work stays in the cache


def component_histograms(z, edges):
    """Counts (m, d) of each component's values between edges; column j: np.histogram(z[:, j], edges)[0].

    Bins are closed on the left and open on the right, the last one is closed on both sides; values outside
    are not counted (see `clipped`).
    z: (n, d); edges: (m + 1,) increasing. Raises ValueError for a bad z or edges.
    Source: "Autoencoders and latent space fragmentation II", section on number distribution per component.

    >>> component_histograms([[0.0, 5.0], [1.0, 0.5]], [0, 0.5, 1]).tolist()
    [[1, 0], [1, 1]]
    """
    z, edges = points(z), _edges(edges)
    return np.stack([np.histogram(column, edges)[0] for column in z.T], axis=1)


def window(largest, reach=12.0, bins=100):
    """Edges of equal intervals: `bins` of them on [-reach, reach], more if the `largest` |value| needs it.

    The width is 2 reach / bins whatever the values, so that counts of two clouds can be compared; the window
    grows by whole intervals on both sides. As in F2: about 100 intervals within [-12, 12].

    >>> window(11.0).size, window(12.1).size
    (101, 103)
    """
    width = 2 * reach / bins
    half = width * np.ceil(max(reach, largest) / width)
    return np.linspace(-half, half, round(2 * half / width) + 1)


def clipped(z, edges):
    """Number of values of each component below the first and above the last edge: int64 (2, d).

    These are what `component_histograms` leaves out: counts.sum(axis=0) + clipped.sum(axis=0) = n.
    Raises ValueError for a bad z or edges.
    """
    z, edges = points(z), _edges(edges)
    return np.stack([np.count_nonzero(z < edges[0], axis=0), np.count_nonzero(z > edges[-1], axis=0)])


def components(z, bin_width=0.25):
    """One row per component of z: centre, width, share of E[R^2], and whether it is dominant.

    mu, sigma   mean and standard deviation (divisor n, so that E[R^2] = sum(mu^2 + sigma^2) exactly)
    mode        centre of the highest bin, nearest to mu among equals; the posts read mu off this peak
    fwhm, hwhm  full width of the histogram at half its maximum, 2.3548 sigma for a Gaussian; half of that
    energy      mu^2 + sigma^2; share is the energy divided by its sum
    dominant    see `dominant`, from mu and hwhm

    Bins are centred on mu, with a width of bin_width kept between sigma/8 and sigma/4: so narrow components
    are resolved, and wide ones are not read off noise. The crossings are linear between bin centres and
    outermost, so a second peak above half the maximum counts as width. For a Gaussian the bin adds 0.3 % to
    fwhm, and the noise of the highest bin takes off up to 3 % at n = 10,000 and 8 % at n = 1,000; mode
    scatters by 0.15 to 0.25 sigma there.

    z: (n, d); bin_width > 0 in the unit of z. Raises ValueError for either.
    Source: "Autoencoders and latent space fragmentation II" (table mu, hw) and "Autoencoders, latent space
    and the curse of high dimensionality II" (table center, width); bins of 0.25 as in the posts.
    """
    z = points(z)
    if not bin_width > 0:
        raise ValueError(f"bin_width must be positive, not {bin_width}")
    rows = []
    for values in _columns(z):
        mu, sigma = values.mean(), values.std()
        if sigma <= 1e-12 * abs(mu):  # constant up to rounding
            rows.append((mu, 0.0, mu, 0.0))
            continue
        width = min(max(bin_width, sigma / 8), sigma / 4)
        bins = np.rint((values - mu) / width).astype(np.int64)
        first = bins.min() - 1
        counts = np.bincount(bins - first, minlength=bins.max() - first + 2)  # an empty bin at either end
        peak, fwhm = _half_maximum(counts, -first)
        rows.append((mu, sigma, mu + (peak + first) * width, fwhm * width))
    table = pd.DataFrame(rows, columns=["mu", "sigma", "mode", "fwhm"]).rename_axis("component")
    table["hwhm"] = table["fwhm"] / 2
    table["dominant"] = dominant(table["mu"].to_numpy(), table["hwhm"].to_numpy())
    table["energy"] = table["mu"] ** 2 + table["sigma"] ** 2
    total = table["energy"].sum()
    table["share"] = table["energy"] / total if total > 0 else 0.0
    return table


def dominant(mu, half_width):
    """Which components have a relatively large |mu| or a relatively large half-width: bool (d,).

    With w the median half-width of the components that vary: |mu| >= 0.5 w or half_width >= 1.5 w. The post
    gives no numbers; these select exactly the 20 of 256 components of its table, where w is 0.96 if
    half-widths are at half maximum (the radius 15 of its cloud fixes w). Multiplying z by a constant changes
    nothing.

    mu, half_width: (d,). Raises ValueError for shapes that differ or negative widths.
    Source: "Autoencoders and latent space fragmentation II", section on the number distribution for CelebA.

    >>> dominant([0.0, 2.0, 0.1, 0.0], [1.0, 1.0, 1.1, 3.0]).tolist()
    [False, True, False, True]
    """
    mu, half_width = np.asarray(mu, dtype=float), np.asarray(half_width, dtype=float)
    if mu.ndim != 1 or mu.shape != half_width.shape or not np.all(half_width >= 0):
        raise ValueError("mu and half_width must be of the same shape (d,), and half_width not negative")
    varying = half_width > 0
    if not varying.any():
        return np.abs(mu) > 0
    typical = np.median(half_width[varying])
    return (np.abs(mu) >= DOMINANT_MU * typical) | (half_width >= DOMINANT_WIDTH * typical)


def radii(z):
    """Lengths R = |z| of the latent vectors: float64 (n,). Raises ValueError for a bad z."""
    return np.sqrt(_squared_radii(points(z)))


class SecondMoment(NamedTuple):
    """E[R^2] of a cloud, and the standard error of that mean."""

    value: float
    standard_error: float


def second_moment(z):
    """E[R^2] of the latent vectors with its standard error std(R^2) / sqrt(n).

    E[R^2] = sum over components of mu^2 + sigma^2, whatever the correlations. Raises ValueError for a bad z.
    """
    squares = _squared_radii(points(z))
    return SecondMoment(float(squares.mean()), float(squares.std(ddof=1) / math.sqrt(len(squares))))


def mean_and_covariance(z):
    """Mean (d,) and covariance (d, d), divisor n - 1, of z (n, d), float64. Raises ValueError for a bad z."""
    z = points(z)
    mean = z.mean(axis=0, dtype=float)
    covariance = np.zeros((z.shape[1], z.shape[1]))
    for rows in _row_blocks(z):
        centred = z[rows] - mean
        covariance += centred.T @ centred
    return mean, covariance / (len(z) - 1)


def correlation(z):
    """Correlation matrix of the components of z, float64 (d, d).

    Raises ValueError for a bad z, and when a component never varies (its correlations do not exist).
    Source: announced in "Autoencoders and latent space fragmentation II", conclusion.
    """
    _, covariance = mean_and_covariance(z)
    scale = _scale(covariance)
    return np.clip(covariance / np.outer(scale, scale), -1, 1)


def seriated(correlation):
    """A correlation matrix (d, d) with its rows and columns in an order that puts related ones side by side.

    Average linkage on the distances 1 - |correlation|, leaves in the order of least distance between
    neighbours. Any matrix looks more ordered then, one of noise too: compare with shuffled columns.
    Source: Z. Bar-Joseph, D. Gifford, T. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
    2001.

    >>> seriated(np.array([[1, 0, 0.9], [0, 1, 0.1], [0.9, 0.1, 1]]))[0].tolist()
    [1.0, 0.1, 0.0]
    """
    distances = 1 - np.abs(correlation[np.triu_indices(len(correlation), 1)])
    order = hierarchy.leaves_list(hierarchy.linkage(distances, "average", optimal_ordering=True))
    return correlation[np.ix_(order, order)]


def mahalanobis(z, mean=None, covariance=None):
    """Mahalanobis distances sqrt((z - mean)^T covariance^-1 (z - mean)): float64 (n,).

    What is not given, mean (d,) or covariance (d, d), is estimated from z. Gaussian vectors in d dimensions
    lie at sqrt(d) +- 0.7: in 256 dimensions nobody is near the centre.
    Raises ValueError for a bad z or shapes, and for a singular covariance, with the components that never
    vary.
    Source: P. C. Mahalanobis, "On the generalised distance in statistics", 1936.
    """
    z = points(z)
    d = z.shape[1]
    if mean is None or covariance is None:
        estimated = mean_and_covariance(z)
    mean = estimated[0] if mean is None else np.asarray(mean, dtype=float)
    covariance = estimated[1] if covariance is None else np.asarray(covariance, dtype=float)
    if mean.shape != (d,) or covariance.shape != (d, d):
        raise ValueError(f"for z of shape {z.shape}, mean must be of shape ({d},) and covariance ({d}, {d})")
    scale = _scale(covariance)
    eigenvalues, axes = np.linalg.eigh(covariance / np.outer(scale, scale))
    rank = int(np.count_nonzero(eigenvalues > d * np.finfo(float).eps * eigenvalues[-1]))
    if rank < d:
        raise ValueError(f"the covariance is singular (rank {rank} of {d}) although every component varies: "
                         "use more vectors than components, or drop components that depend on others")
    whiten = axes / np.sqrt(eigenvalues) / scale[:, None]
    return np.concatenate([np.linalg.norm((z[rows] - mean) @ whiten, axis=1) for rows in _row_blocks(z)])


def gaussianity(z):
    """How far each component of z is from a normal distribution: effect sizes, one row per component.

    skewness, excess_kurtosis  third and fourth standardised moments, 0 for a normal distribution
    distance                   Kolmogorov distance max |F - Phi((x - mu)/sigma)| to the fitted normal
    gaussian                   distance <= 0.04, so table["gaussian"].sum() counts what looks Gaussian

    The distance is a size, not a test: at n = 170,000 any test rejects. Sampling alone gives a normal
    variable about 0.7 / sqrt(n). A component that never varies has distance 1.
    z: (n, d). Raises ValueError for a bad z. Source: ours; the posts judge by eye ("Autoencoders and latent
    space fragmentation II", number distributions).
    """
    rows = []
    for values in map(np.sort, _columns(points(z))):
        mu, sigma = values.mean(), values.std()
        if sigma <= 1e-12 * abs(mu):
            rows.append((0.0, 0.0, 1.0))
            continue
        u = (values - mu) / sigma
        square, normal = u * u, ndtr(u)
        rank = np.arange(len(u)) / len(u)
        distance = max((normal - rank).max(), (rank - normal).max() + 1 / len(u))
        rows.append(((square * u).mean(), (square * square).mean() - 3, distance))
    table = pd.DataFrame(rows, columns=["skewness", "excess_kurtosis", "distance"]).rename_axis("component")
    table["gaussian"] = table["distance"] <= GAUSSIAN_DISTANCE
    return table


def doubts(z):
    """Why results from the latents z (n, d) cannot be trusted: a list of sentences, empty if all is well.

    Told are components that never vary (standard deviation at most 1e-6 of the median of those that do, or
    1e-5 of the largest |z|, which is what rounding in a network's float32 may leave), vectors that repeat
    another, and fewer vectors than components. Raises ValueError for a bad z. Source: ours.

    >>> doubts([[0.0, 1.0], [0.0, 2.0], [0.0, 4.0]])[0].partition(":")[0]
    '1 of 2 components never vary, among them 0'
    """
    z = points(z)
    n, d = z.shape
    sigma = np.array([values.std() for values in _columns(z)])
    varying = sigma > ROUNDING * np.abs(z).max()
    typical = np.median(sigma[varying]) if varying.any() else np.inf
    dead, repeated, found = np.flatnonzero(~varying | (sigma <= DEAD * typical)), n - len(distinct(z)), []
    if len(dead) == d:
        found.append("no component varies: all images have the same latent, "
                     "and nothing can be said about a cloud")
    elif len(dead):
        found.append(f"{len(dead)} of {d} components never vary, among them {', '.join(map(str, dead[:5]))}: "
                     "leave them out of correlations, distances and shares of components")
    if repeated and len(dead) < d:
        found.append(f"{repeated:,} of {n:,} latents repeat another: "
                     "the image set holds copies, which look like structure")
    if n <= d:
        found.append(f"{n:,} latents are fewer than {d} components need: their covariance is singular")
    return found


def _half_maximum(counts, middle):
    """Index of the highest bin (nearest to middle), and bins between the outermost half-maximum points."""
    half = counts.max() / 2
    peaks = np.flatnonzero(counts == counts.max())
    above = np.flatnonzero(counts >= half)
    left, right = above[0], above[-1]
    start = left - (counts[left] - half) / (counts[left] - counts[left - 1])
    stop = right + (counts[right] - half) / (counts[right] - counts[right + 1])
    return peaks[np.argmin(np.abs(peaks - middle))], stop - start


def _squared_radii(z):
    return np.concatenate([np.square(z[rows], dtype=float).sum(axis=1) for rows in _row_blocks(z)])


def _scale(covariance):
    scale = np.sqrt(np.diag(covariance))
    constant = np.flatnonzero(~(scale > 1e-12 * scale.max()))
    if len(constant):
        raise ValueError(f"singular covariance: components {constant[:10].tolist()} never vary; drop them")
    return scale


def _columns(z):
    """The columns of z one by one, float64 and contiguous."""
    for start in range(0, z.shape[1], _COLUMNS):
        yield from np.ascontiguousarray(z[:, start:start + _COLUMNS].T).astype(float)


def _row_blocks(z):
    step = max(_VALUES // z.shape[1], 1)
    return [slice(start, start + step) for start in range(0, len(z), step)]


def _edges(edges):
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not np.all(np.isfinite(edges)) or not np.all(np.diff(edges) > 0):
        raise ValueError("edges must be at least two finite, increasing numbers")
    return edges


class SmoothedCounts(NamedTuple):
    """Counts of intervals beside the smooth curve through them; the fields are those of `smoothed_counts`."""

    counts: np.ndarray
    smooth: np.ndarray
    band: np.ndarray
    roughness: float
    standard_error: float


def smoothed_counts(r, edges):
    """Counts c of numbers r between edges, a smooth curve s through them, and if c is rougher than chance.

    smooth      s (m,): c smoothed by a normal kernel of Scott's width std(r) n^(-1/5), cut at four widths
    band        s -+ 2 sqrt(s), (2, m), not below 0: two counting errors of numbers from a smooth density
    roughness   mean of (c - s)^2 / s where s >= 0.5, over 1 - 2 k_0 + sum k^2: 1 for a smooth density.
                The divisor, with k the kernel's weights, is there as each count is also a part of its own s
    standard_error  of the roughness, where counts are independent: each (c - s)^2 / s has variance 2 + 1 / s

    What it cannot see: structure as wide as the kernel, which is taken for the smooth curve; and a smooth
    density with features narrower than the kernel counts as rough. Beyond the edges s takes counts for 0, so
    let edges cover r.
    r: (n,), n >= 2, not all the same; edges: (m + 1,) of equal distance, at most two kernel widths apart.
    Raises ValueError otherwise, and where no interval has s >= 0.5. Source: ours, for the curve in steps of
    0.05 of "Autoencoders, latent space and the curse of high dimensionality II"; the width: D. W. Scott, "On
    optimal and data-based histograms", 1979.

    >>> found = smoothed_counts([1.0, 2.0, 2.0, 3.0], np.arange(0, 4.5, 0.5))
    >>> found.counts.tolist()
    [0, 0, 1, 0, 2, 0, 1, 0]
    """
    r, edges = np.asarray(r, dtype=float), _edges(edges)
    if r.ndim != 1 or len(r) < 2 or not np.isfinite(r).all() or not r.std() > 0:
        raise ValueError(f"r must be two or more finite numbers (n,), not all the same, not {r.shape}")
    steps = np.diff(edges)
    if not np.allclose(steps, steps[0], rtol=1e-6, atol=0):
        raise ValueError("edges must be of equal distance for one kernel to smooth all counts")
    width = r.std() * len(r) ** -0.2 / steps.mean()                                          # in intervals
    if width < 0.5:
        raise ValueError("edges must be closer: the kernel is so narrow that it smooths nothing")
    counts = np.histogram(r, edges)[0]
    smooth = gaussian_filter1d(counts.astype(float), width, mode="constant")
    filled = smooth >= 0.5
    if not filled.any():
        raise ValueError("no interval holds enough of r: give edges that cover r, or wider intervals")
    reach = int(8 * width)
    kernel = gaussian_filter1d(np.eye(1, 2 * reach + 1, reach)[0], width, mode="constant")
    own_part = 1 - 2 * kernel.max() + (kernel ** 2).sum()
    c, s = counts[filled], smooth[filled]
    band = np.maximum(smooth + 2 * np.sqrt(smooth) * np.array([[-1], [1]]), 0)
    roughness, error = ((c - s) ** 2 / s).mean() / own_part, np.sqrt((2 + 1 / s).sum()) / len(s)
    return SmoothedCounts(counts, smooth, band, float(roughness), float(error))
