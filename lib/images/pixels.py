"""Statistics of the pixels of an image set, beside those of aligned face photographs."""

import numpy as np
import pandas as pd
import torch
from skdim.id import TwoNN

# Measured on 3,000 aligned face photographs at 96x96, as given to us. Intensities in [0, 1].
PHOTOGRAPHS = {"components_80": 26.0, "components_90": 85.0, "components_95": 208.0, "share_first": 0.36,
               "slope": -3.0, "mean_red": 0.51, "mean_green": 0.41, "mean_blue": 0.36, "std_red": 0.30,
               "std_green": 0.27, "std_blue": 0.28, "mean_max_min": 0.165, "dimension_twonn": 19.0}
TOLERANCE = 0.25  # ours, of the photographs' value
SLOPE_TOLERANCE = 0.3  # ours, absolute
WAVENUMBERS = (2, 20)  # cycles per frame, both ends included, of the fit of the slope
LEADING = 100  # pixel components in which the two-nearest-neighbour dimension is measured


def _unit(images):
    """Images as float32 in [0, 1] of shape (n, 3, h, w), from uint8 or from floats already in [0, 1]."""
    x = torch.as_tensor(images)
    if x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(f"images have the shape {tuple(x.shape)}; give (n, 3, h, w)")
    if len(x) < 3:
        raise ValueError(f"{len(x)} images have no statistics; give 3 or more")
    return x.float() / 255 if x.dtype == torch.uint8 else x.float()


def principal_components(images, k=LEADING):
    """Eigenvalues of the pixel covariance and the scores of the first k components.

    With X the centred (n, 3 h w) pixels, X X' = U diag(s^2) U' gives eigenvalues s^2 / (n - 1), largest
    first, and scores U s. Products in float32. Returns (n,) and (n, min(k, n)) arrays.
    """
    x = _unit(images).flatten(1)
    x = x - x.mean(0)
    gram = (x @ x.T).double()
    values, vectors = torch.linalg.eigh(gram)
    values, vectors = values.flip(0).clamp(min=0), vectors.flip(1)
    return (values / (len(x) - 1)).numpy(), (vectors[:, :k] * values[:k].sqrt()).numpy()


def components_needed(eigenvalues, share):
    """Smallest number of principal components whose eigenvalues, largest first, sum to `share` of the
    variance or more."""
    return int(np.count_nonzero(np.cumsum(eigenvalues) / np.sum(eigenvalues) < share - 1e-12)) + 1


def power_spectrum(images):
    """Azimuthal mean P(k) of the power of grey images, k = 0 .. h // 2 cycles per frame, over all images.

    Grey is the mean of the channels; each image's mean is removed, then a separable Hann window applied;
    each Fourier coefficient counts for the ring of its rounded wavenumber. Returns a float64 array.
    Raises ValueError if the images are not square.
    """
    x = _unit(images).mean(1)
    size = x.shape[-1]
    if x.shape[-2] != size:
        raise ValueError(f"images are {x.shape[-2]} by {size}; the spectrum needs square ones")
    hann = torch.hann_window(size, periodic=True)
    power = torch.zeros(size, size // 2 + 1, dtype=torch.float64)
    for part in x.split(500):
        part = (part - part.mean((1, 2), keepdim=True)) * hann * hann[:, None]
        power += torch.fft.rfft2(part).abs().square().sum(0).double()
    ky, kx = np.fft.fftfreq(size) * size, np.arange(size // 2 + 1)
    ring = np.rint(np.hypot(ky[:, None], kx)).astype(int).ravel()
    weight = np.where((kx == 0) | (kx * 2 == size), 1.0, 2.0) * np.ones((size, 1))  # with the half not stored
    total = np.bincount(ring, (power.numpy() * weight).ravel()) / np.bincount(ring, weight.ravel())
    return total[: size // 2 + 1] / len(x)


def spectral_slope(images, wavenumbers=WAVENUMBERS):
    """The exponent s of P(k) ~ k^s: the least-squares slope of log P against log k, k = 2 .. 20."""
    first, last = wavenumbers
    k = np.arange(first, last + 1)
    return float(np.polyfit(np.log(k), np.log(power_spectrum(images)[k]), 1)[0])


def statistics(images):
    """The statistics of PHOTOGRAPHS for images (n, 3, h, w), uint8 or floats in [0, 1], as a Series.

    components_P: principal components of the pixels for P % of the variance; share_first: the first one's
    share; slope: of the power spectrum; mean and std per channel, both over all pixels of all images;
    mean_max_min: mean over pixels of the largest minus the smallest channel; dimension_twonn: the
    two-nearest-neighbour dimension (Facco and others, 2017) of the first 100 pixel components.
    Raises ValueError if the images are not (n, 3, h, w), square, and at least 3.
    """
    x = _unit(images)
    values, scores = principal_components(images)
    out = {f"components_{p}": components_needed(values, p / 100) for p in (80, 90, 95)}
    out["share_first"] = values[0] / values.sum()
    out["slope"] = spectral_slope(images)
    colours = ("red", "green", "blue")
    out |= {f"mean_{name}": float(x[:, c].double().mean()) for c, name in enumerate(colours)}
    out |= {f"std_{name}": float(x[:, c].double().std()) for c, name in enumerate(colours)}
    out["mean_max_min"] = float((x.amax(1) - x.amin(1)).mean())
    out["dimension_twonn"] = float(TwoNN().fit(scores).dimension_)
    return pd.Series(out, dtype=float).reindex(list(PHOTOGRAPHS))


def compare(images):
    """`statistics(images)` beside PHOTOGRAPHS: ratio (for the slope: difference) and whether it is within.

    Columns: statistic, photographs, this set, ratio or difference, within (TOLERANCE, SLOPE_TOLERANCE).
    """
    table = pd.DataFrame({"statistic": list(PHOTOGRAPHS), "photographs": list(PHOTOGRAPHS.values()),
                          "this set": statistics(images).to_numpy()})
    slope = table["statistic"] == "slope"
    ratio = table["this set"] / table["photographs"]
    table["ratio or difference"] = ratio.where(~slope, table["this set"] - table["photographs"])
    table["within"] = np.where(slope, table["ratio or difference"].abs() <= SLOPE_TOLERANCE,
                               (ratio - 1).abs() <= TOLERANCE)
    return table
