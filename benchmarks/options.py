"""What was tried on the training step, against it as it is: precision, layout, optimizer, compiler, batch."""
import contextlib

import torch

from lib.network import models, train

from . import measure
from .training import images

CPU = torch.device("cpu")
AS_IT_IS = {"batch": 128, "bfloat16": True, "channels_last": True, "fused": True, "compile": False}
TRIED = {"as it is": {}, "float32": {"bfloat16": False}, "not channels_last": {"channels_last": False},
         "optimizer not fused": {"fused": False}, "torch.compile": {"compile": True},
         "batch 32": {"batch": 32}, "batch 64": {"batch": 64}}


def variant(case, images_per_call, batch, bfloat16, channels_last, fused, compile):
    """A callable that trains on `images_per_call` images in steps of one converted batch."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = models.Autoencoder(models.CASES[case]).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=train.LEARNING_RATE, eps=train.EPSILON, fused=fused,
                                 foreach=False)
    x = train.to_float(torch.from_numpy(images(batch)), CPU).contiguous(memory_format=layout)
    precision = torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext()

    def loss(x):
        with precision:
            logits = model.decode_logits(model.encode(x))
        return train.LOSSES["mse"](logits.float(), x)

    forward = torch.compile(loss, dynamic=False) if compile else loss

    def steps():
        for _ in range(max(1, images_per_call // batch)):
            forward(x).backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    return steps


def run(quick):
    """A row per case and variant: images per second and the ratio to the step as it is."""
    n, repeats = (16, 1) if quick else (256, 3)
    cases, tried = (["I"], ["as it is", "float32"]) if quick else (models.CASES, TRIED)
    size = {"batch": 8} if quick else {}
    rows = []
    for case in cases:
        callables = {name: variant(case, n, **{**AS_IT_IS, **TRIED[name], **size}) for name in tried}
        times = measure.rounds(callables, repeats)
        rows += [{"case": case, "variant": name, "images_per_second": n / times[name].median(),
                  "ratio": (times["as it is"] / times[name]).median()} for name in tried]
    return rows


if __name__ == "__main__":
    measure.main("options", run)
