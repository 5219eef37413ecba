"""Results that cannot be trusted, said in words."""
import numpy as np

ITERATIONS = 50        # ours: over so many last ones a map is watched
STILL_MOVING = 0.05    # ours: at 250 and 1,000 points 0.07 after half of the usual 1,000 iterations, 0.001 to 0.013 after all


def moved(before, after):
    """Root mean square distance between two maps (n, 2) of the same points, over the root mean square radius of `after`.

    Both are centred first. Raises ValueError when the shapes differ or `after` is one point.
    """
    before, after = (np.asarray(y, dtype=float) for y in (before, after))
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(f"two maps of the same points are needed, not {before.shape} and {after.shape}")
    before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    radius = np.sqrt((after**2).sum(axis=1).mean())
    if not radius > 0:
        raise ValueError("the map is a single point")
    return float(np.sqrt(((before - after) ** 2).sum(axis=1).mean()) / radius)


def unsettled(before, after, iterations=ITERATIONS):
    """Why a t-SNE map (n, 2) is not to be trusted as converged: one line, or None.

    before: the map so many iterations earlier. Raises ValueError as `moved`.
    """
    share = moved(before, after)
    if share <= STILL_MOVING:
        return None
    return f"t-SNE has not converged: its last {iterations} iterations moved the points by {share:.0%} of the map's radius; raise n_iter"
