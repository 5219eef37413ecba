"""Is there a face? A detector this project did not write, and what to think of it on an image set."""
import numpy as np
import torch
from scipy.stats import binomtest
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade
from torch.nn.functional import interpolate

# Fixed settings of the cascade. Ours: the posts use no detector.
DETECTOR_SIZE = 96                          # side to which images are brought
SCALE_FACTOR = 1.05                         # ratio of successive window sizes
STEP_RATIO = 1.0                            # step of the window, in units of its scale
MIN_SIZE, MAX_SIZE = 48, 94                 # side of the searched windows, pixels of DETECTOR_SIZE
MIN_FOUND, MAX_ALARMS = 0.8, 0.2            # ours: what a judge must reach on faces, and keep below on none


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
    pixels = np.ascontiguousarray(x.permute(0, 2, 3, 1).cpu().numpy())                # (n, 96, 96, 3)
    settings = SCALE_FACTOR, STEP_RATIO, (MIN_SIZE, MIN_SIZE), (MAX_SIZE, MAX_SIZE)
    cascade = Cascade(lbp_frontal_face_cascade_filename())
    return np.array([len(cascade.detect_multi_scale(image, *settings)) > 0 for image in pixels], dtype=bool)


def block_shuffle(images, block=8, *, rng):
    """The images with their blocks of block x block pixels in random order, another order for each image.

    images: (n, c, h, w) tensor or array; rng: a numpy Generator. ValueError unless block divides h and w.
    """
    n, c, h, w = images.shape
    if h % block or w % block:
        raise ValueError(f"images of {h} by {w} do not split into blocks of {block}; give a divisor of both")
    rows, columns = h // block, w // block
    x = torch.as_tensor(images).reshape(n, c, rows, block, columns, block)
    x = x.permute(0, 2, 4, 1, 3, 5).reshape(n, rows * columns, c, block, block)
    order = torch.as_tensor(rng.permuted(np.tile(np.arange(rows * columns), (n, 1)), axis=1), device=x.device)
    x = x[torch.arange(n, device=x.device)[:, None], order]
    x = x.reshape(n, rows, columns, c, block, block).permute(0, 3, 1, 4, 2, 5).reshape(n, c, h, w)
    return x if isinstance(images, torch.Tensor) else x.numpy()


def doubts(faces, controls):
    """Why the detector is no judge on an image set: a list of sentences, empty where it is calibrated.

    faces: (hits, n) on the original images; controls: {name: (hits, n)} on pictures without a face. Expected
    is, with 95 % confidence (Wilson intervals), a rate of at least 0.8 on faces and of at most 0.2 on each
    control (ours).
    Raises ValueError for what is no rate, and without a control.

    >>> doubts((29, 30), {"noise": (0, 30)})
    []
    >>> doubts((29, 30), {"noise": (9, 30)})[0][:58]
    'the detector finds faces in 9 of 30 pictures without any ('
    """
    if not controls:
        raise ValueError("without pictures that hold no face nothing is known of false alarms: give some")
    found = []
    if binomtest(*faces).proportion_ci(0.95, "wilson").low < MIN_FOUND:
        found.append(f"the detector finds {faces[0]} of {faces[1]} original images, which may be less than "
                     f"{100 * MIN_FOUND:.0f} %: rates of faces are too low by an unknown share")
    for name, (hits, n) in controls.items():
        if binomtest(hits, n).proportion_ci(0.95, "wilson").high > MAX_ALARMS:
            found.append(f"the detector finds faces in {hits} of {n} pictures without any ({name}), which "
                         f"may be more than {100 * MAX_ALARMS:.0f} %: a high rate of faces proves nothing")
    return found
