"""Where to compute, and how: what a card can do decides on device, precision and compilation. Knows no files.

The environment's DEVICE (cpu, cuda or mps) decides on the device instead, where it is set.
"""
import importlib.util
import os
import re

import torch

KINDS = "cpu", "cuda", "mps"
TRITON_FROM = 7, 0                     # the oldest cards for which triton, the compiler's backend, makes code


def best():
    """The GPU if torch sees one and holds machine code for it, else the CPU; or what DEVICE names.

    Apple's GPU (mps) is taken by name only. ValueError if DEVICE names none of KINDS or one that is not here.
    """
    named = os.environ.get("DEVICE")
    if not named:
        return torch.device("cuda" if torch.cuda.is_available() and usable() else "cpu")
    if named not in KINDS:
        raise ValueError(f"unknown DEVICE={named}: choose one of {', '.join(KINDS)}, or leave it out")
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not here[named]:
        raise ValueError(f"DEVICE={named}: torch sees no such device on this machine; leave DEVICE out")
    return torch.device(named)


def usable():
    """Whether this torch holds code for the card that it sees: a P100 is seen, and fails at once."""
    return bool(torch.version.hip) or has_kernels(torch.cuda.get_device_capability(),
                                                  torch.cuda.get_arch_list())


def has_kernels(capability, architectures):
    """Whether a torch built for `architectures` computes on a card of `capability` (major, minor).

    Machine code of its own major number and no later minor one runs on a card, as does any earlier
    intermediate code (compute_) (NVIDIA, CUDA C++ Programming Guide, Binary and PTX Compatibility).

    >>> has_kernels((8, 9), ["sm_80", "sm_90"]), has_kernels((6, 0), ["sm_75", "sm_80"])
    (True, False)
    """
    for kind, major, minor in re.findall(r"(sm|compute)_(\d+)(\d)", " ".join(architectures)):
        built = int(major), int(minor)
        if built <= tuple(capability) and (kind == "compute" or built[0] == capability[0]):
            return True
    return False


def bfloat16(device):
    """Whether the hardware multiplies bfloat16: CUDA cards from 8.0 on (no T4), CPUs with AVX512-BF16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def compiles(device):
    """Whether torch.compile is of use: a card for which triton makes code, and triton installed."""
    return (device.type == "cuda" and importlib.util.find_spec("triton") is not None
            and torch.cuda.get_device_capability() >= TRITON_FROM)


def said(device):
    """The choice in one line, as "NVIDIA H100, bfloat16, compiled steps" or "CPU, 2 threads, float32"."""
    name = (torch.cuda.get_device_name() if device.type == "cuda"
            else f"CPU, {torch.get_num_threads()} threads" if device.type == "cpu" else "Apple GPU")
    return ", ".join([name, "bfloat16" if bfloat16(device) else "float32",
                      *["compiled steps"] * compiles(device)])
