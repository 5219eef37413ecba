"""Webs of threads are what they say, and the committed table of what is read of them is that of the code."""
import numpy as np
import pandas as pd
import pytest

from lib.study import ROOT
from lib.trial import calibration, dimensions, filaments, webs


def test_a_web_has_the_spectrum_of_the_smooth_clouds_and_the_stated_thickness():
    z = webs.web(40_000, 4_000, 0.0, np.random.default_rng(0), d=4)
    assert z.std(axis=0) == pytest.approx(calibration.SPECTRUM[:4], rel=0.1)
    thick = webs.web(40_000, 4_000, 0.3, np.random.default_rng(0), d=4) - z
    radius = np.linalg.norm(calibration.SPECTRUM[:4])
    assert np.sqrt((thick**2).sum(axis=1).mean()) == pytest.approx(0.3 * radius, rel=0.02)


@pytest.mark.parametrize("threads", [1, 10])
def test_few_thin_threads_read_as_one_dimension_and_thick_ones_do_not(threads):
    thin, thick = (dimensions.near_dimensions(webs.web(1_000, threads, t, np.random.default_rng(1)))
                   for t in (1e-4, 0.3))
    assert abs(thin["TwoNN"] - 1) < 4 * 1.1 / np.sqrt(1_000) and 0.9 < thin["MLE"] < 1.3
    assert thick["TwoNN"] > 10 and thick["MLE"] > 3                   # the control


def test_an_effect_towards_structure_is_positive_on_either_side():
    null = pd.DataFrame(np.random.default_rng(2).normal(size=(30, 2)))
    names = ["Clark-Evans index", "largest void"]
    index = pd.MultiIndex.from_product([["a"], names], names=["at", "name"])
    observed, chance = pd.Series([-5.0, 5.0], index), null.set_axis(index, axis=1)
    own, by_null = webs.towards_structure(observed, chance)
    table = filaments.judged(observed, chance, dict(zip(names, ("low", "high"), strict=True)))
    assert (own > 3).all() and own.abs().to_numpy() == pytest.approx(table.z.abs().to_numpy())
    assert by_null.std().to_numpy() == pytest.approx([1, 1])


@pytest.mark.parametrize("threads, thickness", [(0, 0.1), (3, -1)])
def test_a_web_refuses(threads, thickness):
    with pytest.raises(ValueError, match="threads must be"):
        webs.web(10, threads, thickness, np.random.default_rng(0))


def test_the_committed_table_is_complete_and_comes_out_again():
    table = pd.read_csv(ROOT / "data" / "calibration" / "webs.csv")
    assert len(table) == len(webs.THREADS) * len(webs.THICKNESSES) * 4 * 5
    z = webs.web(webs.COUNTS[-1], 10, webs.THICKNESSES[0], np.random.default_rng([0, 0]))[:webs.COUNTS[0]]
    stored = table.query("threads == 10 and web == 0 and n == 1000")
    stored = stored.set_index(["thickness", "statistic"])["read"]
    assert dimensions.near_dimensions(z) == pytest.approx(stored[webs.THICKNESSES[0]].to_dict(), rel=0.01)
