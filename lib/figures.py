"""Style, saving with provenance and alt text, tables, sheets of faces, and drawings that notebooks share.

Colour means source everywhere (`SOURCE`), a case is a line style and a marker (`CASE`), a split a filled
or an open marker (`SPLIT`). Drawing functions take data and `ax`, return `ax`, and neither compute, save nor
show.
Figures are WebP, charts without loss; one that holds pictures of faces ends in .faces.webp, for git to tell.
"""
import io
import re
import textwrap
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image as Shown
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform
from PIL import Image

from lib.store import artifacts
from lib.study import PICTURES

SOURCE = {
    "latents": "#b5322f",            # encoded images
    "uniform": "#2f6db5",            # method 2; several half widths: `blues`
    "normal": "#e0a030",             # vectors of a normal law, as a rung that is to make faces
    "null": "#6ec5ab",               # light: what chance alone gives, Gaussian or shuffled
    "theory": "#000000",             # a law drawn over data
    "muted": "#717171"}              # what is there for comparison or orientation only
LATENT, UNIFORM, NORMAL, NULL, THEORY, MUTED = SOURCE.values()
CASE = {"I": {"ls": "-", "marker": "o"}, "II": {"ls": "--", "marker": "s"}}
SPLIT = {"train": {"fillstyle": "full"}, "held_out": {"fillstyle": "none"}}
DPI = 220                            # ours: twice the 110 pixels of a page that are an inch there
FOOTER, TEXT, TITLE = 8, 9, 10.5     # ours: points; nothing is smaller than a footer
LINE = round(1.45 * TEXT / 72 * DPI)                                 # pixels from line to line on a sheet
NARROW, WIDE = 2, 22                 # ours: pixels between the faces and between the groups of a sheet
ABOUT = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{Title}</dc:title
><dc:description>{Description}</dc:description><dc:source>{Source}</dc:source></rdf:Description
></rdf:RDF></x:xmpmeta>"""


def use_style():
    """Apply the study's one style (lib/study.mplstyle) to matplotlib's defaults, whatever the user's are."""
    plt.style.use(["default", Path(__file__).with_name("study.mplstyle")])


def blues(n):
    """`n` colours of method 2 from light to dark, for as many half widths in rising order."""
    return [tuple(colour) for colour in plt.colormaps["Blues"](np.linspace(0.4, 1, n))[:, :3]]


# ---------------------------------------------------------------------------------------- saving and showing

def show(fig, study, figure_id, what, alt, n=None, images=True):
    """Save `fig` as `save` does, close it, and show the very file with its alt text in the notebook."""
    path = save(fig, study, figure_id, what, alt, n, images)
    plt.close(fig)
    display(Shown(path, alt=alt, retina=True))                       # as wide as drawn, twice as sharp


def save(fig, study, figure_id, what, alt, n=None, images=True):
    """Save `fig` as figures/RUN/ID-what.webp, or .faces.webp if it holds faces; return the path.

    Provenance stands under the figure and with `alt` inside the file (see `about`). The same figure gives the
    same bytes: no date, no software version. `n`: what was counted, as "10,000 latents (posts: 170,000)".
    `alt`: a few sentences for who cannot see it; ValueError unless it reads as such. `images`: False if no
    image has a part in it; then scale and seed are named alone.
    """
    if not alt.strip():
        raise ValueError(f"figure {figure_id} needs an alt text: say in a sentence what it shows")
    if re.search(r"\s[.;,]|\.\.|[;,]\.|\.;", alt):
        raise ValueError(f"the alt text of figure {figure_id} has a part without words, mend it: {alt}")
    origin = study.label if images else f"scale {study.scale}, seed {study.seed}"
    line = "  |  ".join(filter(None, [figure_id, origin, n]))
    facts = {"Title": f"{figure_id} {what}", "Description": alt, "Source": origin}
    path = study.figures / f"{figure_id}-{what}{PICTURES[bool(fig.images)]}"
    width, height = fig.get_size_inches()
    footer = textwrap.fill(line, int(width * 72 / (0.58 * FOOTER)))
    if fig.images:
        drawn = np.vstack([pixels(fig), pixels(_footer(footer, width))])
        drawn = np.pad(drawn, ((WIDE, WIDE), (WIDE, WIDE), (0, 0)), constant_values=255)
        image, how = Image.fromarray(drawn), {"quality": 90, "method": 6}
    else:
        fig.text(0, -0.06 / height, footer, fontsize=FOOTER, color="0.4", ha="left", va="top")
        fig.savefig(drawn := io.BytesIO(), dpi=DPI, bbox_inches="tight", format="png")
        image, how = Image.open(drawn).convert("RGB"), {"lossless": True, "method": 4}
    with artifacts.atomic(path) as temporary:
        xmp = ABOUT.format(**{key: escape(text) for key, text in facts.items()}).encode()
        image.save(temporary, format="WEBP", xmp=xmp, **how)
    return path


def about(path):
    """Title, Description (the alt text) and Source inside a figure's file, as {name: text}."""
    with Image.open(path) as image:
        packet = ElementTree.fromstring(image.info["xmp"])
    dublin = "{http://purl.org/dc/elements/1.1/}"
    return {key: packet.find(f".//{dublin}{key.lower()}").text for key in ("Title", "Description", "Source")}


