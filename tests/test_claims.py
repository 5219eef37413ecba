"""Claims: a verdict follows from the measured number, its interval and the control, and from nothing else."""
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from lib import claims
from lib.claims import Measured
from lib.cloud import latent, statements
from lib.study import Study

AT_MOST = claims.Claim("x", "03", "F2", "at most 5", "<= 5", *claims.at_most(5), claims.HERE)
NOTEBOOKS = sorted({claim.notebook for claim in claims.CLAIMS})
BOTH = claims.Claim("x", "03", "F2", "1 to 2", "1 to 2", 1, 2, claims.HERE)


@pytest.mark.parametrize("claim, low, high, said", [
    (AT_MOST, 5, 5, "reproduced"), (AT_MOST, 4, 5, "reproduced"), (AT_MOST, 4, 5.01, "undecided"),
    (AT_MOST, 5.01, 6, "not reproduced"), (BOTH, 1, 2, "reproduced"), (BOTH, 0.9, 2, "undecided"),
    (BOTH, 0, 3, "undecided"), (BOTH, 0, 0.9, "not reproduced"), (BOTH, 2.1, 3, "not reproduced"),
    (BOTH, 2, 3, "undecided")])
def test_a_verdict_is_where_the_interval_lies(claim, low, high, said):
    assert claims.verdict(claim, Measured((low + high) / 2, low, high, "")) == said


@pytest.mark.parametrize("control, decided", [(None, True), (1.0, True), (0.9, True), (0.89, False)])
@pytest.mark.parametrize("value", [4, 6])
def test_a_claim_that_its_own_cloud_fails_is_not_decided(value, control, decided):
    said = claims.verdict(AT_MOST, claims.exactly(value)._replace(control=control))
    assert said.startswith("not decidable: ") is not decided
    assert decided or f"{control:.0%}" in said


def test_a_reason_makes_it_not_applicable():
    assert claims.verdict(AT_MOST, "photographs only") == "not applicable: photographs only"


def test_claims_of_faces_need_faces():
    number, none = claims.exactly(0.7), claims.exactly(np.nan)
    found = {"F1-faces": number, "C2-voids": none}
    assert claims.of_faces(found, None) == {"F1-faces": number, "C2-voids": "no face to compare with"}
    assert set(claims.of_faces(found, "no face").values()) == {"no face"}


@pytest.mark.parametrize("measured", [(np.nan, 0, 1), (1, -np.inf, 2), (3, 1, 2), (1, 2, 1)])
def test_a_number_that_is_none_or_outside_its_interval_is_refused(measured):
    with pytest.raises(ValueError, match="finite and inside its interval"):
        claims.verdict(AT_MOST, Measured(*measured, ""))


@pytest.mark.parametrize("make", [lambda k, n: claims.share(k, n, ""),
                                  lambda k, n: claims.with_error(k / n, (k * (n - k) / n**3) ** 0.5, "")])
def test_intervals_hold_the_truth_nineteen_times_in_twenty(make):
    found = [make(int(k), 400) for k in np.random.default_rng(0).binomial(400, 0.3, 150)]
    held, wrong = ([m.low <= truth <= m.high for m in found] for truth in (0.3, 0.4))
    assert abs(np.mean(held) - 0.95) < 4 * (0.95 * 0.05 / 150) ** 0.5 and np.mean(wrong) < 0.1


def test_the_less_favourable_case_is_that_nearer_to_failing():
    cases = [{"F2-b": claims.exactly(value)} for value in (1.5, 1.9, 1.2)]
    assert claims.less_favourable("F2-b", *cases).value == 1.9
    assert claims.less_favourable("F2-b", {"F2-b": claims.exactly(0.5)}, *cases).value == 0.5


def test_a_cloud_is_measured_with_its_error_and_tried_against_the_posts_own():
    z = statements.posts_cloud("F2", 500, np.random.default_rng(0))
    found = claims.of_cloud(z, statements.in_boxes, np.random.default_rng(1))
    assert {name: m.value for name, m in found.items()} == statements.in_boxes(z)
    assert all(0 <= m.low <= m.value <= m.high and m.control is None for m in found.values())
    b, moment = found["F2-b"], latent.second_moment(z)               # the error of a root is known
    known = b.value * moment.standard_error / moment.value / 2
    assert (b.high - b.low) / (2 * 1.96) == pytest.approx(known, rel=0.6)
    tried = claims.with_controls(found, statements.in_boxes, 500)
    assert tried["F2-b"].control == 1 and tried["F2-b"][:4] == b[:4]


@pytest.mark.parametrize("target, relative, inside, outside",
                         [(16.5, 0.1, 15.0, 14.8), (-2.0, 0.5, -1.1, -0.9)])
def test_about_is_relative_to_the_size(target, relative, inside, outside):
    low, high = claims.about(target, relative)
    assert low <= inside <= high and not low <= outside <= high


def test_ids_are_unique_bounds_ordered_groups_known():
    assert len(claims.BY_ID) == len(claims.CLAIMS)
    assert all(claim.low <= claim.high and claim.group in claims.GROUPS for claim in claims.CLAIMS)


