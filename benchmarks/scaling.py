"""Cost against work: each of the measured parts at n, 2n, 4n, 8n, and the exponent p of seconds ~ n^p."""
import functools
import tempfile
from pathlib import Path

import numpy as np
import torch

from lib import study
from lib.cloud import embed, generators, theory
from lib.images import faces, sources
from lib.network import models, train

from . import intake, measure, tsne
from .training import images

CPU = torch.device("cpu")
LARGEST = {"training": 1024, "encoding": 4096, "listing": 200_000, "intake": 10_400, "rendering": 8192,
           "boxes": 200_000, "radii": 500_000, "t-SNE": 8_000}    # 8n
QUICK = {"training": 32, "encoding": 32, "listing": 800, "rendering": 64, "boxes": 800,
         "radii": 800}                                 # t-SNE and intake: tsne.py and intake.py have them


def parts(largest, folder):
    """{name: function of n}; what they work on is prepared here, for the largest n of each."""
    rng, root = np.random.default_rng(0), Path(folder)
    u = generators.uniform(largest["boxes"], 256, 1.0, rng)
    x, points = images(max(largest["encoding"], largest["training"])), tsne.cloud(largest.get("t-SNE", 2))
    factors, files = faces.sample_factors(largest["rendering"], 0), intake.jpegs(largest.get("intake", 0))
    model, batch = models.Autoencoder(models.CASE_I), min(32, largest["training"] // 8)
    holders = {n: filled(root / f"photos {n}", files[:n]) for n in (sizes(len(files)) if files else ())}
    empty = {n: filled(root / f"empty {n}", n * [b""]) for n in sizes(largest["listing"])}
    return {"training": lambda n: train.fit(model, x[:n], x[:1], 1, batch, device=CPU),
            "encoding": lambda n: train.encode(model, x[:n], device=CPU),
            "listing": lambda n: sources.list_folder(empty[n], deep=False),
            "intake": lambda n: intake.whole_intake(holders[n], "laptop")(),
            "rendering": lambda n: faces.render(factors.iloc[:n]),
            "boxes": lambda n: generators.smallest_box(u[:n], np.zeros(256), np.full(256, 0.8)),
            "radii": lambda n: theory.simulate_radii(study.RADIUS_DIMS, n),
            "t-SNE": lambda n: embed.tsne(points[:n])}


def filled(folder, files):
    """The new `folder` with the files (bytes) in it as 000000.jpg and so on."""
    folder.mkdir()
    for i, data in enumerate(files):
        (folder / f"{i:06}.jpg").write_bytes(data)
    return folder


def sizes(largest):
    """[n, 2n, 4n, 8n], the last being the largest."""
    return [largest // 8, largest // 4, largest // 2, largest]


def exponent(n, seconds):
    """Slope p of the straight line through log seconds against log n."""
    return float(np.polyfit(np.log(n), np.log(seconds), 1)[0])


def run(quick):
    """A row per part: its four sizes, their median seconds, the exponent."""
    largest, repeats = (QUICK, 1) if quick else (LARGEST, 2)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        functions = parts(largest, folder)
        for name in largest:
            function, n = functions[name], sizes(largest[name])
            once = quick or name == "t-SNE"
            times = measure.rounds({str(k): functools.partial(function, k) for k in n},
                                   1 if once else repeats, warm=int(not once))
            seconds = times.median()
            rows.append({"part": name, "n": n[0],
                         **{f"seconds_{k}n": value for k, value in zip((1, 2, 4, 8), seconds, strict=True)},
                         "exponent": exponent(n, seconds)})
    return rows


if __name__ == "__main__":
    measure.main("scaling", run)
