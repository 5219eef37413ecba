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


def png(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (220, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


def shown(mime, value, **metadata):
    return V4.new_output("display_data", {mime: value}, metadata={mime: metadata} if metadata else {})


@pytest.fixture
def run(tmp_path):
    """A run of one notebook: prose with a formula, parameters, a table, a picture, a computed sentence."""
    study = Study("synthetic", "smoke", 0, home=tmp_path)
    artifacts.write(study.figures / "P1-1-red.png", "")
    (study.figures / "P1-1-red.png").write_bytes(png("red"))
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, 2]})
    picture = shown("image/png", base64.b64encode(png("red")).decode(), alt='It is "red".')
    cells = [V4.new_markdown_cell("# 05 A title\n\nLet $R^2\n= 3$ and\n$$\\frac12 .$$"),
             V4.new_code_cell("seed = 0", metadata={"tags": ["parameters"]}),
             V4.new_code_cell("seed = 7", metadata={"tags": ["injected-parameters"]}),
             V4.new_code_cell("table", outputs=[shown("text/html", frame.style.to_html())]),
             V4.new_code_cell("draw()\nshow()", outputs=[picture]),
             V4.new_code_cell("said", outputs=[shown("text/markdown", "**Yes**: $`x`$")])]
    study.build.mkdir(parents=True)
    nbformat.write(V4.new_notebook(cells=cells), study.build / "05_page.ipynb")
    return study


def changed(study, **outputs):
    """Give the first code cell that shows something other outputs."""
    path = study.build / "05_page.ipynb"
    notebook = nbformat.read(path, 4)
    next(cell for cell in notebook.cells if cell.get("outputs")).outputs = [shown(*outputs["to"])]
    nbformat.write(notebook, path)


def code(page):
    """The sources of the code cells on a page."""
    return re.findall(r"^```python\n(.*?)\n```$", page, re.M | re.S)


def test_prose_code_tables_and_figures_are_all_there(run):
    page = pages.write(run)[0].read_text()
    assert code(page) == ["seed = 0", "table", "draw()\nshow()", "said"]
    assert "# 05 A title" in page and "**Yes**" in page
    assert '<td>x</td><td align="right">1.500000</td>' in page
    assert '<img src="P1-1-red.png" width="220" alt="It is &quot;red&quot;.">' in page
    assert "](../../notebooks/05_page.ipynb)" in page and run.label in page


def test_the_same_notebook_gives_the_same_bytes_and_no_random_id(run):
    before = pages.write(run)[0].read_bytes()
    assert pages.write(run)[0].read_bytes() == before and b"T_" not in before and b"<style" not in before
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, 2]})
    tables = [frame.style.to_html() for _ in range(2)]
    assert tables[0] != tables[1] and len({pages.table(text) for text in tables}) == 1
    changed(run, to=("text/html", frame.assign(b=3).style.to_html()))
    assert pages.write(run)[0].read_bytes() != before                # control: another number


def test_a_picture_that_is_no_figure_of_the_run_is_refused(run):
    changed(run, to=("image/png", base64.b64encode(png("blue")).decode()))
    with pytest.raises(ValueError, match="no figure of this run: run the notebook again"):
        pages.write(run)


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