def table(frame, study, name, show=None, **formats):
    """Write `frame` as data/RUN/NAME and return it as a table to be shown: its columns `show`, or all.

    formats: as in pandas.io.formats.style.Styler.format, such as precision=2 or thousands=",". An index
    without a name is left out, as it is in the file.
    """
    artifacts.write(study.data / name, frame)
    styled = (frame if show is None else frame[list(show)]).style.set_uuid(Path(name).stem)
    styled = styled.format(**{"precision": 3, **formats})
    return styled if frame.index.name is not None else styled.hide(axis="index")


# ---------------------------------------------------------------------------------------- sheets of faces

def enlarged(images, scale):
    """uint8 or [0, 1] float `images` (n, c, h, w) as uint8 (n, scale h, scale w, 3), by Lanczos.

    `scale` is a whole number, or one over a whole number (then by the mean of pixels): at any other, some
    rows of pixels would count more than others. ValueError if it is another.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8:
        images = (images.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    up, down = max(round(scale), 1), max(round(1 / scale), 1)
    if up / down != scale:
        raise ValueError(f"faces cannot be drawn at {scale:g} times their size: choose 1, 2, 3 or 1/2, 1/3")
    colour = images.repeat(3 // images.shape[1], axis=1).transpose(0, 2, 3, 1)
    pictures = (Image.fromarray(np.ascontiguousarray(image)) for image in colour)
    return np.stack([np.asarray(picture.reduce(down) if down > 1 else picture.resize(
        (up * picture.width, up * picture.height), Image.Resampling.LANCZOS)) for picture in pictures])


def paste(fig, images, x, y, scale=2):
    """Put `images` (n, c, h, w) into `fig`, `enlarged`, lower left corners at its pixels `x`, `y` (n,)."""
    for image, *corner in zip(enlarged(images, scale), x, y, strict=True):
        fig.figimage(image, *map(round, corner), origin="upper")


def sheet(images, labels=(), heads=(), beside=None, under=(), title="", rows=(), columns=(), scale=2):
    """A figure of faces `images` (rows, columns, c, h, w) in whole pixels, with text around them.

    rows, columns: sizes of the groups that stand apart, as (1, 3, 1); else all are one. labels: at the left,
    one for each row, or for each group of rows. heads: above, one for each column or group of columns.
    beside: {head: texts} of columns at the right, as many texts as labels. under: for each row texts below
    its faces, one for each column or group. The faces, row by row, are fig.images (`ox`, `oy`).
    """
    images, beside, pad = np.asarray(images), beside or {}, LINE // 3
    size = scale * images.shape[-1]
    below = round(_extent([word for words in under for word in words])[1]) + pad if len(under) else 0
    x, of_columns = _places(images.shape[1], columns, size)
    y, of_rows = _places(images.shape[0], rows, size, below)
    left = round(_extent(labels)[0]) + pad if len(labels) else 0
    widths = [round(_extent([head, *texts])[0]) + 3 * pad for head, texts in beside.items()]
    ends = left + x[-1] + size + np.cumsum([0, *widths])
    title = textwrap.fill(title, int(ends[-1] / DPI * 72 / (0.58 * TITLE)))
    top = round(_extent([title], TITLE)[1]) + 2 * pad if title else 0
    top += round(_extent([*heads, *beside])[1]) + pad if len(heads) or beside else 0
    height = top + y[-1] + size + below + pad
    fig = plt.figure(figsize=((ends[-1] + 0.5) / DPI, (height + 0.5) / DPI), dpi=DPI, layout="none")

    def write(place, down, word, ha="center", va="center", size=TEXT):
        fig.text(place, height - down, word, fontsize=size, ha=ha, va=va, transform=IdentityTransform())

    write(0, 0, title, "left", "top", TITLE)
    for middle, word in _middles(of_rows, y, size, labels):
        write(left - pad, top + middle, word, "right")
    for middle, word in _middles(of_columns, x, size, heads):
        write(left + middle, top - pad, word, va="bottom")
    for down, words in zip(y if len(under) else (), under, strict=True):
        for middle, word in _middles(of_columns, x, size, words):
            write(left + middle, top + down + size + pad / 2, word, va="top")
    for middle, (head, texts) in zip((ends[:-1] + ends[1:]) / 2, beside.items(), strict=True):
        write(middle, top - pad, head, va="bottom")
        for down, word in _middles(of_rows, y, size, texts):
            write(middle, top + down, word)
    for row, down in zip(images, y, strict=True):
        paste(fig, row, left + x, np.full(len(x), height - top - down - size), scale)
    return fig


def pixels(fig):
    """`fig` as it is drawn in its own resolution: uint8 (height, width, 3)."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _places(count, groups, size, below=0):
    """Pixels where `count` faces in a row or column begin, and the indices of each group."""
    of = np.split(np.arange(count), np.cumsum(groups or [count])[:-1])
    steps = np.full(count, size + NARROW + below)
    steps[[group[0] for group in of]] += WIDE - NARROW
    steps[0] = 0
    return np.cumsum(steps), of


