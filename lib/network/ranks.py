"""Several processes that train one network, as torchrun starts them: which am I, what is my share of a batch?

A process that torchrun did not start is the only one: rank 0 of 1.
"""
import os

import torch
from torch import distributed


def start():
    """Join the processes that torchrun started with this one: NCCL where each has its GPU, else Gloo."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not distributed.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def stop():
    """Leave the other processes."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def count():
    """Number of processes that train together."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank():
    """Number of this process, from 0; 0 alone writes files and shows progress."""
    return distributed.get_rank() if count() > 1 else 0


def wait():
    """Wait until all processes are here."""
    if count() > 1:
        distributed.barrier()


def share(batches):
    """This process's part of each batch: batches (steps, batch) -> (steps, batch / count), all parts equal.

    ValueError if a batch cannot be divided equally: the mean of the parts' means would not be its mean.
    """
    if batches.shape[1] % count():
        raise ValueError(f"a batch of {batches.shape[1]} images cannot be shared equally by {count()} "
                         f"processes: choose a multiple of {count()}")
    return batches[:, rank()::count()]


def mean(value):
    """Mean of the tensor `value` over all processes, the same in each."""
    if count() > 1:
        distributed.all_reduce(value)
    return value / count()
