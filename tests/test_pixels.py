"""Pixel statistics against images whose statistics are known."""

import numpy as np
import pytest
import torch

from lib.images import pixels


def coloured_noise(n, slope, seed=0, size=96):
    """Grey images of Gaussian noise with the power spectrum k^slope."""
    rng = np.random.default_rng(seed)
    k = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * size
    amplitude = np.where(k > 0, np.maximum(k, 1e-9) ** (slope / 2), 0.0)
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, size, size))) * amplitude, s=(size, size))
    field = 0.5 + 0.1 * field / field.std()
    return torch.tensor(field, dtype=torch.float32)[:, None].expand(-1, 3, -1, -1)


def low_rank(n, rank, size=16, seed=0):
    """Images that are sums of `rank` fixed orthogonal patterns with independent weights."""
    rng = np.random.default_rng(seed)
    patterns, _ = np.linalg.qr(rng.standard_normal((3 * size * size, rank)))
    weights = rng.standard_normal((n, rank))
    return torch.tensor(0.5 + weights @ patterns.T, dtype=torch.float32).reshape(n, 3, size, size)


@pytest.mark.parametrize("shape", [(10, 96, 96), (10, 1, 96, 96), (2, 3, 8, 8)])
def test_bad_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="images"):
        pixels.statistics(torch.zeros(shape))


def test_spectrum_refuses_images_that_are_not_square():
    with pytest.raises(ValueError, match="square"):
        pixels.power_spectrum(torch.rand(4, 3, 16, 24))


def test_uint8_and_unit_floats_agree():
    x = (coloured_noise(60, -2) * 255).round().clamp(0, 255).to(torch.uint8)
    assert np.allclose(pixels.statistics(x), pixels.statistics(x.float() / 255), rtol=1e-4)


@pytest.mark.parametrize("slope", [-3.0, -2.5, -2.0])
def test_slope_of_noise_of_known_spectrum(slope):
    # the ring means of 200 images have relative errors of a few per cent: the fit is good to 0.1
    assert pixels.spectral_slope(coloured_noise(200, slope)) == pytest.approx(slope, abs=0.1)


def test_slope_of_white_noise_is_zero_and_not_that_of_photographs():
    slope = pixels.spectral_slope(coloured_noise(200, 0.0))
    assert slope == pytest.approx(0, abs=0.1)
    assert abs(slope - pixels.PHOTOGRAPHS["slope"]) > pixels.SLOPE_TOLERANCE


def test_spectrum_of_one_plane_wave_peaks_at_its_wavenumber():
    x = 0.5 + 0.2 * torch.cos(2 * torch.pi * 9 * torch.arange(96) / 96).expand(4, 3, 96, 96)
    power = pixels.power_spectrum(x)
    assert power.argmax() == 9 and power[20] < 1e-6 * power[9]


@pytest.mark.parametrize("rank", [1, 5, 20])
def test_components_of_images_of_known_rank(rank):
    values, scores = pixels.principal_components(low_rank(100, rank))
    assert pixels.components_needed(values, 0.999) == rank
    assert scores.shape == (100, 100)


@pytest.mark.parametrize(("share", "needed"), [(0.5, 1), (0.6, 1), (0.61, 2), (0.9, 2), (1.0, 3)])
def test_components_needed_are_the_fewest(share, needed):
    assert pixels.components_needed([0.6, 0.3, 0.1], share) == needed


def test_components_agree_with_numpy_svd():
    x = torch.rand(40, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    flat = x.flatten(1).double().numpy()
    expected = np.linalg.svd(flat - flat.mean(0), compute_uv=False) ** 2 / 39
    values, scores = pixels.principal_components(x, k=10)
    assert np.allclose(values[:39], expected[:39], rtol=1e-3)
    assert np.allclose(scores.var(0, ddof=1), expected[:10], rtol=1e-3)


def test_white_noise_needs_nearly_all_components():
    values, _ = pixels.principal_components(coloured_noise(150, 0.0))
    assert pixels.components_needed(values, 0.9) > 120


def test_colours_of_plain_images():
    colour = torch.tensor([0.2, 0.5, 0.4]).reshape(1, 3, 1, 1)
    step = torch.tensor([-0.1, 0.1]).repeat(30).reshape(60, 1, 1, 1)
    grain = 1e-3 * torch.rand(60, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    found = pixels.statistics(colour + step + grain)
    assert found[["mean_red", "mean_green", "mean_blue"]].to_numpy() == pytest.approx(
        [0.2, 0.5, 0.4], abs=2e-3
    )
    assert found[["std_red", "std_green", "std_blue"]].to_numpy() == pytest.approx([0.1] * 3, abs=2e-3)
    assert found["mean_max_min"] == pytest.approx(0.3, abs=2e-3)


def test_dimension_of_a_flat_manifold_of_images():
    rng = np.random.default_rng(0)
    patterns, _ = np.linalg.qr(rng.standard_normal((3 * 48 * 48, 5)))
    x = torch.tensor(0.5 + rng.uniform(-1, 1, (800, 5)) @ patterns.T, dtype=torch.float32).reshape(
        -1, 3, 48, 48
    )
    found = pixels.statistics(x)["dimension_twonn"]
    assert found == pytest.approx(5, abs=4 * 5 / np.sqrt(800) + 0.5)  # edges of the cube lower it a little


def test_compare_calls_noise_unlike_photographs():
    table = pixels.compare(coloured_noise(120, 0.0))
    assert list(table.columns) == ["statistic", "photographs", "this set", "ratio or difference", "within"]
    assert not table.set_index("statistic").loc["slope", "within"]
    assert not table["within"].all()
