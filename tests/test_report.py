"""The report: all of a run, readable by everybody, without network, no number that is not in the table."""
import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from lib import claims
from lib.run import report
from lib.store import artifacts
from lib.study import Study
from tests.test_pages import V4, nbformat, picture, run, shown  # noqa: F401

CSS = (report.Path(report.__file__).with_name("templates") / "report.css").read_text()
THEMES = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in CSS.split("@media")[:2]]


def numbers(value=None):
    """A table of claims, all measured as `value`, or each in the middle of its limits."""
    def middle(claim):
        ends = [end for end in (claim.low, claim.high) if np.isfinite(end)]
        return float(np.mean(ends)) if len(ends) == 2 else ends[0] * (2 if claim.low == ends[0] else 0.5)
    rows = [claims._row(claim, claims.exactly(middle(claim) if value is None else value))
            for claim in claims.CLAIMS]
    return pd.DataFrame(rows, columns=claims.NUMBERS)


@pytest.fixture
def finished(run):  # noqa: F811
    """A finished run: one notebook that shows the plate, and a table of claims."""
    name = f"{report.PLATE}-plate.faces.webp"
    (run.figures / name).write_bytes(picture("green"))
    path = run.build / "05_page.ipynb"
    notebook = nbformat.read(path, 4)
    green = shown("image/webp", report.pages.base64.b64encode(picture("green")).decode(), alt="Some <faces>.")
    notebook.cells.append(V4.new_code_cell("faces", outputs=[green]))
    nbformat.write(notebook, path)
    artifacts.seal(path, artifacts.recipe("notebook", {}), seconds=90, kernel_peak_mb=1)
    artifacts.write(run.data / "claims.csv", numbers())
    for path, text in claims.texts(run, numbers()).items():
        artifacts.write(path, text)
    return run


