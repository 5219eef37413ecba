"""Training and encoding: a plain loop over uint8 images, resumable after each epoch. Knows no files."""
import contextlib
import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from lib.network import devices, ranks
from lib.store import progress

LEARNING_RATE = 5e-4       # ours: the posts say "a small step size"
# ours: so many times the loss of the first epoch is no training, unless it is tiny
DIVERGED, HARMLESS = 10, 0.01
EPSILON = 1e-7             # ours: the default of Keras, with which the posts were made
PARTS = 2                  # ours: of a batch on a CPU, each on a thread of its own
LOSSES = {"mse": lambda logits, x: F.mse_loss(logits.sigmoid(), x),  # ours: the posts do not say
          "bce": lambda logits, x: F.binary_cross_entropy_with_logits(logits, x)}


class Reconstruction(nn.Module):
    """Mean loss of the reconstructions of uint8 images: one module, compiled and shared as a whole."""

    def __init__(self, model, loss):
        super().__init__()
        self.model, self.loss = model, LOSSES[loss]

    def forward(self, x):
        x = to_float(x, x.device)
        with mixed_precision(x.device):
            logits = self.model.decode_logits(self.model.encode(x))
        return self.loss(logits.float(), x)


def fit(model, x_train, x_held_out, epochs, batch=128, seed=0, loss="mse", learning_rate=LEARNING_RATE,
        device=None, resume=None, after_epoch=None, desc="training", compile=None, optimizer=None):
    """Train `model` to reproduce its input and return the history, one dictionary per epoch.

    x_train, x_held_out: uint8 (n, c, 96, 96), arrays or memory maps; kept as they are, on the GPU where there
    is one, and converted to [0, 1] batch by batch. The order of the images is a function of (seed, epoch),
    and nothing else is drawn by chance, so a run resumed from `resume` (a `state` given to `after_epoch`)
    goes on bit for bit on a CPU; there a step adds up the gradients of PARTS of its batch (`gradients`),
    unless batch norm needs the whole. The learning rate falls linearly to zero over the last third of the
    steps (ours). Held-out loss after each epoch.
    optimizer: of the model's weights, whose rate is set here; None means Adam.
    compile: whether torch.compile fuses the step, or the name of a mode, as "reduce-overhead" (CUDA graphs);
    None means where `devices.compiles`. Under torchrun (`ranks.start`) each process takes its share of each
    batch, all return one history, and only the first calls `after_epoch`.
    Raises ValueError on an unknown loss, no images or a batch that the processes cannot share,
    FloatingPointError with epoch and step when the loss is not finite or diverges (10 times that of the first
    epoch, or in the first of its first step); no state is kept from then on.
    """
    if loss not in LOSSES:
        raise ValueError(f"unknown loss {loss!r}: choose one of {', '.join(LOSSES)}")
    if len(x_train) == 0 or len(x_held_out) == 0:
        raise ValueError("training needs at least one training and one held-out image")
    device = device or devices.best()
    batch = min(batch, len(x_train))
    steps = len(x_train) // batch  # the rest of an epoch is left out, another each time
    model.to(device, memory_format=torch.channels_last)
    if optimizer is None:
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, eps=EPSILON, fused=True)
    history, start = [], 0
    if resume:
        model.load_state_dict(resume["model"], strict=True)
        optimizer.load_state_dict(resume["optimizer"])
        history, start = list(resume["history"]), resume["epoch"]

    x_train, x_held_out = resident(x_train, device), resident(x_held_out, device)
    plain = Reconstruction(model, loss)
    reconstruction = compiled(shared(plain), device, compile)
    whole = (device.type != "cpu" or reconstruction is not plain
             or any(isinstance(layer, nn.BatchNorm2d) for layer in model.modules()))
    with contextlib.nullcontext(map) if whole else spread(device) as each:
        for epoch in range(start + 1, epochs + 1):
            model.train()
            order = np.random.default_rng([seed, epoch]).permutation(len(x_train))[:steps * batch]
            order = ranks.share(torch.from_numpy(order).view(steps, batch)).to(x_train.device)
            values = torch.zeros(steps, device=device)
            for step, chosen in enumerate(progress.bar(order, f"{desc}, epoch {epoch}/{epochs}", unit="steps")
                                          if ranks.rank() == 0 else order):
                set_rate(optimizer, learning_rate, ((epoch - 1) * steps + step) / (epochs * steps))
                values[step] = gradients(reconstruction, x_train[chosen], None if whole else each)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            row = {"epoch": epoch, "train": float(ranks.mean(values.mean())),
                   "held_out": evaluate(model, x_held_out, loss, device=device, each=each)}
            check_health(row, values.cpu().numpy(), history)
            history.append(row)
            if after_epoch and ranks.rank() == 0:
                after_epoch({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch,
                             "history": history})
    return history


