"""Is this machine fit for the run: Python, memory, disk and device against the needs of the scale."""
import os
import shutil
import sys

GB = 2 ** 30


def needs(study):
    """(disk bytes, memory bytes) of a run: the uint8 cache, two checkpoints, latents of both cases, work."""
    images = study.counts.train + study.counts.held_out
    cache, latents = images * 3 * 96 * 96, 2 * images * 256 * 4
    return cache + latents + 300 * 2 ** 20, 3 * GB + cache + 4 * latents


def examine(study):
    """Print one line per requirement, what is here and what is needed; 1 if something is missing, else 0."""
    import torch

    from lib.network import devices
    disk, memory = needs(study)
    free = shutil.disk_usage(study.home).free
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    device = devices.best()
    gpu, aside = device.type != "cpu", torch.cuda.is_available() and not devices.usable()
    here = devices.said(device)
    if aside:
        here += f" (this torch has no code for the {torch.cuda.get_device_name()})"
    lines = [
        ("Python", sys.version.split()[0], "3.11 to 3.14", sys.version_info >= (3, 11)),
        ("disk", f"{free / GB:.1f} GB free", f"{disk / GB:.1f} GB", free >= disk),
        ("memory", f"{installed / GB:.1f} GB", f"{memory / GB:.1f} GB", installed >= memory),
        ("device", here, "a GPU" if study.scale == "paper" else "any", gpu or study.scale != "paper"),
    ]
    for name, here, needed, good in lines:
        print(f"{'ok ' if good else 'LOW'}  {name:9} {here:28} needed for {study.run}: {needed}")
    if not devices.bfloat16(device):
        print("     without bfloat16 in hardware training takes about twice as long")
    if study.scale == "paper" and not gpu:
        print("     the scale paper runs on a CPU too, but takes a night or more")
    return 0 if all(good for _, _, _, good in lines[:3]) else 1
