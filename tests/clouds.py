"""Clouds of known structure in the plane, for the tests of the statistics and of the trials."""
import math

import numpy as np

H = 1.0                                     # half side of the window in a cloud that fills the square +-2


def uniform(n, rng):
    """n points at random in the square."""
    return rng.uniform(-2 * H, 2 * H, (n, 2))


def lattice(n, rng):
    """A square lattice of about n points."""
    grid = np.linspace(-2 * H, 2 * H, round(math.sqrt(n)))
    return np.stack(np.meshgrid(grid, grid), -1).reshape(-1, 2)


def clumps(n, rng):
    """About n points in clumps of 20."""
    centres = rng.uniform(-2 * H, 2 * H, (n // 20, 2))
    return centres.repeat(20, axis=0) + rng.normal(0, 0.01, (20 * len(centres), 2))