def measured(notebook, seed=0):
    """Any numbers for the claims of a notebook; one of them does not apply, one fails its control."""
    rng, found = np.random.default_rng(seed), {}
    for claim in claims.CLAIMS:
        if claim.notebook == notebook:
            value = rng.choice([x for x in (claim.low, claim.high, 0.0) if np.isfinite(x)])
            found[claim.id] = claims.with_error(value, 10 ** rng.uniform(-6, 6), "chance")
    first = next(iter(found))
    return {**found, first: "it does not" if seed % 2 else found[first]._replace(control=0.3)}


def test_a_missing_or_unknown_claim_is_refused():
    given = measured("04")
    with pytest.raises(KeyError, match="F2-b"):
        claims.judge("04", {name: given[name] for name in given if name != "F2-b"})
    with pytest.raises(KeyError, match="F9"):
        claims.judge("04", {**given, "F9": claims.exactly(1)})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_stored_rows_agree_with_their_numbers_and_no_other_verdict_does(tmp_path, notebook, seed):
    study, given = Study("synthetic", "smoke", 0, home=tmp_path), measured(notebook, seed)
    claims.record(study, notebook, given)
    stored = claims.numbers(study.data / f"claims-{notebook}.csv")
    for row in stored.itertuples():
        assert claims.measured_in(row) == given[row.id] and claims.why_wrong(row) is None
        for other in {*claims.VERDICTS[:3]} - {row.verdict}:
            assert "and yet" in claims.why_wrong(row._replace(verdict=other))
    assert claims.why_wrong(row._replace(group="another")) and claims.why_wrong(row._replace(id="another"))


def test_collect_gathers_all_notebooks_into_numbers_and_a_page(tmp_path):
    study = Study("synthetic", "smoke", 0, home=tmp_path)
    for notebook in NOTEBOOKS[:-1]:
        claims.record(study, notebook, measured(notebook))
    with pytest.raises(FileNotFoundError, match=f"run notebook {NOTEBOOKS[-1]} first"):
        claims.collect(study)
    claims.record(study, NOTEBOOKS[-1], measured(NOTEBOOKS[-1], 1))
    table = claims.collect(study)
    assert sorted(table.id) == sorted(claims.BY_ID)
    assert claims.numbers(study.figures / "claims.csv").equals(table)
    page = (study.figures / "claims.md").read_text()
    assert study.label in page and "on drawn faces" in page
    assert all(f"## {group.capitalize()}" in page for group in (*claims.GROUPS, claims.NOT_DECIDABLE))
    assert not any(f" {len(table)} " in line for line in page.splitlines())          # never one sum
    assert f'<img src="claims.svg" width="960" alt="{claims.told(table)}">' in page
    cells = {line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")}
    assert cells == {7, 8}                                           # a stray bar would break the tables


def test_the_plot_of_all_claims_is_sound_the_same_again_and_holds_each_number_once():
    study, every = Study("synthetic", "smoke", 0), [measured(notebook) for notebook in NOTEBOOKS]
    table = pd.concat([claims.judge(*pair) for pair in zip(NOTEBOOKS, every, strict=True)], ignore_index=True)
    plot = claims.plot(study, table)
    texts = [part.text for part in ElementTree.fromstring(plot).iter() if part.text and part.text.strip()]
    for claim, row in zip(claims.CLAIMS, table.set_index("id").loc[list(claims.BY_ID)].itertuples(),
                          strict=True):
        assert texts.count(claim.id) == 1 and claims.shown(claims.measured_in(row)) in texts
    assert plot == claims.plot(study, table.copy()) and study.label in plot
    assert plot.count("circle") + plot.count("<path") == len(table)
    assert plot != claims.plot(study, table.assign(value=table.high))                # control: other numbers


@pytest.mark.parametrize("dataset, heading", [("synthetic", "on drawn faces"), ("folder", "on these images")])
def test_a_verdict_says_of_which_images_it_holds(tmp_path, dataset, heading):
    study = Study(dataset, "smoke", 0, home=tmp_path)
    assert heading in claims.record(study, "03", measured("03")).columns
    of_numbers = dict.fromkeys(measured("05"), claims.exactly(0))
    assert "verdict" in claims.record(study, "05", of_numbers).columns


def test_a_page_shows_bars_and_angles_as_they_are():
    shown = claims.bars(pd.DataFrame({"a|b": ["|mu| < <script>"]}))
    assert shown.splitlines()[2] == "| \\|mu\\| &lt; &lt;script&gt; |" and shown.startswith("| a\\|b |")


def test_a_table_with_an_unknown_claim_is_refused_in_words(tmp_path):
    study = Study("synthetic", "smoke", 0, home=tmp_path)
    table = claims.judge("04", measured("04")).replace({"id": {"F2-b": "F9-b"}})
    with pytest.raises(ValueError, match="F9-b.*make claims"):
        claims.readable(study, table)
