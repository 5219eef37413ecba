"""build/report/index.html: the claims table, all figures with their alt texts, notebooks as HTML, times."""
import html
import json
import math
import os
import shutil
from datetime import datetime

import nbformat
import pandas as pd
from nbconvert import HTMLExporter
from PIL import Image

from lib.store import artifacts, disk, formats

BLOG = "https://linux-blog.anracom.com/tag/celeb-a/"
BLOCK_START, BLOCK_END = "<!-- claims: written by `make readme` -->", "<!-- end of claims -->"
POSTS = {"F1": "Autoencoders and latent space fragmentation I",
         "F2": "Autoencoders and latent space fragmentation II",
         "P1": "Latent spaces: pitfalls of distributing points in multi dimensions I",
         "P2": "Latent spaces: pitfalls of distributing points in multi dimensions II",
         "C2": "Autoencoders, latent space and the curse of high dimensionality II"}
# ours: latents of 1 and of 2 threads, root mean square, in standard deviations; 0.007 measured with bfloat16
THREADS = 0.05
PROMISES = {
    "cpu": "On a CPU the same machine, pins and number of threads give the same bytes: checkpoints, latents, "
           "tables, claims and figures, also after a run was killed and went on. Another number of threads "
           "sums in another order: latents after a short training differ by at most "
           f"{THREADS:g} of a standard deviation (root mean square), and more after a long one.",
    "cuda": "On a GPU nothing is promised of the bytes of networks, latents and what follows from them: its "
            "kernels may sum in any order. Drawn images, the order of the data and every random vector are "
            "the same as on a CPU.",
}
STYLE = """
:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; \
margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; font-size: 14px; width: 100% } \
th, td { text-align: left; padding: .3em .6em; border-bottom: 1px solid #8884; vertical-align: top }
.reproduced { color: #2b7a3f } .not-reproduced { color: #b5322f } .not-applicable { color: #777 }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 1.5em } \
figure { margin: 0 }
figure img { width: 100%; background: #fff; border: 1px solid #8884 } figcaption { font-size: 13px }
.table { overflow-x: auto } nav a { margin-right: 1em }
"""


def build(study):
    """Write the report of a run; the path of its index page. FileNotFoundError names what is missing.

    All runs of a checkout share the folder build/report; it holds the report asked for last, and RUN.done
    says whose that is. It is built beside and then put in place: it is never half one and half another.
    """
    with disk.held(study.build.parent / "report", "the report"):
        folder, new = study.build.parent / "report", study.build.parent / ".report.new"
        shutil.rmtree(new, ignore_errors=True)
        with disk.explained(new / "index.html"):
            _write(study, new)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        artifacts.write(study.report, json.dumps({"files": artifacts.snapshot(files, study.home)}))
    return folder / "index.html"


