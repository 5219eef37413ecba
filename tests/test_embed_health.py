"""Health of results: a map that still moves is named, one that stands still is not."""
import numpy as np
import pytest

from lib.cloud import embed

Y = np.random.default_rng(0).normal(size=(400, 2))


def test_a_map_that_stands_still_is_settled():
    assert embed.moved(Y, Y) == 0 and embed.unsettled(Y, Y) is None


@pytest.mark.parametrize("step, settled", [(0.01, True), (0.2, False)])
def test_a_random_step_counts_relative_to_the_radius(step, settled):
    after = Y + step * np.random.default_rng(1).normal(size=Y.shape)
    expected = step / np.sqrt(1 + step**2)
    # 4 standard errors of either size
    assert embed.moved(Y, after) == pytest.approx(expected, rel=8 / np.sqrt(2 * Y.size))
    assert (embed.unsettled(Y, after) is None) is settled


def test_neither_shift_nor_size_matter_but_growth_does():
    after = Y + 0.1 * np.random.default_rng(1).normal(size=Y.shape)
    assert embed.moved(100 * Y + 7, 100 * after - 3) == pytest.approx(embed.moved(Y, after))
    assert "33% of the map's radius; raise n_iter" in embed.unsettled(Y, 1.5 * Y)


@pytest.mark.parametrize("before, after, words", [(Y, Y[:9], "same points"), (Y, 0 * Y, "single point")])
def test_bad_input_is_refused(before, after, words):
    with pytest.raises(ValueError, match=words):
        embed.moved(before, after)
