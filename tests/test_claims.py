"""Claims: the verdict follows from the number and nothing else."""
import numpy as np
import pandas as pd
import pytest

from lib import claims
from lib.study import Study

AT_MOST = claims.Claim("x", "03", "F2", "at most 5", "<= 5", *claims.at_most(5))


@pytest.mark.parametrize("value, expected", [(5, "reproduced"), (5.01, "not reproduced"), (-3, "reproduced")])
def test_verdict_is_computed_from_the_number(value, expected):
    assert claims.verdict(AT_MOST, value)[1] == expected


@pytest.mark.parametrize("target, relative, inside, outside",
                         [(16.5, 0.1, 15.0, 14.8), (-2.0, 0.5, -1.1, -0.9)])
def test_about_is_relative_to_the_size(target, relative, inside, outside):
    low, high = claims.about(target, relative)
    assert low <= inside <= high and not low <= outside <= high


def test_a_reason_makes_it_not_applicable():
    why = "the indices are the author's"
    assert claims.verdict(AT_MOST, why) == ("-", f"not applicable: {why}")


@pytest.mark.parametrize("value, error, shown",
                         [(46.17294, 0.0013, "46.1729 +- 0.0013"), (12.3, 25, "12 +- 25"), (3, 0, "3 +- 0")])
def test_an_error_sets_the_digits_shown_and_not_the_verdict(value, error, shown):
    measured, verdict = claims.verdict(AT_MOST, (value, error))
    assert measured == shown and verdict == claims.verdict(AT_MOST, value)[1]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        claims.verdict(AT_MOST, value)


def test_ids_are_unique_and_bounds_ordered():
    assert len({claim.id for claim in claims.CLAIMS}) == len(claims.CLAIMS)
    assert all(claim.low <= claim.high for claim in claims.CLAIMS)


def numbers(notebook, value=0.0):
    return {claim.id: value for claim in claims.CLAIMS if claim.notebook == notebook}


def test_a_missing_or_unknown_claim_is_refused():
    with pytest.raises(KeyError, match="F2-b"):
        claims.judge("04", {k: v for k, v in numbers("04").items() if k != "F2-b"})
    with pytest.raises(KeyError, match="F9"):
        claims.judge("04", {**numbers("04"), "F9": 1.0})


def test_collect_gathers_all_notebooks_into_csv_and_markdown(tmp_path):
    study = Study("synthetic", "smoke", 0, home=tmp_path)
    notebooks = sorted({claim.notebook for claim in claims.CLAIMS})
    for notebook in notebooks[:-1]:
        claims.record(study, notebook, numbers(notebook))
    with pytest.raises(FileNotFoundError, match=f"run notebook {notebooks[-1]} first"):
        claims.collect(study)
    claims.record(study, notebooks[-1], numbers(notebooks[-1]))
    table = claims.collect(study)
    assert sorted(table.id) == sorted(claim.id for claim in claims.CLAIMS)
    assert len(pd.read_csv(study.data / "claims.csv")) == len(table)
    page = (study.figures / "claims.md").read_text()
    assert study.label in page
    cells = {line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")}
    assert cells == {7}                                              # a stray bar would break the table
