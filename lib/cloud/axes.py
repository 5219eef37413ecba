"""Are the axes of a cloud special? Statistics of its components against those after random rotations."""
import numpy as np
import pandas as pd
from scipy import stats

from lib.cloud import latent

HALF_WIDTH = np.sqrt(2 * np.log(2))                                  # at half maximum, of a normal, in sigma


def statistics(mean, variance):
    """How unlike the components of a cloud are, from their means and variances (..., d): {name: (...)}.

    spread of widths       std(sigma) / mean(sigma)
    widest component       max(sigma) / median(sigma)
    fourth moment of means d sum(mu^4) / (sum mu^2)^2: 1 if all are equal, d if the centre lies on one axis
    dominant components    how many `latent.dominant` calls so, with the half-width of a normal, 1.177 sigma

    mean: not all 0, else the third does not exist. Source: ours; dominance as in "Autoencoders and latent
    space fragmentation II".

    >>> statistics(np.array([3.0, 0.0]), np.array([1.0, 9.0]))["fourth moment of means"]
    np.float64(2.0)
    """
    sigma = np.sqrt(variance)
    rows = zip(mean.reshape(-1, mean.shape[-1]), HALF_WIDTH * sigma.reshape(-1, mean.shape[-1]), strict=True)
    count = np.array([latent.dominant(mu, width).sum() for mu, width in rows]).reshape(mean.shape[:-1])[()]
    return {"spread of widths": sigma.std(-1) / sigma.mean(-1),
            "widest component": sigma.max(-1) / np.median(sigma, -1),
            "fourth moment of means": mean.shape[-1] * (mean**4).sum(-1) / (mean**2).sum(-1) ** 2,
            "dominant components": count}


def rotations(d, repeats, rng):
    """`repeats` rotations (repeats, d, d), uniform in the orthogonal group of d dimensions (Haar measure).

    Source: F. Mezzadri, "How to generate random matrices from the classical compact groups", 2007.
    """
    return stats.ortho_group.rvs(d, size=repeats, random_state=rng).reshape(repeats, d, d)


def against_rotations(mean, covariance, turns):
    """`statistics` of a cloud and of the same cloud turned: columns value, rotated, sd, z, one row for each.

    Turned by O the cloud has means O mu and variances diag(O Sigma O^T). z = (value - rotated) / sd, where
    rotated and sd are mean and standard deviation over the rotations: near 0 if its axes are like any others.
    It cannot see how axes are special that leave all means and widths alike.
    mean: (d,); covariance: (d, d); turns: (repeats, d, d) of `rotations`. ValueError for other shapes and for
    a centred cloud or one that is alike in all directions, which looks the same after every rotation.
    """
    mean, covariance = np.asarray(mean, dtype=float), np.asarray(covariance, dtype=float)
    d = mean.size
    if mean.shape != (d,) or covariance.shape != (d, d) or np.shape(turns)[1:] != (d, d):
        raise ValueError(f"mean (d,), covariance (d, d) and turns (repeats, d, d) must share one d, not "
                         f"{mean.shape}, {covariance.shape} and {np.shape(turns)}")
    if not mean.any() or np.ptp(np.linalg.eigvalsh(covariance)) < 1e-9 * np.trace(covariance):
        raise ValueError("a cloud with centre 0 or alike in all directions looks the same after every "
                         "rotation: give one that has axes to be compared")
    own = statistics(mean, np.diagonal(covariance))
    turned = statistics(turns @ mean, np.einsum("rij,rij->ri", turns @ covariance, turns))
    table = pd.DataFrame({"value": own, "rotated": {name: x.mean() for name, x in turned.items()},
                          "sd": {name: x.std(ddof=1) for name, x in turned.items()}})
    return table.assign(z=(table["value"] - table["rotated"]) / table["sd"]).rename_axis("statistic")
