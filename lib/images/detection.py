"""Is there a face? A detector this project did not write, counted with its uncertainty."""

import numpy as np
import torch
from scipy.spatial.distance import cdist
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade
from torch.nn.functional import interpolate

# Fixed settings of the cascade. Ours: the posts use no detector.
DETECTOR_SIZE = 96  # side to which images are brought
SCALE_FACTOR = 1.05  # ratio of successive window sizes
STEP_RATIO = 1.0  # step of the window, in units of its scale
MIN_FOUND, MAX_ALARMS = 0.8, 0.2  # ours: what a judge must reach on faces, and keep below on none
MIN_SIZE, MAX_SIZE = 48, 94  # side of the searched windows, pixels of DETECTOR_SIZE


def frontal_face_hits(images):
    """Whether scikit-image's LBP frontal-face cascade finds at least one face, per image: a bool array (n,).

    images: uint8 (n, 3, h, w), a tensor or an array. Raises ValueError on another type or shape.
    Source: OpenCV's cascade of local binary patterns (Ahonen and others, 2006), as in scikit-image.
    """
    x = torch.as_tensor(images)
    if x.dtype != torch.uint8 or x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(f"images are {x.dtype} of shape {tuple(x.shape)}; give uint8 (n, 3, h, w)")
    if x.shape[2:] != (DETECTOR_SIZE, DETECTOR_SIZE):
        x = interpolate(x.float(), size=(DETECTOR_SIZE, DETECTOR_SIZE), mode="bilinear", antialias=True)
        x = x.round().clamp(0, 255).to(torch.uint8)
    pixels = np.ascontiguousarray(x.permute(0, 2, 3, 1).cpu().numpy())
    cascade = Cascade(lbp_frontal_face_cascade_filename())
    hits = [
        len(
            cascade.detect_multi_scale(
                img=image,
                scale_factor=SCALE_FACTOR,
                step_ratio=STEP_RATIO,
                min_size=(MIN_SIZE, MIN_SIZE),
                max_size=(MAX_SIZE, MAX_SIZE),
            )
        )
        > 0
        for image in pixels
    ]
    return np.array(hits, dtype=bool)


def block_shuffle(images, block=8, *, rng):
    """The images with their blocks of block x block pixels in random order, another order for each image.

    images: (n, c, h, w) tensor or array; rng: a numpy Generator. ValueError unless block divides h and w.
    """
    n, c, h, w = images.shape
    if h % block or w % block:
        raise ValueError(
            f"images of {h} by {w} do not split into blocks of {block}; choose a divisor of both"
        )
    rows, columns = h // block, w // block
    x = torch.as_tensor(images).reshape(n, c, rows, block, columns, block)
    x = x.permute(0, 2, 4, 1, 3, 5).reshape(n, rows * columns, c, block, block)
    order = torch.as_tensor(rng.permuted(np.tile(np.arange(rows * columns), (n, 1)), axis=1), device=x.device)
    x = x[torch.arange(n, device=x.device)[:, None], order]
    x = x.reshape(n, rows, columns, c, block, block).permute(0, 3, 1, 4, 2, 5).reshape(n, c, h, w)
    return x if isinstance(images, torch.Tensor) else x.numpy()


def frechet_distance(a, b):
    """Frechet distance of two sets of features a (n, k), b (m, k): |mu_a - mu_b|^2 + tr(A + B - 2 (A B)^(1/2)).

    A, B: their covariances. 0 for equal Gaussians; finite samples add about k (k + 1) / (4 n) in units of the variance, so
    compare at equal n and k only. Raises ValueError for other shapes, n or m <= k, and values that are not finite.
    Source: Heusel et al., "GANs trained by a two time-scale update rule", 2017, with features of our own.
    """
    a, b = _features(a, b)
    if min(len(a), len(b)) <= a.shape[1]:
        raise ValueError(f"{len(a)} and {len(b)} vectors are too few for {a.shape[1]} features: use fewer features")
    values, axes = np.linalg.eigh(np.cov(a, rowvar=False))
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    product = np.linalg.eigvalsh(root @ np.cov(b, rowvar=False) @ root)
    shift = ((a.mean(axis=0) - b.mean(axis=0))**2).sum()
    return float(shift + a.var(axis=0, ddof=1).sum() + b.var(axis=0, ddof=1).sum()
                 - 2 * np.sqrt(np.maximum(product, 0)).sum())


def precision_recall(real, made, k=3):
    """Precision and recall (2,) of features `made` (m, k) against `real` (n, k).

    Precision: share of the made ones within the reach of a real one, that is, no farther from it than its own k-th nearest
    real neighbour; recall: share of the real ones within the reach of a made one. Two samples of one law have about the
    same value of both, below 1. Raises ValueError for other shapes, fewer than k + 2 vectors, values not finite.
    Source: Kynkaanniemi et al., "Improved precision and recall metric for assessing generative models", 2019; k = 3.
    """
    real, made = _features(real, made)
    if min(len(real), len(made)) < k + 2:
        raise ValueError(f"{min(len(real), len(made))} vectors are too few for {k} neighbours")
    reach_real, reach_made = (np.sort(cdist(x, x), axis=1)[:, k] for x in (real, made))
    between = cdist(made, real)
    return np.array([(between <= reach_real).any(axis=1).mean(), (between <= reach_made[:, None]).any(axis=0).mean()])


def _features(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or not np.isfinite([a.sum(), b.sum()]).all():
        raise ValueError(f"features must be finite and of shapes (n, k) and (m, k), not {a.shape} and {b.shape}")
    return a, b


def doubts(faces, controls):
    """Why the detector is no judge on an image set: a list of sentences, empty where it is calibrated.

    faces: (hits, n) on the original images; controls: {name: (hits, n)} on pictures without a face. Expected is, with
    95 % confidence (Wilson intervals), a rate of at least 0.8 on faces and of at most 0.2 on each control (ours).
    Raises ValueError for what is no rate, and without a control.

    >>> doubts((29, 30), {"noise": (0, 30)})
    []
    >>> doubts((3, 30), {"noise": (0, 30)})
    ['the detector finds 3 of 30 original images, which may be less than 80 %: rates of faces are too low by an unknown share']
    """
    if not controls:
        raise ValueError("without pictures that hold no face nothing is known of false alarms: give some")
    found = []
    if wilson_interval(*faces)[0] < MIN_FOUND:
        found.append(f"the detector finds {faces[0]} of {faces[1]} original images, which may be less than {100 * MIN_FOUND:.0f} %: "
                     "rates of faces are too low by an unknown share")
    for name, (hits, n) in controls.items():
        if wilson_interval(hits, n)[1] > MAX_ALARMS:
            found.append(f"the detector finds faces in {hits} of {n} pictures without any ({name}), which may be more than "
                         f"{100 * MAX_ALARMS:.0f} %: a high rate of faces proves nothing")
    return found


def wilson_interval(hits, n, z=1.96):
    """The score interval (low, high) of a rate from `hits` successes in n trials, at z standard deviations.

    With p = hits / n and c = 1 + z^2 / n: (p + z^2 / 2n) / c -+ z sqrt(p (1 - p) / n + z^2 / 4n^2) / c.
    Raises ValueError unless 0 <= hits <= n and n > 0. Source: Wilson, 1927.

    >>> low, high = wilson_interval(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    if not (n > 0 and 0 <= hits <= n):
        raise ValueError(f"{hits} hits in {n} trials is no rate; give 0 <= hits <= n with n > 0")
    p = hits / n
    scale = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / scale
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / scale
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
