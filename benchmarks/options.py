"""What was tried on the training step, against it as it is: parts, precision, layout, optimizer, compiler."""
import contextlib

import torch

from lib.network import devices, models, train

from . import measure
from .training import images

CPU = torch.device("cpu")
AS_IT_IS = {"batch": 32, "parts": True, "bfloat16": devices.bfloat16(CPU), "channels_last": True,
            "fused": True, "compile": False}
TRIED = {"as it is": {}, "whole batch, all threads": {"parts": False},
         "other precision": {"bfloat16": not AS_IT_IS["bfloat16"]},
         "not channels_last": {"channels_last": False},
         "optimizer not fused": {"fused": False},
         "torch.compile, whole batch": {"parts": False, "compile": True},
         "batch 64": {"batch": 64}, "batch 128": {"batch": 128}}


class Loss(torch.nn.Module):
    """`train.Reconstruction` in a precision of its own, of images that are converted."""

    def __init__(self, model, bfloat16):
        super().__init__()
        self.model, self.bfloat16 = model, bfloat16

    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            logits = self.model.decode_logits(self.model.encode(x))
        return train.LOSSES["mse"](logits.float(), x)


def variant(case, images_per_call, batch, parts, bfloat16, channels_last, fused, compile):
    """A callable that trains on `images_per_call` images in steps of one converted batch."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = models.Autoencoder(models.CASES[case]).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=train.LEARNING_RATE, eps=train.EPSILON, fused=fused,
                                 foreach=False)
    x = train.to_float(torch.from_numpy(images(batch)), CPU).contiguous(memory_format=layout)
    loss = Loss(model, bfloat16)
    loss = torch.compile(loss, dynamic=False) if compile else loss

    def steps():
        with train.spread(CPU) if parts else contextlib.nullcontext() as each:
            for _ in range(max(1, images_per_call // batch)):
                train.gradients(loss, x, each)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
    return steps


def run(quick):
    """A row per case and variant: images per second and the ratio to the step as it is."""
    n, repeats = (16, 1) if quick else (256, 3)
    cases, tried = (["I"], ["as it is", "whole batch, all threads"]) if quick else (models.CASES, TRIED)
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
