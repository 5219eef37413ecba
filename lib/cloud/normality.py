"""How Gaussian a cloud z (n, d) is: effect sizes of its axes and shells, a test of all dimensions at once.

With many latents every test rejects, so what counts here is a size with its error, read against the same
number for Gaussian clouds of equal n and d.
"""
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from lib.cloud import latent
from lib.cloud.points import points


def anderson_darling(z):
    """Anderson-Darling A^2 / n of each component of z (n, d) against the normal of its mean and sd: (d,).

    This effect size tends to the integral of (F - Phi)^2 / (Phi (1 - Phi)) dPhi, a squared distance that
    weighs the tails: 0 for a normal variable (sampling adds about 0.4 / n), 0.0099 for a Laplace, 0.011 for a
    uniform one. Raises ValueError for other shapes, values not finite, a component that never varies.
    Source: Anderson and Darling, "A test of goodness of fit", 1954; the division by n is ours.
    """
    z = np.asarray(points(z, least=3), dtype=float)
    n = len(z)
    sigma = z.std(axis=0, ddof=1)
    if not sigma.min() > 0:
        raise ValueError(f"components {np.flatnonzero(~(sigma > 0))[:10].tolist()} never vary; drop them")
    u = np.sort((z - z.mean(axis=0)) / sigma, axis=0)
    log_terms = stats.norm.logcdf(u) + stats.norm.logcdf(-u[::-1])
    return -1 - (np.arange(1, 2 * n, 2)[:, None] * log_terms).sum(axis=0) / n**2


def moments(z):
    """Skewness, excess kurtosis and `anderson_darling` of each component of z: DataFrame of d rows.

    Standard errors for normal z: sqrt(6 / n), sqrt(24 / n). Raises as `anderson_darling`.
    """
    z = np.asarray(points(z, least=3), dtype=float)
    return pd.DataFrame({"anderson_darling": anderson_darling(z), "skewness": stats.skew(z, axis=0),
                         "excess_kurtosis": stats.kurtosis(z, axis=0)})


class Unmixed(NamedTuple):
    """The directions along which a cloud is least Gaussian, the least Gaussian first."""
    kurtosis: np.ndarray   # (d,) excess kurtosis along each, of vectors that did not choose it
    scores: np.ndarray     # (n, d) all vectors along the directions, of variance 1 where chosen
    mixing: np.ndarray     # (d, d) columns: what one unit of a score adds to z
    unseen: np.ndarray     # (n - n // 2,) indices of the vectors that did not choose


