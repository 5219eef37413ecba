"""Figures: saved with provenance and alt text, and byte for byte the same when nothing changed."""
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from lib import figures
from lib.study import Study

matplotlib.use("Agg")


@pytest.fixture
def study(tmp_path):
    return Study("synthetic", "smoke", 3, home=tmp_path)


def drawn():
    figures.use_style()
    fig, ax = plt.subplots()
    figures.scatter(np.random.default_rng(0).normal(size=(500, 2)), ax)
    return fig


def test_the_file_carries_id_alt_text_and_origin(study):
    path = figures.save(drawn(), study, "F2-7", "two-components", "A round cloud.")
    assert path.name == "F2-7-two-components.png" and path.parent.name == "synthetic-smoke-s3"
    with Image.open(path) as image:
        assert image.info["Description"] == "A round cloud." and image.info["Source"] == study.label


def test_the_same_figure_gives_the_same_bytes(study):
    first = figures.save(drawn(), study, "x", "a", "A cloud.").read_bytes()
    assert figures.save(drawn(), study, "x", "a", "A cloud.").read_bytes() == first


def test_no_alt_text_is_refused(study):
    with pytest.raises(ValueError, match="alt text"):
        figures.save(drawn(), study, "x", "a", " ")


@pytest.mark.parametrize("channels", [1, 3])
def test_image_grid_holds_every_image(channels):
    _, ax = plt.subplots()
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((5, channels, 4, 4), np.uint8) * 10
    sheet = figures.image_grid(images, 3, ax).get_images()[0].get_array()
    assert sheet.shape[:2] == (2 * 4 + 2, 3 * 4 + 2 * 2)
    assert set(np.unique(sheet)) == {0, 10, 20, 30, 40, 255}


def test_density_curves_integrate_to_one():
    _, ax = plt.subplots()
    edges = np.linspace(-3, 3, 13)
    counts = np.random.default_rng(0).integers(1, 50, (12, 2))
    figures.curves(edges, counts, ax, density=True)
    for line in ax.get_lines():
        assert line.get_ydata().sum() * 0.5 == pytest.approx(1)
