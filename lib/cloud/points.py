"""What every instrument of a cloud expects: vectors in rows, finite, enough of them."""
import numpy as np


def points(x, least=2, columns=None):
    """x as a float array (n, d), float32 kept; ValueError unless it is finite with n >= `least`.

    columns: None, or the d that x must have, else ValueError too.
    """
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):
        x = x.astype(float)
    if x.ndim != 2 or len(x) < least or x.shape[1] < 1 or x.shape[1] != (columns or x.shape[1]):
        raise ValueError(f"points must be of shape (n, {columns or 'd'}) with n >= {least}, not {x.shape}")
    if not np.isfinite(x.sum(axis=0)).all():                         # in x's precision: three times as fast
        bad = np.flatnonzero(~np.isfinite(x.sum(axis=0, dtype=float)))
        if len(bad):
            raise ValueError(f"points must be finite; components {bad[:10].tolist()} hold NaN or infinity")
    return x


def distinct(z):
    """Indices, in order, of the rows of z (n, d) that repeat none before: a photo twice is one point."""
    return np.sort(np.unique(np.asarray(z) + 0, axis=0, return_index=True)[1])      # -0.0 becomes 0.0
