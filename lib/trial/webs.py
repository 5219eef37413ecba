"""Webs of threads round voids, the picture of the posts, and what the instruments of notebook 08 read.

One thread is easily seen. A web of many is the harder case: in a plane they lie over each other, and each has
fewer of the points.
"""
import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from lib.trial import calibration, dimensions, filaments, planes

THREADS = 10, 100, 1_000
THICKNESSES = 0.003, 0.01, 0.03, 0.1
COUNTS = 1_000, calibration.REFERENCE       # vectors that the dimension is read from: a subsample, and all


def web(n, threads, thickness, rng, d=calibration.D):
    """n vectors at random on closed threads round voids, thickened by normal noise: (n, d).

    Each thread is an ellipse c + a cos t + b sin t, t uniform, c, a and b normal: the cloud has the standard
    deviation j^(-1/2) along axis j on average, as `calibration.smooth_cloud`. The noise has a root mean
    square length of `thickness` times that of the cloud. Raises ValueError unless threads >= 1 and
    thickness >= 0. Source: ours; the picture is that of "Autoencoders, latent space and the curse of high
    dimensionality II".
    """
    if threads < 1 or thickness < 0:
        raise ValueError(f"threads must be 1 or more and thickness not negative, not {threads}, {thickness}")
    sigma = calibration.SPECTRUM[:d]
    c, a, b = rng.standard_normal((3, threads, d)) * sigma / np.sqrt(2)
    which, t = rng.integers(threads, size=n), 2 * np.pi * rng.random((n, 1))
    noise = rng.standard_normal((n, d)) * (thickness * np.linalg.norm(sigma) / np.sqrt(d))
    return c[which] + a[which] * np.cos(t) + b[which] * np.sin(t) + noise


def webs(repeats=4, seed=0, n_jobs=2):
    """What each instrument reads of webs of 10,000 vectors: one row per web, statistic and count n.

    TwoNN and MLE of the first n vectors in 256 dimensions, `smooth` for as many of a Gaussian cloud with the
    covariance of the web. "plane": in the plane of the first two principal components, central half and zoom,
    the largest of the statistics, in standard deviations of 19 smooth clouds towards lines and voids;
    `smooth`: the largest that one of these clouds reaches.
    """
    cells = [(threads, thickness, k) for threads in THREADS for thickness in THICKNESSES
             for k in range(repeats)]
    rows = Parallel(n_jobs)(delayed(_read)(*cell, [seed, number]) for number, cell in enumerate(cells))
    return pd.DataFrame([row for part in rows for row in part],
                        columns=["threads", "thickness", "web", "statistic", "n", "read", "smooth"])


def towards_structure(observed, chance, sides=planes.PLANE_SIDES):
    """Effect sizes (m,) and (n, m) in standard deviations of the n null clouds, positive towards structure.

    observed, chance: as `filaments.joined` gives them; sides: "low" or "high" by the level "name".
    """
    sign = np.array([{"low": -1, "high": 1}[sides[name]] for name in observed.index.get_level_values("name")])
    return tuple(sign * (part - chance.mean()) / chance.std() for part in (observed, chance))


def _read(threads, thickness, number, seed):
    rng = np.random.default_rng(seed)
    z = web(COUNTS[-1], threads, thickness, rng)
    smooth, rows = filaments.gaussian_null(z, rng), []
    for n in COUNTS:
        own, chance = (dimensions.near_dimensions(cloud[:n]) for cloud in (z, smooth))
        rows += [(threads, thickness, number, name, n, own[name], chance[name]) for name in own]
    axes = np.linalg.eigh(np.cov(z, rowvar=False))[1][:, :-3:-1]
    part = filaments.measured(z @ axes, planes.half_and_zoom, "smooth", calibration.N_NULL, rng=rng)
    own, chance = towards_structure(*filaments.joined({"plane": part}, ["place", "name", "zoom"]))
    return [*rows, (threads, thickness, number, "plane", len(z), own.max(), chance.to_numpy().max())]
