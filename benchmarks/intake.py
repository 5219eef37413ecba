"""Intake of CelebA-like JPEGs, 178x218, into the 96x96 cache: from a folder and a zip, as by `make data`.

The floor decodes and resizes JPEGs that are in memory already, in one thread, with each decoder installed;
the fastest counts, times the cores. The peer: torchvision's ImageFolder, a DataLoader of a worker per core.
"""
import hashlib
import io
import os
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch.nn import functional as F
from torchvision import datasets, transforms
from torchvision import io as vision

from lib import study
from lib.images import cache, faces
from lib.store import artifacts

from . import measure

DISTINCT = 500                                                       # drawn faces; more files show them moved
FLOOR = 2_000                                                        # files decoded; all would take as long
TOP = 20                                                             # the central 178 of 218 rows begin here


def jpegs(n, distinct=None):
    """n JPEGs as bytes, 178x218, of about CelebA's size in bytes, no two of them the same picture.

    distinct: drawn faces among them, DISTINCT if none are given; the others show them moved.
    """
    drawn = faces.render(faces.sample_factors(min(n, distinct or DISTINCT), 0), 218).numpy()[..., 20:198]
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


def by_torchvision(data):
    """Decode with torchvision and resize with torch: planes (3, 96, 96), as the cache has them."""
    image = vision.decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8))
    return F.interpolate(image[None, :, TOP:TOP + 178], (96, 96), mode="bicubic",
                         antialias=True)[0].contiguous()


def one_thread(decoder, files, cores):
    """A callable: seconds of the decoder on the files in one thread, divided by the cores."""
    def call():
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        start = time.perf_counter()
        for data in files[:FLOOR]:
            decoder(data)
        seconds = (time.perf_counter() - start) * len(files) / len(files[:FLOOR])
        torch.set_num_threads(before)
        return measure.Seconds(seconds / cores)
    return call


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


def disk_alone(paths, n, cores):
    """A callable: seconds of what the floor leaves out: reading files, then writing and hashing n images."""
    def call():
        start = time.perf_counter()
        for path in paths:
            path.read_bytes()
        reading = time.perf_counter() - start
        start = time.perf_counter()
        with tempfile.NamedTemporaryFile() as file:
            for _ in range(n):
                file.write(bytes(3 * 96 * 96))
            file.flush()
            with open(file.name, "rb") as written:
                hashlib.file_digest(written, "sha256")
        return measure.Seconds(reading / cores + time.perf_counter() - start)
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
    files, cores = jpegs(n, 50 if quick else DISTINCT), os.cpu_count()
    with tempfile.TemporaryDirectory() as temporary:
        folder, archive = Path(temporary) / "photos", Path(temporary) / "photos.zip"
        (folder / "all").mkdir(parents=True)
        with zipfile.ZipFile(archive, "w") as packed:
            for i, data in enumerate(files):
                (folder / "all" / f"{i:06}.jpg").write_bytes(data)
                packed.writestr(f"{i:06}.jpg", data)
        callables = {"folder": whole_intake(folder / "all", scale), "zip": whole_intake(archive, scale),
                     "Pillow": one_thread(by_pillow, files, cores),
                     "torchvision": one_thread(by_torchvision, files, cores),
                     "disk": disk_alone(sorted((folder / "all").iterdir()), n, cores),
                     "peer": data_loader(folder, cores)}
        times = measure.rounds(callables, repeats)
    cache = callables["folder"].cache
    fastest = min(("Pillow", "torchvision"), key=lambda name: times[name].median())
    apart = (times["disk"] / times[fastest]).median()
    note = f"floor: {fastest}; reading, writing and hashing alone {apart:.0%} of it"
    share = len(cache) / n                                           # a small source is not used up
    rows = []
    for kind in ("folder", "zip"):
        columns = {"ours": times[kind], "floor": times[fastest] * share, "peer": times["peer"] * share}
        rows.append(measure.row(f"intake of {len(cache):,} JPEGs from a {kind}", len(cache), "images/s",
                                pd.DataFrame(columns), f"{fastest} in memory, one core x cores",
                                "ImageFolder and DataLoader", of_floor=0.9, target=">= 0.9 of floor",
                                deviation=grey_levels(cache, files, scale), note=note))
    return rows


def grey_levels(cache, files, scale, checked=20):
    """Largest difference of the first images of the cache from Pillow's, one by one, in grey levels."""
    counts, n = study.SCALES[scale], len(files)
    order = np.random.default_rng(0).permutation(n)[n * counts.held_out // (counts.train + counts.held_out):]
    literal = np.stack([by_pillow(files[i]) for i in order[:checked]])
    return int(np.abs(literal.astype(int) - cache[:checked]).max())


if __name__ == "__main__":
    measure.main("intake", run)
