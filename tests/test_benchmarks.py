"""The benchmarks at tiny sizes: each runs, names its machine, and measures what equals the slow result."""
import importlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import intake, measure, scaling, table, training
from lib.network import models
from lib.study import ROOT

pytestmark = pytest.mark.slow

FACTS = {"cpu", "cores", "load", "versions", "date"}
PROMISE = {"quantity", "unit", "rounds", "target", "ours", "floor", "peer", "to_floor", "to_peer", "met",
           "deviation"}
# largest allowed difference from the literal result: counts none, grey levels 2, relative loss in bfloat16,
# latents in float32, radii in standard errors, recall lost at 200 points
TOLERANCE = {"rendering": 0, "intake": 2, "training": 2e-2, "encoding": 2e-5,
             "radii": 4, "tsne": 0.1}


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """`quick(name)`: the table of one benchmark run with --quick; `alone`: in a process of its own."""
    def run(name, alone=False):
        options = ["--quick", "--results", str(tmp_path)]
        if alone:
            finished = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], cwd=ROOT,
                                      text=True, capture_output=True,
                                      env={**os.environ, "OMP_NUM_THREADS": "1"})
            assert finished.returncode == 0, finished.stderr[-3000:]
        else:
            monkeypatch.setattr(sys, "argv", [name, *options])
            monkeypatch.setattr(intake, "DISTINCT", 50)              # faces to draw
            monkeypatch.setenv("IMAGES", "set by the benchmark")
            measure.main(name, importlib.import_module(f"benchmarks.{name}").run)
        return pd.read_csv(tmp_path / f"{name}.csv")
    return run


@pytest.mark.parametrize("name", TOLERANCE)
def test_a_promise_is_measured_and_ours_is_right(name, quick):
    result = quick(name, alone=name == "intake")                     # its peer starts processes of its own
    assert PROMISE | FACTS <= set(result)
    assert (result["ours"] > 0).all() and result["met"].dropna().isin(["yes", "no"]).all()
    measured = result["deviation"].dropna()
    assert len(measured) and (measured <= TOLERANCE[name]).all()
    assert "| quantity |" in table.markdown(measure.shown(result))


def test_cost_against_work_has_an_exponent_per_part(quick):
    result = quick("scaling", alone=True)
    assert FACTS <= set(result) and set(result["part"]) == set(scaling.QUICK)
    assert np.isfinite(result["exponent"]).all()


@pytest.mark.parametrize("name, columns",
                         [("options", {"variant", "ratio"}), ("step_profile", {"part", "share"}),
                          ("under_load", {"way", "of_quiet"})])
def test_other_tables_name_what_they_measured(name, columns, quick):
    result = quick(name)
    assert columns | FACTS <= set(result) and "target" not in result
    shares = result[max(columns & {"ratio", "share", "of_quiet"})]
    assert shares.sum() == pytest.approx(1, abs=1e-3) if name == "step_profile" else shares[0] == 1
    assert result.iloc[0][min(columns & {"variant", "part", "way"})] in table.markdown(measure.plain(result))


def test_the_readme_block_is_made_of_all_results():
    if not list(measure.RESULTS.glob("*.csv")):
        pytest.skip("no results yet")
    made = table.block(table.collected())
    assert made in (measure.ROOT / "benchmarks" / "README.md").read_text()


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_exponent_of_a_power_law(power):
    n = np.array([10, 20, 40, 80])
    assert scaling.exponent(n, 3e-3 * n ** power) == pytest.approx(power)


def test_rounds_are_interleaved_and_ratios_are_of_rounds():
    calls = []
    times = measure.rounds({"ours": lambda: calls.append("o") or measure.Seconds(2),
                            "floor": lambda: calls.append("f") or measure.Seconds(1)}, 2, warm=1)
    assert "".join(calls) == "foof" + "fo" and times.to_dict("list") == {"ours": [2, 2], "floor": [1, 1]}


@pytest.mark.parametrize("limits, met", [({"of_floor": 0.5}, "yes"), ({"of_floor": 0.51}, "no"), ({}, ""),
                                         ({"of_floor": 0.5, "of_peer": 3.1}, "no"),
                                         ({"of_floor": 0.5, "met": False}, "no")])
def test_a_target_is_met_by_rate(limits, met):
    times = pd.DataFrame({"ours": [2.0, 2.0, 9.0], "floor": [1.0, 1.0, 9.0], "peer": [6.0, 6.0, 9.0]})
    row = measure.row("a", 10, "b", times, **limits)
    assert (row["ours"], row["to_floor"], row["to_peer"], row["met"]) == (5, 0.5, 3, met)


def test_a_peer_that_is_not_there_is_said_in_words(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(measure, "PEER_PYTHON", tmp_path / "python")
    assert measure.peer("keras_training.py") is None and "make bench-setup" in capsys.readouterr().out


def test_peak_memory_sees_an_allocation():
    small, large = (measure.peak_memory(f"import numpy; numpy.ones({n})") for n in (1, 50_000_000))
    assert large - small == pytest.approx(0.4, rel=0.1)              # 8 bytes each


@pytest.mark.parametrize("case", models.CASES)
def test_operations_are_counted_by_hand(case):
    """Six per multiply-add: kernel area x channels in x channels out, at each pixel of the smaller map."""
    config, total = models.CASES[case], 0
    edge, channels = 96, 3
    for filters, k in zip(config.encoder_filters, config.encoder_kernels, strict=True):
        edge //= 2
        total, channels = total + k * k * channels * filters * edge ** 2, filters
    total += 2 * 256 * channels * edge ** 2
    for filters, k in zip(config.decoder_filters, config.decoder_kernels, strict=True):
        total, channels, edge = total + k * k * channels * filters * edge ** 2, filters, edge * 2
    assert training.work(config)[0] == 6 * total
