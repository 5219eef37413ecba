"""Coordinate systems of one cloud of latents z (n, d): pairs (A, t) that carry it to A z + t.

An autoencoder whose bottleneck is linear on both sides works the same in each of them (network/coordinates).
"""
import numpy as np

from lib.cloud.axes import rotations
from lib.cloud.points import points

SINGULAR = 1e12              # ours: a condition number that float64 can no longer invert
ROUNDING = 1e-9              # ours: share of the variance below which an eigenvalue is rounding


def systems(cloud, metric, rng):
    """{name: (A, t)} of eight coordinate systems of the latents of `cloud` (a `ladder.Cloud`).

    "as trained"        A = 1, t = 0
    "half", "twice"     the same in another unit: A = 1/2, A = 2
    "rotated"           A a random rotation (Haar)
    "centred"           A = 1, t = -mu: the bias of the encoder absorbs the mean
    "principal axes"    A = V^T, t = -A mu, V the eigenvectors of the covariance, largest first
    "whitened"          A = c diag(1/w) V^T, t = -A mu, with c so that E|A z + t|^2 is E|z|^2
    "decoder's metric"  `canonical`: a step is as long as that of the decoder's input

    metric: W_d^T W_d (d, d); rng: numpy.random.Generator. Where the covariance of `cloud`
    is shrunk, so are the w, and whitened latents are white but for that.
    """
    d = len(cloud.mean)
    one, turn = np.eye(d), rotations(d, 1, rng)[0]
    white = (cloud.axes / cloud.widths).T
    white *= np.sqrt((cloud.radii**2).mean() / np.square((cloud.z - cloud.mean) @ white.T).sum(1).mean())
    about_mean = {"centred": one, "principal axes": cloud.axes.T, "whitened": white}
    about_origin = {"as trained": one, "half": one / 2, "twice": 2 * one, "rotated": turn}
    return ({name: (A, np.zeros(d)) for name, A in about_origin.items()}
            | {name: (A, -A @ cloud.mean) for name, A in about_mean.items()}
            | {"decoder's metric": canonical(metric, cloud.z)})


def canonical(metric, z):
    """The (A, t) that fix the coordinates up to a rotation: A = (W_d^T W_d)^(1/2), t = -A mu.

    In A z + t the mean mu of the latents z (n, d) is 0, and a step is as long as the step of the decoder's
    input y: they are coordinates of y itself, on orthonormal axes of the space that W_d spans.
    metric: W_d^T W_d (d, d). Raises ValueError where that is singular.
    Source: ours; what can be identified is the metric: Syrota et al., "Identifying metric structures of deep
    latent variable models", 2025.
    """
    if not np.linalg.cond(metric) < SINGULAR:
        raise ValueError("the decoder does not see some direction of z: W_d^T W_d is singular")
    A = root(metric)
    return A, -A @ np.mean(z, axis=0, dtype=float)


def root(matrix):
    """The symmetric root of a symmetric matrix (d, d) without negative eigenvalues but for rounding.

    >>> root(np.array([[5.0, 4.0], [4.0, 5.0]])).round(6).tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    values, axes = np.linalg.eigh(matrix)
    return (axes * np.sqrt(np.maximum(values, 0))) @ axes.T


def drawn(d, condition, rng):
    """A random (A, t): A with singular values from c^(-1/2) to c^(1/2), c its condition number; t normal."""
    left, right = rotations(d, 2, rng)
    return left * np.geomspace(condition**-0.5, condition**0.5, d) @ right, rng.standard_normal(d)


def carried(z, A, t):
    """A z + t of every row of z: (n, d), float64."""
    return np.asarray(z, dtype=float) @ np.transpose(A) + t


def participation(values):
    """(sum v)^2 / sum v^2 of variances v (d,): d if they are equal, 1 if only one is not 0.

    >>> participation([1.0, 1.0, 0.0])
    2.0
    """
    values = np.asarray(values, dtype=float)
    return float(values.sum() ** 2 / (values**2).sum())


def count_for(values, share):
    """How many of the variances (d,), largest first, hold this share of their sum.

    >>> count_for([6.0, 3.0, 1.0], 0.9)
    2
    """
    held = np.cumsum(values) / np.sum(values)
    return int(np.searchsorted(held, share - ROUNDING) + 1)


def affine_map(a, b):
    """The (A, t) that carry a (n, d) nearest to b (n, k), row for row: the least of sum |A a_i + t - b_i|^2.

    Of several with the least sum it is the one of smallest A. Raises ValueError unless rows match in number.
    Source: least squares; between latents of face models: Asperti, Tonelli, "Comparing the latent space of
    generative models", 2022.
    """
    a, b = points(a).astype(float), points(b).astype(float)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} vectors cannot be paired: give latents of the same images")
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    A = np.linalg.lstsq(a - mean_a, b - mean_b, rcond=None)[0].T
    return A, mean_b - A @ mean_a


def explained(b, predicted):
    """R^2 and its standard error: 1 - sum e_i / sum t_i, e_i = |b_i - predicted_i|^2, t_i = |b_i - mean|^2.

    1 if every row of b (n, k) is met, 0 if the mean does as well, below 0 if it does better. Components weigh
    by their variance, so R^2 belongs to the coordinates of b. The error is that of a ratio of two sums over
    the rows, std(e - (1 - R^2) t) / (sqrt(n) mean(t)).
    """
    b = np.asarray(b, dtype=float)
    e, t = np.square(b - predicted).sum(axis=1), np.square(b - b.mean(axis=0)).sum(axis=1)
    missed = e.sum() / t.sum()
    return float(1 - missed), float((e - missed * t).std() / (np.sqrt(len(b)) * t.mean()))
