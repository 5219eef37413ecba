"""What tells lines and voids from chance: matched nulls, and trials of statistics against them.

A null is a cloud that keeps the large-scale shape of the observed one and nothing else. A statistic that
stands out from those of many such clouds has seen something that chance and the shape alone do not make.
"""
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.cloud.points import points as checked
from lib.trial import planes

SIDES = "low", "high", "two"
BLOCKS = 8             # ours: of principal axes, each with a radius of its own


class Trial(NamedTuple):
    """A statistic, its values (n_null,) for the null clouds, and where among them it stands."""
    statistic: float
    null: np.ndarray
    z: float           # (statistic - mean of the null) / standard deviation of the null
    p: float           # one-sided: how often chance gives so small a statistic or a smaller one


def gaussian_null(points, rng):
    """As many points from the normal distribution with the mean and covariance of `points` (n, d)."""
    points = np.asarray(checked(points), dtype=float)
    covariance = np.atleast_2d(np.cov(points, rowvar=False))
    return rng.multivariate_normal(points.mean(axis=0), covariance, size=len(points), method="eigh")


def shuffled_null(points, rng):
    """The points (n, d) with each column in an order of its own: same marginals, columns independent.

    In the frame of the principal components this keeps mean and covariance too.
    """
    return rng.permuted(np.asarray(checked(points), dtype=float), axis=0)


def smooth_null(points, rng, factor=0.5):
    """As many points from a kernel density estimate of `points` (n, 2): their large-scale shape, smoothed.

    Points drawn with replacement, moved by normal noise of standard deviation w along each principal axis of
    the cloud and drawn back to the mean by 1 / sqrt(1 + (w / sigma)^2), so that mean and variances stay those
    of `points`. w = factor * n^(-1/6) * min(sigma, interquartile range / 1.349); factor 1 is Silverman's
    width for the plane and the default is half of it (ours: the full width flattens the peak of a skewed
    cloud so much that Ripley's L takes it for clumps). For a normal cloud of 10,000 points w is 0.11 sigma or
    4 mean spacings at the centre; for 165,000 0.07 sigma, 11 spacings. A wave of length l in the density
    keeps exp(-2 pi^2 (w / l)^2) of its height: 0.7 % at l = 2 w, 29 % at 4 w, 73 % at 8 w. So a trial against
    this null can find structure narrower than about 4 w, and nothing wider than 8 w: that is in the null too.
    Raises ValueError for other shapes, an axis that never varies, and factor not positive.
    Source: Silverman, "Density estimation for statistics and data analysis", 1986, sections 4.3.2, 6.4.1.
    """
    points = np.asarray(checked(points, columns=2), dtype=float)
    if not factor > 0:
        raise ValueError(f"factor must be positive, not {factor}")
    mean = points.mean(axis=0)
    axes = np.linalg.eigh(np.cov(points, rowvar=False))[1]
    scores = (points - mean) @ axes
    sigma = scores.std(axis=0)
    quartiles = np.subtract(*np.percentile(scores, [75, 25], axis=0)) / 1.349
    if not min(sigma.min(), quartiles.min()) > 1e-9 * sigma.max():
        raise ValueError("the points do not fill a plane: along an axis all, or half of them, have one value")
    width = factor * len(points)**(-1 / 6) * np.minimum(sigma, quartiles)
    drawn = scores[rng.integers(0, len(points), len(points))] + width * rng.standard_normal(points.shape)
    return mean + drawn / np.sqrt(1 + (width / sigma)**2) @ axes.T


