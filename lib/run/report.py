"""build/report and the README's block of findings: templates, filled with the numbers of a finished run."""
import json
import math
import os
import re
import shutil
from pathlib import Path

import jinja2
from latex2mathml.converter import convert
from markdown_it import MarkdownIt

from lib import claims
from lib.run import pages
from lib.store import artifacts, disk, formats

BLOG = "https://linux-blog.anracom.com/tag/celeb-a/"
BLOCK = re.compile(r"(<!-- (\w+): written by `make readme` -->\n).*?(\n<!-- end of \2 -->)", re.S)
PLATE = "F1-1"                                                       # the figure that opens report and README
FORMULA = re.compile(r"(?m)^```math\n(.+?)\n```$|\$`([^`]+)`\$", re.S)
FIGURE = re.compile(r'<img src="[^"]*?([^"/]+)" width="\d+" alt="([^"]*)">')
ANSWERS = {"reproduced": "Yes", "not reproduced": "No", "undecided": "Undecided",
           claims.NOT_DECIDABLE: "Not decidable at this size", claims.NOT_APPLICABLE: "Not applicable"}


def build(study):
    """Write the pages and the report of a run and return the path of its index.

    All runs of a checkout share the folder build/report; it holds the report asked for last, and RUN.done
    says whose that is. It is built beside and then put in place: it is never half one and half another.
    FileNotFoundError names what is missing, ValueError a picture that is no figure of the run.
    """
    with disk.held(study.build.parent / "report", "the report"):
        folder, new = study.build.parent / "report", study.build.parent / ".report.new"
        shutil.rmtree(new, ignore_errors=True)
        with disk.explained(new / "index.html"):
            _write(study, new)
            written = pages.write(study)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
        written += [path for path in folder.rglob("*") if path.is_file()]
        artifacts.write(study.report, json.dumps({"files": artifacts.snapshot(written, study.home)}))
    return folder / "index.html"


def _finished(study):
    """(executed notebooks, table of claims) of a run; FileNotFoundError says what to run first."""
    notebooks, table = pages.executed(study), study.data / "claims.csv"
    if not notebooks:
        raise FileNotFoundError(f"no executed notebook in build/{study.run}: run make all first")
    if not table.exists():
        raise FileNotFoundError(f"no claims table of {study.run}: run make claims first")
    return notebooks, claims.numbers(table)


def _write(study, folder):
    notebooks, table = _finished(study)
    texts = {path.stem: pages.markdown(study, path, "figures/") for path in notebooks}
    for name, text in texts.items():
        page = filled("notebook.html", name=name, names=list(texts), body=in_html(text))
        artifacts.write(folder / f"{name}.html", page)
    shown = shown_in(texts)
    for name in shown:
        (folder / "figures").mkdir(exist_ok=True)
        shutil.copy(study.figures / name, folder / "figures")
    artifacts.write(folder / "index.html", filled(
        "index.html", study=study, blog=BLOG, plate=plate(shown), findings=in_html(findings(table)),
        groups=_groups(study, table), dots=filled("claims.svg", rows=dots(table)),
        titles={name: text.partition("\n")[0].lstrip("# ") for name, text in texts.items()}, figures=shown,
        times=_times(study, notebooks), versions=artifacts.versions(), cores=os.cpu_count()))


