"""Reading a cloud by its radii: is a rough curve of counts rougher than counting makes it?"""
import numpy as np
import pytest

from lib.cloud import latent

EDGES = np.linspace(0, 20, 401)
SEEDS = range(20)


def smooth_radii(seed, n=20_000):
    return np.random.default_rng(seed).normal(10, 1.5, n)


def shells(seed, n=20_000):
    """Radii on shells 0.2 apart: structure four intervals wide, below the kernel's width."""
    rng = np.random.default_rng(seed)
    return np.rint(smooth_radii(seed, n) / 0.2) * 0.2 + rng.normal(0, 0.05, n)


@pytest.mark.parametrize("r", [[1.0], [[1.0, 2.0]], [1.0, np.nan], [3.0, 3.0, 3.0]])
def test_radii_that_make_no_curve_are_refused(r):
    with pytest.raises(ValueError, match="r must be"):
        latent.smoothed_counts(r, EDGES)


@pytest.mark.parametrize("edges", [[0, 1, 3], np.geomspace(1, 20, 30), [2, 1, 0]])
def test_edges_of_unequal_distance_are_refused(edges):
    with pytest.raises(ValueError, match="edges must be"):
        latent.smoothed_counts(smooth_radii(0), edges)


def test_edges_farther_apart_than_the_kernel_is_wide_are_refused():
    with pytest.raises(ValueError, match="edges must be closer"):
        latent.smoothed_counts(smooth_radii(0), np.arange(0, 21, 5))


def test_edges_that_miss_the_radii_are_refused():
    with pytest.raises(ValueError, match="cover r"):
        latent.smoothed_counts(smooth_radii(0), EDGES + 100)


def test_counts_are_numpys_and_the_smooth_curve_keeps_their_sum():
    r = smooth_radii(0)
    found = latent.smoothed_counts(r, EDGES)
    assert np.array_equal(found.counts, np.histogram(r, EDGES)[0])
    assert found.smooth.sum() == pytest.approx(len(r))


def test_the_band_is_two_counting_errors_wide_and_never_below_zero():
    found = latent.smoothed_counts(smooth_radii(0), EDGES)
    many = found.smooth > 4
    assert found.band.shape == (2, len(EDGES) - 1) and (found.band >= 0).all()
    assert np.allclose((found.band[1] - found.band[0])[many], 4 * np.sqrt(found.smooth[many]))


def test_the_smooth_curve_is_a_sum_of_normal_curves_one_for_each_count():
    r = smooth_radii(1, 500)
    found, width = latent.smoothed_counts(r, EDGES), r.std() * len(r) ** -0.2 / 0.05
    distance = np.subtract.outer(np.arange(400), np.arange(400))
    weight = np.exp(-0.5 * (distance / width) ** 2) * (np.abs(distance) <= int(4 * width + 0.5))
    kernel = weight[200] / weight[200].sum()
    slow = np.array([(kernel[(200 + np.arange(400) - j) % 400] * found.counts).sum() for j in range(400)])
    assert np.allclose(found.smooth, slow)


def test_counts_of_a_smooth_density_are_as_rough_as_counting_makes_them():
    found = [latent.smoothed_counts(smooth_radii(seed), EDGES) for seed in SEEDS]
    roughness, error = np.array([f.roughness for f in found]), np.array([f.standard_error for f in found])
    assert (np.abs(roughness - 1) < 4 * error).all()
    assert abs(roughness.mean() - 1) < 4 * error.mean() / len(SEEDS) ** 0.5
    assert roughness.std(ddof=1) == pytest.approx(error.mean(), rel=4 / (2 * len(SEEDS)) ** 0.5)


def test_few_counts_in_many_intervals_need_the_divisor():
    """With a narrow kernel a count makes much of its own smooth curve; the roughness is 1 all the same."""
    edges = np.linspace(0, 20, 61)
    found = [latent.smoothed_counts(smooth_radii(seed, 2_000), edges) for seed in SEEDS]
    error = np.mean([f.standard_error for f in found]) / len(SEEDS) ** 0.5
    assert abs(np.mean([f.roughness for f in found]) - 1) < 4 * error


@pytest.mark.parametrize("seed", SEEDS)
def test_shells_are_rougher_than_counting(seed):
    found = latent.smoothed_counts(shells(seed), EDGES)
    assert found.roughness > 1 + 10 * found.standard_error


def test_structure_as_wide_as_the_kernel_is_not_seen():
    """Its blind spot: a wave longer than the kernel is wide. A shorter one of that height it sees."""
    r, found = smooth_radii(0), {}
    for length in (3.0, 0.3):
        waved = r + 0.2 * length / (2 * np.pi) * np.sin(2 * np.pi * r / length)
        found[length] = latent.smoothed_counts(waved, EDGES)
    assert found[3.0].roughness < 1 + 4 * found[3.0].standard_error
    assert found[0.3].roughness > 1 + 4 * found[0.3].standard_error


def test_a_smooth_density_narrower_than_its_kernel_counts_as_rough():
    """Two humps far apart make a wide kernel, which flattens both."""
    rng = np.random.default_rng(0)
    found = latent.smoothed_counts(np.concatenate([rng.normal(6, 1, 2_000), rng.normal(14, 1, 2_000)]), EDGES)
    assert found.roughness > 1 + 4 * found.standard_error