def _write(study, folder):
    notebooks = _executed(study)
    if not notebooks:
        raise FileNotFoundError(f"no executed notebook in build/{study.run}: run make all first")
    (folder / "figures").mkdir(parents=True)
    pages = [(path.stem, _page(path, folder)) for path in notebooks]
    table = pd.read_csv(study.data / "claims.csv", dtype=str).fillna("")
    parts = [_claims(table), _gallery(study, folder), _notebooks(pages), _times(study, notebooks)]
    artifacts.write(folder / "index.html", f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">\
<title>Latent space study: {study.run}</title>
<style>{STYLE}</style><h1>What a plain autoencoder does in its latent space</h1>
<p>This run: {html.escape(study.label)}. The posts: <a href="{BLOG}">the series on the author's blog</a>.</p>
<nav><a href="#claims">Claims</a><a href="#figures">Figures</a>\
<a href="#notebooks">Notebooks</a><a href="#times">Run times</a></nav>
{"".join(parts)}{_promise(study)}</html>""")


def _executed(study):
    return sorted(path for path in study.build.glob("[0-9][0-9]_*.ipynb") if path.name.count(".") == 1)


def _page(path, folder):
    body, _ = HTMLExporter(template_name="lab").from_notebook_node(nbformat.read(path, as_version=4))
    artifacts.write(folder / f"{path.stem}.html", body)
    return f"{path.stem}.html"


def _claims(table):
    rows = "".join(
        f'<tr><td>{html.escape(row.id)}</td><td>{html.escape(row.post)}</td><td>{html.escape(row.statement)}</td>'
        f'<td>{html.escape(row.expected)}</td><td>{html.escape(row.measured)}</td>'
        f'<td class="{html.escape(row.verdict.split(":")[0].replace(" ", "-"))}">'
        f'{html.escape(row.verdict)}</td></tr>'
        for row in table.itertuples())
    return ('<h2 id="claims">Claims</h2><p>The verdict is computed from the measured number.</p>'
            '<div class="table"><table>'
            f'<tr><th>id<th>post<th>statement<th>expected<th>measured<th>verdict</tr>{rows}</table></div>')


def _gallery(study, folder):
    items = []
    for path in sorted(study.figures.glob("*.png"), key=_order):
        shutil.copy(path, folder / "figures")
        with Image.open(path) as image:
            alt = image.info.get("Description", "")
        post = POSTS.get(path.name.split("-")[0])
        where = f'<a href="{BLOG}">{post}</a>' if post else "ours"
        items.append(f'<figure id="{path.stem}"><a href="figures/{path.name}"><img loading="lazy" '
                     f'src="figures/{path.name}" alt="{html.escape(alt, quote=True)}"></a><figcaption>'
                     f'<b>{path.stem}</b> ({where}). {html.escape(alt)}</figcaption></figure>')
    return f'<h2 id="figures">Figures</h2><div class="gallery">{"".join(items)}</div>'


def _order(path):
    post, _, rest = path.stem.partition("-")
    number = rest.split("-")[0]
    return post, int(number) if number.isdigit() else 999, rest


def _notebooks(pages):
    items = "".join(f'<li><a href="{page}">{name}</a></li>' for name, page in pages)
    return f'<h2 id="notebooks">Notebooks</h2><ol style="list-style: none; padding: 0">{items}</ol>'


def _times(study, notebooks):
    rows = []
    for path in notebooks:
        facts = artifacts.facts(path)
        rows.append((path.stem, facts["seconds"], facts["kernel_peak_mb"]))
    largest = max(row[2] for row in rows)
    rows.append(("all notebooks, where two ran at a time counted once", _seconds(notebooks), largest))
    for path in sorted(study.data.glob("*.json")):
        facts = formats.facts(path)
        if "seconds" in facts:
            rows.append((f"&nbsp;&nbsp;of that: {path.stem}", facts["seconds"], facts["peak_mb"]))
    cells = "".join(f"<tr><td>{name}</td><td>{time:,.1f}</td><td>{mb:,}</td></tr>" for name, time, mb in rows)
    versions = ", ".join(f"{name} {version}" for name, version in artifacts.versions().items())
    return ('<h2 id="times">Run times and provenance</h2><table><tr><th>stage<th>seconds<th>peak '
            f'memory, MB</tr>{cells}</table><p>{html.escape(versions)}, {os.cpu_count()} cores.</p>')


def _seconds(notebooks):
    """Seconds in which at least one of the executed notebooks ran: make runs two of them at a time."""
    all_facts = [artifacts.facts(path) for path in notebooks]
    ran = [(datetime.fromisoformat(facts["made"]).timestamp(), facts["seconds"]) for facts in all_facts]
    seconds, until = 0.0, -math.inf
    for start, end in sorted((end - took, end) for end, took in ran):
        seconds += max(0.0, end - max(start, until))
        until = max(until, end)
    return seconds


def _promise(study):
    """What can be expected of the bytes of a second run, on the device that trained this one."""
    path = study.checkpoint("I")
    device = artifacts.facts(path)["device"].split(":")[0] if artifacts.sidecar(path).exists() else "cpu"
    promise = PROMISES.get(device, "Nothing is promised of other devices.")
    return ('<h2 id="determinism">The same again?</h2><p>This run was trained on the device '
            f'{html.escape(device)}. {html.escape(promise)}</p>')


def readme(study, path):
    """Rewrite the README's block of the claims table and minutes of a run; ValueError if there is none."""
    text = path.read_text(encoding="utf-8")
    head, start, rest = text.partition(BLOCK_START)
    _, end, tail = rest.partition(BLOCK_END)
    if not (start and end):
        raise ValueError(f"{path.name} has no block between {BLOCK_START!r} and {BLOCK_END!r}")
    pages = _executed(study)
    each = ", ".join(f"{page.stem[:2]} {artifacts.facts(page)['seconds']:.0f}" for page in pages)
    training = sum(artifacts.facts(study.checkpoint(case))["seconds"] for case in ("I", "II"))
    title, _, table = (study.figures / "claims.md").read_text(encoding="utf-8").partition("\n\n")
    summary, _, rows = table.partition("\n\n")
    artifacts.write(path, f"{head}{start}\n{title.lstrip('# ')}: {summary}\n\n<details><summary>all claims"
                          f"</summary>\n\n{rows}\n</details>\n\nThe notebooks of that run took "
                          f"{_seconds(pages) / 60:.0f} minutes on {os.cpu_count()} cores, set-up apart. In "
                          f"seconds: {each}; training alone {training:.0f}.\n{end}{tail}")