def fitted_null(reference, kind):
    """A null for clouds of few points in many dimensions, fitted to a larger one: function of (points, rng).

    It gives as many vectors as `points` has, of the distribution of the vectors `reference` (n, d), n > d, as
    far as `kind` keeps it; s are the scores on the principal axes, sigma their standard deviations:
    "gaussian"    s_j = sigma_j g_j, g standard normal: mean and covariance
    "elliptical"  s_j = sigma_j R g_j / |g|, R the Mahalanobis radius of a random one of `reference`: also the
                  law of the radii, so heavy tails that all components share
    "blocks"      the same within each of 8 blocks of principal axes, R the radii of one of `reference` in all
                  blocks: also how wide it is in one block where it is wide in another (ours). Curved nowhere
    "shuffled"    s_j that of a random one of `reference`, another for each j: also the marginals along the
                  principal axes, so skewed ones. Unfair to skewed clouds whose independent axes are not the
                  principal ones found: up to 30 % false positives at 5 % (data/calibration/sizes.csv)
    Raises ValueError for another kind and for a reference whose covariance is singular.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}: choose one of {', '.join(KINDS)}")
    reference = np.asarray(checked(reference), dtype=float)
    mean = reference.mean(axis=0)
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(reference, rowvar=False)))
    n, d = reference.shape
    if n <= d or not variances[0] > d * np.finfo(float).eps * variances[-1]:
        raise ValueError(f"the covariance of the {n} reference vectors is singular: drop components that "
                         f"never vary or depend on others, and use more vectors than the {d} components")
    sigma, scores = np.sqrt(variances), (reference - mean) @ axes
    count = min(BLOCKS, d) if kind == "blocks" else 1
    block = np.eye(count)[np.arange(d) * count // d]                                # (d, count), 0 or 1
    radii = np.sqrt((scores / sigma)**2 @ block)                                    # (n, count)

    def draw(points, rng):
        if kind == "shuffled":
            return mean + scores[rng.integers(0, n, (len(points), d)), np.arange(d)] @ axes.T
        g = rng.standard_normal((len(points), d))
        if kind != "gaussian":
            g *= radii[rng.integers(0, n, len(g))] / np.sqrt(g**2 @ block) @ block.T
        return mean + (sigma * g) @ axes.T
    return draw


KINDS = "gaussian", "elliptical", "blocks", "shuffled"
NULLS = {"gaussian": gaussian_null, "shuffled": shuffled_null, "smooth": smooth_null}


def trial(points, null="gaussian", n_null=99, *, rng, statistic=planes.central_clark_evans):
    """Compare statistic(points) with its values for n_null clouds that keep only what `null` says.

    Monte Carlo test: p = (1 + number of null values <= the statistic) / (1 + n_null) >= 1 / (1 + n_null); z
    is the distance from the null's mean in its standard deviations. null: "gaussian" keeps mean and
    covariance, "shuffled" each column's distribution, "smooth" the density of a plane seen through a kernel,
    or any function of (points, rng) that gives a cloud. points: (n, d) as the statistic wants them; rng:
    numpy.random.Generator. One statistic, for which small means structure; `trials` takes several.
    Raises ValueError for an unknown null, n_null < 2, null values all equal, what the statistic refuses.
    Source: Barnard, discussion of Bartlett, "The spectral analysis of point processes", 1963.
    """
    observed, chance = measured(points, {"the statistic": statistic}, null, n_null, rng=rng)
    row = judged(observed, chance, {"the statistic": "low"}).iloc[0]
    return Trial(float(row.observed), chance["the statistic"].to_numpy(), float(row.z), float(row.p))


def trials(points, statistics, null="gaussian", n_null=99, *, rng, sides=None):
    """Several statistics of the points (n, d) against one set of null clouds: `measured`, then `judged`.

    statistics, null, n_null, rng: as in `measured`; sides and the table returned: as in `judged`.

    >>> rng = np.random.default_rng(0)
    >>> grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), -1).reshape(-1, 2)
    >>> index = {"index": planes.central_clark_evans}
    >>> trials(grid, index, "smooth", 19, rng=rng, sides={"index": "high"}).p.item()
    0.05
    """
    return judged(*measured(points, statistics, null, n_null, rng=rng), sides)


def measured(points, statistics, null="gaussian", n_null=99, *, rng):
    """Values of the statistics for the points (n, d) and, in one pass, for n_null null clouds.

    statistics: {name: function of a cloud that gives a number}, or one function that gives {name: number}
    (as `planes.plane_statistics`). null: as in `trial`. Returns a Series (m,) and a DataFrame (n_null, m).
    Raises ValueError for an unknown null, n_null < 2, and what a statistic refuses.
    """
    draw = null if callable(null) else NULLS.get(null)
    if draw is None:
        raise ValueError(f"unknown null {null!r}: choose one of {', '.join(NULLS)}, or pass a function")
    if n_null < 2:
        raise ValueError(f"n_null must be at least 2, not {n_null}")
    values = statistics if callable(statistics) else \
        lambda cloud: {name: function(cloud) for name, function in statistics.items()}
    points = np.asarray(checked(points), dtype=float)
    observed = pd.Series(values(points), dtype=float)
    chance = pd.DataFrame([values(draw(points, rng)) for _ in range(n_null)], dtype=float)
    return observed, chance.set_axis(observed.index, axis=1)


def joined(parts, names):
    """Measured trials {label: (observed, chance)} as one family: a Series (m,) and a DataFrame (n_null, m).

    Labels and names of statistics, each a text or a tuple of texts, become the levels `names` of their index.
    Call the level with the names of statistics "name", so that `judged` finds their sides. Row i of chance is
    row i of every part. Raises ValueError for a wrong number of names.
    """
    observed, chance = (pd.concat({label: part[k] for label, part in parts.items()}, axis=k) for k in (0, 1))
    index = observed.index.set_names(names)
    return observed.set_axis(index), chance.set_axis(index, axis=1)


def judged(observed, chance, sides=None):
    """Where the observed statistics (m,) stand among those of n null clouds (n, m): one row for each.

    First come the levels of their index, or "statistic" if it has one only. Then:

    z       (observed - null mean) / null sd, the effect size
    p       (1 + number of null values as extreme) / (1 + n), on the side `sides` says: "low", "high" or
            "two" (twice the smaller one, at most 1; for a statistic that sides does not name)
    p_family  p corrected for the family of all m rows, from the null clouds themselves: how often the most
            extreme of the statistics that stand out no more than this one, each in units of its own spread on
            its own side, is as extreme in a cloud (Westfall and Young, step-down maxT). It takes the
            dependence of the statistics into account and reaches 1 / (1 + n), where Holm's correction cannot
            fall below m / (1 + n)

    observed: Series; chance: DataFrame with the same names; sides: {name: side}, by the level "name" where
    the index has several (`joined`). Raises ValueError for other names or sides, values that are not finite,
    and a statistic that is the same for all null clouds.
    Source: Westfall and Young, "Resampling-based multiple testing", 1993, algorithm 2.8.
    """
    index, n = observed.index, len(chance)
    names = list(index if index.nlevels == 1 else index.get_level_values("name"))
    side = np.array([(sides or {}).get(name, "two") for name in names])
    if not index.equals(chance.columns) or set(sides or {}) - set(names) or not np.isin(side, SIDES).all():
        raise ValueError(f"sides must give one of {', '.join(SIDES)} for some of the statistics {names}")
    every = np.vstack([observed, chance])                                           # (1 + n, m)
    value, null = every[0], every[1:]
    bad = ~np.isfinite(every).all(axis=0) | (null == null[0]).all(axis=0)
    if bad.any():
        raise ValueError(f"{', '.join(map(str, index[bad]))} has one value for all null clouds, or one that "
                         "is not finite: choose another null or statistic")
    mean, sd = null.mean(axis=0), null.std(axis=0, ddof=1)
    low, high = 1 + (null <= value).sum(axis=0), 1 + (null >= value).sum(axis=0)
    two = np.minimum(2 * np.minimum(low, high), 1 + n)
    p = np.select([side == "low", side == "high"], [low, high], two) / (1 + n)
    band = np.quantile(null, [0.025, 0.975], axis=0)
    labels = index.to_frame(index=False) if index.nlevels > 1 else pd.DataFrame({"statistic": names})
    return labels.assign(**{"side": side, "observed": value, "null mean": mean, "null sd": sd,
                            "null 2.5 %": band[0], "null 97.5 %": band[1], "z": (value - mean) / sd, "p": p,
                            "p_family": _step_down(every, side)})


class LineUp(NamedTuple):
    """One observed cloud among smooth ones: what each panel shows, and which one is observed."""
    windows: list          # (points (n, 2), half side) of each panel, as from `planes.central_window`
    observed: int          # the panel, counted from 0
    index: np.ndarray      # Clark-Evans index of each window

    @property
    def rank(self):
        """Place of the observed panel by its index: 1 if no other has a lower one."""
        return 1 + int((self.index < self.index[self.observed]).sum())


def line_up(points, n_central=None, panels=9, *, rng):
    """A `LineUp`: the points (n, 2) at a random place among smooth clouds, for the eye to judge.

    n_central: points in each window, as in `planes.central_window`; rng: numpy.random.Generator. Whoever
    picks a panel at random is right once in `panels`. Raises ValueError as `smooth_null`, which makes the
    clouds, and `planes.central_clark_evans`.
    Source: Buja et al., "Statistical inference for exploratory data analysis and model diagnostics", 2009.
    """
    observed = int(rng.integers(panels))
    clouds = [points if k == observed else smooth_null(points, rng) for k in range(panels)]
    windows = [planes.central_window(cloud, n_central) for cloud in clouds]
    return LineUp(windows, observed, np.array([planes.clark_evans(*window).index for window in windows]))


def _step_down(every, side):
    """Westfall and Young's p of the first of (1 + n) exchangeable rows; spreads are those of all rows."""
    extreme = (every - every.mean(axis=0)) / every.std(axis=0)
    extreme = np.where(side == "low", -extreme, np.where(side == "high", extreme, np.abs(extreme)))
    order = np.argsort(-extreme[0], kind="stable")
    most = np.maximum.accumulate(extreme[:, order[::-1]], axis=1)[:, ::-1]      # over it and those after it
    p = np.empty(len(order))
    p[order] = np.maximum.accumulate((most >= extreme[0, order]).mean(axis=0))
    return p
