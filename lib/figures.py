"""Style, saving with provenance and alt text, tables, and the drawings that more than one notebook needs.

Colour means source everywhere: LATENT for encoded images, UNIFORM for method 2, THEORY (black) for a law
drawn over data. Drawing functions take data and `ax`, return `ax`, and neither compute, save nor show.
"""
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image as Shown
from IPython.display import display
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lib.store import artifacts

LATENT, UNIFORM, NORMAL, THEORY, MUTED = "#b5322f", "#2f6db5", "#3a8f5c", "black", "#9a9a9a"
DPI = 110


def use_style():
    """Apply the study's one style (lib/study.mplstyle) to matplotlib's defaults, whatever the user's are."""
    plt.style.use(["default", Path(__file__).with_name("study.mplstyle")])


def show(fig, study, figure_id, what, alt, n=None, colors=None):
    """Save `fig` as `save` does, close it, and show the very file with its alt text in the notebook."""
    path = save(fig, study, figure_id, what, alt, n, colors)
    plt.close(fig)
    display(Shown(path, alt=alt))


def table(frame, study, name, show=None, **formats):
    """Write `frame` as data/RUN/NAME and return it as a table to be shown: its columns `show`, or all.

    formats: as in pandas.io.formats.style.Styler.format, such as precision=2 or thousands=",". An index
    without a name is left out, as it is in the file.
    """
    artifacts.write(study.data / name, frame)
    styled = (frame if show is None else frame[list(show)]).style.set_uuid(Path(name).stem)
    styled = styled.format(**{"precision": 3, **formats})
    return styled if frame.index.name is not None else styled.hide(axis="index")


def save(fig, study, figure_id, what, alt, n=None, colors=None):
    """Save `fig` as figures/RUN/ID-what.png, provenance under it, `alt` inside the file; return the path.

    The same figure gives the same bytes: no date, no software version. `n`: what was counted, as "10,000
    latents". `alt`: one or two sentences for who cannot see it; ValueError if it is empty. `colors`: reduce
    sheets of many images to a palette of so many colours, which makes the file a third of its size.
    """
    if not alt.strip():
        raise ValueError(f"figure {figure_id} needs an alt text: say in a sentence what it shows")
    line = f"{figure_id}  |  {study.label}" + (f"  |  {n}" if n else "")
    fig.text(0.0, -0.015, line, fontsize=7, color="0.45", ha="left", va="top")
    path = study.figures / f"{figure_id}-{what}.png"
    with artifacts.atomic(path) as temporary:
        about = {"Title": f"{figure_id} {what}", "Description": alt, "Source": study.label}
        fig.savefig(temporary, dpi=DPI, bbox_inches="tight", format="png",
                    metadata={"Software": None, **about})
        if colors:
            quantize(temporary, colors, about)
    return path


def quantize(path, colors, about):
    """Rewrite the PNG at `path` with a palette of `colors` colours and the text entries `about`."""
    entries = PngInfo()
    for key, value in about.items():
        entries.add_text(key, value)
    with Image.open(path) as image:
        image = image.convert("RGB")
        palette = image.quantize(colors, method=Image.Quantize.MAXCOVERAGE)
        image = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        image.save(path, format="PNG", pnginfo=entries, optimize=True)


def image_grid(images, columns, ax, gap=2):
    """Draw uint8 or [0, 1] float `images` (n, c, h, w) in `columns` columns with `gap` pixels between."""
    images = np.asarray(images)
    if images.dtype != np.uint8:
        images = (images.clip(0, 1) * 255 + 0.5).astype(np.uint8)
    n, c, h, w = images.shape
    rows = -(-n // columns)
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, c), 255, np.uint8)
    for index, image in enumerate(images):
        top, left = (index // columns) * (h + gap), (index % columns) * (w + gap)
        sheet[top:top + h, left:left + w] = image.transpose(1, 2, 0)
    ax.imshow(sheet.squeeze(), cmap="gray" if c == 1 else None,
              interpolation="nearest" if w > 64 else "bilinear")
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    return ax


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


def embedding(points, ax, title, color=LATENT):
    """Draw a t-SNE map (n, 2): equal aspect, no ticks (its axes mean nothing), its numbers in `title`."""
    scatter(points, ax, color)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(title, fontsize=9)
    return ax
