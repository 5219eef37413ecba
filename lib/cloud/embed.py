"""Maps of a point cloud: principal components with fixed signs, t-SNE, and neighbours kept by a map."""

import math
import warnings
from typing import NamedTuple

import numpy as np
from openTSNE import TSNEEmbedding
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from lib.cloud.points import distinct, points

EXAGGERATED_ITERATIONS = 250  # as in scikit-learn, where the posts' n_iter counts them in
WATCHED = 50  # ours: over so many last iterations a map is watched
# ours: at 250 and 1,000 points 0.07 after half of 1,000 iterations, 0.001 to 0.013 after all
STILL_MOVING = 0.05
TREE_BELOW = 2_000  # ours: up to here Barnes and Hut's tree is faster than a grid, above it slower
TREE_DIMENSIONS = 10  # ours: up to here a tree finds neighbours fast at any n


def pca(x, n_components=None):
    """Principal components of x (n, d): scikit-learn's PCA, fitted in float64, largest eigenvalue first.

    The sign of an axis is arbitrary; there its entry of largest absolute value is positive. All components
    when n_components is None. Raises ValueError for a bad x, and for an x that never varies.
    Source: "Autoencoders, latent space and the curse of high dimensionality II", PCA analysis.
    """
    x = points(x).astype(float)
    if not x.std(axis=0).any():
        raise ValueError("x never varies, so it has no principal components")
    return PCA(n_components, svd_solver="covariance_eigh").fit(x)


def tsne(x, perplexity=30, early_exaggeration=12, n_iter=1000, seed=0, n_jobs=2, name=""):
    """t-SNE map of x (n, d) onto the plane: float64 (n, 2), centred on 0.

    Arguments mean what they mean in scikit-learn: n_iter includes 250 exaggerated iterations, momentum 0.5
    then 0.8, start on the first two principal components (standard deviation 1e-4), learning rate n /
    early_exaggeration but at least 200 (scikit-learn's 'auto' and its gradient are a quarter and four times
    as large). openTSNE does the work, with repulsion from Barnes and Hut's tree below 2,000 points and from
    its interpolation on a grid above. Neighbours are exact at any n: Annoy, openTSNE's own choice, found 79 %
    of those of 40,000 latents, in three times the time.

    A map whose points still move in the last 50 iterations is given with a warning (`unsettled`), which
    begins with `name`. Two maps in two threads, n_jobs=1 each, take 2/3 of the time of one after the other.

    seed jitters the start by 1 %, so maps of different seeds show what is chance. The same seed and n_jobs
    give the same map on the same machine and libraries.
    Raises ValueError when x is not (n, d) and finite, has repeated rows (no finite scale for their
    neighbours), n <= 3 perplexity, or n_iter < 250.
    Source: settings of "Autoencoders, latent space and the curse of high dimensionality II"; method:
    Linderman et al., "Fast interpolation-based t-SNE", 2019; start and learning rate: Kobak and Berens, "The
    art of using t-SNE for single-cell transcriptomics", 2019.
    """
    x = points(x)
    n, d = x.shape
    if not 1 <= perplexity < n / 3:
        raise ValueError(f"perplexity {perplexity} needs more than {3 * perplexity} points, not {n}")
    if early_exaggeration < 1 or n_iter < EXAGGERATED_ITERATIONS:
        raise ValueError(f"early_exaggeration must be >= 1, and n_iter >= {EXAGGERATED_ITERATIONS}")
    repeated = n - len(distinct(x))
    if repeated:
        raise ValueError(f"{repeated} rows of x repeat another; drop them with numpy.unique(x, axis=0)")
    rng = np.random.default_rng(seed)
    knn = _neighbours(x, int(3 * perplexity), n_jobs)
    affinities = PerplexityBasedNN(knn_index=knn, perplexity=perplexity, n_jobs=n_jobs)
    start = np.zeros((n, 2))
    start[:, :min(d, 2)] = pca(x, min(d, 2)).transform(x)
    start *= 1e-4 / start[:, 0].std()
    start += rng.normal(0, 1e-6, start.shape)
    method = "bh" if n < TREE_BELOW else "fft"
    embedding = TSNEEmbedding(start, affinities, negative_gradient_method=method, n_jobs=n_jobs,
                              learning_rate=max(n / early_exaggeration, 200))
    embedding.optimize(EXAGGERATED_ITERATIONS, exaggeration=early_exaggeration, momentum=0.5, inplace=True)
    last = min(WATCHED, n_iter - EXAGGERATED_ITERATIONS)
    embedding.optimize(n_iter - EXAGGERATED_ITERATIONS - last, momentum=0.8, inplace=True)
    before = np.array(embedding, dtype=float)
    embedding.optimize(last, momentum=0.8, inplace=True)  # goes on where the line before stopped, bit for bit
    y = np.array(embedding, dtype=float)
    if doubt := unsettled(before, y, last):
        warnings.warn(f"{name}: {doubt}" if name else doubt, stacklevel=2)
    return y


