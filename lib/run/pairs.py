"""Each notebook is a pair: the percent script .py, its source, and the output-free .ipynb that people open.

Both are what JupyterLab writes when it saves an unchanged pair, so opening and saving leaves git clean.
"""
import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs

from lib.run import runner

# as in pyproject.toml
METADATA = {"jupytext": {"cell_metadata_filter": "tags,-all", "notebook_metadata_filter": "-all"},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def sync():
    """Make each pair equal, and return the names of the files that were written.

    Where the cells differ, the half that was saved last is right: an .ipynb that another editor saved changes
    its script. Of outputs and metadata nothing is kept.
    """
    written = []
    for script in runner.sources():
        partner = script.with_suffix(".ipynb")
        source = jupytext.read(script)
        if partner.exists():
            other, newer = jupytext.read(partner), partner.stat().st_mtime_ns > script.stat().st_mtime_ns
            right = other if newer and _cells(other) != _cells(source) else source
            source = combine_inputs_with_outputs(right, other)       # keeps the ids of its cells
        for cell in source.cells:
            cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        source.metadata, source.nbformat_minor = nbformat.from_dict(METADATA), 5
        text = jupytext.writes(source, "py:percent")
        for path, new in ((script, text), (partner, nbformat.writes(source) + "\n")):
            if not path.exists() or path.read_text(encoding="utf-8") != new:
                path.write_text(new, encoding="utf-8")
                written.append(path.name)
    return written


def strip(model, **_):
    """JupyterLab's hook before it saves: what a kernel adds to the metadata of a notebook is not kept."""
    if model["type"] == "notebook" and model.get("content"):
        model["content"]["metadata"] = dict(METADATA)


def _cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]
