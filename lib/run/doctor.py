"""Is this machine fit for the run: Python, memory, disk and device against the needs of the scale."""
import os
import re
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
    disk, memory = needs(study)
    free = shutil.disk_usage(study.home).free
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    gpu = torch.cuda.is_available()
    device = torch.cuda.get_device_name() if gpu else f"CPU, {torch.get_num_threads()} threads"
    wanted = "a GPU" if study.scale == "paper" else "any"
    unknown = gpu and not has_kernels(torch.cuda.get_device_capability(), torch.cuda.get_arch_list())
    if unknown:
        wanted = "one that this torch knows: CUDA_VISIBLE_DEVICES= make ... leaves it aside"
    bf16 = (torch.cuda.is_bf16_supported(including_emulation=False) if gpu
            else torch.cpu._is_avx512_bf16_supported())
    lines = [
        ("Python", sys.version.split()[0], "3.11 to 3.14", sys.version_info >= (3, 11)),
        ("disk", f"{free / GB:.1f} GB free", f"{disk / GB:.1f} GB", free >= disk),
        ("memory", f"{installed / GB:.1f} GB", f"{memory / GB:.1f} GB", installed >= memory),
        ("device", device, wanted, not unknown and (study.scale != "paper" or gpu)),
        ("bfloat16", "in hardware" if bf16 else "not in hardware",
         "helps: without it training takes about twice as long", True),
    ]
    for name, here, needed, good in lines:
        print(f"{'ok ' if good else 'LOW'}  {name:9} {here:28} needed for {study.run}: {needed}")
    if study.scale == "paper" and not gpu:
        print("     the scale paper runs on a CPU too, but takes a night or more")
    return 0 if all(good for _, _, _, good in lines[:3]) and not unknown else 1


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
