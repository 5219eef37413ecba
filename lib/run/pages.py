"""A page for each notebook, to be read without running anything: prose, tables, figures, folded code."""
import base64
import html
import itertools
import re

import nbformat
from PIL import Image

from lib import figures
from lib.store import artifacts
from lib.study import PICTURES

PICTURE = "image/webp"                 # as a notebook names what it shows
SHARPNESS = figures.DPI / 110          # ours: pixels of a figure for one of a page, 110 of which are an inch
ABSENT = ("this figure shows faces of persons, so it is not in the repository; `make all "
          "DATASET={study.dataset} SCALE={study.scale} SEED={study.seed}` draws it, and the report in "
          "build/report shows it.")
FACES = re.compile(rf'<img src="([^"]+)\{PICTURES[1]}"[^>]*>')
CODE_OR_MATH = re.compile(r"```.*?```|\$?`[^`]*`\$?|\$\$(.+?)\$\$|\$(?!\s)([^$]+?)(?<!\s)\$", re.S)
OTHER_TAG = re.compile(r"<(?!/?(?:table|thead|tbody|tr|th|td)\b)")       # of a table's text, as the < of <R>
NUMBER = re.compile(r"<td>(?=[-+−]?\d[\d.,]*(e[-+]?\d+)?( ?%)?( (\+-|±) [\d.,]+)?</td>)")


def executed(study):
    """Paths of the executed notebooks of a run, sorted."""
    return sorted(path for path in study.build.glob("[0-9][0-9]_*.ipynb") if path.name.count(".") == 1)


def write(study, texts):
    """Write the `texts` {name of a notebook: its `markdown`} as figures/RUN/NAME.md and return the paths.

    Where the images are photographs, a line stands for each figure that shows faces: git holds pages, and no
    picture of a person.
    """
    written, absent = [], rf"*\1: {ABSENT.format(study=study)}*"
    for name, text in texts.items():
        links = [f"[{'**' * (other == name)}{other[:2]}{'**' * (other == name)}]({other}.md)"
                 for other in texts]
        head = (f"[README](../../README.md) | {' '.join(links)} | "
                f"[this notebook](../../notebooks/{name}.ipynb), run with {study.label}")
        written.append(study.figures / f"{name}.md")
        public = text if study.dataset == "synthetic" else FACES.sub(absent, text)
        artifacts.write(written[-1], f"{head}\n\n{public}")
    return written


def markdown(study, path):
    """The executed notebook at `path` as Markdown for GitHub, its pictures beside it.

    Code is folded: cells that show nothing stand in one fold with the next one that does. The same notebook
    gives the same text. ValueError if it shows a picture that is no figure of this run.
    """
    names = {file.read_bytes(): file for file in study.figures.glob("*") if file.suffix in PICTURES}
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
                parts += [_folded(code), *(_shown(output, names) for output in cell.outputs)]
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


def picture(file, alt):
    """The tag <img> of a figure, as wide as it was drawn."""
    with Image.open(file) as image:
        width = round(image.width / SHARPNESS)
    return f'<img src="{file.name}" width="{width}" alt="{html.escape(alt)}">'


def _folded(code):
    lines = sum(source.count("\n") + 1 for source in code)
    blocks = "\n\n".join(f"```python\n{source}\n```" for source in code)
    return f"<details><summary>code, {lines} line{'s' * (lines > 1)}</summary>\n\n{blocks}\n\n</details>"


def _shown(output, names):
    """What a cell shows, as Markdown."""
    data = output.get("data", {})
    if PICTURE in data:
        file = names.get(base64.b64decode(data[PICTURE]))
        if file is None:
            raise ValueError("a picture of the notebook is no figure of this run: run the notebook again")
        return picture(file, output.metadata[PICTURE]["alt"])
    if "text/markdown" in data:
        return for_github(data["text/markdown"])
    if "text/html" in data:
        return table(data["text/html"])
    return f"```text\n{output.get('text', data.get('text/plain', '')).strip()}\n```"
