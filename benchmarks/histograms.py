"""Histograms of all 256 components: against one reading pass, a loop of np.histogram, and boost-histogram."""
import tempfile
from pathlib import Path

import numpy as np

from lib.cloud import latent

from . import measure

EDGES = np.linspace(-12, 12, 101)                                    # as in the posts


def run(quick):
    """Rows for n x 256 values and 100 bins."""
    n, repeats = (2_000, 1) if quick else (170_000, 5)
    z = np.random.default_rng(0).normal(0, 2, (n, 256)).astype(np.float32)

    def numpy_loop():
        return np.stack([np.histogram(column, EDGES)[0] for column in z.T], axis=1)

    callables = {"ours": lambda: latent.component_histograms(z, EDGES), "floor": lambda: z.sum(),
                 "numpy": numpy_loop}
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "z.npy", z)
        boost = measure.peer("boost_histograms.py", Path(folder) / "z.npy")
        if boost:
            callables["boost"] = boost
        times = measure.rounds(callables, repeats)
        if boost:
            boost.close()
    deviation = np.abs(latent.component_histograms(z, EDGES) - numpy_loop()).max()
    peers = {"numpy": "loop of np.histogram", **({"boost": boost.version} if boost else {})}
    return [measure.row(f"component histograms, {n:,} x 256", z.size / 1e6, "million values/s",
                        times.rename(columns={name: "peer"}), "z.sum()", words, of_floor=0.1,
                        target="<= 10 x z.sum()", deviation=deviation) for name, words in peers.items()]


if __name__ == "__main__":
    measure.main("histograms", run)
