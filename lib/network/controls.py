"""Trainings that differ in the optimizer only: what fixes the axes of latent space? Knows no files.

Features h, latents z = W_e h + b_e, decoder input y = W_d z + b_d. For every rotation O the weights O W_e,
O b_e, W_d O^T make the same images of latents O z, so the loss knows no axes. What an optimizer does may.
"""
import torch

from lib.network import models, train

SMALL = models.Config("small", (16, 32, 64), (3, 3, 3), (32, 16, 3), (3, 3, 3),       # ours: a minute or two
                      latent_dim=128, size=48)
OPTIMIZERS = "Adam", "scalar Adam", "SGD"
BETAS = 0.9, 0.999                                                   # ours: the defaults of Keras


class ScalarAdam(torch.optim.Optimizer):
    """Adam, but with one second moment v for the whole of each tensor in `scalar`, not one per coordinate.

    m <- m + .1 (g - m), v <- v + .001 (s - v), w <- w - rate m^ / (sqrt(v^) + epsilon), where ^ divides by
    1 - beta^step, and s is the mean of g^2 over the tensor if that is in `scalar`, else g^2 itself.
    A turn of latent space keeps |g|, so with W_e, b_e and W_d in `scalar` a step commutes with rotations:
    turned weights make the turned step. With `scalar` empty this is Adam, which does not.
    parameters, scalar: tensors, those of `scalar` among the parameters.

    Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", 2015; the scalar v is ours.
    """

    def __init__(self, parameters, scalar, rate):
        super().__init__(parameters, {"lr": rate})
        self.scalar = {id(parameter) for parameter in scalar}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                self._move(w, group["lr"], self.state[w])

    def _move(self, w, rate, state):
        shared = id(w) in self.scalar
        if not state:
            v = w.new_zeros(()) if shared else torch.zeros_like(w)
            state |= {"step": 0, "m": torch.zeros_like(w), "v": v}
        state["step"] += 1
        state["m"].lerp_(w.grad, 1 - BETAS[0])
        square = w.grad.square()
        state["v"].lerp_(square.mean() if shared else square, 1 - BETAS[1])
        first, second = (1 - beta ** state["step"] for beta in BETAS)
        w.addcdiv_(state["m"], (state["v"] / second).sqrt_().add_(train.EPSILON), value=-rate / first)


def bottleneck(model):
    """The tensors that a turn of latent space turns: W_e (d, h), b_e (d,), W_d (h, d)."""
    return model.encoder[-1].weight, model.encoder[-1].bias, model.decoder[0].weight


def optimizer(model, name, rate):
    """The optimizer `name` of OPTIMIZERS for all weights of `model`; ValueError for another name."""
    if name not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {name!r}: choose one of {', '.join(OPTIMIZERS)}")
    if name == "SGD":
        return torch.optim.SGD(model.parameters(), rate)
    return ScalarAdam(model.parameters(), bottleneck(model) if name == "scalar Adam" else (), rate)


@torch.no_grad()
def charge(model):
    """Q = W_e W_e^T + b_e b_e^T - W_d^T W_d, float64 (d, d), which gradient flow conserves.

    Moving z by a small A z, dW_e = A W_e, db_e = A b_e, dW_d = -W_d A, leaves the loss as it is: so the flow
    along its gradient keeps Q (Noether). Steps of finite size, in another metric or with momentum do not.

    Source: S. Du, W. Hu, J. Lee, "Algorithmic regularization in learning deep homogeneous models", 2018; not
    with momentum: S. Marcotte, R. Gribonval, G. Peyre, "Keep the momentum", 2024; with b_e: ours.
    """
    w_e, b_e, w_d = (tensor.double().cpu() for tensor in bottleneck(model))
    return w_e @ w_e.T + torch.outer(b_e, b_e) - w_d.T @ w_d


@torch.no_grad()
def measured(model, start, x):
    """{"drift", "mean", "covariance"}: |Q - start| / |W_d^T W_d|, moments of the latents of uint8 images x.

    start: the charge Q (d, d) of the network before training; mean (d,), covariance (d, d): float64 tensors.
    """
    w_d = bottleneck(model)[2].double().cpu()
    z = torch.from_numpy(train.encode(model, x)).double()
    drift = (charge(model) - start).norm() / (w_d.T @ w_d).norm()
    return {"drift": float(drift), "mean": z.mean(0), "covariance": torch.cov(z.T)}


def trajectory(config, x_train, x_held_out, name, rate, epochs, seed, batch=32):
    """Train an autoencoder by the optimizer `name`: a row before and after each epoch, {"epoch", "held_out"},
    from epoch 1 also "train", and what is `measured` on the held-out images."""
    model = models.Autoencoder(config, seed)
    start, rows = charge(model), [{"epoch": 0, "held_out": train.evaluate(model, x_held_out)}]
    rows[0] |= measured(model, start, x_held_out)

    def keep(state):
        rows.append(state["history"][-1] | measured(model, start, x_held_out))
    train.fit(model, x_train, x_held_out, epochs, batch, seed, "mse", rate, after_epoch=keep,
              optimizer=optimizer(model, name, rate), desc=f"{config.name}, {name}, seed {seed}")
    return rows
