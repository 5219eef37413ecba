"""The coordinates of a latent space: one and the same function, written with other latents.

The bottleneck of a plain autoencoder is linear on both sides. With features h of an image, z = W_e h + b_e is
its latent, and y = W_d z + b_d is all that the decoder ever sees of z. So for every invertible A and every t
the latents A z + t serve as well: the network can be rewritten so that no image changes. What is said of
means, widths or radii of z is said of this choice, which training made.
"""
import copy

import numpy as np
import torch
from torch import nn

SINGULAR = 1e12            # ours: a condition number that float64 can no longer invert


@torch.no_grad()
def moved(model, A, t):
    """The network that makes the very images of `model` from latents A z + t in place of z.

    W_e -> A W_e,  b_e -> A b_e + t,  W_d -> W_d A^-1,  b_d -> b_d - W_d A^-1 t;  all else is copied.

    A: (d, d), invertible; t: (d,). Computed in float64 and kept in the precision of the weights: of float32,
    pixels move by about 1e-7 times the condition number of A, so give `model.double()` where that is large.
    Raises ValueError for other shapes, for an A that cannot be inverted, and for a network whose encoder does
    not end, or whose decoder does not begin, with a dense layer: behind an activation there is no such
    freedom.
    Source: ours for this study; of linear autoencoders: Baldi, Hornik, "Neural networks and principal
    component analysis", 1989.
    """
    _bottleneck(model)
    A, t, d = np.asarray(A, dtype=float), np.asarray(t, dtype=float), model.config.latent_dim
    if A.shape != (d, d) or t.shape != (d,):
        raise ValueError(f"for {d} latent components, A must be ({d}, {d}) and t ({d},), "
                         f"not {A.shape} and {t.shape}")
    if not (np.isfinite(t).all() and np.isfinite(A).all() and np.linalg.cond(A) < SINGULAR):
        raise ValueError("A cannot be inverted, or A or t are not finite: such latents lose the images")
    other = copy.deepcopy(model)
    before, after = _bottleneck(other)
    A, t = torch.from_numpy(A), torch.from_numpy(t)
    before.weight.copy_(A @ before.weight.double().cpu())
    before.bias.copy_(A @ before.bias.double().cpu() + t)
    back = torch.linalg.solve(A, after.weight.double().cpu(), left=False)             # W_d A^-1
    after.weight.copy_(back)
    after.bias.copy_(after.bias.double().cpu() - back @ t)
    return other


def metric(model):
    """W_d^T W_d (d, d), float64: a step dz moves the decoder's input y by |dy|^2 = dz^T (W_d^T W_d) dz."""
    weight = _linear_part(model, 1)
    return weight.T @ weight


def seen(model, layers=1):
    """The triangle R (d, d), float64, with |R z| = |L z|, L the first modules of the decoder, all linear.

    layers: how many modules make L; 1: L = W_d, and |R (z - z')| is the distance of the decoder's inputs, the
    same in all coordinates A z + t, where |z - z'| is another in each.
    """
    return np.linalg.qr(_linear_part(model, layers), mode="r")


def spectrum(model, z, layers=1):
    """Eigenvalues of Sigma L^T L, largest first: (d,), the variances of L z, which the decoder sees of z.

    Sigma, the covariance of the latents z (n, d), becomes A Sigma A^T, and L becomes L A^-1, so Sigma L^T L
    becomes A Sigma L^T L A^-1, which has the same eigenvalues. Computed as those of R Sigma R^T, R of `seen`.

    layers: 1 for the decoder's input y; 3: also the first transposed convolution, L z what the first
    activation is given. The channels of y may be mixed as z may, since a linear layer follows: that changes
    the first spectrum, and not the second.
    Source: ours.
    """
    R = seen(model, layers)
    return np.linalg.eigvalsh(R @ np.cov(z, rowvar=False, dtype=float) @ R.T)[::-1]


@torch.no_grad()
def _linear_part(model, layers):
    """L (m, d), float64: what the first modules of the decoder make of each unit vector, less that of 0."""
    _bottleneck(model)
    first = copy.deepcopy(model.decoder[:layers]).double().cpu()
    unit = torch.eye(model.config.latent_dim, dtype=torch.float64)
    return (first(unit) - first(torch.zeros_like(unit[:1]))).flatten(1).T.numpy()


def _bottleneck(model):
    """The dense layers on both sides of z; ValueError for a network that has others there."""
    sides = model.encoder[-1], model.decoder[0]
    if not all(isinstance(layer, nn.Linear) for layer in sides):
        raise ValueError("the encoder must end and the decoder begin with a dense layer and no activation: "
                         "else other coordinates of z make another function")
    return sides
