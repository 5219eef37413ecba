"""The notebooks as posts: prose in Markdown, short cells, a name for one thing, pairs that jupytext keeps."""
import ast
import os
import re
import shutil
import time

import jupytext
import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from jupytext.sync_contentsmanager import build_sync_jupytext_contents_manager_class

from lib import study as studies
from lib.run import pairs
from lib.study import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
EVERY = pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda path: path.stem)
WIDTH, LINES, FIGURE_LINES, LOCKED, NUMBERS = 110, 10, 14, 0.10, 3
REUSED = {"fig", "ax", "axes"}                                       # names of whatever is being drawn


def code(script):
    """The sources of the code cells of a percent script."""
    return [cell.source for cell in jupytext.read(script).cells if cell.cell_type == "code"]


def texts(script):
    """The f-strings of the code of a notebook, with the calls of Markdown that hold them."""
    calls = [node for source in code(script) for node in ast.walk(ast.parse(source))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markdown"]
    return [part for call in calls for part in ast.walk(call) if isinstance(part, ast.JoinedStr)]


def words(text):
    return len(re.findall(r"[^\W\d_]{2,}", text))


@EVERY
def test_three_parameters_and_one_sentence_how_to_start(script):
    cells = jupytext.read(script).cells
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1
    assert cells[0].source.startswith(f"# {script.stem[:2]} ") and "`make lab`" in cells[0].source


@EVERY
def test_cells_are_short_and_lines_narrow(script):
    assert [line for line in script.read_text().splitlines() if len(line) > WIDTH] == []
    for source in code(script):
        lines = [line for line in source.splitlines() if line.strip()]
        assert len(lines) <= (FIGURE_LINES if "figures.show(" in source else LINES), source


@EVERY
def test_prose_is_in_markdown_cells(script):
    locked = sum(words(part.value) for text in texts(script) for part in text.values
                 if isinstance(part, ast.Constant))
    prose = sum(words(cell.source) for cell in jupytext.read(script).cells if cell.cell_type == "markdown")
    assert locked <= LOCKED * (locked + prose)


@EVERY
def test_a_computed_sentence_holds_at_most_three_numbers(script):
    for text in texts(script):
        assert sum(isinstance(part, ast.FormattedValue) for part in text.values) <= NUMBERS, ast.unparse(text)


@EVERY
def test_imports_stand_at_the_top_one_a_line(script):
    imports = ast.Import, ast.ImportFrom
    seen = [node for source in code(script) for node in ast.parse(source).body]
    first_other = next(k for k, node in enumerate(seen) if k > 3 and not isinstance(node, imports))
    assert not [node for node in seen[first_other:] if isinstance(node, imports)]
    assert all(len(node.names) == 1 for node in seen if isinstance(node, ast.Import))
    assert "sys.path" not in script.read_text()
    for source in code(script):
        starts = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
        assert len(starts) == len(set(starts)) or not re.search(r";\s*\S", source), source


@EVERY
def test_a_name_is_given_in_one_cell_only(script):
    given = {}
    for number, source in enumerate(code(script)):
        for node in ast.parse(source).body:
            names = set()
            if isinstance(node, ast.FunctionDef):
                names = {node.name}
            elif isinstance(node, ast.Assign):
                names = {part.id for target in node.targets for part in ast.walk(target)
                         if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
            for name in names - REUSED:
                assert given.setdefault(name, number) == number, f"{name} is given again"


@EVERY
def test_each_pair_is_equal_and_without_output(script):
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == \
           [(cell.cell_type, cell.source) for cell in jupytext.read(script).cells], "run: make pairs"
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """JupyterLab under `make lab`: a copy of the notebooks, and a function that opens and saves one."""
    for name in ("notebooks", "pyproject.toml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    manager = build_sync_jupytext_contents_manager_class(LargeFileManager)(root_dir=str(tmp_path))
    manager.register_pre_save_hook(pairs.strip)
    monkeypatch.setattr(studies, "ROOT", tmp_path)

    def save(script, change=lambda content: None):
        name = f"notebooks/{script.stem}.ipynb"
        content = manager.get(name)["content"]
        # as a running kernel says
        content["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
        content["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
        change(content)
        manager.save({"type": "notebook", "content": content, "format": "json"}, name)
    return tmp_path / "notebooks", save


@EVERY
def test_saving_in_lab_without_a_change_changes_no_byte(script, lab):
    folder, save = lab
    save(script)
    for half in (script, script.with_suffix(".ipynb")):
        assert (folder / half.name).read_bytes() == half.read_bytes(), "run: make pairs"
    assert pairs.sync() == []


def test_a_change_in_lab_reaches_both_halves(lab):
    folder, save = lab
    save(NOTEBOOKS[4], lambda content: content["cells"][0].update(source="# 05 Other words"))
    half = folder / NOTEBOOKS[4].name
    assert all("Other words" in half.with_suffix(end).read_text() for end in (".py", ".ipynb"))


@pytest.mark.parametrize("later", [".ipynb", ".py"])
def test_a_half_that_another_editor_saved_last_is_right_and_opens_in_lab(lab, later):
    folder, save = lab
    half = (folder / NOTEBOOKS[4].name).with_suffix(later)
    half.write_text(half.read_text().replace("**Question.**", "**Asked.**"))
    os.utime(half, (time.time() + 60,) * 2)
    assert pairs.sync() == [NOTEBOOKS[4].with_suffix(".py" if later == ".ipynb" else ".ipynb").name]
    os.utime(half)
    save(NOTEBOOKS[4])
    assert all("**Asked.**" in half.with_suffix(end).read_text() for end in (".py", ".ipynb"))
