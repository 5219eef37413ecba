"""Clouds of known truth, and how often the instruments of `filaments` find structure in them.

A test is calibrated when it finds something in smooth clouds as rarely as it says (its size), and useful when
it finds what was planted (its power). Neither depends on images: `make calibration` computes both once.
"""
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import binom

from lib.trial import dimensions, filaments, planes

D = 256                # as in the posts
REFERENCE = 10_000     # vectors to which a null is fitted: as many as the scale laptop has latents
N_NULL = 19            # the fewest with which p can be 5 %: 1 / 20
MODES = 24             # ours: waves along a sheet; a thread of so many turns often in 256 dimensions
SHEETS = 1, 2, 8
THICKNESSES = 0.003, 0.01, 0.03, 0.1, 0.3, 1.0
SPACE_SIDES = dict.fromkeys(("TwoNN", "MLE", "local PCA", "mean r1/r2"), "low")
SPECTRUM = np.arange(1, D + 1.0) ** -0.5        # standard deviation along each axis: as steep as for latents


def smooth_cloud(kind, n, d, rng):
    """n vectors in d dimensions without lines or voids, standard deviation j^(-1/2) along axis j: (n, d).

    kind: "gaussian"; "skewed", independent components (chi^2_8 - 8) / 4 of skewness 1; "heavy-tailed",
    Student's t of 8 degrees of freedom, one radius for all components (excess kurtosis 1.5); "uneven", such
    a radius for each of 8 blocks of axes; else ValueError.
    """
    if kind == "gaussian":
        u = rng.standard_normal((n, d))
    elif kind == "skewed":
        u = (rng.chisquare(8, (n, d)) - 8) / 4
    elif kind == "heavy-tailed":
        u = rng.standard_normal((n, d)) * np.sqrt(6 / rng.chisquare(8, (n, 1)))
    elif kind == "uneven":
        u = rng.standard_normal((n, d)) * np.sqrt(6 / rng.chisquare(8, (n, 8)))[:, np.arange(d) * 8 // d]
    else:
        raise ValueError(f"unknown kind of cloud {kind!r}: choose gaussian, skewed, heavy-tailed or uneven")
    return u * SPECTRUM[:d]


def planted(n, m, thickness, rng, sheet=0, d=D):
    """n vectors at random on a curved closed sheet of m dimensions, thickened by normal noise: (n, d).

    z sums 24 waves (cos, sin)(2 pi k.u) in random directions, u uniform in [0, 1)^m, k small whole vectors,
    scaled to a root mean square radius of 1, plus noise of root mean square length `thickness`. sheet: its
    seed, so that samples can share it; m = 1: a thread. ValueError unless 1 <= m <= 24, thickness >= 0.
    """
    if not 1 <= m <= MODES or thickness < 0:
        raise ValueError(f"m must lie between 1 and {MODES} and thickness not be negative, "
                         f"not {m} and {thickness}")
    shape = np.random.default_rng([sheet, m])
    k = np.arange(1, MODES + 1)[:, None] if m == 1 else \
        np.concatenate([np.eye(m, dtype=int), shape.integers(-1, 2, (MODES - m, m))])
    directions = shape.standard_normal((2 * MODES, d)) / np.sqrt(d * MODES)
    phase = 2 * np.pi * rng.random((n, m)) @ k.T
    noise = rng.standard_normal((n, d)) * (thickness / np.sqrt(d))
    return np.concatenate([np.cos(phase), np.sin(phase)], axis=1) @ directions + noise


def sizes(trials=200, n_plane=(1_000, 10_000), n_space=1_000, seed=0, n_jobs=2):
    """False-positive rates at 5 % on smooth clouds, plane or 256 dimensions: one row per case and statistic.

    Each trial draws a cloud and 19 clouds of the null that suits its kind, and counts p <= 5 % per statistic,
    on its side (in 256 dimensions: low), and p_family <= 5 % for "any of them". `low` and `high` hold 99 % of
    the counts that a true rate of 5 % would give. verdict: "fair" between them, "too high" above (it finds
    what is not there), "too low" below (it finds less than it could, and errs less often than it says).
    """
    cases = [("plane", kind, null, n) for n in n_plane
             for kind, null in (("gaussian", "smooth"), ("skewed", "smooth"), ("heavy-tailed", "smooth"))]
    cases += [("space", kind, null, n_space) for kind, null in
              (("gaussian", "gaussian"), ("skewed", "shuffled"), ("heavy-tailed", "elliptical"),
               ("uneven", "elliptical"), ("uneven", "blocks"))]
    tables = []
    for place, kind, null, n in cases:
        found = pd.DataFrame(Parallel(n_jobs)(delayed(_false_positives)(place, kind, null, n, [seed, trial])
                                              for trial in range(trials)))
        for name, count in found.sum().items():
            tables.append((place, kind, null, n, name, trials, int(count), count / trials,
                           *binom.interval(0.99, trials, 0.05)))
    table = pd.DataFrame(tables, columns=["where", "cloud", "null", "n", "statistic", "trials", "found",
                                          "rate", "low", "high"])
    return table.assign(verdict=np.select([table.found > table.high, table.found < table.low],
                                          ["too high", "too low"], "fair"))


def powers(repeats=20, ns=(300, 1_000, 3_000), seed=0, n_jobs=2):
    """Detection rates at 5 % of planted sheets over m, thickness and n: one row per statistic.

    In 256 dimensions against 19 Gaussian clouds with the covariance of 10,000 vectors of the sheet, in the
    plane of its first two principal components (`planes`) against 19 smooth clouds of each sample's own.
    found: p <= 5 % on structure's side; mean, sd: of the statistic (dimension found); null: its null mean.
    """
    cells = [(m, thickness, n) for m in SHEETS for thickness in THICKNESSES for n in ns]
    rows = Parallel(n_jobs)(delayed(_power)(*cell, repeats, [seed, number])
                            for number, cell in enumerate(cells))
    return pd.DataFrame([row for part in rows for row in part], columns=[
        "m", "thickness", "n", "where", "statistic", "repeats", "found", "rate", "mean", "sd", "null"])


def _false_positives(place, kind, null, n, seed):
    rng = np.random.default_rng(seed)
    if place == "plane":
        table = filaments.trials(smooth_cloud(kind, n, 2, rng), planes.plane_statistics, null, N_NULL,
                                 rng=rng, sides=planes.PLANE_SIDES)
    else:
        fitted = filaments.fitted_null(smooth_cloud(kind, REFERENCE, D, rng), null)
        table = filaments.trials(smooth_cloud(kind, n, D, rng), dimensions.space_statistics, fitted, N_NULL,
                                 rng=rng, sides=SPACE_SIDES)
    found = dict(zip(table.statistic, table.p <= 0.05))  # noqa: B905
    return {**found, "any of them": bool((table.p_family <= 0.05).any())}


def _power(m, thickness, n, repeats, seed):
    rng = np.random.default_rng(seed)
    reference = planted(REFERENCE, m, thickness, rng)
    null = filaments.fitted_null(reference, "gaussian")
    chance = pd.DataFrame([dimensions.space_statistics(null(range(n), rng)) for _ in range(N_NULL)])
    axes = np.linalg.eigh(np.cov(reference, rowvar=False))[1][:, :-3:-1]
    tables = []
    for _ in range(repeats):
        z = planted(n, m, thickness, rng)
        observed = pd.Series(dimensions.space_statistics(z))
        p = (1 + (chance <= observed).sum()) / (1 + N_NULL)         # by rank: a capped estimate has no spread
        tables.append(pd.DataFrame({"where": "space", "statistic": observed.index, "p": p.to_numpy(),
                                    "observed": observed.to_numpy(), "null mean": chance.mean().to_numpy()}))
        tables.append(filaments.trials(z @ axes, planes.plane_statistics, "smooth", N_NULL, rng=rng,
                                       sides=planes.PLANE_SIDES).assign(where="plane"))
    rows = []
    for (where, name), group in pd.concat(tables).groupby(["where", "statistic"], sort=False):
        count = int((group.p <= 0.05).sum())
        rows.append((m, thickness, n, where, name, repeats, count, count / repeats, group.observed.mean(),
                     group.observed.std(), group["null mean"].mean()))
    return rows