def filled(template, **values):
    """A template of lib/run/templates with `values` in it, escaped where it is HTML."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(("html", "svg")))
    return templates.get_template(template).render(values)


def in_html(markdown):
    """A page's Markdown as HTML that needs no network: formulas are MathML.

    >>> in_html("*Length* $`R`$")[:24], in_html("*Length* $`R`$")[-24:]
    ('<p><em>Length</em> <math', '</mi></mrow></math></p>\\n')
    """
    def formula(found):
        block, inline = found.groups()
        return convert(block.replace("\n", " "), display="block") if block else convert(inline)
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    return renderer.render(FORMULA.sub(formula, markdown))


def shown_in(texts):
    """{file name: (its tag <img>, alt text)} of all figures on pages {name: Markdown}, by post and number."""
    found = {tag[1]: (tag[0], tag[2]) for text in texts.values() for tag in FIGURE.finditer(text)}
    return dict(sorted(found.items(), key=lambda item: _order(item[0])))


def plate(shown):
    """The tag <img> of the figure PLATE among `shown`; FileNotFoundError if no notebook shows it."""
    for name, (tag, _) in shown.items():
        if name.startswith(f"{PLATE}-"):
            return tag
    raise FileNotFoundError(f"no notebook shows figure {PLATE}, with which the report opens: run make all")


def findings(table):
    """The findings as Markdown, each number and each yes or no taken from the table of claims."""
    rows = {row.id: row for row in table.itertuples()}
    return filled("findings.md",
                  count=lambda group, verdict=None: sum(
                      row.group == group and verdict in (None, row.verdict) for row in rows.values()),
                  number=lambda name: claims.shown(claims.measured_in(rows[name])),
                  answer=lambda name: ANSWERS[rows[name].verdict.split(":")[0]])


def _groups(study, table):
    """[(group, what it means, {verdict: count}, rows of text)] of a table of claims."""
    parts = [(group, table[table.group == group]) for group in claims.MEANING]
    return [(group, claims.MEANING[group], part.verdict.str.split(":").str[0].value_counts().to_dict(),
             claims.readable(study, part).drop(columns="group")) for group, part in parts if len(part)]


def dots(table):
    """Rows of the plot of all claims: [(group, [(id, verdict, left, point, right)])], places from -1 to 1.

    The place of a number x is s / (1 + |s|), where s is the distance from x to the nearest limit of the claim
    in units of the limits (their half distance, or the one limit itself); within the limits s is positive.
    """
    def place(claim, x):
        half, end = (claim.high - claim.low) / 2, claim.low if math.isfinite(claim.low) else claim.high
        unit = half if 0 < half < math.inf else abs(end) or 1
        s = min(x - claim.low, claim.high - x) / unit
        return s / (1 + abs(s))

    def row(claim, row):
        middle = min(max((claim.low + claim.high) / 2, row.low), row.high)       # the best place of all
        places = [place(claim, x) for x in (row.low, middle, row.high)]
        return row.id, row.verdict.split(":")[0], min(places), place(claim, row.value), max(places)
    measured = dict(list(table[table.value.notna()].groupby("group")))
    return [(group, [row(claims.BY_ID[each.id], each) for each in measured[group].itertuples()])
            for group in claims.MEANING if group in measured]


def _order(name):
    post, _, rest = name.partition("-")
    number = rest.split("-")[0]
    return post, int(number) if number.isdigit() else 999, rest


def _times(study, notebooks):
    """[(stage, seconds, peak memory in MB)] of the notebooks of a run and of what they kept."""
    rows = [(path.stem, facts["seconds"], facts["kernel_peak_mb"])
            for path in notebooks for facts in [artifacts.facts(path)]]
    kept = [(path.stem, formats.facts(path)) for path in sorted(study.data.glob("*.json"))]
    return rows + [(f"of that: {name}", facts["seconds"], facts["peak_mb"]) for name, facts in kept
                   if "seconds" in facts]


def readme(study, path):
    """Rewrite the blocks of the README that hold the numbers of a run; ValueError if there is none.

    A block stands between <!-- NAME: written by make readme --> and <!-- end of NAME -->.
    """
    notebooks, table = _finished(study)
    shown = shown_in({page.stem: pages.markdown(study, page, f"figures/{study.run}/") for page in notebooks})
    _, _, counts, tables = (study.figures / "claims.md").read_text(encoding="utf-8").split("\n\n", 3)
    training = sum(artifacts.facts(study.checkpoint(case))["seconds"] for case in ("I", "II"))
    first, *rest = (artifacts.facts(page)["seconds"] for page in notebooks)
    rest = sum(rest) + first - (training if first > training else 0)     # networks that were current: no time
    blocks = {"findings": f"{plate(shown)}\n\n{findings(table)}",
              "claims": filled("claims.md", counts=counts, tables=tables.replace("## ", "#### ").strip(),
                               rest=rest / 60, training=training / 60, cores=os.cpu_count())}
    text, count = BLOCK.subn(lambda block: f"{block[1]}\n{blocks[block[2]]}\n{block[3]}",
                             path.read_text(encoding="utf-8"))
    if count != len(blocks):
        raise ValueError(f"{path.name} has not one block each, as {BLOCK.pattern}, of {', '.join(blocks)}")
    artifacts.write(path, text)
