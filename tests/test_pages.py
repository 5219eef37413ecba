"""Pages that are read without running: nothing of an executed notebook is lost, nothing random is kept."""
import base64
import io
import re

import nbformat
import pandas as pd
import pytest
from PIL import Image

from lib.run import pages
from lib.store import artifacts
from lib.study import ROOT, Study

V4 = nbformat.v4


def picture(colour, kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (220, 40), colour).save(buffer, kind)
    return buffer.getvalue()


def shown(mime, value, **metadata):
    return V4.new_output("display_data", {mime: value}, metadata={mime: metadata} if metadata else {})


@pytest.fixture
def run(tmp_path):
    """A run of one notebook: prose with a formula, parameters, a table, a picture, a computed sentence."""
    study = Study("synthetic", "smoke", 0, home=tmp_path)
    artifacts.write(study.figures / "P1-1-red.webp", "")
    (study.figures / "P1-1-red.webp").write_bytes(picture("red"))
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, 2]})
    red = shown("image/webp", base64.b64encode(picture("red")).decode(), alt='It is "red".')
    cells = [V4.new_markdown_cell("# 05 A title\n\nLet $R^2\n= 3$ and\n$$\\frac12 .$$"),
             V4.new_code_cell("seed = 0", metadata={"tags": ["parameters"]}),
             V4.new_code_cell("seed = 7", metadata={"tags": ["injected-parameters"]}),
             V4.new_code_cell("table", outputs=[shown("text/html", frame.style.to_html())]),
             V4.new_code_cell("draw()\nshow()", outputs=[red]),
             V4.new_code_cell("said", outputs=[shown("text/markdown", "**Yes**: $`x`$")])]
    study.build.mkdir(parents=True)
    nbformat.write(V4.new_notebook(cells=cells), study.build / "05_page.ipynb")
    return study


def changed(study, mime, value, **metadata):
    """Let the first code cell that shows something show another thing."""
    path = study.build / "05_page.ipynb"
    notebook = nbformat.read(path, 4)
    next(cell for cell in notebook.cells if cell.get("outputs")).outputs = [shown(mime, value, **metadata)]
    nbformat.write(notebook, path)


def written(study):
    """The page of the one notebook of a run."""
    return pages.write(study, {path.stem: pages.markdown(study, path) for path in pages.executed(study)})[0]


def code(page):
    """The sources of the code cells on a page."""
    return re.findall(r"^```python\n(.*?)\n```$", page, re.M | re.S)


def test_prose_code_tables_and_figures_are_all_there(run):
    page = written(run).read_text()
    assert code(page) == ["seed = 0", "table", "draw()\nshow()", "said"]
    assert "# 05 A title" in page and "**Yes**" in page
    assert '<td>x</td><td align="right">1.500000</td>' in page
    assert '<img src="P1-1-red.webp" width="110" alt="It is &quot;red&quot;.">' in page
    assert "](../../notebooks/05_page.ipynb)" in page and run.label in page


def test_the_same_notebook_gives_the_same_bytes_and_no_random_id(run):
    before = written(run).read_bytes()
    assert written(run).read_bytes() == before and b"T_" not in before and b"<style" not in before
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, 2]})
    tables = [frame.style.to_html() for _ in range(2)]
    assert tables[0] != tables[1] and len({pages.table(text) for text in tables}) == 1
    changed(run, "text/html", frame.assign(b=3).style.to_html())
    assert written(run).read_bytes() != before                       # control: another number


def test_a_picture_that_is_no_figure_of_the_run_is_refused(run):
    changed(run, "image/webp", base64.b64encode(picture("blue")).decode())
    with pytest.raises(ValueError, match="no figure of this run: run the notebook again"):
        written(run)


@pytest.mark.parametrize("dataset, shows", [("synthetic", True), ("celeba", False), ("folder", False)])
def test_no_page_of_photographs_shows_a_face_and_the_report_does(run, dataset, shows):
    faces = picture("green", "WEBP")
    (run.figures / "F1-1-sheet.faces.webp").write_bytes(faces)
    changed(run, "image/webp", base64.b64encode(faces).decode(), alt="Faces.")
    photos = Study(dataset, "smoke", 0, home=run.home)
    for ours, theirs in ((run.figures, photos.figures), (run.build, photos.build)):
        if ours != theirs:
            ours.rename(theirs)
    page = written(photos).read_text()
    assert ('src="F1-1-sheet.faces.webp"' in page) is shows and 'src="P1-1-red.webp"' in page
    assert (f"DATASET={dataset} SCALE=smoke SEED=0` draws it" in page) is not shows
    local = pages.markdown(photos, photos.build / "05_page.ipynb")
    assert 'src="F1-1-sheet.faces.webp"' in local                          # control: nothing is lost there


@pytest.mark.parametrize("text, page", [
    ("a $x_1 + y$ b", "a $`x_1 + y`$ b"), ("$a\n b$", "$`a b`$"), ("$$\nx\n$$", "\n```math\nx\n```\n"),
    ("`$x$` is code", "`$x$` is code"), ("```\n$x$\n```", "```\n$x$\n```"), ("5 $ and 6 $", "5 $ and 6 $")])
def test_formulas_as_github_renders_them(text, page):
    assert pages.for_github(text) == page


@pytest.mark.parametrize("cell, number", [("1,234.5", True), ("-0.3", True), ("12 %", True), ("97.4%", True),
                                          ("1e-05", True), ("x1", False), ("2 of 3", False), ("", False)])
def test_numbers_stand_to_the_right(cell, number):
    assert ('align="right"' in pages.table(f"<table><tr><td>{cell}</td></tr></table>")) is number


def test_text_that_looks_like_a_tag_stays_text():
    page = pages.table(pd.DataFrame({"a": ["<R> is <= 3", "<script>"]}).style.to_html())
    assert "<td>&lt;R> is &lt;= 3</td>" in page and "<script" not in page


def test_the_readme_links_each_page_and_each_notebook():
    text = (ROOT / "README.md").read_text()
    for script in sorted((ROOT / "notebooks").glob("[0-9]*.py")):
        assert f"/{script.stem}.md)" in text and f"](notebooks/{script.stem}.ipynb)" in text
    lines = text.partition("<details>")[0].splitlines()
    assert sum(1 + len(line) // 130 for line in lines) <= 110        # two screens before the folded table
