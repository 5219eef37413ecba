"""A page for each notebook, to be read without running anything: prose, tables, figures, folded code."""
import base64
import html
import itertools
import re

import nbformat
from PIL import Image

from lib import figures
from lib.store import artifacts

SHARPNESS = figures.DPI / 110          # ours: pixels of a figure for one of a page, 110 of which are an inch
CODE_OR_MATH = re.compile(r"```.*?```|\$?`[^`]*`\$?|\$\$(.+?)\$\$|\$(?!\s)([^$]+?)(?<!\s)\$", re.S)
OTHER_TAG = re.compile(r"<(?!/?(?:table|thead|tbody|tr|th|td)\b)")       # of a table's text, as the < of <R>
NUMBER = re.compile(r"<td>(?=[-+−]?\d[\d.,]*(e[-+]?\d+)?( ?%)?( (\+-|±) [\d.,]+)?</td>)")


def executed(study):
    """Paths of the executed notebooks of a run, sorted."""
    return sorted(path for path in study.build.glob("[0-9][0-9]_*.ipynb") if path.name.count(".") == 1)


def write(study):
    """Write figures/RUN/NN_name.md for each executed notebook of a run and return the paths.

    The same notebooks give the same bytes. ValueError if one shows a picture that is no figure of this run.
    """
    notebooks, written = executed(study), []
    for path in notebooks:
        links = [f"[{'**' * (other == path)}{other.stem[:2]}{'**' * (other == path)}]({other.stem}.md)"
                 for other in notebooks]
        head = (f"[README](../../README.md) | {' '.join(links)} | "
                f"[this notebook](../../notebooks/{path.name}), run with {study.label}")
        written.append(study.figures / f"{path.stem}.md")
        artifacts.write(written[-1], f"{head}\n\n{markdown(study, path)}")
    return written


def markdown(study, path, folder=""):
    """The executed notebook at `path` as Markdown for GitHub, its pictures linked in `folder`.

    Code is folded: cells that show nothing stand in one fold with the next one that does.
    """
    names = {file.read_bytes(): file for file in study.figures.glob("*") if file.suffix in (".png", ".webp")}
    cells = [cell for cell in nbformat.read(path, as_version=4).cells
             if "injected-parameters" not in cell.metadata.get("tags", [])]
    parts = []
    for kind, group in itertools.groupby(cells, lambda cell: cell.cell_type):
        code = []
        for cell in group:
            if kind == "markdown":
                parts.append(for_github(cell.source))
                continue
            code.append(cell.source)
            if cell.outputs:
                parts += [_folded(code), *(_shown(output, names, folder) for output in cell.outputs)]
                code = []
        parts += [_folded(code)] if code else []
    return "\n\n".join(part for part in parts if part) + "\n"


def for_github(text):
    """Markdown with its formulas as GitHub keeps them whole: $`...`$ in a line, a block ```math if alone.

    >>> for_github("So $R^2$ is not `$HOME`.")
    'So $`R^2`$ is not `$HOME`.'
    """
    def kept(found):
        block, inline = found.groups()
        if block:
            return f"\n```math\n{block.strip()}\n```\n"
        return f"$`{' '.join(inline.split())}`$" if inline else found[0]
    return CODE_OR_MATH.sub(kept, text)


def table(text):
    """An HTML table without styles, classes and random ids, a line for each row, numbers to the right.

    Text that looks like a tag, as the mean <R>, stays text.

    >>> table('<table id="T_7f"><tr class="a"> <th colspan="2">b</th>\\n <td id="r0">1.5</td></tr></table>')
    '<table>\\n<tr><th colspan="2">b</th><td align="right">1.5</td></tr></table>'
    """
    text = OTHER_TAG.sub("&lt;", re.sub(r"<style.*?</style>|</?div>|<div [^>]*>", "", text, flags=re.S))
    text = re.sub(r"<(\w+)( [^>]*)>", lambda tag: "<" + " ".join(
        [tag[1], *re.findall(r'(?:col|row)span="\d+"', tag[2])]) + ">", text)
    text = re.sub(r">\s+<", "><", text.strip()).replace("&nbsp;", "")
    return NUMBER.sub('<td align="right">', text.replace("<tr>", "\n<tr>"))


def picture(file, alt, folder=""):
    """The tag <img> of a figure, as wide as it was drawn."""
    with Image.open(file) as image:
        width = round(image.width / SHARPNESS)
    return f'<img src="{folder}{file.name}" width="{width}" alt="{html.escape(alt)}">'


def _folded(code):
    lines = sum(source.count("\n") + 1 for source in code)
    blocks = "\n\n".join(f"```python\n{source}\n```" for source in code)
    return f"<details><summary>code, {lines} line{'s' * (lines > 1)}</summary>\n\n{blocks}\n\n</details>"


def _shown(output, names, folder):
    """What a cell shows, as Markdown."""
    data = output.get("data", {})
    for kind in ("image/png", "image/webp"):
        if kind in data:
            file = names.get(base64.b64decode(data[kind]))
            if file is None:
                raise ValueError("a picture of the notebook is no figure of this run: run the notebook again")
            return picture(file, output.metadata[kind]["alt"], folder)
    if "text/markdown" in data:
        return for_github(data["text/markdown"])
    if "text/html" in data:
        return table(data["text/html"])
    return f"```text\n{output.get('text', data.get('text/plain', '')).strip()}\n```"
