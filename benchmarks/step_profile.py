"""Where the time of a training step goes: each part of a step of `fit` alone, against the whole."""
import torch

from lib.network import models, train

from . import measure
from .training import images

CPU = torch.device("cpu")


def parts(case, batch):
    """{name: callable} of one step, in order: take the images, convert, forward, backward, optimizer."""
    model = models.Autoencoder(models.CASES[case]).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=train.LEARNING_RATE, eps=train.EPSILON, fused=True)
    stored = torch.from_numpy(images(8 * batch))
    chosen = torch.randperm(len(stored), generator=torch.Generator().manual_seed(0))[:batch]
    taken = stored[chosen]
    step = train.Reconstruction(model, "mse")
    step(taken).backward()                                           # the optimizer needs gradients
    return {"take images": lambda: stored[chosen], "convert": lambda: train.to_float(taken, CPU),
            "forward": lambda: step(taken), "forward and backward": lambda: step(taken).backward(),
            "optimizer": optimizer.step}


def run(quick):
    """A row per case and part: milliseconds and share of a step inside `fit`."""
    batch, steps, repeats, cases = (8, 2, 1, ["I"]) if quick else (128, 4, 5, models.CASES)
    rows = []
    for case in cases:
        callables = parts(case, batch)
        x, model = images(batch * steps), models.Autoencoder(models.CASES[case])
        callables["fit"] = lambda x=x, model=model: train.fit(model, x, x[:1], 1, batch, device=CPU)
        ms = 1000 * measure.rounds(callables, repeats).median()
        whole = ms["fit"] / steps
        spent = {"take images": ms["take images"], "convert": ms["convert"],
                 "forward": ms["forward"] - ms["convert"],
                 "backward": ms["forward and backward"] - ms["forward"], "optimizer": ms["optimizer"]}
        spent["order, logging, held-out image"] = whole - sum(spent.values())
        rows += [{"case": case, "part": part, "milliseconds": value, "share": value / whole}
                 for part, value in spent.items()]
    return rows


if __name__ == "__main__":
    measure.main("step_profile", run)
