"""Are two clouds alike? Distance, precision and recall of features, whatever they describe."""
import numpy as np
from scipy.spatial.distance import cdist

from lib.cloud.points import points


def frechet_distance(a, b):
    """Frechet distance of features a (n, k) and b (m, k): |mu_a - mu_b|^2 + tr(A + B - 2 (A B)^(1/2)).

    A, B: their covariances. 0 for equal Gaussians; finite samples add about k (k + 1) / (4 n) in units of the
    variance, so compare at equal n and k only.
    Raises ValueError for other shapes, n or m <= k, and values that are not finite.
    Source: Heusel et al., "GANs trained by a two time-scale update rule", 2017, with features of our own.
    """
    a, b = _features(a, b)
    if min(len(a), len(b)) <= a.shape[1]:
        raise ValueError(f"{len(a)} and {len(b)} vectors are too few for {a.shape[1]} features: use fewer")
    values, axes = np.linalg.eigh(np.cov(a, rowvar=False))
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    product = np.linalg.eigvalsh(root @ np.cov(b, rowvar=False) @ root)
    shift = ((a.mean(axis=0) - b.mean(axis=0))**2).sum()
    return float(shift + a.var(axis=0, ddof=1).sum() + b.var(axis=0, ddof=1).sum()
                 - 2 * np.sqrt(np.maximum(product, 0)).sum())


def precision_recall(real, made, k=3):
    """Precision and recall (2,) of features `made` (m, d) against `real` (n, d).

    Precision: share of the made ones within the reach of a real one, that is, no farther from it than its own
    k-th nearest real neighbour; recall: share of the real ones within the reach of a made one. Two samples of
    one law have about the same value of both, below 1.
    Raises ValueError for other shapes, fewer than k + 2 vectors, values not finite.
    Source: Kynkaanniemi et al., "Improved precision and recall metric for assessing generative models", 2019;
    k = 3 as there.
    """
    real, made = _features(real, made)
    if min(len(real), len(made)) < k + 2:
        raise ValueError(f"{min(len(real), len(made))} vectors are too few for {k} neighbours")
    reach_real, reach_made = (np.sort(cdist(x, x), axis=1)[:, k] for x in (real, made))
    between = cdist(made, real)                                      # (m, n)
    return np.array([(between <= reach_real).any(axis=1).mean(),
                     (between <= reach_made[:, None]).any(axis=0).mean()])


def _features(a, b):
    a = points(a).astype(float)
    return a, points(b, columns=a.shape[1]).astype(float)
