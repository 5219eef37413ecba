"""Simulated radii in all dimensions: against drawing and squaring alone, and a fresh draw per dimension."""
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from lib import study
from lib.cloud import theory

from . import measure

ROWS, COLUMNS = 1024, 64                                             # as in theory.simulate_radii
CODE = "from lib import study; from lib.cloud import theory; theory.simulate_radii(study.RADIUS_DIMS, {n})"


def draw_and_square(n, largest):
    """The floor: as many numbers from the same generator, squared, nothing kept."""
    def fill(seed):
        rng, u = np.random.Generator(np.random.SFC64(seed)), np.empty((ROWS, COLUMNS), np.float32)
        for _ in range(largest // COLUMNS):
            rng.random(out=u, dtype=np.float32)
            np.multiply(u, u, out=u)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, np.random.SeedSequence(0).spawn(-(-n // ROWS))))


def direct(n, dims):
    """The peer: for each dimension its own vectors, uniform on [-1, 1], and their lengths."""
    rng = np.random.default_rng(0)
    return {dim: np.concatenate([np.linalg.norm(rng.uniform(-1, 1, (min(ROWS, n - i), dim)), axis=1)
                                 for i in range(0, n, ROWS)]) for dim in dims}


def run(quick):
    """Rows for n points in all dimensions of the study."""
    n, repeats = (4_000, 1) if quick else (1_000_000, 2)
    dims = study.RADIUS_DIMS

    def quarter_of_direct():
        start = time.perf_counter()
        direct(n // 4, dims)
        return measure.Seconds(4 * (time.perf_counter() - start))

    times = measure.rounds({"ours": lambda: theory.simulate_radii(dims, n),
                            "floor": lambda: draw_and_square(n, max(dims)), "peer": quarter_of_direct},
                           repeats, warm=0)
    radii, literal = theory.simulate_radii(dims, 4_000), direct(4_000, dims)
    # in standard errors: two samples of one law
    deviation = max(abs(radii[d].mean() - literal[d].mean()) / (literal[d].std() * np.sqrt(2 / 4_000))
                    for d in dims)
    memory = measure.peak_memory(CODE.format(n=n))
    return [measure.row(f"radii of {n:,} points, {len(dims)} dimensions up to {max(dims)}", n, "points/s",
                        times, "drawing and squaring", "a fresh draw per dimension", of_floor=1 / 1.5,
                        target="<= 1.5 x floor; <= 1 GB", met=memory <= 1, deviation=deviation,
                        note=f"{memory:.2f} GB at peak", peak_gb=memory)]


if __name__ == "__main__":
    measure.main("radii", run)