class Outline(HTMLParser):
    """What a reader of the page by ear is told: headings, pictures without words, what comes from outside."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.silent, self.outside, self.language = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.language = given["lang"] if tag == "html" else self.language
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.silent += [given] if tag == "img" and not given.get("alt") else []
        loaded = given.get("src") or (given.get("href") if tag == "link" else None) or ""
        self.outside += [loaded] if re.match("(https?:)?//", loaded) else []


def test_a_page_can_be_read_by_ear_and_without_network(finished):
    index = report.build(finished)
    for path in (index, index.with_name("05_page.html")):
        page = Outline(path.read_text())
        assert page.language == "en" and page.silent == [] and page.outside == []
        assert page.headings[0] == 1 and page.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(page.headings))
        assert 'href="#content">Skip' in path.read_text() and 'id="content"' in path.read_text()
    control = Outline('<h1></h1><h3></h3><img src="https://x/y"><link href="//cdn/x">')
    assert (control.headings, len(control.silent), len(control.outside)) == ([1, 3], 1, 2)


def contrast(one, other):
    """The contrast of two colours, from 1 to 21 (W3C, "Web Content Accessibility Guidelines 2.1", 2018)."""
    def luminance(colour):
        parts = np.array([int(colour[k:k + 2], 16) for k in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ (0.2126, 0.7152, 0.0722)
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_every_text_has_contrast(theme):
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for name in set(theme) - {"paper", "pale"}:
        assert min(contrast(theme[name], theme[ground]) for ground in ("paper", "pale")) >= 4.5, name
    assert {verdict.replace(" ", "-") for verdict in claims.VERDICTS} <= set(theme)


def test_the_report_holds_every_figure_claim_and_notebook(finished):
    index = report.build(finished)
    text = index.read_text()
    linked = set(re.findall(r'(?:href|src)="(?!http|#)([^"]+)"', text))
    assert {"05_page.html", "figures/P1-1-red.webp"} <= linked
    assert all((index.parent / name).exists() for name in linked)
    assert all(text.count(f">{claim.id}<") == 2 for claim in claims.CLAIMS)      # in the plot, in its table
    assert "Some &lt;faces&gt;." in text and "<faces>" not in text and "<b>F1-1-plate</b>" in text
    body = index.with_name("05_page.html").read_text()
    assert body.count("<details>") == 4 and body.count("<math") == 3 and "$" not in body


def test_a_table_of_claims_runs_no_script_in_the_report(finished):
    script = "<script>alert(1)</script>"
    planted = pd.DataFrame([claims._row(claims.CLAIMS[0], script)], columns=claims.NUMBERS)
    artifacts.write(finished.data / "claims.csv", pd.concat([planted, numbers()[1:]]))
    text = report.build(finished).read_text()
    assert script not in text and "&lt;script&gt;alert" in text


@pytest.mark.parametrize("missing, said", [("data", "no claims table of .* run make claims first"),
                                           ("build", "no executed notebook .* run make all first")])
def test_what_a_report_lacks_is_said_in_a_sentence(finished, missing, said):
    for path in getattr(finished, missing).iterdir():
        path.unlink()
    with pytest.raises(FileNotFoundError, match=said):
        report.build(finished)


def test_without_its_plate_there_is_no_report(finished):
    notebook = nbformat.read(finished.build / "05_page.ipynb", 4)
    notebook.cells.pop()
    nbformat.write(notebook, finished.build / "05_page.ipynb")
    with pytest.raises(FileNotFoundError, match=f"no notebook shows figure {report.PLATE}"):
        report.build(finished)


def test_a_point_lies_right_of_the_line_where_its_claim_is_reproduced():
    rng, rows = np.random.default_rng(0), []
    for claim in claims.CLAIMS * 20:
        end = rng.choice([end for end in (claim.low, claim.high) if np.isfinite(end)])
        value = float(rng.choice([end, rng.normal(end, abs(end) + 1)]))
        error = float(rng.choice([0, abs(rng.normal(0, 0.1 * abs(value)))]))
        rows.append(claims._row(claim, claims.with_error(value, error, "drawn")))
    places = [row for _, group in claims.dots(pd.DataFrame(rows, columns=claims.NUMBERS)) for row in group]
    assert len(places) == len(rows) and {place[3] for place in places} == set(claims.VERDICTS[:3])
    for *_, verdict, left, point, right in places:
        assert -1 <= left <= point <= right <= 1
        assert verdict == ("reproduced" if left >= 0 else "not reproduced" if right < 0 else "undecided")


def test_findings_take_each_number_and_each_answer_from_the_table():
    yes, no = report.findings(numbers()), report.findings(numbers(-1e6))
    assert yes.count("\n") >= 5 and "Yes" in yes and "No" in no and "-1,000,000" in no
    assert not re.search(r"\d\d\d|\d\.\d", report.findings(numbers(0)))         # no number is typed


def test_the_readme_is_given_the_numbers_of_a_run(finished, tmp_path, monkeypatch):
    path = tmp_path / "README.md"
    blocks = [f"<!-- {name}: written by `make readme` -->\nold\n<!-- end of {name} -->"
              for name in ("findings", "claims", "images")]
    path.write_text("head\n" + "\nbetween\n".join(blocks) + "\ntail\n")
    for case in ("I", "II"):
        finished.checkpoint(case).write_bytes(b"")
        artifacts.seal(finished.checkpoint(case), artifacts.recipe("model", {}), seconds=300, device="cpu")
    rendered, markdown = [], report.pages.markdown
    monkeypatch.setattr(report.pages, "markdown", lambda *given: rendered.append(given) or markdown(*given))
    report.build(finished)
    report.readme(finished, path)
    assert len(rendered) == 1                                        # page, report and README of one text
    text = path.read_text()
    assert f'<img src="figures/{finished.run}/{report.PLATE}-plate.faces.webp"' in text
    assert "\nold\n" not in text
    assert f'<img src="figures/{finished.run}/claims.svg"' in text
    assert text.count("</details>") == 1 and "| F1-faces |" in text and text.endswith("tail\n")
    assert "there is no other run" in text
    report.readme(finished, path)
    assert path.read_text() == text
    other = Study("folder", finished.scale, finished.seed, finished.home)
    for one in (finished, other):
        artifacts.write(one.figures / "claims.csv", artifacts.read(finished.data / "claims.csv"))
    report.readme(finished, path)
    assert f"{finished.run}, {other.run} ([all side by side](figures/compare/" in path.read_text()
    assert "Training took 5 minutes" in path.read_text()
    assert "runs that differ by seed, that" not in path.read_text()
    for seed in (1, 2):
        beside = Study(finished.dataset, finished.scale, seed, finished.home)
        artifacts.write(beside.figures / "claims.csv", artifacts.read(finished.data / "claims.csv"))
    artifacts.seal(finished.checkpoint("II"), artifacts.recipe("model", {}), seconds=60, device="cuda")
    artifacts.seal(finished.checkpoint("I"), artifacts.recipe("model", {}), seconds=60, device="cuda")
    report.readme(finished, path)
    assert "Training took 2 minutes" in path.read_text()             # on a card one after the other
    assert "the same in each of 3 runs that differ by seed, that" in path.read_text()
    path.write_text(text.replace("end of claims", "end"))
    with pytest.raises(ValueError, match="README.md has not one block each"):
        report.readme(finished, path)
