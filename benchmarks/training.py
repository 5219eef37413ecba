"""Training: images per second inside `fit`, against a bare loop of the same network and Keras; a profile.

The bare loop repeats one batch that is already converted: no data, no order, no logging. So what `fit` adds
is all there is between the two. Operations and bytes of a step are counted: on a GPU they say which limits.
"""
import dataclasses
import json

import numpy as np
import torch

from lib.network import models, train

from . import measure

BATCHES = (128, 32)                                                  # scales paper and laptop


def images(n, seed=0):
    """n uint8 images of noise: no step takes longer for a face."""
    return np.random.default_rng(seed).integers(0, 256, (n, 3, 96, 96), dtype=np.uint8)


def bare_step(model, x, device):
    """A function that makes one training step on the converted batch x and returns the loss."""
    optimizer = torch.optim.Adam(model.parameters(), lr=train.LEARNING_RATE, eps=train.EPSILON, fused=True)

    def step():
        with train.mixed_precision(device):
            logits = model.decode_logits(model.encode(x))
        value = train.LOSSES["mse"](logits.float(), x)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        return value
    return step


def work(config):
    """(operations, bytes) of a training step per image: 6 per weight and place, each map moved 6 times.

    Forward, gradient of the maps and gradient of the weights are three products of one size, 2 operations
    each; a map and its gradient are each written once and read twice, in bfloat16. Weights, read and written
    once per batch, are left out.
    """
    operations = values = 0
    for table in models.layer_table(config):
        shapes = [tuple(map(int, shape.split(" x "))) for shape in table["output shape"]]
        for i in table.index[table["parameters"] > 0]:
            maps = {"Conv2d": shapes[i], "TransposedConvolution": shapes[i - 1]}
            small = maps.get(table["layer"][i], (1, 1))
            operations += 6 * (table["parameters"][i] - shapes[i][-1]) * small[0] * small[1]      # no biases
            values += np.prod(shapes[i])
    return int(operations), int(6 * 2 * values)


def compare(case, batch, steps, repeats, keras):
    """The row of one case and batch."""
    device = torch.device("cpu")
    n, config = batch * steps, models.CASES[case]
    x = images(n)
    step = bare_step(models.Autoencoder(config).to(memory_format=torch.channels_last),
                     train.to_float(torch.from_numpy(x[:batch]), device), device)
    callables = {"ours": lambda: train.fit(models.Autoencoder(config), x, x[:1], 1, batch, device=device),
                 "floor": lambda: [step() for _ in range(steps)]}
    described = json.dumps(dataclasses.asdict(config))
    peer = measure.peer("keras_training.py", described, batch, steps) if keras else None
    if peer:
        callables["peer"] = peer
    times = measure.rounds(callables, repeats)
    operations, _ = work(config)
    rate = n / times["ours"].median()
    if peer:
        peer.close()
    return measure.row(f"training case {case}, batch {batch}", n, "images/s", times, "bare loop",
                       peer.version if peer else "", of_floor=0.95, of_peer=2.0 if keras else None,
                       target=">= 0.95 of floor" + "; >= 2 x peer" * keras,
                       note=f"{rate * operations / 1e9:,.0f} GFLOP/s", **slow_step(case))


def slow_step(case, batch=4):
    """{"deviation": relative difference of the losses of fit and a literal loop}: 3 steps, no autocast."""
    x = images(3 * batch)
    model, literal = (models.Autoencoder(models.CASES[case]) for _ in range(2))
    got = train.fit(model, x, x[:1], 1, batch, device=torch.device("cpu"))[0]["train"]
    optimizer = torch.optim.Adam(literal.parameters(), lr=train.LEARNING_RATE, eps=train.EPSILON)
    losses = []
    for i, chosen in enumerate(np.random.default_rng([0, 1]).permutation(len(x)).reshape(3, batch)):
        train.set_rate(optimizer, train.LEARNING_RATE, i / 3)
        target = torch.from_numpy(x[chosen] / np.float32(255))
        loss = (literal(target) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"deviation": abs(got / np.mean(losses) - 1)}


def run(quick):
    """Rows for both cases and both batches; Keras at the posts' scale."""
    if quick:
        return [compare("I", 8, 2, 1, keras=False)]
    return [compare(case, batch, 768 // batch, 3, keras=batch == 128) for batch in BATCHES
            for case in models.CASES]


if __name__ == "__main__":
    measure.main("training", run)
