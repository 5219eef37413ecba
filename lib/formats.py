"""Files that may come from elsewhere: read without running code, or refused in one sentence.

A pickle runs whatever its maker wrote into it, so none is ever opened here: arrays are read without objects,
checkpoints as plain tensors, tables as text, and a sidecar must have the fields of a sidecar.
"""
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

MAX_SIDECAR = 2**22        # ours: bytes; the largest this study writes has some thousand
# The fields of a sidecar, those of `REQUIRED` in every one; others may be anything that JSON holds.
REQUIRED = {"stage": str, "params": dict, "inputs": dict, "code": dict, "sha256": str}
SCHEMA = REQUIRED | {"bytes": int, "made": str, "versions": dict, "peak_mb": int, "seconds": (int, float), "shape": list,
                     "epoch": int, "train": int, "held_out": int, "quarantined": int, "source": str, "dtype": str,
                     "device": str, "kernel_peak_mb": int}


def array(path, mmap=False):
    """The array of the .npy file at `path`; `mmap`: mapped into memory, changes are not written back.

    Raises ValueError for what is no such array, objects (pickles) included.
    """
    try:
        if mmap:
            return np.lib.format.open_memmap(path, mode="c")         # not np.load: it would also open zips and pickles
        with open(path, "rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError, MemoryError, OverflowError, SyntaxError) as error:
        raise _refused(path, "an array of numbers", error) from error


def table(path, **options):
    """The table of the .csv file at `path`, as pandas.read_csv reads it with `options`. Raises ValueError for others."""
    try:
        return pd.read_csv(path, **options)
    except (ValueError, OverflowError, MemoryError) as error:
        raise _refused(path, "a table", error) from error


def tree(path):
    """What the .json file at `path` holds. Raises ValueError for what is no JSON, or nested too deep."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise _refused(path, "JSON", error) from error


def tensors(path):
    """The dictionaries, lists, numbers and tensors of the .pt file at `path`, on the CPU.

    Raises ValueError for anything else, above all for a pickle that would run code.
    """
    import pickle

    import torch                                                     # only who reads weights needs torch
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, KeyError, TypeError, AttributeError,
            IndexError, ImportError, AssertionError, MemoryError, OverflowError) as error:
        raise _refused(path, "a file of plain tensors", error) from error


def facts(path):
    """The sidecar at `path` as a dictionary, its fields of the types of SCHEMA. Raises ValueError for anything else."""
    if Path(path).stat().st_size > MAX_SIDECAR:
        raise _refused(path, "a sidecar of this study", f"more than {MAX_SIDECAR:,} bytes")
    found = tree(path)
    if not isinstance(found, dict):
        raise _refused(path, "a sidecar of this study", "no dictionary")
    for name, kind in SCHEMA.items():
        value = found.get(name)
        right = value is None and name not in REQUIRED or isinstance(value, kind) and not isinstance(value, bool)
        if not right or (isinstance(value, float) and not math.isfinite(value)):
            raise _refused(path, "a sidecar of this study", f"its field {name!r} is missing or of another kind")
    for name in ("inputs", "code"):
        if not all(isinstance(value, str) for value in found[name].values()):
            raise _refused(path, "a sidecar of this study", f"its field {name!r} holds something else than hashes")
    return found


def _refused(path, what, why):
    reason = " ".join(str(why).split()).partition(". ")[0][:120] or type(why).__name__
    return ValueError(f"{Path(path).name} is not {what} and is not read ({reason}): delete it, it will be made again")
