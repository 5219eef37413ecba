"""build/report and the README's block of findings: templates, filled with the numbers of a finished run."""
import json
import os
import re
import shutil
from pathlib import Path

import jinja2
from joblib import cpu_count
from latex2mathml.converter import convert
from markdown_it import MarkdownIt

from lib import claims
from lib.run import compare, pages
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
            notebooks, table = _finished(study)
            texts = {path.stem: pages.markdown(study, path) for path in notebooks}
            _write(study, new, notebooks, table, texts)
            written = pages.write(study, texts)
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


def _write(study, folder, notebooks, table, texts):
    texts = {name: linked(text, "figures/") for name, text in texts.items()}
    for name, text in texts.items():
        page = filled("notebook.html", name=name, names=list(texts), body=in_html(text))
        artifacts.write(folder / f"{name}.html", page)
    shown = shown_in(texts.values())
    for name in shown:
        (folder / "figures").mkdir(exist_ok=True)
        shutil.copy(study.figures / name, folder / "figures")
    artifacts.write(folder / "index.html", filled(
        "index.html", study=study, blog=BLOG, plate=plate(shown), findings=in_html(findings(table)),
        images=in_html(on_other_images(study, "../../")), seeds=in_html(on_other_seeds(study, "../../")),
        groups=_groups(study, table), dots=claims.plot(study, table),
        titles={name: text.partition("\n")[0].lstrip("# ") for name, text in texts.items()}, figures=shown,
        times=_times(study, notebooks), versions=artifacts.versions(), cores=cpu_count()))


def filled(template, **values):
    """A template of lib/run/templates with `values` in it, escaped where it is HTML."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape())
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


def linked(text, folder):
    """A page's Markdown with the `folder` of its pictures in their tags."""
    return FIGURE.sub(lambda tag: tag[0].replace('"', f'"{folder}', 1), text)


def shown_in(texts):
    """{file name: (its tag <img>, alt text)} of all figures in texts, by post and number."""
    found = {tag[1]: (tag[0], tag[2]) for text in texts for tag in FIGURE.finditer(text)}
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


def on_other_images(study, home):
    """The verdicts that differ between the image sets of finished runs of one scale and seed, as Markdown.

    Writes the page of all their claims side by side, linked from the folder `home` of the project; "" where
    there is no other run.
    """
    return _beside(study, home, compare.on_other_images(study), "images.md", least=2)


def on_other_seeds(study, home):
    """The same of finished runs that differ by seed alone, from three of them on."""
    return _beside(study, home, compare.on_other_seeds(study), "seeds.md", least=3)


def _beside(study, home, names, template, least):
    if len(names) < least:
        return ""
    rows, alike = compare.apart(names, study.home)
    page = compare.compare(names, study.home).relative_to(study.home)
    return filled(template, rows=rows, alike=alike, names=names, page=f"{home}{page.as_posix()}",
                  table=claims.bars(rows))


def _groups(study, table):
    """[(group, what it means, counts of verdicts in words, rows of text)] of a table of claims."""
    return [(group, claims.MEANING[group], claims.in_words(row),
             claims.readable(study, table[table.group == group]).drop(columns="group"))
            for group, row in claims.counted(table).iterrows()]


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
    written = (study.figures / f"{page.stem}.md" for page in (*notebooks, Path("claims.md")))
    *texts, of_claims = (linked(artifacts.read(page), f"figures/{study.run}/") for page in written)
    _, _, counts, plot, tables = of_claims.split("\n\n", 4)
    of_both = [artifacts.facts(study.checkpoint(case)) for case in ("I", "II")]
    together = max if of_both[0]["device"] == "cpu" else sum          # `stages.side_by_side`
    training = together(facts["seconds"] for facts in of_both)
    first, *rest = (artifacts.facts(page)["seconds"] for page in notebooks)
    rest = sum(rest) + first - (training if first > training else 0)     # networks that were current: no time
    opening = f"{plate(shown_in(texts))}\n\n" if study.dataset == "synthetic" else ""    # no person in git
    blocks = {"findings": opening + findings(table),
              "images": on_other_images(study, "") or "Of this scale and seed there is no other run.",
              "claims": filled("claims.md", counts=counts, plot=plot, rest=rest / 60,
                               seeds=on_other_seeds(study, ""),
                               tables=tables.replace("## ", "#### ").strip(), training=training / 60,
                               cores=cpu_count())}
    text, count = BLOCK.subn(lambda block: f"{block[1]}\n{blocks[block[2]]}\n{block[3]}",
                             path.read_text(encoding="utf-8"))
    if count != len(blocks):
        raise ValueError(f"{path.name} has not one block each, as {BLOCK.pattern}, of {', '.join(blocks)}")
    artifacts.write(path, text)
