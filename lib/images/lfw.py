"""Labeled Faces in the Wild: where its photos lie, the window of their frame, a split by people.

Source: Huang, Ramesh, Berg, Learned-Miller, Labeled Faces in the Wild (2007), in the copies with aligned
photos: funneled (Huang, Jain, Learned-Miller, 2007) and deep-funneled (Huang and others, 2012).
"""
import gzip
import os
import posixpath
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np

from lib.images import sources
from lib.images.sources import Source, SourceError
from lib.store import disk, progress

FRAME = 250                                # width and height of the photos, pixels
# Ours: shows a face as CelebA's centre square does; how it was chosen is in data/README.md.
WINDOW = 36, 21, 214, 199                  # left, top, right, bottom
ARCHIVES = "*.tgz", "*.tar.gz", "*.zip"
WHAT_TO_GET = ("Get lfw-funneled.tgz (233 MB, ndownloader.figshare.com/files/5976015, where make data "
               "DATASET=lfw takes it from) and put it into {folder} without unpacking, or give LFW=path")


def find(study):
    """The `Source` of `study`, dataset lfw; None when no path was given and no known place holds photos.

    Looked for in LFW, else in data/raw/lfw, else where scikit-learn keeps them. People, who are the folders
    of the photos, are permuted by the seed; held out are the first of them until these have their share of
    photos, so no person is in both splits. Either split is in an order from the seed. A tar archive is
    unpacked once, into data/raw/lfw.
    Raises SourceError when the path does not exist, holds no photos in folders of people, or several sets.
    """
    given, folder = study.source(), sources.default_folder(study)
    if given and not given.exists():
        raise SourceError(f"LFW={given} does not exist: give the archive or folder with LFW's photos")
    for root in [given] if given else [folder, *_places_of_sklearn()]:
        holder, photos = _listed(root, folder)
        if photos:
            return _source(holder, photos, study)
        if given:
            raise SourceError(f"no images in LFW={given}: it should be lfw-funneled.tgz, or a folder or zip "
                              "of photos in folders of people, as PERSON/PERSON_0001.jpg")
    return None


def download(study):
    """Let scikit-learn download, verify and unpack the funneled photos, into the place where it keeps them.

    Raises SourceError when that fails, saying what to get.
    """
    from sklearn.datasets import fetch_lfw_people
    progress.log("scikit-learn downloads Labeled Faces in the Wild (233 MB)")
    try:
        fetch_lfw_people(min_faces_per_person=500)                   # of all it would read, the fewest
    except Exception as error:             # a network fails in countless ways; the reason is passed on
        raise SourceError(f"LFW could not be downloaded ({' '.join(str(error).split())[:200]}). "
                          + WHAT_TO_GET.format(folder=sources.default_folder(study))) from error


def _places_of_sklearn():
    home = Path(os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data").expanduser() / "lfw_home"
    return home / "lfw_funneled", home / "lfw-funneled.tgz"


def _listed(root, folder):
    """The folder or zip that holds the photos of `root`, a folder, an archive or a folder with one; them."""
    if root.is_dir():
        photos, _ = sources.list_folder(root, deep=True)
        archives = sorted(path for kind in ARCHIVES for path in root.glob(kind))
        if photos or not archives:
            return root, photos
        if len(archives) > 1:
            raise SourceError(f"{root} holds several archives, {archives[0].name} and {archives[1].name}: "
                              "give LFW=path of one")
        root = archives[0]
    if not root.exists():
        return root, []
    if tarfile.is_tarfile(root):
        root = _unpacked(root, folder)
        return root, sources.list_folder(root, deep=True)[0] if root.is_dir() else []
    return root, sources.list_zip(root)[0]


def _unpacked(archive, folder):
    """The folder below `folder` with the photos of the tar `archive` as PERSON/FILE; made where missing."""
    stem = archive.name.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz")
    target = folder / f"{stem}-{archive.stat().st_size}"             # another archive: another folder
    with disk.explained(target), disk.held(target, archive.name):
        if target.is_dir():
            return target
        progress.log(f"{archive} is unpacked once, into {target}")
        # in a folder of its own first, so that half of it is never found
        with tempfile.TemporaryDirectory(prefix=".lfw-", dir=folder) as temporary:
            photos = Path(temporary) / "photos"
            try:
                with tarfile.open(archive) as members:
                    for member in members:
                        _unpack(members, member, photos)
            except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise SourceError(f"{archive} is a truncated or damaged archive ({error}): "
                                  "get it again") from None
            if photos.is_dir():
                os.rename(photos, target)
    return target


def _unpack(members, member, folder):
    """Write the image `member` as PERSON/FILE; no link, no device, nothing whose name leads elsewhere."""
    parts = PurePosixPath(member.name).parts[-2:]
    if not member.isfile() or len(parts) < 2 or any(part[0] in "./\\" for part in parts):
        return
    if PurePosixPath(member.name).suffix.lower() in sources.SUFFIXES:
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(members.extractfile(member).read())


def _source(holder, photos, study):
    sets = sorted({posixpath.dirname(posixpath.dirname(photo.name)) for photo in photos})
    if len(sets) > 1:
        raise SourceError(f"{holder} holds several sets of people, in {sets[0] or '.'} and in {sets[1]}: "
                          "give LFW=path of one")
    window, above = tuple(side / FRAME for side in WINDOW), len(posixpath.join(sets[0], ""))
    people = {}
    for photo in photos:                   # named from the folder of all people, wherever that lies
        person = posixpath.basename(posixpath.dirname(photo.name))
        people.setdefault(person, []).append(photo._replace(name=photo.name[above:], window=window))
    if len(people) < 2:
        raise SourceError(f"{holder} holds no folders of several people: LFW's photos lie in folders, "
                          "as PERSON/PERSON_0001.jpg")
    rng, names = np.random.default_rng(study.seed), list(people)
    share = study.counts.held_out / (study.counts.train + study.counts.held_out)
    train, held_out = [], []
    for number in rng.permutation(len(names)):
        split = held_out if len(held_out) < share * len(photos) else train
        split += people[names[number]]
    train, held_out = ([split[i] for i in rng.permutation(len(split))] for split in (train, held_out))
    n = len({posixpath.dirname(photo.name) for photo in held_out})
    return Source(holder, train, held_out,
                  (f"{len(names):,} people: {n:,} are held out, with no photo of theirs in training",))
