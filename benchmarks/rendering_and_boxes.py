"""Faces drawn per second and core, and hits of 200,000 uniform vectors in the seven boxes of the posts."""
import os

import numpy as np
import torch

from lib import study
from lib.cloud import generators, latent
from lib.images import faces

from . import measure


def with_threads(threads, function):
    """A callable that calls `function` with that many torch threads."""
    def call():
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            function()
        finally:
            torch.set_num_threads(before)
    return call


def rendering(n, repeats):
    """Faces on all cores; the floor is the rate of one core times the cores."""
    factors, cores = faces.sample_factors(n, 0), os.cpu_count()
    times = measure.rounds({"ours": with_threads(cores, lambda: faces.render(factors)),
                            "floor": with_threads(1, lambda: faces.render(factors))}, repeats)
    times["floor"] /= cores
    one_by_one = np.concatenate([faces.render(factors.iloc[i:i + 1]) for i in range(4)])
    deviation = np.abs(one_by_one.astype(int) - faces.render(factors.iloc[:4]).numpy()).max()
    return measure.row(f"rendering {n:,} faces", n, "faces/s", times, "one core x cores",
                       of_floor=0.7, target=">= 0.7 of floor", deviation=deviation,
                       note=f"{n / times['floor'].median() / cores:,.0f}/s on one core")


def literal_hits(z, mu, half_width, k):
    """The definition, in one line of numpy."""
    return int((np.abs(z - mu) <= k * half_width).all(axis=1).sum())


def boxes(n, repeats):
    """All seven (b, k), one set of vectors scaled to each b, as in notebook 04; floor: a pass for each."""
    rng = np.random.default_rng(0)
    z = generators.uniform(n, 256, 1.0, rng)
    table = latent.components(rng.normal(0, np.geomspace(0.2, 3, 256), (2_000, 256)))
    mu, half_width = table["mu"].to_numpy(), table["hwhm"].to_numpy()

    def hits(function):
        return [function(z, mu / b, half_width / b, k) for b, k in study.BOXES]

    times = measure.rounds({"ours": lambda: hits(generators.box_hits),
                            "floor": lambda: [z.sum() for _ in study.BOXES],
                            "peer": lambda: hits(literal_hits)}, repeats)
    deviation = np.abs(np.subtract(hits(generators.box_hits), hits(literal_hits))).max()
    return measure.row(f"box hits of {n:,} x 256, seven boxes", n * len(study.BOXES), "vectors/s", times,
                       "z.sum() each", "the definition in numpy", deviation=deviation)


def run(quick):
    """Rows of both."""
    return [rendering(64, 1), boxes(1_000, 1)] if quick else [rendering(4_096, 5), boxes(200_000, 5)]


if __name__ == "__main__":
    measure.main("rendering_and_boxes", run)
