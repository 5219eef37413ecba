"""What latents know: probes that predict known factors from z, and how alike two latent spaces are."""
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import subspace_angles
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from lib.cloud import embed, latent, statements
from lib.cloud.points import points

FOLDS = 5
ALPHA = 1.0            # ours: ridge penalty, for standardised z
LANDMARKS = 1_000      # ours: of the Nystroem approximation, at most half of the vectors
GAMMA = 0.1            # ours: of the Gaussian kernel exp(-GAMMA |u - v|^2 / d) of standardised vectors
WEIGHT = 0.1           # ours: of kernel terms beside linear ones, so that bending costs 100 times as much


def probe_scores(z, y, rng):
    """Cross-validated R^2 of a linear and a nonlinear probe of each target: DataFrame (m, 2).

    Linear: ridge regression on the standardised z. Nonlinear: ridge on a Gaussian kernel of them (Nystroem,
    <= 1,000 landmarks) beside the linear terms. R^2 = 1 - sum (y - prediction)^2 / sum (y - mean)^2 over the
    predictions of 5 folds, each by a probe that never saw its vector: 0 if z does not carry the target (or
    just below, by the fit's noise), 1 for a perfect probe. Standard error about 2 R (1 - R^2) / sqrt(n).
    z: (n, d), y: (n, m); rng: numpy.random.Generator, for folds and landmarks. Raises ValueError for other
    shapes, values not finite, n < 20 and a target that never varies.
    Source: Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016.
    """
    z, y = (np.asarray(points(part, least=20), dtype=float) for part in (z, y))
    if len(z) != len(y):
        raise ValueError(f"z and y must describe the same vectors, but there are {len(z)} and {len(y)}")
    if not y.std(axis=0).min() > 0:
        raise ValueError("a target never varies: leave it out")
    standard = StandardScaler().fit_transform(y)
    landmarks = min(LANDMARKS, len(z) // 2)
    predictions = {name: np.empty_like(standard) for name in ("linear", "nonlinear")}
    for fit, left_out in KFold(FOLDS, shuffle=True, random_state=int(rng.integers(2**31))).split(z):
        bent = make_pipeline(Nystroem(gamma=GAMMA / z.shape[1], n_components=landmarks,
                                      random_state=int(rng.integers(2**31))), StandardScaler(with_std=False))
        both = FeatureUnion([("linear", "passthrough"), ("bent", bent)],
                            transformer_weights={"bent": WEIGHT * np.sqrt(landmarks)})
        for name, steps in (("linear", ()), ("nonlinear", (both,))):
            probe = make_pipeline(StandardScaler(), *steps, Ridge(ALPHA)).fit(z[fit], standard[fit])
            predictions[name][left_out] = probe.predict(z[left_out]).reshape(-1, y.shape[1])
    return pd.DataFrame({name: 1 - ((standard - p)**2).sum(axis=0) / (standard**2).sum(axis=0)
                         for name, p in predictions.items()})


def turns(y):
    """Targets of factors y (n, m) that are measured in turns: cos 2 pi y beside sin 2 pi y, (n, 2 m)."""
    y = 2 * np.pi * np.asarray(y, dtype=float)
    return np.concatenate([np.cos(y), np.sin(y)], axis=1)


def factor_scores(z, y, in_turns, rng):
    """`probe_scores` of factors y (n, m), one row each; an angle is probed through its cosine and sine.

    z: (n, d); in_turns: (m,), whether a factor is measured in turns, so that 0 and 1 are the same; its R^2 is
    the mean of both. rng: as in `probe_scores`. Raises ValueError as that.
    """
    targets, owner = _targets(y, in_turns)
    return probe_scores(z, targets, rng).groupby(owner).mean()


def squared_correlations(scores, y, in_turns):
    """Squared correlation of each factor y (n, m) with each column of scores (n, k): (m, k).

    1: the column is the factor, up to place and scale. For a factor in_turns (m,) the mean of those of its
    cosine and sine. A column or factor that never varies gives NaN. Raises ValueError for other shapes.
    """
    targets, owner = _targets(y, in_turns)
    k = points(scores).shape[1]
    squared = np.corrcoef(scores.T, targets.T)[:k, k:] ** 2                         # (k, targets)
    return np.stack([squared[:, owner == factor].mean(axis=1) for factor in range(len(in_turns))])


def _targets(y, in_turns):
    """What is probed for the factors y (n, m), and which factor (targets,) each column belongs to."""
    y = points(y)
    columns = [turns(y[:, [k]]) if angle else y[:, [k]] for k, angle in enumerate(in_turns)]
    owner = np.repeat(np.arange(len(columns)), [part.shape[1] for part in columns])
    return np.concatenate(columns, axis=1), owner


class Alike(NamedTuple):
    """How alike two latent spaces are, judged by the same images."""
    cosines: np.ndarray        # (k,) of the principal angles between the leading spaces, largest first
    by_chance: np.ndarray      # (k,) the same with the images of one shuffled
    spectra: tuple             # two (d,): share of the variance of each principal component
    dominant: tuple            # two (d,) bool: the dominant components, as `latent.components`


def compare(a, b, rng, k=10):
    """`Alike` of the latents a (n, d) and b (n, d) of the same n images in two networks.

    The cosines are those of the principal angles between the spaces that the scores of the images on the k
    leading principal components span: 1 for a direction that both have, 0 for one that only one has. They do
    not depend on how each space is turned or scaled. rng: numpy.random.Generator, shuffles b.
    Raises ValueError as `embed.pca`, for counts that differ and n <= k.
    Source: Bjorck and Golub, "Numerical methods for computing angles between linear subspaces", 1973; use for
    networks: Raghu et al., "SVCCA", 2017.
    """
    a, b = (np.asarray(points(part, least=k + 1), dtype=float) for part in (a, b))
    if len(a) != len(b):
        raise ValueError(f"a and b must describe the same images, but there are {len(a)} and {len(b)}")
    fits = [embed.pca(part) for part in (a, b)]
    first, second = (fit.transform(part)[:, :k] for fit, part in zip(fits, (a, b), strict=True))     # centred
    cosines, by_chance = (np.cos(subspace_angles(first, other))[::-1]
                          for other in (second, rng.permutation(second)))
    return Alike(cosines, by_chance, tuple(fit.explained_variance_ratio_ for fit in fits),
                 tuple(latent.components(part).dominant.to_numpy() for part in (a, b)))


def summary(pair):
    """The numbers of `Alike` in one row {name: number}: of cosines, spectra and dominant components.

    "spectra apart" is the largest difference of the cumulative spectra, "by chance" the number of components
    in common that two independent choices of so many would have on average; "agreement" and "error": of the
    two choices, as `statements.agreement`, which raises ValueError where none or all dominate.
    """
    first, second = pair.dominant
    agreement, error = statements.agreement(first, second)
    return {"mean cosine": pair.cosines.mean(), "smallest": pair.cosines.min(),
            "of shuffled images": pair.by_chance.mean(),
            "spectra apart": abs(np.subtract(*(np.cumsum(part) for part in pair.spectra))).max(),
            "dominant, first": int(first.sum()), "dominant, second": int(second.sum()),
            "in common": int((first & second).sum()), "by chance": first.sum() * second.sum() / len(first),
            "agreement": agreement, "error": error}
