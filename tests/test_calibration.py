"""The clouds of known truth are what they say; the committed tables are those of the code."""
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lib.store import artifacts
from lib.study import ROOT
from lib.trial import calibration, dimensions

TABLES = ROOT / "data" / "calibration"


@pytest.mark.parametrize("kind, skewness, kurtosis", [
    ("gaussian", 0, 0), ("skewed", 1, 1.5), ("heavy-tailed", 0, 1.5), ("uneven", 0, 1.5)])
def test_smooth_clouds_have_the_stated_moments(kind, skewness, kurtosis):
    z = calibration.smooth_cloud(kind, 200_000, 3, np.random.default_rng(0))
    assert z.std(axis=0) == pytest.approx(calibration.SPECTRUM[:3], rel=0.01)
    assert stats.skew(z) == pytest.approx([skewness] * 3, abs=0.08)
    assert stats.kurtosis(z) == pytest.approx([kurtosis] * 3, abs=0.35)


@pytest.mark.parametrize("m", calibration.SHEETS)
def test_planted_sheets_have_radius_one_and_are_closed_and_thickened(m):
    def few(thickness, **options):
        return calibration.planted(5, m, thickness, np.random.default_rng(3), **options)

    thin, thick = (calibration.planted(4_000, m, t, np.random.default_rng(2)) for t in (0.0, 0.5))
    assert np.sqrt((thin**2).sum(axis=1).mean()) == pytest.approx(1, abs=0.15)
    assert np.sqrt(((thick - thin)**2).sum(axis=1).mean()) == pytest.approx(0.5, rel=0.02)
    assert np.array_equal(few(0.1), few(0.1))
    assert not np.allclose(few(0, sheet=1), few(0))


@pytest.mark.parametrize("m, low, high", [(1, 0.9, 1.1), (2, 1.8, 2.2)])
def test_thin_sheets_have_their_dimension(m, low, high):
    z = calibration.planted(3_000, m, 0.0, np.random.default_rng(4))
    assert low < dimensions.space_statistics(z)["MLE"] < high


@pytest.mark.parametrize("call, word", [
    (lambda: calibration.smooth_cloud("flat", 5, 2, np.random.default_rng(0)), "unknown kind"),
    (lambda: calibration.planted(5, 0, 0.1, np.random.default_rng(0)), "between 1"),
    (lambda: calibration.planted(5, 1, -1, np.random.default_rng(0)), "negative")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@pytest.mark.slow
def test_a_cell_comes_out_as_in_the_committed_table():
    m, thickness, n = cell = 1, 0.01, 300
    cells = [(m, t, n) for m in calibration.SHEETS for t in calibration.THICKNESSES
             for n in (300, 1_000, 3_000)]
    rows = calibration._power(*cell, 20, [0, cells.index(cell)])
    stored = pd.read_csv(TABLES / "powers.csv").query("m == @m and thickness == @thickness and n == @n")
    assert stored["mean"].to_numpy() == pytest.approx([row[8] for row in rows], rel=0.02)
    assert stored.found.to_numpy() == pytest.approx([row[6] for row in rows], abs=2)   # machines round apart


def test_uneven_clouds_are_as_wide_in_one_block_whatever_they_are_in_another():
    z = {kind: calibration.smooth_cloud(kind, 20_000, 16, np.random.default_rng(1)) ** 2
         for kind in ("uneven", "heavy-tailed")}
    rank = {kind: stats.spearmanr(squares[:, [0, 1, 15]]).statistic for kind, squares in z.items()}
    assert rank["uneven"][0, 1] > 0.05 and abs(rank["uneven"][0, 2]) < 4 / np.sqrt(20_000)
    assert rank["heavy-tailed"][0, 2] > 0.05                         # the control: one radius for all axes


def test_the_committed_tables_are_complete_and_say_which_null_is_unfair():
    sizes, powers = (pd.read_csv(TABLES / f"{name}.csv") for name in ("sizes", "powers"))
    assert {"gaussian", "skewed", "heavy-tailed", "uneven"} == set(sizes.cloud)
    assert len(powers) == 3 * 6 * 3 * 11
    assert set(sizes.trials) == {200} and set(powers.repeats) == {20}           # three rows once had 20 or 21
    assert ((sizes.verdict == "too high") == (sizes.found > sizes.high)).all()
    assert ((sizes.verdict == "too low") == (sizes.found < sizes.low)).all()
    # known: the shuffled null is unfair to skewed clouds, whose principal axes are not those of the skew
    too_high = sizes[(sizes.statistic == "any of them") & (sizes.verdict == "too high")]
    assert too_high.null.tolist() == ["shuffled"] and too_high.cloud.tolist() == ["skewed"]


@pytest.mark.parametrize("name, module", [("sizes", "calibration"), ("powers", "calibration"),
                                          ("webs", "webs")])
def test_the_committed_tables_are_whole_and_of_the_code_as_it_is(name, module):
    path = TABLES / f"{name}.csv"
    assert artifacts.why_stale(path, artifacts.recipe("calibration", {}, modules=[f"trial/{module}"])) is None