def least_gaussian(z, rng):
    """The `Unmixed` of z (n, d): independent components (FastICA) of one half, measured on the other.

    Seen along an axis that was not looked for, most clouds look Gaussian: this looks for the other axes. It
    finds the same in any coordinates A z + t, up to the fit. The search fits noise where n is not far above
    d, so what it found is measured elsewhere: there a normal cloud has 0 +- sqrt(48 / n), and the largest
    of d about three such errors. rng: numpy.random.Generator, for halves and starting point.
    Raises ValueError for other shapes, values not finite, n < 2 d + 2, and a covariance that is singular.
    Source: Hyvarinen and Oja, "Independent component analysis: algorithms and applications", 2000; why
    projections look Gaussian: Diaconis and Freedman, "Asymptotics of graphical projection pursuit", 1984.
    """
    d = points(z).shape[1]
    z = np.asarray(points(z, least=2 * d + 2), dtype=float)
    chosen, unseen = np.split(rng.permutation(len(z)), [len(z) // 2])
    if np.linalg.matrix_rank(z[chosen] - z[chosen].mean(axis=0)) < d:
        raise ValueError("the covariance is singular: drop components that never vary or depend on others")
    ica = FastICA(d, whiten="unit-variance", max_iter=60, tol=1e-3, random_state=int(rng.integers(2**31)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)          # a normal cloud has nothing to find
        ica.fit(z[chosen])
    scores = ica.transform(z)
    kurtosis = stats.kurtosis(scores[unseen])
    order = np.argsort(-np.abs(kurtosis))
    return Unmixed(kurtosis[order], scores[:, order], ica.mixing_[:, order], unseen)


def henze_zirkler(z):
    """Henze-Zirkler statistic of z (n, d): how far its characteristic function is from a normal's.

    HZ = n (mean_jk exp(-b^2 D_jk / 2) - 2 c^(-d/2) mean_j exp(-b^2 D_j / (2 c)) + (1 + 2 b^2)^(-d/2))
    is a weighted squared distance, with b = (n (2 d + 1) / 4)^(1 / (d + 4)) / sqrt(2), c = 1 + b^2, D_jk the
    squared Mahalanobis distances between vectors, D_j those to the mean, covariance with divisor n. Small for
    normal z. Its law depends on n and d, so take p from Gaussian clouds of equal n and d (it is affine
    invariant). It loses power as d grows: use it on few leading axes. Memory 8 n^2 bytes.
    Raises ValueError for other shapes and for a singular covariance.
    Source: Henze and Zirkler, "A class of invariant consistent tests for multivariate normality", 1990.
    """
    z = np.asarray(points(z, least=3), dtype=float)
    n, d = z.shape
    left, singular, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    if n <= d or not singular[-1] > 1e-9 * singular[0]:
        raise ValueError(f"the covariance of {n} vectors in {d} dimensions is singular: use more vectors "
                         "than components, or drop components that never vary or depend on others")
    white = left * np.sqrt(n)
    squares = (white**2).sum(axis=1)
    between = np.maximum(squares[:, None] + squares - 2 * white @ white.T, 0)
    b2 = (n * (2 * d + 1) / 4) ** (2 / (d + 4)) / 2
    return float(n * (np.exp(-b2 / 2 * between).mean()
                      - 2 * (1 + b2) ** (-d / 2) * np.exp(-b2 / (2 * (1 + b2)) * squares).mean()
                      + (1 + 2 * b2) ** (-d / 2)))


def held_out_law(n, d):
    """Law of D^2 of a new normal vector in d dimensions, mean and covariance estimated from n others.

    D^2 ~ (n^2 - 1) d / (n (n - d)) F(d, n - d), covariance with divisor n - 1: a frozen scipy distribution.
    It tends to chi^2_d as n grows, and is wider before: for d = 256 its variance is 1.08 times as large at
    n = 10,000, and 1.76 times at n = 1,500. Raises ValueError unless n > d + 4, where the variance is finite.
    Source: Hotelling, "The generalization of Student's ratio", 1931.

    >>> round(float(held_out_law(10_000, 256).var() / 512), 2)
    1.08
    """
    if d < 1 or n <= d + 4:
        raise ValueError(f"n must be above d + 4, so that D^2 has a variance, not {n} for d = {d}")
    return stats.f(d, n - d, scale=(n**2 - 1) * d / (n * (n - d)))


class Amplitude(NamedTuple):
    """How unevenly wide a cloud is from vector to vector, and the standard error of that."""
    cv2: float             # relative variance of the factor s in D^2 = s Q; 0 for a normal cloud
    error: float


def amplitude(squares, law):
    """The `Amplitude` of a cloud from squared Mahalanobis distances D^2 (n,), `law` that of a normal one.

    Say that z = mu + sqrt(s) g, g normal, s > 0 independent of it: one factor widens all directions. Then
    D^2 = s Q, Q of `law`, and E[D^4] / E[D^2]^2 = (1 + cv^2) E[Q^2] / E[Q]^2; for chi^2_k this is
    Var(D^2) / 2k = 1 + (k/2 + 1) cv^2. Below 0 by sampling, or where D^2 spreads less than Q.
    error: that of the mean of (D^2)^2 over the squared mean, to first order, for independent D^2.
    Raises ValueError for fewer than 3 distances. Source: the identity is ours.
    """
    x = np.asarray(points(np.reshape(squares, (-1, 1)), least=3), dtype=float)[:, 0]
    x = x / x.mean()
    ratio, gaussian = (x**2).mean(), 1 + law.var() / law.mean()**2
    return Amplitude(float(ratio / gaussian - 1),
                     float((x**2 - 2 * ratio * x).std() / gaussian / np.sqrt(len(x))))


def inner_width(squares, law, share=0.8):
    """sd / mean of the inner `share` of squared distances (n,) over that of the inner `share` of `law`.

    1 for a normal cloud, whatever its scale: outliers count only as the share that is cut. Standard error
    about 1 / sqrt(2 share n). Raises ValueError unless 0 < share <= 1. Source: ours; "inner core" of 80 %:
    the later posts.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must lie above 0 and not above 1, not {share}")
    inner = np.sort(squares)[:max(1, round(share * len(squares)))]
    gaussian = law.ppf(share * (np.arange(1_000) + 0.5) / 1_000)
    return float(inner.std() / inner.mean() / (gaussian.std() / gaussian.mean()))


def core_covariance_factor(distance, d):
    """Share of covariance that a normal cloud cut at Mahalanobis distance D keeps: F_(d+2)(D^2) / F_d(D^2).

    F_k is the chi-squared distribution function with k degrees of freedom. The core {z: distance <= D} has
    the covariance of the whole times this factor, in every direction; it tends to 1 as D grows.
    distance > 0, may be an array. Raises ValueError otherwise.
    Source: Tallis, "Elliptical and radial truncation in normal populations", 1963.

    >>> round(float(core_covariance_factor(1.0, 2)), 4)
    0.2293
    """
    distance = np.asarray(distance, dtype=float)
    if not (distance > 0).all() or d < 1:
        raise ValueError(f"distance must be positive and d at least 1, not {distance} and {d}")
    return stats.chi2.cdf(distance**2, d + 2) / stats.chi2.cdf(distance**2, d)


class Core(NamedTuple):
    """The inner half of a cloud, and how much narrower it is than the whole."""
    distance: float        # the median Mahalanobis distance, where it is cut
    shrunk: np.ndarray     # (k,) variance of the core over that of the whole, along each principal axis
    gaussian: float        # the same for a normal cloud, in every direction: `core_covariance_factor`


def core(z, pca):
    """The `Core` of z (n, d): its vectors within the median Mahalanobis distance.

    Variances are about the mean of the whole. pca: principal components of z, as from `embed.pca`.
    Raises ValueError as `latent.mahalanobis`. Source: ours.
    """
    distances = latent.mahalanobis(z)
    middle = float(np.median(distances))
    scores = pca.transform(np.asarray(z)[distances <= middle])
    return Core(middle, (scores**2).mean(axis=0) / pca.explained_variance_,
                float(core_covariance_factor(middle, np.shape(z)[1])))


def shares_inside(z, distances):
    """Shares of z (n, d) within each of the Mahalanobis distances k from its mean, by its own covariance.

    A normal cloud in the plane has 1 - exp(-k^2 / 2). Raises ValueError as `latent.mahalanobis`.
    """
    own = latent.mahalanobis(z)
    return np.array([(own <= k).mean() for k in distances])


def confidence_ellipse(mean, covariance, k, count=181):
    """Closed curve (count, 2) at Mahalanobis distance k from `mean` (2,), for a `covariance` (2, 2).

    It holds 1 - exp(-k^2 / 2) of a normal cloud: 39.3, 86.5 and 98.9 % for k = 1, 2, 3. Raises ValueError
    unless the covariance is (2, 2) and positive definite, and k > 0.
    """
    covariance = np.asarray(covariance, dtype=float)
    if covariance.shape != (2, 2) or not np.linalg.eigvalsh(covariance)[0] > 0 or not k > 0:
        raise ValueError("the covariance must be of shape (2, 2) and positive definite, and k positive")
    angle = np.linspace(0, 2 * np.pi, count)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.asarray(mean, dtype=float) + k * circle @ np.linalg.cholesky(covariance).T
