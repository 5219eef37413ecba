"""Encoding images into latents, against the bare forward pass of one converted batch."""
import numpy as np
import torch

from lib.network import models, train

from . import measure
from .training import images


def compare(case, n, batch, repeats):
    """The row of one case."""
    device = torch.device("cpu")
    x, model = images(n), models.Autoencoder(models.CASES[case])
    model.to(memory_format=torch.channels_last).eval()
    converted = train.to_float(torch.from_numpy(x[:batch]), device)

    train.encode(model, x[:2 * batch], batch, device)                # warms up

    def bare():
        with torch.inference_mode():
            for _ in range(n // batch):
                model.encode(converted)

    times = measure.rounds({"ours": lambda: train.encode(model, x[:n // batch * batch], batch, device),
                            "floor": bare}, repeats, warm=0)
    z = train.encode(model, x[:8], batch, device)
    with torch.inference_mode():
        literal = np.concatenate([model.encode(torch.from_numpy(one[None] / np.float32(255))).numpy()
                                  for one in x[:8]])
    return measure.row(f"encoding {n:,} images, case {case}", n // batch * batch, "images/s", times,
                       "bare forward", of_floor=0.9, target=">= 0.9 of floor",
                       deviation=np.abs(z - literal).max())


def run(quick):
    """Rows for both cases."""
    return [compare(case, 16, 8, 1) if quick else compare(case, 10_000, 256, 2) for case in models.CASES]


if __name__ == "__main__":
    measure.main("encoding", run)
