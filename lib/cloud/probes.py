"""What do latents know? Probes that predict known factors from z, and how alike two latent spaces are."""
import numpy as np
import pandas as pd
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDS = 5
ALPHA = 1.0            # ours: ridge penalty, for standardised z
LANDMARKS = 1_000      # ours: of the Nystroem approximation, at most half of the vectors
GAMMA = 0.1            # ours: width of the Gaussian kernel, exp(-GAMMA |u - v|^2 / d) for standardised vectors
WEIGHT = 0.1           # ours: of the kernel terms beside the linear ones, so that bending costs 100 times as much


def probe_scores(z, y, rng):
    """Cross-validated R^2 of a linear and a nonlinear probe of each target: DataFrame (m, 2), linear and nonlinear.

    Linear: ridge regression on the standardised z. Nonlinear: ridge on a Gaussian kernel of them (Nystroem, at most
    1,000 landmarks) beside the linear terms. R^2 = 1 - sum (y - prediction)^2 / sum (y - mean)^2 over the predictions
    of 5 folds, each made by a probe that never saw its vector: 0 for a target that z does not carry (a little below,
    by the noise of the fit), 1 for a perfect probe. Standard error about 2 sqrt(R^2) (1 - R^2) / sqrt(n).
    z: (n, d), y: (n, m); rng: numpy.random.Generator, for folds and landmarks. Raises ValueError for other shapes,
    values not finite, n < 20 and a target that never varies.
    Source: Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016.
    """
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    if z.ndim != 2 or y.ndim != 2 or len(z) != len(y) or len(z) < 20 or not np.isfinite([z.sum(), y.sum()]).all():
        raise ValueError(f"z and y must be finite and of shapes (n, d) and (n, m) with n >= 20, not {z.shape}, {y.shape}")
    if not y.std(axis=0).min() > 0:
        raise ValueError("a target never varies: leave it out")
    standard = StandardScaler().fit_transform(y)
    d, landmarks = z.shape[1], min(LANDMARKS, len(z) // 2)
    predictions = {name: np.empty_like(standard) for name in ("linear", "nonlinear")}
    for fit, left_out in KFold(FOLDS, shuffle=True, random_state=int(rng.integers(2**31))).split(z):
        scale = StandardScaler().fit(z[fit])
        u, u_out = scale.transform(z[fit]), scale.transform(z[left_out])
        kernel = make_pipeline(Nystroem(gamma=GAMMA / d, n_components=landmarks,
                                        random_state=int(rng.integers(2**31))), StandardScaler(with_std=False))
        bent, bent_out = (np.hstack([part, WEIGHT * np.sqrt(landmarks) * features]) for part, features in
                          ((u, kernel.fit_transform(u)), (u_out, kernel.transform(u_out))))
        predictions["linear"][left_out] = Ridge(ALPHA).fit(u, standard[fit]).predict(u_out).reshape(-1, y.shape[1])
        predictions["nonlinear"][left_out] = Ridge(ALPHA).fit(bent, standard[fit]).predict(bent_out).reshape(-1, y.shape[1])
    return pd.DataFrame({name: 1 - ((standard - p)**2).sum(axis=0) / (standard**2).sum(axis=0)
                         for name, p in predictions.items()})


def turns(y):
    """Targets of factors y (n, m) that are measured in turns: cos 2 pi y beside sin 2 pi y, (n, 2 m)."""
    y = 2 * np.pi * np.asarray(y, dtype=float)
    return np.concatenate([np.cos(y), np.sin(y)], axis=1)


def shared_directions(a, b):
    """Cosines (k,) of the principal angles between the column spaces of a (n, k) and b (n, k), largest first.

    a and b describe the same n images in two latent spaces, such as their scores on the k leading principal components.
    1: a direction in the space of images that both have, 0: one that only one has. They do not depend on how each space
    is turned or scaled. Random subspaces have cosines up to about 2 sqrt(k (n - k)) / n for k << n.
    Raises ValueError for other shapes, k > n - 1, and columns that depend on others.
    Source: Bjorck and Golub, "Numerical methods for computing angles between linear subspaces", 1973; use for
    networks: Raghu et al., "SVCCA", 2017.
    """
    bases = []
    for x in (np.asarray(a, dtype=float), np.asarray(b, dtype=float)):
        if x.ndim != 2 or x.shape != np.shape(a) or x.shape[1] >= len(x) or not np.isfinite(x).all():
            raise ValueError(f"a and b must be finite and of one shape (n, k) with k < n, not {np.shape(a)}, {np.shape(b)}")
        left, singular, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
        if not singular[-1] > 1e-9 * singular[0]:
            raise ValueError("columns of a or b depend on others: use fewer")
        bases.append(left)
    return np.clip(np.linalg.svd(bases[0].T @ bases[1], compute_uv=False), 0, 1)
