"""Statistical latent vectors: uniform and Gaussian ones; boxes that hold vectors, counted and predicted."""

import math

import numpy as np
from scipy import stats

from lib.cloud.points import points

_COLUMNS = 16  # components handled at a time: the work stays in the cache


def grid_points(resolution, d):
    """Number of points resolution^d of a regular grid in d dimensions, as an exact whole number (method 1).

    Raises ValueError unless both are whole and at least 1.
    Source: "Pitfalls of distributing points in multi dimensions I", 10 points per axis in 256 dimensions.

    >>> len(str(grid_points(10, 256)))
    257
    """
    if int(resolution) != resolution or int(d) != d or resolution < 1 or d < 1:
        raise ValueError("resolution and d must be whole numbers of at least 1")
    return int(resolution) ** int(d)


def uniform(n, d, b, rng):
    """n vectors with d independent components uniform on [-b, b): float32 (n, d) (method 2).

    Components have 24 random bits. rng: numpy.random.Generator. Raises ValueError for counts < 1 or b <= 0.
    Source: "Autoencoders and latent space fragmentation II", methods to create statistical z-points.
    """
    _counts(n, d)
    _positive(b=b)
    z = rng.random((n, d), dtype=np.float32)
    z *= 2
    z -= 1
    z *= np.float32(b)
    return z


def gaussian(n, mu, sigma, rng):
    """n vectors of independent components, component j normal with mean mu_j and standard deviation sigma_j.

    mu, sigma: (d,), sigma >= 0; result float32 (n, d) (method 3). Raises ValueError for other shapes or
    values.
    Source: "Autoencoders and latent space fragmentation II", methods to create statistical z-points.
    """
    mu, sigma = _vectors(mu=mu, sigma=sigma)
    _counts(n, len(mu))
    z = rng.standard_normal((n, len(mu)), dtype=np.float32)
    z *= sigma.astype(np.float32)
    z += mu.astype(np.float32)
    return z


def log10_box_probability(b, mu, half_width, k):
    """log10 of the probability that a vector uniform on [-b, b]^d lies in the box mu +- k half_width.

    P = product over j of |[-b, b] and [mu_j - k half_width_j, mu_j + k half_width_j]| / (2b), as a sum of
    logarithms, so it does not underflow; -inf when the intervals of some component do not overlap.

    b > 0, k >= 0; mu, half_width: (d,). Raises ValueError otherwise.
    Source: the estimate 0.75^8 * 0.9^m of "Autoencoders and latent space fragmentation II", done exactly.

    >>> round(log10_box_probability(12, np.zeros(256), np.ones(256), 3), 1)
    -154.1
    """
    mu, half_width = _vectors(mu=mu, half_width=half_width)
    _positive(b=b)
    _not_negative(k=k)
    overlap = np.minimum(b, mu + k * half_width) - np.maximum(-b, mu - k * half_width)
    if np.any(overlap <= 0):
        return -math.inf
    return float(np.log10(overlap / (2 * b)).sum())


def expected_hits(n, b, mu, half_width, k):
    """Expected hits n P of n uniform vectors in the box of `log10_box_probability`; 0.0 below 1e-308."""
    _counts(n, 1)
    return n * 10 ** log10_box_probability(b, mu, half_width, k)


def _counts(n, d):
    if n < 1 or d < 1:
        raise ValueError(f"n and d must be at least 1, not {n} and {d}")


def _vectors(**named):
    (first, second), (location, spread) = named, (np.asarray(v, dtype=float) for v in named.values())
    if location.ndim != 1 or location.shape != spread.shape:
        raise ValueError(f"{first} and {second} must both be (d,), not {location.shape} and {spread.shape}")
    if not (np.all(np.isfinite(location)) and np.all(np.isfinite(spread)) and np.all(spread >= 0)):
        raise ValueError(f"{first} and {second} must be finite, and {second} not negative")
    return location, spread


def _positive(**named):
    (name, value), = named.items()
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be finite and positive, not {value}")


def _not_negative(**named):
    (name, value), = named.items()
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, not {value}")


def smallest_box(z, mu, half_width):
    """The k of the smallest box mu +- k half_width that holds each vector of z: (n,), in the precision of z.

    k = max over j of |z_j - mu_j| / half_width_j, so that (k <= q).sum() is the number of z in the box of q
    for every q at once. Which width half_width is (at half maximum, full or half) is the caller's choice, and
    decides the result. A component of half_width 0 asks for k = 0 at mu_j,
    and for inf elsewhere.

    z: (n, d); mu, half_width: (d,), half_width >= 0. Raises ValueError for other shapes or values.
    Source: the counts of "Autoencoders and latent space fragmentation II", section on the statistics that
    play against us.

    >>> smallest_box([[0.0, 1.0], [0.0, 3.0]], [0, 0], [1, 2]).tolist()
    [0.5, 1.5]
    """
    mu, half_width = _vectors(mu=mu, half_width=half_width)
    z = points(z, least=1, columns=len(mu))
    mu, half_width = mu.astype(z.dtype), half_width.astype(z.dtype)
    k = np.zeros(len(z), z.dtype)
    for start in range(0, len(mu), _COLUMNS):
        columns = slice(start, start + _COLUMNS)
        away = np.abs(z[:, columns] - mu[columns])
        with np.errstate(divide="ignore", invalid="ignore"):
            np.maximum(k, np.where(away > 0, away / half_width[columns], 0).max(axis=1), out=k)
    return k


def hits_against_chance(hits, n, log10_p):
    """What `hits` among n independent vectors say about a chance of P = 10^log10_p: (low, high, deviation).

    low, high   the limits that the count sets to P with 95 % confidence: no hit is not a chance of zero
    deviation   (hits - n P) / sqrt(n P (1 - P)), in standard deviations of the binomial law; nan unless five
                hits and five misses or more are expected, since the law is too skew otherwise

    Raises ValueError unless 0 <= hits <= n, n >= 1 and log10_p <= 0.
    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", 1934; the rule of five is common.

    >>> [round(float(value), 4) for value in hits_against_chance(0, 200, -2)]
    [0.0, 0.0183, nan]
    """
    _counts(n, 1)
    if not (0 <= hits <= n and log10_p <= 0):
        raise ValueError(f"hits must lie in 0..{n} and log10_p be at most 0, not {hits} and {log10_p}")
    low, high = stats.binomtest(int(hits), n).proportion_ci(0.95, "exact")
    law = stats.binom(n, 10**log10_p)
    told = 5 <= law.mean() <= n - 5
    return low, high, (hits - law.mean()) / law.std() if told else math.nan
