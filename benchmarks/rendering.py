"""Faces drawn per second and core."""

import numpy as np
import torch
from joblib import cpu_count

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
    factors, cores = faces.sample_factors(n, 0), cpu_count()
    times = measure.rounds({"ours": with_threads(cores, lambda: faces.render(factors)),
                            "floor": with_threads(1, lambda: faces.render(factors))}, repeats)
    times["floor"] /= cores
    one_by_one = np.concatenate([faces.render(factors.iloc[i:i + 1]) for i in range(4)])
    deviation = np.abs(one_by_one.astype(int) - faces.render(factors.iloc[:4]).numpy()).max()
    return measure.row(f"rendering {n:,} faces", n, "faces/s", times, "one core x cores",
                       of_floor=0.7, target=">= 0.7 of floor", deviation=deviation,
                       note=f"{n / times['floor'].median() / cores:,.0f}/s on one core")


def run(quick):
    """The one row."""
    return [rendering(64, 1)] if quick else [rendering(4_096, 5)]


if __name__ == "__main__":
    measure.main("rendering", run)
