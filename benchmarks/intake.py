"""Intake of CelebA-like JPEGs, 178x218, into the 96x96 cache: from a folder and a zip, as by `make data`.

The peer: torchvision's ImageFolder, a DataLoader of a worker per core.
"""
import io
import os
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from joblib import cpu_count
from PIL import Image
from torchvision import datasets, transforms

from lib import study
from lib.images import cache, faces
from lib.store import artifacts

from . import measure

DISTINCT = 500                                                       # drawn faces; more files show them moved
TOP = 20                                                             # the central 178 of 218 rows begin here


def jpegs(n, distinct=DISTINCT):
    """n JPEGs as bytes, 178x218, of about CelebA's size in bytes, no two of them the same picture.

    distinct: drawn faces among them; the others show them moved.
    """
    drawn = faces.render(faces.sample_factors(min(n, distinct), 0), 218).numpy()[..., 20:198]
    files = []
    for i in range(n):
        moved, file = np.roll(drawn[i % len(drawn)], 3 * (i // len(drawn)), axis=2), io.BytesIO()
        Image.fromarray(np.ascontiguousarray(moved.transpose(1, 2, 0))).save(file, "JPEG", quality=92)
        files.append(file.getvalue())
    return files


def by_pillow(data):
    """Decode and resize with Pillow: planes (3, 96, 96), as the cache has them."""
    box = 0, TOP, 178, TOP + 178
    image = Image.open(io.BytesIO(data)).crop(box).resize((96, 96), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))


def whole_intake(holder, scale):
    """A callable: `make data` on `holder` in a fresh home; keeps the cache of its last call in `.cache`."""
    def call():
        with tempfile.TemporaryDirectory() as home:
            os.environ["IMAGES"] = str(holder)
            run = study.Study("folder", scale, 0, Path(home))
            start = time.perf_counter()
            path, = cache.prepare(run)
            seconds = time.perf_counter() - start
            call.cache = artifacts.read(path)
        return measure.Seconds(seconds)
    return call


def data_loader(folder, cores):
    """A callable: one pass over the folder with torchvision's ImageFolder and a DataLoader."""
    to_square = transforms.Compose([transforms.CenterCrop(178), transforms.PILToTensor(),
                                    transforms.Resize(96, transforms.InterpolationMode.BICUBIC,
                                                      antialias=True)])
    loader = torch.utils.data.DataLoader(datasets.ImageFolder(folder, to_square), batch_size=256,
                                         num_workers=cores)
    return lambda: sum(len(x) for x, _ in loader)


def run(quick):
    """Rows for a folder and for a zip of the same files."""
    scale, n, repeats = ("smoke", 700, 1) if quick else ("laptop", 11_000, 2)
    files = jpegs(n, 50 if quick else DISTINCT)
    with tempfile.TemporaryDirectory() as temporary:
        folder, archive = Path(temporary) / "photos", Path(temporary) / "photos.zip"
        (folder / "all").mkdir(parents=True)
        with zipfile.ZipFile(archive, "w") as packed:
            for i, data in enumerate(files):
                (folder / "all" / f"{i:06}.jpg").write_bytes(data)
                packed.writestr(f"{i:06}.jpg", data)
        callables = {"folder": whole_intake(folder / "all", scale), "zip": whole_intake(archive, scale),
                     "peer": data_loader(folder, cpu_count())}
        times = measure.rounds(callables, repeats)
    made, rows = callables["folder"].cache, []
    for kind in ("folder", "zip"):                                   # a small source is not used up
        columns = {"ours": times[kind], "peer": times["peer"] * len(made) / n}
        rows.append(measure.row(f"intake of {len(made):,} JPEGs from a {kind}", len(made), "images/s",
                                pd.DataFrame(columns), "", "ImageFolder and DataLoader", of_peer=1.0,
                                target=">= peer", deviation=grey_levels(made, files, scale)))
    return rows


def grey_levels(cache, files, scale, checked=20):
    """Largest difference of the first images of the cache from Pillow's, one by one, in grey levels."""
    counts, n = study.SCALES[scale], len(files)
    order = np.random.default_rng(0).permutation(n)[n * counts.held_out // (counts.train + counts.held_out):]
    literal = np.stack([by_pillow(files[i]) for i in order[:checked]])
    return int(np.abs(literal.astype(int) - cache[:checked]).max())


if __name__ == "__main__":
    measure.main("intake", run)
