"""Files that may come from elsewhere: read without running code, or refused in one sentence.

A pickle runs whatever its maker wrote into it, so none is ever opened here: arrays are read without objects,
checkpoints as plain tensors, tables as text, and a sidecar must have the fields of a sidecar.
"""
import contextlib
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pandas as pd

MAX_SIDECAR = 2**22        # ours: bytes; the largest this study writes has some thousand
# The fields of a sidecar, those of `REQUIRED` in every one; others may be anything that JSON holds.
REQUIRED = {"stage": str, "params": dict, "inputs": dict, "code": dict, "sha256": str}
SCHEMA = REQUIRED | {
    "bytes": int, "made": str, "versions": dict, "peak_mb": int, "seconds": (int, float), "shape": list,
    "epoch": int, "train": int, "held_out": int, "quarantined": int, "source": str, "dtype": str,
    "device": str, "kernel_peak_mb": int, "files": dict}
# What a torn file raises.
BROKEN = (ValueError, EOFError, KeyError, TypeError, AttributeError, IndexError, ImportError, AssertionError,
          MemoryError, OverflowError, SyntaxError, RuntimeError, pickle.UnpicklingError)


@contextlib.contextmanager
def refused(path, what):
    """ValueError "NAME is not `what` and is not read", in one sentence, for what this block finds wrong."""
    try:
        yield
    except BROKEN as error:
        reason = " ".join(str(error).split()).partition(". ")[0][:120] or type(error).__name__
        raise ValueError(f"{Path(path).name} is not {what} and is not read ({reason}): "
                         "delete it, it will be made again") from error


def array(path, mmap=False):
    """The array of the .npy file at `path`; `mmap`: mapped into memory, changes are not written back.

    Raises ValueError for what is no such array, objects (pickles) included.
    """
    with refused(path, "an array of numbers"):
        if mmap:                                                     # np.load would open zips and pickles
            return np.lib.format.open_memmap(path, mode="c")
        with open(path, "rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)


def table(path, **options):
    """The table of the .csv file at `path`, as pandas.read_csv reads it; ValueError if it is none."""
    with refused(path, "a table"):
        return pd.read_csv(path, **options)


def tree(path):
    """What the .json file at `path` holds; ValueError if it is no JSON, or nested too deep."""
    with refused(path, "JSON"):
        return json.loads(Path(path).read_text(encoding="utf-8"))


def tensors(path):
    """The dictionaries, lists, numbers and tensors of the .pt file at `path`, on the CPU.

    Raises ValueError for anything else, above all for a pickle that would run code.
    """
    import torch  # only who reads weights needs torch
    with refused(path, "a file of plain tensors"):
        return torch.load(path, map_location="cpu", weights_only=True)


def facts(path):
    """The sidecar at `path` as a dictionary, its fields of the types of SCHEMA; ValueError if it is none."""
    with refused(path, "a sidecar of this study"):
        if Path(path).stat().st_size > MAX_SIDECAR:
            raise ValueError(f"more than {MAX_SIDECAR:,} bytes")
        found = tree(path)
        if not isinstance(found, dict):
            raise ValueError("no dictionary")
        for name, kind in SCHEMA.items():
            value = found.get(name)
            right = isinstance(value, kind) and not isinstance(value, bool)
            right = right or (value is None and name not in REQUIRED)
            if not right or (isinstance(value, float) and not math.isfinite(value)):
                raise ValueError(f"its field {name!r} is missing or of another kind")
        for name in ("inputs", "code"):
            if not all(isinstance(value, str) for value in found[name].values()):
                raise ValueError(f"its field {name!r} holds something else than hashes")
    return found
