"""The images of a run: one verified uint8 cache of 96x96 faces, drawn or from photos, and its two splits.

What decides a pixel is in `faces` (drawn) or in `sources` and `photos` (given); this stores it.
"""
import itertools
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import PIL

from lib.images import downloads, faces, lfw, parquet, photos, sources
from lib.images.sources import SourceError
from lib.store import artifacts, disk, progress
from lib.study import SIZE

# ours: all notebooks work down to here. Covariances of 256 components need more training latents than that,
# the dimensions of notebook 08 101 held-out ones (a hundred neighbours of each), its planes a hundred
MIN_TRAIN, MIN_HELD_OUT = 500, 110
BAD_SHARE = 1_000                          # at most one photo in 1,000 may be broken, but always one
SPLITS = "train", "held_out"
BLOCK = 1_024                              # faces drawn between two writes


class Images(NamedTuple):
    """uint8 images train (n, 3, 96, 96), held_out (m, 3, 96, 96); the true factors (n + m rows) or None."""
    train: np.ndarray
    held_out: np.ndarray
    factors: pd.DataFrame | None


class _Cache(NamedTuple):
    """Path of the cache of a run, the recipe that makes it, its photos (None: drawn, or no longer there)."""
    path: Path
    recipe: dict
    source: sources.Source | None

    @property
    def factors(self):
        return self.path.with_name(f"{self.path.stem}-factors.csv")

    @property
    def quarantine(self):
        return self.path.with_name(f"{self.path.stem}-quarantine.csv")


def prepare(study):
    """Make the image cache of `study`, or find it current; says in one line which and why.

    Returns `paths(study)`. Up to max(1, 0.1 %) photos that do not decode are replaced by the next of their
    split; more stop the run. Either way the quarantine list beside the cache names each with its reason.
    Raises SourceError (a ValueError) when the photos are missing, too few (below MIN_TRAIN or
    MIN_HELD_OUT), too often broken or all the same picture; disk.Unwritable on a full disk. A second process
    waits.
    """
    cache = _cache(study)
    with disk.held(cache.path, "the image cache"):
        return _prepared(study, cache)


def why_stale(study):
    """Why the image cache of `study` is not current: one line, or None. SourceError where there is none."""
    return _stale(_cache(study), study)


def _prepared(study, cache):
    reason = _stale(cache, study)
    if reason is None:
        progress.log(f"{cache.path.name} is current: {_sizes(artifacts.facts(cache.path))}")
        return _files(cache, study)
    start = time.perf_counter()
    if study.dataset == "synthetic":
        progress.log(f"{cache.path.name} is drawn: {reason}")
        facts = _draw(cache, study)
    else:
        if cache.source is None:
            raise SourceError(f"{cache.path.name} cannot be used ({reason}) and its photos are not there: "
                              f"give {sources.VARIABLES[study.dataset]}=path")
        n_train, n_held_out = _counts(cache.source, study)
        for line in (f"{cache.path.name} is made from {cache.source.holder}: {reason}", *cache.source.notes):
            progress.log(line)
        facts = _decode(cache, n_train, n_held_out)
    asked = study.counts.train, study.counts.held_out
    if (facts["train"], facts["held_out"]) != asked:
        progress.log(f"{_sizes(facts)} instead of {asked[0]:,} and {asked[1]:,}: the source has no more")
    artifacts.seal(cache.path, cache.recipe, shape=[facts["train"] + facts["held_out"], 3, SIZE, SIZE],
                   dtype="uint8", pillow=PIL.__version__,
                   seconds=round(time.perf_counter() - start, 2), **facts)
    return _files(cache, study)


def load(study):
    """The `Images` of `study` from the cache, mapped into memory (read only), not read.

    Smaller than `study.counts` where the source has fewer. Rows of `factors`: train, then held_out.
    Raises FileNotFoundError when the cache is missing or not current, SourceError when the photos cannot be
    found, ValueError when a cache from elsewhere holds something else than images and their factors.
    """
    cache = _ready(study)
    x, sizes = artifacts.read(cache.path, mmap=True), [artifacts.facts(cache.path)[split] for split in SPLITS]
    if x.dtype != np.uint8 or x.shape != (sum(sizes), 3, SIZE, SIZE):
        raise ValueError(_foreign(cache.path, f"{x.dtype} values of shape {x.shape} for {sizes} images"))
    factors = artifacts.read(cache.factors) if study.dataset == "synthetic" else None
    if factors is not None:
        if len(factors) != len(x) or not all(kind.kind in "fi" for kind in factors.dtypes):
            raise ValueError(_foreign(cache.factors, f"no table of {len(x)} rows of numbers"))
        factors = factors.astype(np.float32)
    return Images(x[:sizes[0]], x[sizes[0]:], factors)


def paths(study):
    """The artifacts that `load` reads, to be named as inputs of a stage. Raises as `load` does."""
    return _files(_ready(study), study)


