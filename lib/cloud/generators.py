"""Statistical latent vectors: uniform and Gaussian ones; box hits counted and predicted."""

import math

import numpy as np

_COLUMNS = 16  # components tested at a time: most rows miss the box early


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


def box_hits(z, mu, half_width, k):
    """Number of vectors of z inside the box: |z_j - mu_j| <= k half_width_j in every component j.

    z: (n, d); mu, half_width: (d,), half_width >= 0; k >= 0. Which width half_width is (at half maximum, full
    or half) is the caller's choice, and decides the result. Raises ValueError for other shapes or values.
    Source: "Autoencoders and latent space fragmentation II", section on the statistics that play against us.

    >>> box_hits(np.array([[0.0, 1.0], [0.0, 3.0]]), [0, 0], [1, 1], 2)
    1
    """
    mu, half_width = _vectors(mu=mu, half_width=half_width)
    _not_negative(k=k)
    z = np.asarray(z)
    if z.ndim != 2 or z.shape[1] != len(mu):
        raise ValueError(f"z must be of shape (n, {len(mu)}), one column per component of mu, not {z.shape}")
    alive = np.arange(len(z))
    for start in range(0, len(mu), _COLUMNS):
        columns = slice(start, start + _COLUMNS)
        block = z[:, columns] if len(alive) == len(z) else z[alive, columns]
        alive = alive[(np.abs(block - mu[columns]) <= k * half_width[columns]).all(axis=1)]
    return len(alive)


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
