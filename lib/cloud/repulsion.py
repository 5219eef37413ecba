"""Repulsion of t-SNE on a grid, as a gradient for openTSNE: faster and closer to the exact sum than its FFT.

Half of what an iteration of t-SNE costs is a sum over all pairs of points. Here the points spread charges on
a grid with cubic B-splines, a convolution whose kernel makes up for the spreading gives the potentials, and
the points read them off, as in the particle-mesh Ewald method of molecular dynamics.
"""
from functools import lru_cache

import numpy as np
from openTSNE import _tsne
from scipy import fft

# ours, of the grid: the kernel's spectrum has fallen to exp(-pi / 0.4) at its highest frequency
SPACING = 0.4
PADDING = 16           # ours: nodes by which the kernel's far end is kept from the points


def gradient(embedding, P, dof, n_jobs=1, reference_embedding=None, should_eval_error=False, **_):
    """Kullback-Leibler divergence, its gradient / 4 (n, 2): an openTSNE `negative_gradient_method`.

    sum_j (p_ij q_ij - q_ij^2 / Z) (y_i - y_j) with q_ij = 1 / (1 + |y_i - y_j|^2) and Z the sum of all q_ij.
    The attraction is openTSNE's; the divergence is computed where asked for, and else 0, as there.
    NotImplementedError for what the study does not need: dof other than 1, points placed into a given map.
    """
    if dof != 1 or reference_embedding is not None:
        raise NotImplementedError("this gradient knows one degree of freedom and whole maps only")
    y = np.ascontiguousarray(embedding)
    force, z = repulsion(y, n_jobs)
    pull = force / -z
    total, divergence = _tsne.estimate_positive_gradient_nn(
        P.indices, P.indptr, P.data, y, y, pull, dof, num_threads=n_jobs, should_eval_error=should_eval_error)
    return divergence + total * np.log(z) if should_eval_error else 0.0, pull


def repulsion(y, n_jobs=1):
    """sum_j q_ij^2 (y_i - y_j) for each point of the map y (n, 2), and Z, the sum over i != j of q_ij.

    q_ij = 1 / (1 + |y_i - y_j|^2). Error about 0.5 % of the forces' root mean square where a unit square
    holds few points (openTSNE's: 4.5 %), less where many. Same bits for any n_jobs. Time ~ the map's area, n.
    Source: Linderman et al., "Fast interpolation-based t-SNE", 2019 (the sum as convolutions); Essmann et
    al., "A smooth particle mesh Ewald method", 1995 (splines in place of interpolation).
    """
    n, x = len(y), np.ascontiguousarray(y.T)  # numpy is slow along y's axis 0
    low, high = x.min(axis=1), x.max(axis=1)
    place = (y - low) / SPACING
    first = place.astype(int)
    side = int(first.max()) + 4
    node = first[:, :, None] + np.arange(4)                                                      # (n, 2, 4)
    index = (node[:, 0, :, None] * side + node[:, 1, None, :]).reshape(-1)                       # (16 n,)
    spline = _spline(place - first)
    weight = spline[:, 0, :, None] * spline[:, 1, None, :]
    centred = y - (low + high) / 2
    charge = np.empty((3, side, side), np.float32)
    for k, q in enumerate((np.ones(n), *centred.T)):
        each = (weight * q[:, None, None]).reshape(-1)
        charge[k] = np.bincount(index, each, side * side).reshape(side, side)

    size = fft.next_fast_len(2 * side + PADDING, real=True)
    kernel, squared = _kernels(size)
    rows = fft.rfft(charge, size, axis=2, workers=n_jobs)  # of the rows that hold charges: the others stay 0
    spectrum = fft.fft(rows, size, axis=1, workers=n_jobs, overwrite_x=True)  # (3, size, size / 2 + 1)
    power = (spectrum[0].real ** 2 + spectrum[0].imag ** 2) * kernel
    z = float(power.sum(dtype=float)) / size**2 - n
    spectrum *= squared
    rows = fft.ifft(spectrum, axis=1, workers=n_jobs, overwrite_x=True)[:, :side]
    field = fft.irfft(rows, size, axis=2, workers=n_jobs)[:, :, :side].reshape(3, -1)
    near = np.take(field, index, axis=1).reshape(3, n, 16)
    potential = np.einsum("kni,ni->kn", near, weight.reshape(n, 16))
    return centred * potential[0][:, None] - potential[1:].T, z


def _spline(t):
    """Cubic B-spline (n, 2, 4) at the four nodes round a place t (n, 2) in [0, 1) after the second one."""
    u = 1 - t
    return np.stack([u**3, 4 - 6 * t**2 + 3 * t**3, 4 - 6 * u**2 + 3 * u**3, t**3], axis=-1) / 6


@lru_cache(maxsize=2)
def _kernels(size):
    """Spectra (size, size / 2 + 1) of q (columns count twice) and q^2 on a periodic grid, over the spline^2.

    The spectrum of real charges is stored by half: in a sum over all, its inner columns stand for two each.
    """
    r = np.minimum(np.arange(size), size - np.arange(size)) * SPACING
    q = 1 / (1 + r[:, None]**2 + r**2)
    frequency = 2 * np.pi * np.arange(size) / size
    spread = ((2 + np.cos(frequency)) / 3) ** 2  # of the sampled spline, squared: twice, to and fro
    spread = spread[:, None] * spread[:size // 2 + 1]
    twice = np.full(size // 2 + 1, 2.0)
    twice[[0] if size % 2 else [0, -1]] = 1.0
    return tuple((fft.rfft2(k).real / spread * columns).astype(np.float32)
                 for k, columns in ((q, twice), (q**2, 1.0)))