def download(study):
    """Get CelebA or LFW, if there are neither photos nor a cache.

    CelebA comes from Kaggle once its terms are accepted, else with torchvision, LFW with scikit-learn. Raises
    SourceError when that fails, as it often does (torchvision's host limits downloads), saying what to get.
    """
    if study.dataset not in ("celeba", "lfw") or study.source() or _find(study) or _old_caches(study):
        return
    if study.dataset == "lfw":
        return lfw.download(study)
    if downloads.terms_accepted():
        try:
            return downloads.kaggle_zip(sources.default_folder(study))
        except SourceError as error:
            progress.log(f"{error}; trying torchvision's download")
    folder = sources.default_folder(study)
    folder.parent.mkdir(parents=True, exist_ok=True)
    progress.log(f"downloading CelebA (about 1.4 GB) into {folder}")
    # in a folder of its own first, so that a download that was cut off is never found
    with tempfile.TemporaryDirectory(prefix=".celeba-", dir=folder.parent) as temporary:
        try:
            from torchvision.datasets import CelebA
            CelebA(temporary, split="all", download=True)
        except Exception as error:         # a network fails in countless ways; the reason is passed on
            raise SourceError(f"CelebA could not be downloaded ({' '.join(str(error).split())[:200]}). "
                              + sources.WHAT_TO_GET.format(folder=folder)) from error
        if folder.exists():
            shutil.copytree(Path(temporary) / "celeba", folder, dirs_exist_ok=True, copy_function=shutil.move)
        else:
            (Path(temporary) / "celeba").rename(folder)


# ------------------------------------------------------------------------------------------ finding the cache

def _cache(study):
    params = {"dataset": study.dataset, "seed": study.seed, "train": study.counts.train,
              "held_out": study.counts.held_out, "size": SIZE}
    stem = _stem(study)
    if study.dataset == "synthetic":
        recipe = artifacts.recipe("images", params, modules=["images/faces"])
        return _Cache(_folder(study) / f"{stem}.npy", recipe, None)
    source = _find(study)
    if source is not None:
        params["photos"] = source.fingerprint
        places = {"lfw": ["images/lfw"], "celeba": ["images/sources", "images/parquet"]}
        modules = places.get(study.dataset, ["images/sources"]) + ["images/photos"]
        recipe = artifacts.recipe("images", params, modules=modules)
        return _Cache(_folder(study) / f"{stem}-{source.fingerprint}.npy", recipe, source)
    old = _old_caches(study)
    if not old:
        raise SourceError(_nothing(study))
    return _Cache(old[-1], _recorded(old[-1]), None)


def _find(study):
    if study.dataset == "celeba" and (source := parquet.find(study)):
        return source
    return (lfw if study.dataset == "lfw" else sources).find(study)


def _ready(study):
    cache = _cache(study)
    reason = _stale(cache, study)
    if reason:
        raise FileNotFoundError(f"{cache.path.name} ({reason}): run notebook 01 or `make data` first")
    if cache.source is None and study.dataset != "synthetic":
        progress.log(f"no photos in {sources.default_folder(study)} and no path given: using "
                     f"{cache.path.name}, made from {artifacts.facts(cache.path).get('source')}")
    for path in _files(cache, study):
        artifacts.note(path, "read")
    return cache


def _stale(cache, study):
    reason = artifacts.why_stale(cache.path, cache.recipe)
    if reason is None and not all(artifacts.facts(cache.path).get(split, 0) > 0 for split in SPLITS):
        return "its sidecar does not say how many images it holds"
    if reason is None and study.dataset == "synthetic":
        reason = artifacts.why_stale(cache.factors, cache.recipe)
        return reason and f"{cache.factors.name}: {reason}"
    if reason == "missing" and cache.source and (old := _old_caches(study)):
        return (f"the photos changed since {old[-1].name} was made"
                if artifacts.facts(old[-1]).get("source") == str(cache.source.holder)
                else f"missing; {old[-1].name} is of other photos")
    return reason


def _old_caches(study):
    """Caches of `study` made from any photos, the last one made at the end."""
    found = _folder(study).glob(f"{_stem(study)}-{'[0-9a-f]' * 8}.npy")
    return sorted(filter(_recorded, found), key=lambda path: path.stat().st_mtime_ns)


def _recorded(path):
    """The recipe in the sidecar at `path`, or None: where no photos are left to compare with, it must do."""
    try:
        facts = artifacts.facts(path)
        return {key: facts[key] for key in ("stage", "params", "inputs", "code")}
    except (FileNotFoundError, ValueError):
        return None


def _folder(study):
    return Path(study.home) / "data" / "images"


def _stem(study):
    return f"{study.dataset}-{study.counts.train + study.counts.held_out}-s{study.seed}"


def _files(cache, study):
    return [cache.path, cache.factors] if study.dataset == "synthetic" else [cache.path]


