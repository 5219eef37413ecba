"""Are two clouds alike? Distance, density and coverage of features, and whether they can be told apart."""
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from lib.cloud import frames
from lib.cloud.points import points

STIFF = 1e-3           # ours: inverse penalty of the logistic regression of `told_apart`


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
    root = frames.root(np.cov(a, rowvar=False))
    product = np.linalg.eigvalsh(root @ np.cov(b, rowvar=False) @ root)
    shift = ((a.mean(axis=0) - b.mean(axis=0))**2).sum()
    return float(shift + a.var(axis=0, ddof=1).sum() + b.var(axis=0, ddof=1).sum()
                 - 2 * np.sqrt(np.maximum(product, 0)).sum())


def frechet_again(real, made, rng, repeats=100):
    """`frechet_distance` of several made (m, k) to real (n, k), with rows drawn again: (repeats, len(made)).

    made: features of equal shape, row i of all of them from the same noise; a repeat draws (with
    replacement) one set of rows for all, and one of `real`, so that columns may be compared repeat by
    repeat: what they share drops out of a difference. Drawing again adds a bias, so take the spread and not
    the mean; it is that of new samples where the laws differ, and up to twice as large where they are nearly
    the same. Raises ValueError as `frechet_distance`. Source: Efron, "Bootstrap methods: another look at the
    jackknife", 1979.
    """
    def drawn(n):
        return rng.integers(n, size=n)

    rows = [(drawn(len(real)), drawn(len(made[0]))) for _ in range(repeats)]
    return np.array([[frechet_distance(real[i], one[j]) for one in made] for i, j in rows])


def as_near(distances, again):
    """Which of several distances (m,) are no farther than the least, within two errors of the difference.

    again: (repeats, m), as of `frechet_again`; the error is the standard deviation over the repeats of
    distance minus the least one's. Bool (m,), True for the least itself.
    """
    least = np.argmin(distances)
    error = (again - again[:, [least]]).std(axis=0, ddof=1)
    return distances - distances[least] <= 2 * error


def density_coverage(real, made, k=5):
    """Density and coverage (2,) of features `made` (m, d) against `real` (n, d).

    Each real point has a ball that reaches to its k-th nearest real neighbour. Density: mean number of balls
    that a made point lies in, over k, which real points have 1 of; coverage: share of the balls with a made
    point in them. Two samples of one law have density 1 and coverage 1 - prod_j (n - j) / (n + m - j) for
    j = 1 .. k on average, .97 for n = m. The balls are those of the real points: made outliers, which give a
    k-nearest-neighbour recall large balls, cover nothing here.
    What it cannot see: with many features the middle of a cloud is nearer to each point than its neighbours
    are, so made points that are all one and the same may cover it (and have a density far above 1). Give few
    features (16 for 300 vectors), and read coverage beside density.
    Raises ValueError for other shapes, fewer than k + 2 real vectors, values not finite.
    Source: Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020; k = 5 as
    there.
    """
    real, made = _features(real, made)
    if len(real) < k + 2:
        raise ValueError(f"{len(real)} vectors are too few for {k} neighbours: give {k + 2} or more")
    reach = np.sort(cdist(real, real), axis=1)[:, k]
    inside = cdist(made, real) <= reach                              # (m, n)
    return np.array([inside.sum(axis=1).mean() / k, inside.any(axis=0).mean()])


def nearest(x, known, but=None):
    """Row of `known` (n, d) nearest to each x (m, d), and its distance: int (m,), float (m,).

    but: (m,) a row of `known` that is not to be found, for each x: itself, where x are rows of `known`.
    Found by one product of matrices in float32, which may miss the nearest by a millionth of |x|; the
    distance is that of the row found, exact. Raises ValueError for other shapes and values not finite.
    """
    x = points(x, least=1)
    known = points(known, columns=x.shape[1])
    half = (known**2).sum(axis=1, dtype=np.float32) / 2
    closeness = x.astype(np.float32) @ known.astype(np.float32, copy=False).T - half                 # (m, n)
    if but is not None:
        closeness[np.arange(len(x)), but] = -np.inf
    found = closeness.argmax(axis=1)
    return found, np.linalg.norm(x - known[found], axis=1)


class ToldApart(NamedTuple):
    """How many vectors a classifier puts into the right one of two clouds: 1/2 where they are alike."""
    accuracy: float
    low: float             # 95 % interval (Wilson) of the accuracy
    high: float
    p: float               # exact: how often chance alone gives as many


def told_apart(a, b, rng):
    """Classifier two-sample test: can vectors of a (n, d) be told from those of b (m, d)? `ToldApart`.

    As many of each are drawn, in halves. The first half of both teaches a logistic regression of their
    whitened principal components (at most as many leading ones as half of the vectors of one, ours) and of
    the squares of these, so it sees means and widths along all these axes; the second half is asked. p is
    Fisher's exact one, of labels against answers. Blind to differences that leave means and widths along
    these axes alone. rng: numpy.random.Generator.
    Raises ValueError for other shapes, values not finite, and fewer than 4 vectors of a or b.
    Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017.
    """
    a, b = _features(a, b)
    half = min(len(a), len(b)) // 2
    if half < 2:
        raise ValueError(f"{len(a)} and {len(b)} vectors are too few to learn from half of them: give more")
    a, b = (rng.permutation(part)[:2 * half] for part in (a, b))
    fit, asked = np.concatenate([a[:half], b[:half]]), np.concatenate([a[half:], b[half:]])
    label, axes = np.repeat([False, True], half), PCA(min(half, a.shape[1]), whiten=True).fit(fit)
    fit, asked = (np.hstack([u, u**2]) for u in (axes.transform(fit), axes.transform(asked)))
    answer = LogisticRegression(C=STIFF, max_iter=1_000).fit(fit, label).predict(asked)
    right = int((answer == label).sum())
    interval = stats.binomtest(right, len(label)).proportion_ci(method="wilson")
    table = [[(answer[label == cloud] == said).sum() for said in (False, True)] for cloud in (False, True)]
    return ToldApart(right / len(label), float(interval.low), float(interval.high),
                     float(stats.fisher_exact(table, alternative="greater").pvalue))


def _features(a, b):
    a = points(a).astype(float)
    return a, points(b, columns=a.shape[1]).astype(float)
