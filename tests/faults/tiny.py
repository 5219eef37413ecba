"""A study so small that it is damaged, killed and made again in a second: `python tests/faults/tiny.py HOME`.

80 drawn faces, a network of a few thousand weights, three epochs; stages and artifacts are the real ones.
"""
import contextlib
import dataclasses
import sys
from pathlib import Path

import torch

from lib import stages
from lib import study as studies
from lib.images import cache
from lib.network import models
from lib.store import artifacts, progress

SCALE = studies.SCALES["smoke"]._replace(train=64, held_out=16, epochs_I=3, epochs_II=3, batch=16,
                                         tsne_points=(64, 64, 64))
CASE = dataclasses.replace(models.CASE_I, encoder_filters=(4, 4, 8, 8), decoder_filters=(8, 4, 4, 3))


def shrink(setitem=dict.__setitem__):
    """Make the scale `smoke` and both networks tiny; `setitem`: a monkeypatch's, which takes it back."""
    setitem(studies.SCALES, "smoke", SCALE)
    setitem(models.CASES, "I", CASE)
    setitem(models.CASES, "II", CASE)


def study(home, seed=0):
    return studies.Study("synthetic", "smoke", seed, home=Path(home))


@contextlib.contextmanager
def threads(count=1):
    """Compute with so many threads; one is the fastest for so little, above all on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def make(of, components=2):
    """Make, or find current, the artifacts of the run `of` in their order: {name of the stage: paths}."""
    with threads():
        return _make(of, components)


def _make(of, components=2):
    images = cache.prepare(of)
    stages.network(of, "I", say=lambda line: progress.log(line))
    z = stages.latents(of, "I")
    path = of.data / "tsne-C2-8.npy"                                 # a quick map takes the place of t-SNE
    artifacts.cached(path, lambda: z[:, :components] - z[:, :components].mean(axis=0), "map",
                     {"components": components}, [of.latents("I", "train")], ["cloud/embed"])
    return {"images": images, "model": [of.checkpoint("I")], "latents": [of.latents("I", "train")],
            "map": [path]}


def contents(home):
    """{relative path: bytes} of all artifacts, without sidecars: these tell times."""
    return {path.relative_to(home): path.read_bytes() for path in sorted((home / "data").rglob("*"))
            if path.is_file() and path.suffix != ".json" and ".locks" not in path.parts}


if __name__ == "__main__":
    shrink()
    make(study(sys.argv[1]))