def _foreign(path, what):
    return (f"{path.name} holds {what}, which this study did not write: "
            "delete it and run the same command again")


def _nothing(study):
    folder, variable = sources.default_folder(study), sources.VARIABLES[study.dataset]
    what = f"no photos: {variable} is not set and {folder} holds none. "
    return what + {"celeba": sources.WHAT_TO_GET, "lfw": lfw.WHAT_TO_GET,
                   "folder": "Give IMAGES=path to a folder or zip of photos, or put them into {folder}",
                   }[study.dataset].format(folder=folder)


# ------------------------------------------------------------------------------------------- making the cache

def _draw(cache, study):
    n = study.counts.train + study.counts.held_out
    factors = faces.sample_factors(n, study.seed)
    with artifacts.atomic(cache.path, _bytes(n)) as temporary, open(temporary, "wb") as file:
        _header(file, n)
        for start in progress.bar(range(0, n, BLOCK), "drawing faces", unit="block"):
            file.write(faces.render(factors.iloc[start:start + BLOCK]).numpy().tobytes())
    artifacts.write(cache.factors, factors)          # pandas writes the shortest decimals of the same float32
    artifacts.seal(cache.factors, cache.recipe, shape=list(factors.shape))
    return {"train": study.counts.train, "held_out": study.counts.held_out}


def _decode(cache, n_train, n_held_out):
    """Write the first good photos of each split; the header is written again when their number is known."""
    source, sizes, bad, known = cache.source, {}, [], set()
    room = _bytes(n_train + n_held_out)
    with artifacts.atomic(cache.path, room) as temporary, open(temporary, "wb") as file:
        _header(file, 0)
        with sources.opened(source.holder) as read:
            def good(split, wanted):
                sizes[split], total = 0, -(-wanted // photos.BLOCK)
                blocks = photos.first_good(getattr(source, split), wanted, read, bad, known)
                for block in progress.bar(blocks, f"decoding photos ({split})", total=total, unit="blocks"):
                    sizes[split] += len(block)
                    yield block

            held_out = list(good("held_out", n_held_out))            # first, as training can spare the copies
            for block in itertools.chain(good("train", n_train), held_out):
                file.write(block)
        artifacts.write(cache.quarantine, pd.DataFrame(bad, columns=["file", "reason"]))
        copies, bad = ([row for row in bad if (row[1] == photos.COPY) is same] for same in (True, False))
        tried = sum(sizes.values()) + len(bad)
        if len(bad) > max(1, tried // BAD_SHARE):
            raise SourceError(f"{len(bad):,} of {tried:,} photos in {source.holder} do not decode, more than "
                              f"0.1 %; the first is {bad[0][0]} ({bad[0][1]}), all are in "
                              f"{cache.quarantine}: remove these files or get the photos again")
        if bad:
            progress.log(f"{bad[0][0]} does not decode ({bad[0][1]}); {len(bad):,} such files, listed in "
                         f"{cache.quarantine}, are replaced by the next ones")
        if len(known) == 1:
            raise SourceError(f"all {tried + len(copies):,} photos used of {source.holder} are the same "
                              "picture, of which nothing can be learned: give photos that differ")
        if copies:
            progress.log(f"{len(copies):,} photos, as {copies[0][0]}, are the same pictures as others (equal "
                         f"pixels); each picture is taken once, the copies are listed in {cache.quarantine}")
        _check(sizes["train"], sizes["held_out"], source.holder)
        _header(file, sum(sizes.values()))
    return {**sizes, "quarantined": len(bad) + len(copies), "source": str(source.holder)}


def _counts(source, study):
    """Sizes of the splits: as asked, or less in the same ratio."""
    train, held_out = study.counts.train, study.counts.held_out
    n_train = min(train, len(source.train), len(source.held_out) * train // held_out)
    n_held_out = min(held_out, len(source.held_out), n_train * held_out // train)
    _check(n_train, n_held_out, source.holder)
    return n_train, n_held_out


def _check(n_train, n_held_out, holder):
    if n_train < MIN_TRAIN or n_held_out < MIN_HELD_OUT:
        raise SourceError(f"{holder} gives only {n_train} training and {n_held_out} held-out images; "
                          f"at least {MIN_TRAIN} and {MIN_HELD_OUT} are needed: "
                          "give more photos, or SCALE=smoke")


def _sizes(facts):
    return f"{facts['train']:,} training and {facts['held_out']:,} held-out images"


def _bytes(n):
    """Bytes of a cache of n images, header included."""
    return n * 3 * SIZE * SIZE + 128


def _header(file, n):
    """Write the .npy header for n images at the start of `file`; its length does not depend on n."""
    file.seek(0)
    about = {"descr": "|u1", "fortran_order": False, "shape": (n, 3, SIZE, SIZE)}
    np.lib.format.write_array_header_1_0(file, about)
