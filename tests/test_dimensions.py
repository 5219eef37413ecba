"""Laws of the dimension estimates: tori without border, flat spaces, threads of several thicknesses."""
import math

import numpy as np
import pytest
import skdim
from sklearn.neighbors import NearestNeighbors

from lib.trial import dimensions


def torus(n, m, d, rng):
    """n points at random on a product of m circles, turned in d >= 2 m dimensions: dimension m, no border."""
    angles = rng.uniform(0, 2 * math.pi, (n, m))
    points = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
    return points @ np.linalg.qr(rng.normal(size=(d, 2 * m)))[0].T


# ------------------------------------------------------------------------------------------- neighbour ratio

def neighbour_ratio(z):
    return dimensions.space_statistics(z)["mean r1/r2"]


@pytest.mark.parametrize("m", [1, 2, 3])
def test_neighbour_ratio_is_that_of_the_dimension(m):
    n = 2000
    ratio = neighbour_ratio(torus(n, m, 20, np.random.default_rng(m)))
    error = math.sqrt(m / ((m + 1)**2 * (m + 2)) / n)                # r1 / r2 has the density m x^(m - 1)
    assert abs(ratio - m / (m + 1)) < 4 * error
    assert abs(ratio - (m + 1) / (m + 2)) > 4 * error                 # the control: one dimension more


def test_neighbour_ratio_equals_the_literal_loop():
    z = np.random.default_rng(0).normal(size=(120, 5))
    ratios = []
    for i, point in enumerate(z):
        nearest = sorted(math.dist(point, other) for j, other in enumerate(z) if j != i)
        ratios.append(nearest[0] / nearest[1])
    assert neighbour_ratio(z) == pytest.approx(np.mean(ratios), rel=1e-12)


# -------------------------------------------------------------------------------------------------- estimates

@pytest.mark.parametrize("m", [1, 2, 3])
def test_estimates_find_the_dimension_of_a_torus(m):
    n = 2000
    found = dimensions.space_statistics(torus(n, m, 20, np.random.default_rng(10 + m)))
    assert abs(found["TwoNN"] - m) < 4 * 1.1 * m / math.sqrt(n)       # a tenth is left out: error up by 5 %


@pytest.mark.parametrize("m", [1, 2])
def test_likelihood_finds_the_dimension_of_a_torus(m):
    found = dimensions.space_statistics(torus(3000, m, 20, np.random.default_rng(20 + m)))
    assert abs(found["MLE"] - m) < 4 * m / math.sqrt(3000)


def test_likelihood_literally():
    z = np.random.default_rng(1).normal(size=(150, 4))
    inverse = []
    for i in range(len(z)):
        r = np.sort(np.delete(np.linalg.norm(z - z[i], axis=1), i))[:dimensions.K_MLE]
        inverse.append(np.log(r[-1] / r[:-1]).mean())
    assert dimensions.space_statistics(z)["MLE"] == pytest.approx(1 / np.mean(inverse))


@pytest.mark.slow
@pytest.mark.parametrize("m", [2, 8])
def test_local_pca_finds_the_dimension_of_a_flat_space(m):
    rng = np.random.default_rng(2)
    z = rng.normal(size=(1000, m)) @ rng.normal(size=(m, 30))
    z_thick = z + 0.01 * rng.normal(size=z.shape)
    assert dimensions.space_statistics(rng.normal(size=(1000, m)))["local PCA"] == m
    assert dimensions.space_statistics(z_thick)["local PCA"] <= m
    assert dimensions.space_statistics(rng.normal(size=(1000, 2 * m)))["local PCA"] == 2 * m      # control


@pytest.mark.slow
@pytest.mark.parametrize("d", [3, 40, 256])
def test_local_pca_equals_that_of_scikit_dimension(d):
    z = np.random.default_rng(d).normal(size=(150, d)) * np.arange(1, d + 1) ** -0.7
    near = NearestNeighbors(n_neighbors=dimensions.K_PCA).fit(z).kneighbors(return_distance=False)
    near = near[:dimensions.N_PCA]
    with np.errstate(divide="ignore", invalid="ignore"):            # ratios of its zero eigenvalues
        each = skdim.id.lPCA(ver="FO").fit_transform_pw(z, near, n_neighbors=dimensions.K_PCA)
    assert dimensions.space_statistics(z)["local PCA"] == pytest.approx(np.mean(each))


def test_near_dimensions_are_those_of_the_space_statistics():
    z = np.random.default_rng(9).normal(size=(300, 7))
    both, near = dimensions.space_statistics(z), dimensions.near_dimensions(z)
    assert near == {name: both[name] for name in ("TwoNN", "MLE")}


def test_columns_that_never_vary_change_nothing():
    z = np.random.default_rng(3).normal(size=(400, 6))
    padded = np.concatenate([z, np.full((400, 2), 3.0)], axis=1)
    assert dimensions.space_statistics(padded) == pytest.approx(dimensions.space_statistics(z))


@pytest.mark.parametrize("thickness, low, high", [(1e-5, 0.9, 1.2), (0.2, 5, 60)])
def test_a_thread_looks_thin_only_when_neighbours_are_further_apart_than_it_is_thick(thickness, low, high):
    rng = np.random.default_rng(4)
    z = torus(2000, 1, 64, rng) + thickness / 8 * rng.normal(size=(2000, 64))          # thickness: rms radius
    assert low < dimensions.space_statistics(z)["TwoNN"] < high


def test_many_dimensions_are_underestimated():
    found = dimensions.space_statistics(np.random.default_rng(5).normal(size=(1000, 256)))
    assert found["TwoNN"] < 128 and found["MLE"] < 128 and found["local PCA"] < 100


# ------------------------------------------------------------------------------------------ over subsamples

def test_intrinsic_dimensions_are_means_over_subsamples():
    z = torus(2000, 2, 10, np.random.default_rng(6))
    table = dimensions.intrinsic_dimensions(z, np.random.default_rng(7), n_sub=300, repeats=3)
    rng = np.random.default_rng(7)
    values = [dimensions.space_statistics(rng.choice(z, 300, replace=False)) for _ in range(3)]
    assert table.estimator.tolist() == ["TwoNN", "MLE", "local PCA"]
    each = np.array([[value[name] for name in table.estimator] for value in values])
    assert table["mean"].to_numpy() == pytest.approx(each.mean(axis=0))
    assert table.sd.to_numpy() == pytest.approx(each.std(axis=0, ddof=1))
    assert (table.n_sub == 300).all() and (table.repeats == 3).all()


Z = np.random.default_rng(8).normal(size=(300, 4))


@pytest.mark.parametrize("z, options, word", [
    (Z, {"n_sub": 301}, "n_sub"), (Z, {"n_sub": 100}, "n_sub"), (Z, {"n_sub": 200, "repeats": 1}, "repeats"),
    (np.full((300, 4), np.nan), {"n_sub": 200}, "finite"), (Z[:, 0], {"n_sub": 200}, "shape"),
    (np.vstack([Z, Z]), {"n_sub": 600}, "coincide"), (np.ones((300, 4)), {"n_sub": 300}, "coincide")])
def test_intrinsic_dimensions_refuse(z, options, word):
    with pytest.raises(ValueError, match=word):
        dimensions.intrinsic_dimensions(z, np.random.default_rng(0), **options)


@pytest.mark.parametrize("z, word", [(Z[:100], "n >= 101"), (np.vstack([Z, Z[:3]]), "6 vectors coincide")])
def test_space_statistics_refuse(z, word):
    with pytest.raises(ValueError, match=word):
        dimensions.space_statistics(z)
