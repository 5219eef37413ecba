"""Runs side by side: means and verdicts over seeds, none over unlike runs, a sentence for what is missing."""
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lib import __main__ as command
from lib import claims
from lib.run import compare
from lib.store import artifacts
from lib.study import Study

SEEDS = tuple(f"synthetic-smoke-s{seed}" for seed in range(3))
VALUE = {"F2-b": (1.4, 1.5, 1.6), "C2-onepc": (1.0, 2.0, 3.0), "F1-faces": (0.1, 0.1, 0.2)}


def finish(home, name, of=None, **changed):
    """figures/RUN/claims.csv of a run whose numbers are 0.25, but for `of` and what is `changed`."""
    run, planted = compare.named(name, home), {} if of is None else {n: v[of] for n, v in VALUE.items()}
    found = {**{n: claims.exactly(value) for n, value in planted.items()}, **changed}
    rows = [claims._row(claim, found.get(claim.id, claims.exactly(0.25))) for claim in claims.CLAIMS]
    artifacts.write(run.figures / "claims.csv", pd.DataFrame(rows, columns=claims.NUMBERS))


def compared(home, names):
    page = compare.compare(names, home)
    return page, pd.read_csv(page.with_suffix(".csv"), index_col="id")


def test_over_seeds_there_is_a_mean_an_interval_and_its_verdict(tmp_path):
    for k, name in enumerate(SEEDS):
        finish(tmp_path, name, of=k)
    page, table = compared(tmp_path, SEEDS)
    assert page.name == "synthetic-smoke-s0-s1-s2.md" and page.parent == tmp_path / "figures" / "compare"
    for name, values in VALUE.items():
        low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
        assert table.loc[name, [*SEEDS]].tolist() == list(values)
        assert table.loc[name, ["mean", "sd", "low", "high"]].tolist() == pytest.approx(
            [np.mean(values), np.std(values, ddof=1), low, high])
    assert table.verdict[list(VALUE)].tolist() == ["reproduced", "undecided", "not reproduced"]
    text = page.read_text()
    assert "over seeds" in text and "1.50 [1.25, 1.75]: reproduced" in text
    assert len({line.replace("\\|", "").count("|") for line in text.splitlines() if line[:1] == "|"}) == 1


def test_two_seeds_have_no_interval(tmp_path):
    for k, name in enumerate(SEEDS[:2]):
        finish(tmp_path, name, of=k)
    page, table = compared(tmp_path, SEEDS[:2])
    assert list(table.columns) == [*SEEDS[:2], "mean", "sd"] and "1.45 (sd 0.071)" in page.read_text()


def test_unlike_runs_stand_side_by_side_without_a_mean(tmp_path):
    names = "synthetic-smoke-s0", "folder-smoke-s0", "synthetic-laptop-s0"
    for k, name in enumerate(names):
        finish(tmp_path, name, of=k)
    page, table = compared(tmp_path, names)
    assert page.name == "synthetic-smoke-s0+folder-smoke-s0+synthetic-laptop-s0.md"
    assert list(table.columns) == list(names) and "over seeds" not in page.read_text()
    assert "3: reproduced" in page.read_text() and "1: not reproduced" in page.read_text()


def test_on_other_images_the_verdicts_that_differ_are_told_apart_from_those_that_do_not(tmp_path):
    names = ["synthetic-smoke-s0", "folder-smoke-s0"]
    finish(tmp_path, names[0])
    study = Study("synthetic", "smoke", 0, tmp_path)
    assert compare.on_other_images(study) == names[:1]
    finish(tmp_path, names[1], **{"F1-faces": claims.exactly(0.9)})
    finish(tmp_path, "folder-smoke-s1")                              # other images and another seed
    finish(tmp_path, "lfw-smoke-s0")
    path = tmp_path / "figures" / "lfw-smoke-s0" / "claims.csv"      # control: of a claim less
    artifacts.write(path, claims.numbers(path).iloc[1:])
    assert compare.on_other_images(study) == names
    rows, alike = compare.apart(names, tmp_path)
    assert rows.id.tolist() == ["F1-faces"] and rows[names[1]].item() == "0.9: reproduced"
    assert alike == sum(claim.group != claims.SUM for claim in claims.CLAIMS) - 1


def test_on_other_seeds_are_the_finished_runs_that_differ_by_seed_alone_in_their_order(tmp_path):
    for name in ("synthetic-smoke-s10", "synthetic-smoke-s2", "synthetic-smoke-s0", "folder-smoke-s1",
                 "synthetic-laptop-s1"):
        finish(tmp_path, name)
    (tmp_path / "figures" / "synthetic-smoke-s3").mkdir()            # not finished
    (tmp_path / "figures" / "synthetic-smoke-s0").rename(tmp_path / "figures" / "synthetic-smoke-s0 copy")
    finish(tmp_path, "synthetic-smoke-s0")
    assert compare.on_other_seeds(Study("synthetic", "smoke", 0, tmp_path)) == [
        "synthetic-smoke-s0", "synthetic-smoke-s2", "synthetic-smoke-s10"]


def test_a_claim_without_a_number_or_that_fails_its_control_in_one_run_gets_no_verdict(tmp_path):
    for k, name in enumerate(SEEDS):
        failing = claims.exactly(1.5)._replace(control=0.2 if k == 1 else 1.0)
        finish(tmp_path, name, **{"F2-gauss": "no latents" if k == 2 else claims.exactly(1), "F2-b": failing})
    page, table = compared(tmp_path, SEEDS)
    assert np.isnan(table["mean"]["F2-gauss"]) and table.verdict["F2-gauss"].startswith("not applicable: ")
    assert table.verdict["F2-b"].startswith("not decidable: ")


def test_what_is_missing_or_wrong_is_said_in_one_sentence(tmp_path):
    finish(tmp_path, SEEDS[0])
    with pytest.raises(FileNotFoundError, match="claims.csv is missing: make claims .* SEED=1 first"):
        compare.compare(SEEDS[:2], tmp_path)
    for names in ([], SEEDS[:1], [SEEDS[0]] * 2):
        with pytest.raises(ValueError, match="two runs or more, each once"):
            compare.compare(names, tmp_path)
    with pytest.raises(ValueError, match="'laptop' is no run"):
        compare.compare([SEEDS[0], "laptop"], tmp_path)
    path = Study("synthetic", "smoke", 1, tmp_path).figures / "claims.csv"
    finish(tmp_path, SEEDS[1])
    artifacts.write(path, claims.numbers(path).query("id != 'F2-b'"))
    with pytest.raises(ValueError, match=r"hold other claims \(F2-b\): make both again"):
        compare.compare(SEEDS[:2], tmp_path)


def test_the_command_says_it_too(capsys):
    assert command.main(["compare"]) == 1
    assert "error: give two runs or more" in capsys.readouterr().err