def _middles(groups, starts, size, words):
    """(pixel, word): the middle of each group, or of each face if there are as many words as faces."""
    at = groups if len(words) == len(groups) else np.arange(len(starts))[:, None]
    middles = [(starts[k[0]] + starts[k[-1]] + size) / 2 for k in at]
    return zip(middles, words, strict=True) if len(words) else ()


def _extent(words, size=TEXT):
    """The largest width and the largest height of the texts `words`, in pixels."""
    scratch = Figure(dpi=DPI)
    renderer = FigureCanvasAgg(scratch).get_renderer()
    boxes = [scratch.text(0, 0, word, fontsize=size).get_window_extent(renderer) for word in words]
    return max((box.width for box in boxes), default=0), max((box.height for box in boxes), default=0)


def _footer(text, width):
    """A figure of the lines `text` alone, `width` inches wide."""
    height = round(LINE * FOOTER / TEXT) * (text.count("\n") + 1)
    fig = Figure(figsize=(width, (height + 0.5) / DPI), dpi=DPI)
    fig.text(0, 0.5, text, fontsize=FOOTER, color="0.4", ha="left", va="center")
    return fig


# ---------------------------------------------------------------------------------------- drawings

def curves(edges, counts, ax, color=LATENT, density=False):
    """Draw histogram counts (bins, d) as one curve per column over the bin centres."""
    centres = (edges[:-1] + edges[1:]) / 2
    values = counts / (counts.sum(0) * np.diff(edges)[:, None]) if density else counts
    ax.plot(centres, values, color=color, alpha=0.25, lw=0.5, rasterized=True)
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
    return ax


def scatter(points, ax, color=LATENT, size=None, limits=None):
    """Scatter `points` (n, 2) at equal aspect, rasterised; `limits`: half side of a square window round 0."""
    size = float(np.clip(3e4 / max(len(points), 1), 0.3, 12)) if size is None else size
    ax.scatter(points[:, 0], points[:, 1], s=size, color=color, linewidths=0, alpha=0.6, rasterized=True)
    ax.set_aspect("equal")
    if limits is not None:
        ax.set(xlim=(-limits, limits), ylim=(-limits, limits))
    return ax


def window(points, ax, color=LATENT, centre=0.0, reach=1.0, inches=3.2):
    """Draw those of the `points` (n, 2) that lie within centre ± reach, on a square and framed panel.

    A dot is a third of the mean spacing wide on a panel of `inches`, at most 3 pt: dots do not merge, so that
    a chain that is seen is one of points and not of ink. reach: a half side, or two.
    """
    centre, reach = np.broadcast_to(centre, 2), np.broadcast_to(reach, 2)
    inside = (np.abs(points - centre) <= reach).all(axis=1)
    width = np.clip(72 * inches / 3 / np.sqrt(max(inside.sum(), 1)), 0.5, 3)
    ax.scatter(*points[inside].T, s=width**2, color=color, linewidths=0, rasterized=True)
    (left, bottom), (right, top) = centre - reach, centre + reach
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect=reach[0] / reach[1])
    ax.spines[:].set_visible(True)
    ax.grid(False)
    return ax


def ridges(middle, values, ax, color=LATENT, rise=2.5):
    """Draw curves `values` (m, k) over `middle` (m,), one a row: curve j stands on y = j, all to one scale.

    The highest of all rises over `rise` rows; a lower row stands before those above it.
    """
    tint = 1 - 0.15 * (1 - np.array(to_rgb(color)))
    for row, curve in enumerate(values.T):
        y = row + rise * curve / values.max()
        ax.fill_between(middle, row, y, color=tint, alpha=0.8, lw=0, zorder=2 - row / 1e3)
        ax.plot(middle, y, color=color, lw=0.8, zorder=2 - row / 1e3)
    ax.set(yticks=[], ylim=(-1, values.shape[1] + rise))
    ax.spines["left"].set_visible(False)
    return ax


def listed(table, ax, color=LATENT, part=1.0, hollow=False):
    """Mark row j of `table` on y = j: a point at its first column, a bar of +- `part` of its second.

    Index and both numbers stand at the right margin, under their names; `hollow` is for what a post prints.
    """
    centre, width = (table[name].to_numpy() for name in table.columns[:2])
    ax.errorbar(centre, range(len(table)), xerr=part * width, fmt="o", ms=4, lw=1.4, color=color, zorder=3,
                mfc="white" if hollow else color)
    digits = "g" if hollow else ".2f"
    columns = {table.index.name: table.index.astype(str),
               **{name: [f"{value:{digits}}" for value in table[name]] for name in table.columns[:2]}}
    for place, (head, column) in enumerate(columns.items()):
        for row, text in enumerate([*column, head]):
            ax.annotate(text.replace("-", "−"), (1, row), xycoords=ax.get_yaxis_transform(), fontsize=8,
                        xytext=(56 + 40 * place, 0), textcoords="offset points", ha="right", va="center")
    ax.set(yticks=[], ylim=(-1, len(table) + 1))
    ax.spines["left"].set_visible(False)
    return ax
