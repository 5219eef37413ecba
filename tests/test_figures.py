"""Figures: saved with provenance and alt text, same bytes each time; faces pixel by pixel; colours apart."""
import itertools
import re
import subprocess

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from skimage.color import rgb2lab

from lib import figures
from lib.study import ROOT, Study

matplotlib.use("Agg")


@pytest.fixture
def study(tmp_path):
    return Study("synthetic", "smoke", 3, home=tmp_path)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn():
    figures.use_style()
    fig, ax = plt.subplots(figsize=(2, 1.5))
    figures.scatter(np.random.default_rng(0).normal(size=(500, 2)), ax)
    return fig


def faces(*shape):
    """Pictures (*shape, 3, 12, 12), noise with a gradient: no two rows or columns of pixels are alike."""
    return np.random.default_rng(1).integers(0, 256, (*shape, 3, 12, 12), dtype=np.uint8)


def a_sheet(**options):
    return figures.sheet(faces(3, 4), labels=["uniform,\nb = 2", "normal", "real"], heads=list("abcd"),
                         beside={"faces": ["1 %", "2 %", "3 %"], "radius": ["1", "2", "3"]},
                         title="A title", rows=(1, 2), **options)


FIGURES = {"chart": drawn, "sheet of faces": a_sheet}
EITHER = pytest.mark.parametrize("made", FIGURES.values(), ids=FIGURES)


@EITHER
def test_the_file_carries_id_alt_text_and_origin(study, made):
    path = figures.save(made(), study, "F2-7", "two-components", "A round cloud of χ² & <more>.", n="7")
    assert path.name == f"F2-7-two-components{'.webp' if made is drawn else '.faces.webp'}"
    assert path.parent.name == "synthetic-smoke-s3"
    assert figures.about(path) == {"Title": "F2-7 two-components", "Source": study.label,
                                   "Description": "A round cloud of χ² & <more>."}


def test_a_figure_without_images_names_none(study):
    path = figures.save(drawn(), study, "P1-1", "a", "A cloud.", images=False)
    assert figures.about(path)["Source"] == "scale smoke, seed 3"


@EITHER
def test_the_same_figure_gives_the_same_bytes(study, made):
    first = figures.save(made(), study, "x", "a", "A cloud.").read_bytes()
    assert figures.save(made(), study, "x", "a", "A cloud.").read_bytes() == first


@EITHER
def test_no_palette_and_two_pixels_for_one_of_the_page(study, made):
    path = figures.save(made(), study, "x", "a", "A cloud.")
    with Image.open(path) as image:
        assert image.mode in ("RGB", "RGBA")
    assert figures.DPI == plt.rcParams["figure.dpi"] == 220


@pytest.mark.parametrize("alt, fits", [
    (" ", False), ("Plane of PC1 and PC2. ; . ", False), ("A cloud ; a line.", False), ("A cloud..", False),
    ("A cloud, .", False), ("A cloud; a line.", True),
    ("Faces in case I: 0.5, in II: 0.7. None was chosen.", True)])
def test_an_alt_text_reads_as_one(study, alt, fits):
    if fits:
        assert figures.save(drawn(), study, "x", "a", alt).exists()
    else:
        with pytest.raises(ValueError, match="alt text"):
            figures.save(drawn(), study, "x", "a", alt)


# ---------------------------------------------------------------------------------------- faces

@pytest.mark.parametrize("scale", [1, 2, 3])
def test_every_face_of_a_sheet_is_its_enlargement_pixel_by_pixel(scale):
    fig = a_sheet(scale=scale, under=[["0.1"] * 4] * 3)
    canvas, size = figures.pixels(fig), 12 * scale
    assert len(fig.images) == 12
    for placed, face in zip(fig.images, faces(3, 4).reshape(12, 3, 12, 12), strict=True):
        top = len(canvas) - size - placed.oy
        part = canvas[top:top + size, placed.ox:placed.ox + size]
        alone = Image.fromarray(face.transpose(1, 2, 0)).resize((size, size), Image.Resampling.LANCZOS)
        assert np.array_equal(part, np.asarray(alone))
        assert not np.array_equal(canvas[top + 1:top + 1 + size, placed.ox:placed.ox + size], part)  # control


