"""Procedural faces: named continuous factors, their joint distribution, and a renderer of portraits."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from scipy.special import ndtr

from lib.images import faces_parts as parts


class Factor(NamedTuple):
    """One continuous property of a picture: its name, its range and what the two ends mean."""

    name: str
    low: float
    high: float
    meaning: str


FACTORS = tuple(
    Factor(*row)
    for row in (  # ours: the posts use photographs
        ("yaw", -1, 1, "head turned to the picture's left .. right, 1 is about 25 degrees"),
        ("pitch", -1, 1, "head tilted up .. down, 1 is about 15 degrees"),
        ("roll", -0.08, 0.08, "head inclined, radians"),
        ("shift_x", -0.02, 0.02, "position of the head, half frames"),
        ("shift_y", -0.02, 0.02, "position of the head, half frames, down is positive"),
        ("head_size", 0.98, 1.05, "size of the head, ratio"),
        ("face_width", 0.90, 1.12, "ratio"),
        ("face_length", 0.95, 1.06, "ratio"),
        ("jaw", -1, 1, "narrow .. square jaw"),
        ("chin", -1, 1, "pointed .. broad chin"),
        ("forehead", -1, 1, "narrow and low .. broad and high forehead"),
        ("cheeks", -1, 1, "hollow .. full cheeks"),
        ("skin_tone", 0, 1, "dark .. light skin"),
        ("skin_redness", 0, 1, "pale .. rosy skin"),
        ("hair_light", 0, 1, "black .. blond hair"),
        ("hair_warm", 0, 1, "ashen .. reddish hair"),
        ("hair_length", 0, 1, "cropped .. beyond the shoulders"),
        ("hair_part", -1, 1, "parting on the left .. right"),
        ("hair_style", 0, 1, "straight hairline .. curtains from the parting"),
        ("hair_curl", 0, 1, "straight .. wavy hair"),
        ("hair_volume", 0, 1, "flat .. full hair"),
        ("fringe", 0, 1, "forehead free .. covered by a fringe"),
        ("strand_phase", 0, 1, "placement of the strands, turns"),
        ("curl_phase", 0, 1, "placement of the waves, turns"),
        ("brow_thickness", 0, 1, "thin .. bushy brows"),
        ("brow_tilt", -1, 1, "inner ends up .. down"),
        ("brow_height", -1, 1, "low .. high brows"),
        ("eye_size", 0.88, 1.14, "ratio"),
        ("eye_spacing", 0.93, 1.08, "ratio"),
        ("eye_open", 0.4, 1, "narrowed .. wide open eyes"),
        ("iris_light", 0, 1, "dark .. light iris"),
        ("iris_hue", 0, 1, "brown .. blue iris"),
        ("gaze_x", -1, 1, "looking to the picture's left .. right"),
        ("gaze_y", -1, 1, "looking up .. down"),
        ("nose_length", 0.9, 1.1, "ratio"),
        ("nose_width", 0.85, 1.25, "ratio"),
        ("mouth_width", 0.85, 1.15, "ratio"),
        ("lip_fullness", 0, 1, "thin .. full lips"),
        ("lip_colour", 0, 1, "skin-coloured .. red lips"),
        ("smile", -0.3, 1, "corners down .. broad smile"),
        ("mouth_open", 0, 1, "none below 0.4 .. teeth and mouth well open"),
        ("glasses", 0, 1, "none below 0.75 .. dark frames"),
        ("beard", 0, 1, "none below 0.5 .. full beard"),
        ("moustache", 0, 1, "none below 0.5 .. full moustache"),
        ("age", 0, 1, "smooth skin .. lines and folds"),
        ("light_x", -1, 1, "light from the picture's left .. right"),
        ("light_y", -0.3, 1, "light from below .. above"),
        ("light_strength", 0, 1, "flat .. strong directed light"),
        ("light_warmth", -1, 1, "cool .. warm light"),
        ("exposure", -1, 1, "dark .. bright picture"),
        ("back_light", 0, 1, "dark .. light background, at one end"),
        ("back_contrast", -1, 1, "the other end darker .. lighter"),
        ("back_warmth", -1, 1, "blue .. ochre background, at one end"),
        ("back_warmth_2", -1, 1, "the same at the other end"),
        ("back_angle", 0, 1, "direction of the background gradient, turns"),
        ("clutter_large", 0, 1, "strength of large soft shapes behind the head"),
        ("clutter_small", 0, 1, "strength of small soft shapes behind the head"),
        ("clutter_x", 0, 1, "placement of the shapes, turns"),
        ("clutter_y", 0, 1, "placement of the shapes, turns"),
        ("clutter_phase", 0, 1, "placement of the small shapes, turns"),
        ("clothes_light", 0, 1, "dark .. light clothes"),
        ("clothes_hue", 0, 1, "hue of the clothes, turns"),
        ("collar", 0, 1, "closed .. open collar"),
        ("blur", 0, 1, "edges 1.1 .. 2.1 pixels of 96 wide"),
        ("noise", 0, 1, "no grain .. standard deviation 0.008 of grain"),
        ("noise_phase", 0, 1, "mixture of the two grain patterns, turns"),
    )
)
NAMES = tuple(factor.name for factor in FACTORS)

# Hidden causes and their loadings: cor(i, j) = sum over causes of loading_i * loading_j. Ours.
LOADINGS = {"femininity": {"hair_length": 0.80, "beard": -0.75, "moustache": -0.70, "brow_thickness": -0.5,
                           "jaw": -0.55, "chin": -0.4, "lip_fullness": 0.5, "lip_colour": 0.6,
                           "eye_size": 0.4, "hair_volume": 0.35, "hair_style": 0.45, "nose_width": -0.3,
                           "face_width": -0.2, "brow_height": 0.3, "collar": 0.3},
            "age": {"age": 0.9, "glasses": 0.3, "hair_warm": -0.3, "hair_volume": -0.25, "skin_redness": 0.2,
                    "lip_fullness": -0.25, "fringe": -0.2, "face_width": 0.15},
            "fairness": {"skin_tone": 0.8, "hair_light": 0.65, "iris_light": 0.65, "iris_hue": 0.5,
                         "hair_warm": 0.3, "skin_redness": 0.35, "hair_curl": -0.3, "lip_fullness": -0.2,
                         "nose_width": -0.25},
            "joy": {"smile": 0.85, "mouth_open": 0.65, "eye_open": -0.4, "cheeks": 0.5, "mouth_width": 0.5,
                    "brow_height": 0.2},
            "turn": {"yaw": 0.8, "gaze_x": 0.5, "hair_part": -0.2, "shift_x": 0.3},
            "nod": {"pitch": 0.8, "gaze_y": 0.4, "shift_y": 0.2},
            "outdoors": {"light_strength": 0.5, "light_warmth": 0.5, "back_light": 0.4, "exposure": 0.4,
                         "clutter_small": 0.4, "back_warmth": 0.5, "back_warmth_2": 0.5, "light_y": 0.3},
            "facial_hair": {"beard": 0.45, "moustache": 0.5}}


def correlation():
    """The (k, k) correlation of the normal scores of the factors: loadings times their transpose, diagonal 1.

    Source: ours; a factor model (Spearman, 1904), whose off-diagonal entries LOADINGS gives.
    """
    table = np.array([[cause.get(name, 0.0) for cause in LOADINGS.values()] for name in NAMES])
    matrix = table @ table.T
    np.fill_diagonal(matrix, 1.0)
    return matrix


def sample_factors(n, seed):
    """Draw n rows of factors, x = low + (high - low) Phi(L e), e standard normal, L L' = correlation().

    A Gaussian copula with uniform marginals. A longer sample with the same seed starts with the same rows.
    Returns a float32 DataFrame of shape (n, len(FACTORS)), one column per factor.
    Raises ValueError if n is negative.

    >>> sample_factors(3, seed=0).equals(sample_factors(5, seed=0).head(3))
    True
    """
    if n < 0:
        raise ValueError(f"the number of faces is {n}; give 0 or more")
    normals = np.random.default_rng(seed).standard_normal((n, len(FACTORS)))
    factor = np.linalg.cholesky(correlation())
    scores = np.zeros_like(normals)
    for j in range(len(FACTORS)):  # a fixed order of summation, so that rows do not depend on n
        scores += normals[:, j, None] * factor[:, j]
    low = np.array([f.low for f in FACTORS])
    high = np.array([f.high for f in FACTORS])
    values = (low + (high - low) * ndtr(scores)).astype(np.float32)
    return pd.DataFrame(np.clip(values, low.astype(np.float32), high.astype(np.float32)), columns=NAMES)


def _checked(factors):
    """The factors as float64 arrays by name, or a ValueError that names the first bad factor."""
    missing = [name for name in NAMES if name not in factors]
    if missing:
        raise ValueError(f"the factors lack the column {missing[0]!r}; sample_factors gives all {len(NAMES)}")
    columns = {name: np.asarray(factors[name], dtype=np.float64) for name in NAMES}
    for f in FACTORS:
        x = columns[f.name]
        slack = 1e-6 * (f.high - f.low)
        bad = ~((x >= f.low - slack) & (x <= f.high + slack))
        if bad.any():
            raise ValueError(
                f"factor {f.name!r} is {x[bad][0]:g} in row {int(np.argmax(bad))}; "
                f"its range is {f.low:g} to {f.high:g}"
            )
    return columns


def render(factors, size=96, device="cpu"):
    """Draw one portrait per row of factors: a uint8 tensor of shape (n, 3, size, size) on `device`.

    A picture is a function of its own row only, whatever the batch: chunks are padded to one fixed length.
    Edges are soft by a pixel's width at any size, so that size=192 gives the same faces. The arithmetic on
    pixels is sums, products, quotients and square roots of float32: GPUs agree with CPUs up to rounding.
    Raises ValueError on a missing column, a value out of range or not finite, and a size below 16.
    """
    if size < 16:
        raise ValueError(f"size is {size}; a face needs at least 16 pixels")
    columns = _checked(factors)
    n = len(columns[NAMES[0]])
    images = torch.empty((n, 3, size, size), dtype=torch.uint8, device=device)
    on_cpu = torch.device(device).type == "cpu"
    chunk = max(1, parts.CHUNK * 96 * 96 // size**2) if on_cpu else 256
    canvas = parts.canvas(size, device)

    def draw(start):
        rows = np.minimum(np.arange(start, start + chunk), n - 1)
        with torch.inference_mode():
            p = parts.parameters({name: x[rows] for name, x in columns.items()}, size, device)
            images[start : start + chunk] = parts.draw(p, canvas)[: n - start]

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a thread per chunk, instead of all threads on each small operation
    try:
        with ThreadPoolExecutor(threads if on_cpu else 1) as pool:
            list(pool.map(draw, range(0, n, chunk)))
    finally:
        torch.set_num_threads(threads)
    return images
