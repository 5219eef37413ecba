"""The fewest photos that data/README.md allows: with them every notebook runs, with faces and without."""
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lib import claims
from lib.images import cache, faces, sources
from lib.study import ROOT, SCALES, Study
from tests.faults import campaign
from tests.trees import encoded, put, smooth

FEWEST = {name: int(count.replace(",", "")) for count, name in re.findall(
    r"([\d,]+)(?: photos)? at `(\w+)`", (ROOT / "data/README.md").read_text().replace("SCALE=", ""))}
OF_FACES = ("F1-faces", "F2-b12", "F2-chance", "F2-best", "F2-radius", "F2-method3", "C2-voids", "F2-b-any",
            "F2-miss-any")
NOTHING = r"not applicable: the detector finds no face \(in \d+ of \d+ images, and .*"


def drawn_faces(count, seed):
    images = faces.render(faces.sample_factors(count, seed)).numpy().transpose(0, 2, 3, 1)
    return {f"{k:05d}.jpg": encoded(Image.fromarray(image), quality=92) for k, image in enumerate(images)}


def textures(count, seed):
    rng = np.random.default_rng(seed)
    return {f"{k:05d}.jpg": encoded(smooth(rng)) for k in range(count)}


def source(scale, count):
    photos = [sources.Photo(f"{k:05d}.jpg", 1, None) for k in range(count)]
    train, held_out, notes = sources._split(photos, None, ROOT, Study("folder", scale))
    return sources.Source(ROOT, train, held_out, notes)


def made(folder, photos, seed):
    """`make all` of these photos in a copy of the project: its table of claims."""
    project = campaign.copy(folder / "copy")
    images = put(folder / "photos", photos)
    finished = subprocess.run(["make", f"PYTHON={sys.executable}", "DATASET=folder", "SCALE=smoke",
                               f"SEED={seed}", f"IMAGES={images}", "all"], cwd=project, text=True,
                              env=campaign.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert finished.returncode == 0, finished.stdout[-4000:]
    assert "550 training and 110 held-out images instead of" in finished.stdout
    return pd.read_csv(project / f"data/folder-smoke-s{seed}/claims.csv").set_index("id").verdict


@pytest.mark.parametrize("scale", SCALES)
def test_the_stated_number_is_the_least(scale, monkeypatch):
    monkeypatch.undo()                        # the limits of the study, not those of tests
    train, held_out = cache._counts(source(scale, FEWEST[scale]), Study("folder", scale))
    assert train >= cache.MIN_TRAIN == 500 and held_out == cache.MIN_HELD_OUT == 110
    with pytest.raises(sources.SourceError, match="at least 500 and 110 are needed"):
        cache._counts(source(scale, FEWEST[scale] - 1), Study("folder", scale))


@pytest.mark.whole
@pytest.mark.parametrize("seed", [0, 1])
def test_every_notebook_runs_with_the_fewest(seed, tmp_path):
    verdicts = made(tmp_path, drawn_faces(FEWEST["smoke"], seed), seed)
    assert sorted(verdicts.index) == sorted(claim.id for claim in claims.CLAIMS)
    assert not verdicts.str.fullmatch(NOTHING).any()


@pytest.mark.whole
def test_without_faces_claims_of_faces_do_not_apply(tmp_path):
    verdicts = made(tmp_path, textures(FEWEST["smoke"], 2), 0)
    assert set(verdicts.index[verdicts.str.fullmatch(NOTHING)]) == set(OF_FACES)
