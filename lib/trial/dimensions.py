"""Intrinsic dimension of a cloud of vectors z (n, d): on how many-dimensional a set do the points lie?

All estimators read distances between neighbours, so they see the dimension at the scale of these distances:
a thread thinner than the distance between neighbours along it looks one-dimensional, a thicker one does not.
With few points in many dimensions all of them fall short: n points in a ball of d dimensions need n to grow
exponentially with d. So compare clouds of equal n with a null of known dimension, not with the true d.
"""
import numpy as np
import pandas as pd
import skdim
from sklearn.neighbors import NearestNeighbors

from lib.cloud.points import points

K_MLE = 20             # neighbours per point; as in Levina and Bickel, 2005
K_PCA = 100            # neighbours per local PCA, which finds at most 99 dimensions; as scikit-dimension
N_PCA = 50             # ours: points round which a local PCA is made
SHARE_PCA = 0.05       # of the largest eigenvalue: what counts as a dimension; as scikit-dimension


def space_statistics(z):
    """Dimension estimates and neighbour ratio of all vectors z (n, d): {name: value}, neighbours found once.

    TwoNN       from the distribution of r2 / r1, a tenth of the largest left out: the smallest scale
    MLE         from the distances to the 20 nearest (Levina and Bickel), 1 / mean of 1 / estimate
    local PCA   mean number of eigenvalues above 5 % of the largest, for the 100 nearest of each of the first
                50 vectors: put z into random order. At most 99
    mean r1/r2  of the distances to the nearest and the second nearest: m / (m + 1) for points at random on a
                set of dimension m, so 1/2 on a curve and 2/3 on a surface

    Columns that never vary change nothing. Raises ValueError for fewer than 101 vectors, values that are not
    finite and vectors that coincide. Memory about 8 n K bytes, K = 100 neighbours; time grows as n^2 d.
    Source: scikit-dimension (Bac et al., 2021); Facco et al., "Estimating the intrinsic dimension of datasets
    by a minimal neighborhood information", 2017; Levina and Bickel, "Maximum likelihood
    estimation of intrinsic dimension", 2005; Fukunaga and Olsen, "An algorithm for finding intrinsic
    dimensionality of data", 1971.
    """
    z = np.asarray(z)
    distances, neighbours = _neighbours(z, K_PCA)
    return {**_by_distances(distances), "local PCA": _local_pca(z, neighbours[:N_PCA]),
            "mean r1/r2": float((distances[:, 0] / distances[:, 1]).mean())}


def near_dimensions(z):
    """TwoNN and MLE of all vectors z (n, d), as in `space_statistics`: {name: value}, from 20 neighbours.

    A fifth of its memory, so that all latents of a run can be asked: a subsample lacks the smallest scales.
    Raises ValueError as `space_statistics`, for n < 21.
    """
    return _by_distances(_neighbours(z, K_MLE)[0])


def intrinsic_dimensions(z, rng, n_sub=2000, repeats=5):
    """Mean and sd of the three dimension estimates over `repeats` random subsamples of n_sub of the z (n, d).

    One row per estimator of `space_statistics`: estimator, mean, sd, n_sub, repeats. The subsamples share
    vectors when repeats * n_sub > n, and the sd is then too small. rng: numpy.random.Generator.
    Raises ValueError as `space_statistics`, for n_sub > n and for repeats < 2.
    """
    z = np.asarray(z)
    if not K_PCA < n_sub <= len(z):
        raise ValueError(f"n_sub must lie between {K_PCA + 1} and {len(z)}, the number of z, not {n_sub}")
    if repeats < 2:
        raise ValueError(f"repeats must be at least 2, not {repeats}")
    estimates = pd.DataFrame([space_statistics(rng.choice(z, n_sub, replace=False)) for _ in range(repeats)])
    estimates = estimates.drop(columns="mean r1/r2")
    return pd.DataFrame({"estimator": estimates.columns, "mean": estimates.mean().to_numpy(),
                         "sd": estimates.std().to_numpy(), "n_sub": n_sub, "repeats": repeats})


def _by_distances(r):
    """TwoNN and MLE from the distances r (n, 20 or more) to the nearest, nearest first."""
    near = r[:, :K_MLE]
    return {"TwoNN": float(skdim.id.TwoNN(dist=True).fit(r[:, :2]).dimension_),
            "MLE": float(1 / np.log(near[:, -1:] / near[:, :-1]).mean())}


def _local_pca(z, neighbours):
    """scikit-dimension's lPCA(ver="FO"), all neighbourhoods (m, k) at once: ten times as fast."""
    local = np.asarray(z, dtype=float)[neighbours]                                  # (m, k, d)
    local -= local.mean(axis=1, keepdims=True)
    eigenvalues = np.linalg.eigvalsh(local @ local.swapaxes(1, 2))                  # (m, k), smallest first
    return float((eigenvalues > SHARE_PCA * eigenvalues[:, -1:]).sum(axis=1).mean())


def _neighbours(z, k):
    """Distances and indices (n, k) of the k nearest other vectors of each, nearest first."""
    z = np.asarray(points(z, least=k + 1), dtype=float)
    distances, neighbours = NearestNeighbors(n_neighbors=k).fit(z).kneighbors()
    coincident = (z == z[neighbours[:, 0]]).all(axis=1)             # rounding leaves their distance above 0
    if coincident.any() or not distances.min() > 0:
        raise ValueError(f"{max(1, coincident.sum())} vectors coincide with others; drop them with "
                         "numpy.unique(z, axis=0)")
    return distances, neighbours
