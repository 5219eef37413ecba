"""Statistical latent vectors: uniform, Gaussian, multivariate normal; box hits counted and predicted."""

import math

import numpy as np
from scipy.special import gammainc, gammaincinv

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


def multivariate_normal(n, mean, covariance, rng, shrinkage=0.0, within=None):
    """n vectors from the normal distribution with the given mean and covariance C: float64 (n, d).

    z = mean + L x with L L^T = (1 - s) C + s tr(C)/d I, s = shrinkage. s > 0 repairs a covariance estimated
    from too few vectors; sklearn.covariance.ledoit_wolf_shrinkage(z) gives a good s.
    within = r keeps to the ellipsoid of Mahalanobis distance r: the direction of x is free, and |x|^2 is
    drawn from the chi-squared distribution with d degrees of freedom cut at r^2, so no vector is thrown away.

    mean: (d,), covariance: (d, d) symmetric. Raises ValueError for other shapes, for a covariance that is not
    positive definite, for s outside [0, 1], and for an ellipsoid too small to hold any probability.
    Source: announced in "Autoencoders and latent space fragmentation II"; shrinkage after Ledoit and Wolf, "A
    well-conditioned estimator for large-dimensional covariance matrices", 2004.
    """
    mean, covariance = np.asarray(mean, dtype=float), np.asarray(covariance, dtype=float)
    d = mean.size
    if mean.shape != (d,) or covariance.shape != (d, d) or not np.allclose(covariance, covariance.T):
        raise ValueError("mean must be of shape (d,), and covariance symmetric of shape (d, d)")
    if not 0 <= shrinkage <= 1:
        raise ValueError(f"shrinkage must lie in [0, 1], not {shrinkage}")
    _counts(n, d)
    target = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / d * np.eye(d)
    eigenvalues = np.linalg.eigvalsh(target)
    if not eigenvalues[0] > d * np.finfo(float).eps * eigenvalues[-1]:
        raise ValueError("the covariance is not positive definite, often because it was estimated from fewer "
                         "vectors than components: estimate it from more, or pass shrinkage, such as 0.01")
    x = rng.standard_normal((n, d))
    if within is not None:
        _positive(within=within)
        inside = gammainc(d / 2, within**2 / 2)  # probability of the ellipsoid
        if inside == 0:
            raise ValueError(f"nothing lies within distance {within} in {d} dimensions; typical is sqrt(d)")
        squares = 2 * gammaincinv(d / 2, inside * rng.random(n))
        x *= (np.sqrt(squares) / np.linalg.norm(x, axis=1))[:, None]
    return mean + x @ np.linalg.cholesky(target).T


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