def test_what_is_saved_is_what_was_composed(study):
    path = figures.save(a_sheet(), study, "x", "a", "Faces.")
    canvas = figures.pixels(a_sheet())
    with Image.open(path) as image:
        saved = np.asarray(image.convert("RGB"))[figures.WIDE:-figures.WIDE, figures.WIDE:-figures.WIDE]
    assert saved.shape[1:] == canvas.shape[1:] and len(saved) > len(canvas)      # the footer is below
    smooth = np.abs(saved[:len(canvas)].astype(float) - canvas).mean()
    assert smooth < np.abs(saved[1:len(canvas)].astype(float) - canvas[:-1]).mean() / 2          # control


@pytest.mark.parametrize("scale", [1.5, 0.54, 0.957, 0.4])
def test_no_other_scale_is_drawn(scale):
    with pytest.raises(ValueError, match="faces cannot be drawn at"):
        figures.enlarged(faces(1), scale)


def test_a_smaller_face_is_the_mean_of_its_pixels():
    half = figures.enlarged(faces(2), 1 / 2)
    means = faces(2).reshape(2, 3, 6, 2, 6, 2).mean(axis=(3, 5)).transpose(0, 2, 3, 1)
    assert half.shape == (2, 6, 6, 3) and np.abs(half - means).max() <= 0.51
    assert np.abs(faces(2)[..., ::2, ::2].transpose(0, 2, 3, 1) - means).max() > 50        # nearest: no


def test_floats_and_grey_are_drawn_as_bytes_and_colour():
    grey = np.linspace(-0.1, 1.1, 16).reshape(1, 1, 4, 4)
    assert figures.enlarged(grey, 1).reshape(16, 3)[[0, -1]].tolist() == [[0] * 3, [255] * 3]


def boxes(fig):
    """Extents of the texts and of the faces of a sheet, in pixels."""
    renderer = fig.canvas.get_renderer()
    texts = [text.get_window_extent(renderer) for text in fig.texts if text.get_text()]
    return texts, [image.get_window_extent(renderer) for image in fig.images]


def test_no_text_of_a_sheet_lies_on_a_face_on_another_text_or_outside():
    fig = a_sheet(columns=(1, 3), under=[["a", "b"]] * 3)
    texts, images = boxes(fig)
    assert len(texts) == 1 + 3 + 4 + 2 + 2 * 3 + 6
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)
    for text in texts:
        assert not any(text.overlaps(image) for image in images)
        assert text.x0 >= 0 and text.y0 >= 0
        assert text.x1 <= fig.bbox.width + 1 and text.y1 <= fig.bbox.height + 1


def test_groups_of_a_sheet_stand_apart():
    fig = figures.sheet(faces(3, 3), rows=(1, 2), columns=(2, 1))
    gaps = [np.diff(np.unique([getattr(image, side) for image in fig.images])) - 24 for side in ("ox", "oy")]
    assert gaps[0].tolist() == [figures.NARROW, figures.WIDE]
    assert gaps[1].tolist() == [figures.NARROW, figures.WIDE]                     # from below


def test_words_that_are_too_few_are_refused():
    with pytest.raises(ValueError, match="zip"):
        figures.sheet(faces(3, 2), labels=["one", "two"])


# ---------------------------------------------------------------------------------------- colours