def gradients(reconstruction, x, each=None):
    """Mean loss of the images x (n, c, h, w); its gradient is left in the parameters.

    each: the map of `spread`, by which parts of x have their gradients, which are then added up: equal to
    that of the whole to rounding, and the same bits on one thread as on two. None: all of x at once.
    """
    if each is None:
        value = reconstruction(x)
        value.backward()
        return value.detach()
    parameters = list(reconstruction.parameters())

    def of(part):
        value = reconstruction(part) * (len(part) / len(x))
        return value.detach(), *torch.autograd.grad(value, parameters)
    value, *found = (functools.reduce(torch.Tensor.add_, parts)
                     for parts in zip(*each(of, x.chunk(PARTS)), strict=True))
    for parameter, gradient in zip(parameters, found, strict=True):
        parameter.grad = gradient
    return value


@contextlib.contextmanager
def spread(device):
    """A map for pieces of work that take long: on a CPU PARTS at a time, each on a share of torch's threads.

    The threads of one operation wait for the slowest of them many times in each step, and all but stand still
    while other programs compute; such pieces wait once. Where torch has one thread, and on a GPU, they are
    done in turn: on one thread to the same bits as on two.
    """
    threads = torch.get_num_threads()
    if device.type != "cpu" or threads < PARTS:
        yield map
        return
    share = threads // PARTS
    torch.set_num_threads(share)                                     # of what is done between the pieces, too
    pool = ThreadPoolExecutor(PARTS, initializer=torch.set_num_threads, initargs=(share,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)                           # after an interrupt: no piece more
        torch.set_num_threads(threads)


def check_health(row, values, history):
    """FloatingPointError with epoch and step if the losses `values` of the epoch `row` show no training.

    row: {"epoch", "train", "held_out"}; history: the rows before it.
    """
    first = history[0]["train"] if history else float(values[0])
    limit = max(DIVERGED * first, HARMLESS)
    finite = bool(np.isfinite([*values, row["train"], row["held_out"]]).all())
    if finite and row["train"] <= limit:
        return
    bad = np.flatnonzero(values > limit if finite else ~np.isfinite(values))
    step = f"step {bad[0] + 1} of {len(values)}" if len(bad) else "on the held-out images"
    what = f"diverges from {first:.3g} to {row['train']:.3g}" if finite else "is not finite"
    kept = f"the checkpoint of epoch {row['epoch'] - 1} is kept" if history else "no checkpoint was made yet"
    where = f"epoch {row['epoch']}, {step}"
    raise FloatingPointError(f"the loss {what} ({where}); {kept}: try a smaller learning rate")


def set_rate(optimizer, learning_rate, done):
    """Set the learning rate after the share `done` of all steps: constant, linear to 0 in the last third."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * min(1.0, 3 * (1 - done))


def evaluate(model, x, loss="mse", batch=128, device=None, each=map):
    """Mean loss of `model` over the uint8 images `x`, in float32. each: a map as that of `spread`."""
    device = device or devices.best()
    model.eval()

    def total(part):
        with torch.inference_mode():
            part = to_float(part, device)
            return float(LOSSES[loss](model.decode_logits(model.encode(part)), part)) * len(part)
    return sum(each(total, torch.split(resident(x, device), batch))) / len(x)


def encode(model, x, batch=256, device=None, desc="encoding"):
    """Latents z (n, d) float32 of the uint8 images `x` (n, c, 96, 96), in float32 throughout."""
    device = device or devices.best()
    model.to(device, memory_format=torch.channels_last).eval()       # outside: it may be trained later
    z = np.empty((len(x), model.config.latent_dim), np.float32)

    def fill(first):
        with torch.inference_mode():
            part = torch.from_numpy(np.ascontiguousarray(x[first:first + batch]))
            z[first:first + batch] = model.encode(to_float(part, device)).cpu().numpy()
    starts = range(0, len(x), batch)
    with spread(device) as each:
        for _ in progress.bar(each(fill, starts), desc, len(starts), unit="batches"):
            pass
    return z


def decode(model, z, batch=256, device=None):
    """Images (n, c, 96, 96) float32 in [0, 1] that the decoder makes of the latents `z` (n, d)."""
    device = device or devices.best()
    model.to(device, memory_format=torch.channels_last).eval()
    parts = torch.split(torch.as_tensor(np.asarray(z, np.float32)), batch)
    with torch.inference_mode():
        return np.concatenate([model.decode(part.to(device)).float().cpu().numpy() for part in parts])


def shared(module):
    """The module, its gradients averaged over all processes where there are several."""
    return nn.parallel.DistributedDataParallel(module) if ranks.count() > 1 else module


def compiled(module, device, compile):
    """The module as it is, or compiled: when `compile` says so (True, a mode), or what `devices` says."""
    if not (devices.compiles(device) if compile is None else compile):
        return module
    return torch.compile(module, dynamic=False, mode=compile if isinstance(compile, str) else None)


def mixed_precision(device):
    """Autocast to bfloat16 where the hardware computes in it."""
    return torch.autocast(device.type, torch.bfloat16, enabled=devices.bfloat16(device))


def to_float(x, device):
    """uint8 images to float32 in [0, 1] on `device`, channels last."""
    return x.to(device, non_blocking=True).to(torch.float32, memory_format=torch.channels_last).div_(255)


def resident(x, device):
    """uint8 images as a torch tensor: on the GPU when there is one, else in memory as they are."""
    x = x if torch.is_tensor(x) else torch.from_numpy(np.asarray(x))
    return x if device.type == "cpu" else x.to(device)
