"""The procedural faces: their factors, their joint distribution, and the renderer."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from lib.images import faces
from tests.faults.tiny import threads

N_LAW = 4000


@pytest.fixture(scope="module")
def factors():
    return faces.sample_factors(40, seed=0)


@pytest.fixture(scope="module")
def images(factors):
    return faces.render(factors)


def normal_correlation(table):
    """The correlation of the normal scores from rank correlations: 2 sin(pi rho / 6) (Pearson, 1907)."""
    return 2 * np.sin(np.pi / 6 * spearmanr(table.to_numpy(np.float64)).statistic)


def worst_deviation(table):
    """The largest deviation of an off-diagonal correlation from the stated one, in units of 1/sqrt(n)."""
    deviation = np.abs(normal_correlation(table) - faces.correlation())
    return np.triu(deviation, 1).max() * np.sqrt(len(table))


def test_factors_are_many_and_named_once():
    assert len(faces.FACTORS) >= 40 and len(set(faces.NAMES)) == len(faces.FACTORS)
    assert all(f.low < f.high and f.meaning for f in faces.FACTORS)


def test_loadings_name_factors():
    assert {name for cause in faces.LOADINGS.values() for name in cause} <= set(faces.NAMES)


def test_correlation_matrix_is_one():
    matrix = faces.correlation()
    assert np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1)
    assert np.linalg.eigvalsh(matrix)[0] > 0


@pytest.mark.parametrize("n", [0, 1, 7])
def test_sample_shape_and_type(n):
    table = faces.sample_factors(n, seed=1)
    assert table.shape == (n, len(faces.FACTORS)) and tuple(table.columns) == faces.NAMES
    assert (table.dtypes == np.float32).all()


def test_sample_refuses_a_negative_count():
    with pytest.raises(ValueError, match="0 or more"):
        faces.sample_factors(-1, seed=0)


def test_sample_is_in_range_and_fills_it():
    table = faces.sample_factors(N_LAW, seed=2)
    low, high = (np.array([getattr(f, end) for f in faces.FACTORS]) for end in ("low", "high"))
    share = (table.to_numpy(np.float64) - low) / (high - low)
    assert share.min() > -1e-6 and share.max() < 1 + 1e-6
    assert np.abs(share.mean(0) - 0.5).max() < 4 / np.sqrt(12 * N_LAW) + 1e-3  # uniform: variance 1/12


def test_sample_is_a_function_of_the_seed():
    a, b, c = (faces.sample_factors(5, seed=s) for s in (3, 3, 4))
    assert a.equals(b) and not a.equals(c)


@pytest.mark.parametrize("n", [1, 2, 13])
def test_a_shorter_sample_is_the_start_of_a_longer_one(n):
    assert faces.sample_factors(n, seed=0).equals(faces.sample_factors(50, seed=0).head(n))


def test_sample_has_the_stated_correlations():
    assert worst_deviation(faces.sample_factors(N_LAW, seed=0)) < 4.5  # 4 sigma, and 2,000 pairs


def test_an_independent_sample_fails_the_stated_correlations():
    table = faces.sample_factors(N_LAW, seed=0)
    rng = np.random.default_rng(0)
    shuffled = table.apply(lambda column: rng.permutation(column.to_numpy()))
    assert worst_deviation(shuffled) > 20


def test_images_are_uint8_of_the_right_shape(images):
    assert images.dtype == torch.uint8 and images.shape == (40, 3, 96, 96)


@pytest.mark.parametrize("size", [48, 64, 100, 128])
def test_any_size_is_drawn(factors, size):
    assert faces.render(factors.head(2), size=size).shape == (2, 3, size, size)


def test_no_rows_give_no_images(factors):
    assert faces.render(factors.head(0)).shape == (0, 3, 96, 96)


def test_render_is_deterministic(factors, images):
    assert torch.equal(faces.render(factors), images)


@pytest.mark.parametrize("rows", [slice(0, 1), slice(3, 20), slice(31, 40), slice(39, 40)])
def test_an_image_does_not_depend_on_its_batch(factors, images, rows):
    assert torch.equal(faces.render(factors.iloc[rows]), images[rows])


@pytest.mark.parametrize("count", [1, 3])
def test_an_image_does_not_depend_on_the_threads(factors, images, count):
    with threads(count):
        assert torch.equal(faces.render(factors), images)
        assert torch.get_num_threads() == count


def test_twice_the_size_shows_the_same_faces(factors, images):
    small = images.float() / 255
    large = torch.nn.functional.avg_pool2d(faces.render(factors, size=192).float() / 255, 2)
    same = (small - large).square().mean((1, 2, 3)).sqrt()
    other = (small - large.roll(1, 0)).square().mean((1, 2, 3)).sqrt()
    assert same.max() < 0.03
    assert other.min() > 0.06  # the control: another face is far


def test_different_faces_differ(images):
    flat = images.flatten(1).float() / 255
    distance = torch.cdist(flat, flat) / flat.shape[1] ** 0.5 + torch.eye(len(flat))
    assert distance.min() > 0.08


@pytest.mark.parametrize("name", faces.NAMES)
def test_each_factor_changes_the_image(factors, name):
    factor = next(f for f in faces.FACTORS if f.name == name)
    # a middling face with a little of everything, so that nothing hides a factor
    middle = {f.name: (f.low + f.high) / 2 for f in faces.FACTORS}
    middle |= {
        "fringe": 0.0,
        "mouth_open": 0.8,
        "noise": 1.0,
        "clutter_large": 0.8,
        "clutter_small": 0.8,
        "back_contrast": 0.6,
    }
    low, high = factors.head(1).copy(), factors.head(1).copy()
    for key, value in middle.items():
        low[key], high[key] = value, value
    low[name] = factor.low
    high[name] = (
        factor.low + 0.75 * (factor.high - factor.low) if factor.meaning.endswith("turns") else factor.high
    )
    images = faces.render(low).int(), faces.render(high).int()
    assert (images[0] - images[1]).abs().sum() > 3 * 96 * 96 * 0.1


def test_a_factor_left_alone_changes_nothing(factors, images):
    assert torch.equal(faces.render(factors.copy()), images)


@pytest.mark.parametrize("name", ["yaw", "hair_length", "noise_phase"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e3, -1e3])
def test_bad_values_are_refused_by_name(factors, name, value):
    table = factors.copy()
    table.loc[table.index[3], name] = value
    with pytest.raises(ValueError, match=f"'{name}'.*row 3"):
        faces.render(table)


def test_missing_columns_are_refused_by_name(factors):
    with pytest.raises(ValueError, match="'smile'"):
        faces.render(factors.drop(columns="smile"))


@pytest.mark.parametrize("size", [0, 15, -96])
def test_tiny_sizes_are_refused(factors, size):
    with pytest.raises(ValueError, match="size"):
        faces.render(factors, size=size)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_draws_the_same_up_to_rounding(factors, images):
    difference = (faces.render(factors, device="cuda").cpu().int() - images.int()).abs()
    assert difference.max() <= 2 and (difference > 0).float().mean() < 0.01