# Linear RGB as it is seen (Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
# color vision deficiency", 2009, severity 1).
VISION = {"normal": np.eye(3),
          "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
          "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                     [-0.003882, -0.048116, 1.051998]]}
APART, PAIR_APART = 24, 40           # ours: CIE76 differences; 2.3 is just noticeable side by side
OLD_NULL = "#3a8f5c"                 # beside the latents' red it was lost to one man in twelve


def lab(colour, vision):
    """CIELAB of a colour as it is seen."""
    rgb = np.asarray(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = (np.asarray(VISION[vision]) @ linear).clip(0, 1)
    back = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return rgb2lab(back[None, None])[0, 0]


def apart(one, other):
    """The least distance of two colours over all kinds of vision (CIE76)."""
    return min(np.linalg.norm(lab(one, vision) - lab(other, vision)) for vision in VISION)


@pytest.mark.parametrize("pair", list(itertools.combinations([*figures.SOURCE.values(), "#ffffff"], 2)),
                         ids="-".join)
def test_sources_are_told_apart_by_everybody(pair):
    assert apart(*pair) >= APART


def test_latents_and_null_are_far_apart_and_the_old_pair_was_not():
    assert apart(figures.LATENT, figures.NULL) >= PAIR_APART
    assert apart(figures.LATENT, OLD_NULL) < APART
    assert lab(figures.NULL, "normal")[0] > lab(figures.LATENT, "normal")[0] + 25           # in grey, too


@pytest.mark.parametrize("n", [2, 5, 8])
def test_blues_fall_from_light_to_dark(n):
    ramp = figures.blues(n)
    lightness = [lab(colour, "normal")[0] for colour in ramp]
    assert len(ramp) == n and sorted(lightness, reverse=True) == lightness
    assert min(apart(*pair) for pair in itertools.pairwise(ramp)) >= 40 / n


def test_cases_and_splits_need_no_colour():
    assert len({(case["ls"], case["marker"]) for case in figures.CASE.values()}) == 2
    _, ax = plt.subplots()
    for style in (*figures.CASE.values(), *figures.SPLIT.values()):
        ax.plot([0, 1], "o", **{key: value for key, value in style.items() if key == "fillstyle"})


def test_density_curves_integrate_to_one():
    _, ax = plt.subplots()
    edges = np.linspace(-3, 3, 13)
    counts = np.random.default_rng(0).integers(1, 50, (12, 2))
    figures.curves(edges, counts, ax, density=True)
    for line in ax.get_lines():
        assert line.get_ydata().sum() * 0.5 == pytest.approx(1)


def test_a_window_holds_its_points_on_a_square_with_dots_a_third_of_their_spacing():
    points = np.random.default_rng(0).uniform(-2, 2, (4_000, 2))
    widths = {}
    for reach in (1, np.array([1, 0.5])):
        _, ax = plt.subplots()
        figures.window(points, ax, centre=(0.5, 0), reach=reach, inches=2)
        dots = ax.collections[0]
        assert len(dots.get_offsets()) == (np.abs(points - (0.5, 0)) <= reach).all(axis=1).sum()
        assert ax.get_aspect() * np.ptp(ax.get_ylim()) == pytest.approx(np.ptp(ax.get_xlim()))     # a square
        widths[len(dots.get_offsets())] = dots.get_sizes()[0] ** 0.5
    for n, width in widths.items():
        assert width == pytest.approx(2 * 72 / np.sqrt(n) / 3)


# ---------------------------------------------------------------------------------------- rows

def test_ridges_stand_on_their_rows_to_one_scale():
    _, ax = plt.subplots()
    values = np.random.default_rng(0).random((20, 4)) * [1, 2, 3, 4]
    lines = figures.ridges(np.arange(20), values, ax, rise=2).get_lines()
    heights = np.stack([line.get_ydata() - row for row, line in enumerate(lines)], axis=1)
    assert heights == pytest.approx(2 * values / values.max())
    assert not np.allclose(heights.max(0), 2)                        # control: each to a scale of its own
    orders = [line.get_zorder() for line in lines]
    assert orders == sorted(orders, reverse=True)                    # the lowest row in front


@pytest.mark.parametrize("hollow, written", [(False, "1.50"), (True, "1.5")])
def test_a_list_marks_and_tells_each_row(hollow, written):
    _, ax = plt.subplots()
    table = pd.DataFrame({"centre": [-1, 2.25], "width": [4, 1.5]}, index=pd.Index([7, 3], name="axis"))
    figures.listed(table, ax, part=0.5, hollow=hollow)
    points, = (line for line in ax.get_lines() if line.get_marker() == "o")
    bars = ax.collections[0].get_segments()
    assert points.get_xydata().tolist() == [[-1, 0], [2.25, 1]]
    assert [bar[:, 0].tolist() for bar in bars] == [[-3, 1], [1.5, 3]]
    texts = [text.get_text() for text in ax.texts]
    assert texts[:3] == ["7", "3", "axis"] and texts[-2:] == [written, "width"]
    assert all("-" not in text for text in texts) and (points.get_markerfacecolor() == "white") == hollow


# ---------------------------------------------------------------------------------------- git

@pytest.mark.parametrize("name, kept", [
    ("synthetic-laptop-s0/F1-1.faces.webp", True), ("lfw-laptop-s0/F2-1.webp", True),
    *((f"{images}-laptop-s0/F1-1.faces.webp", False) for images in ("lfw", "celeba", "folder"))])
def test_git_holds_no_face_of_a_photograph_whatever_is_committed(tmp_path, name, kept):
    rules = (ROOT / ".gitignore").read_text()
    assert re.search(r"^/figures/\*$", rules, re.M)
    (tmp_path / ".gitignore").write_text(rules.replace("/figures/*\n", ""))  # as if all runs were committed
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    asked = subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", f"figures/{name}"])
    assert asked.returncode == (1 if kept else 0)