def moved(before, after):
    """Root mean square distance of two maps (n, 2) of the same points, over the rms radius of `after`.

    Both are centred first. Raises ValueError when the shapes differ or `after` is one point.
    """
    before, after = (np.asarray(y, dtype=float) for y in (before, after))
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(f"two maps of the same points are needed, not {before.shape} and {after.shape}")
    before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    radius = np.sqrt((after**2).sum(axis=1).mean())
    if not radius > 0:
        raise ValueError("the map is a single point")
    return float(np.sqrt(((before - after) ** 2).sum(axis=1).mean()) / radius)


def unsettled(before, after, iterations=WATCHED):
    """Why a t-SNE map (n, 2) is not to be trusted as converged: one line, or None.

    before: the map so many iterations earlier. Raises ValueError as `moved`.
    """
    share = moved(before, after)
    if share <= STILL_MOVING:
        return None
    return (f"t-SNE has not converged: its last {iterations} iterations moved the points by {share:.0%} "
            "of the map's radius; raise n_iter")


class Recall(NamedTuple):
    """Mean share of neighbours kept, and its standard error over the query points."""

    value: float
    standard_error: float


def neighbour_recall(x, y, k=10, sample=2000, rng=None):
    """Mean share of a point's k nearest neighbours in x that are among its k nearest in y.

    1 for a map that keeps all neighbourhoods, about k / (n - 1) for a random one. Neighbours are exact and
    among all n points; queries are min(sample, n) points drawn without replacement by rng
    (numpy.random.Generator, needed only when sample < n).
    x: (n, d), y: (n, e); result `Recall`. ValueError for other shapes, k outside 1..n-1, or a missing rng.
    Source: Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019 (KNN).
    """
    x, y = points(x), points(y)
    n = len(x)
    if len(y) != n or not 1 <= k < n or sample < 2:
        raise ValueError(f"x and y must have as many rows, more than k, and sample be >= 2; "
                         f"not {n} and {len(y)} rows, k {k}, sample {sample}")
    if sample < n and rng is None:
        raise ValueError(f"pass rng to choose {sample} of {n} query points")
    queries = rng.choice(n, sample, replace=False) if sample < n else np.arange(n)
    near_x, near_y = (_nearest_others(cloud, queries, k) for cloud in (x, y))
    kept = (near_x[:, :, None] == near_y[:, None, :]).any(axis=2).mean(axis=1)
    return Recall(float(kept.mean()), float(kept.std(ddof=1) / math.sqrt(len(kept))))


def _nearest_others(x, queries, k):
    """Indices (len(queries), k) of the exact nearest neighbours, without the query itself."""
    found = _search(x).fit(x).kneighbors(x[queries], k + 1, return_distance=False)
    others = found != queries[:, None]
    others[others.all(axis=1), -1] = False  # among repeated points the query itself may be missing
    return found[others].reshape(len(queries), k)


def _search(x, n_jobs=None):
    tree = x.shape[1] <= TREE_DIMENSIONS
    return NearestNeighbors(algorithm="kd_tree" if tree else "brute", n_jobs=n_jobs)


def _neighbours(x, k, n_jobs):
    distances, indices = _search(x, n_jobs).fit(x).kneighbors(n_neighbors=k)
    return PrecomputedNeighbors(indices, distances)
