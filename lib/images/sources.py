"""Where the photos are: each layout of CelebA, any folder, or a zip read in place -> two lists of photos."""
import bisect
import codecs
import contextlib
import hashlib
import os
import posixpath
import re
import stat
import struct
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lib.images.photos import FORMATS
from lib.study import VARIABLES

SUFFIXES = {suffix for suffixes in FORMATS.values() for suffix in suffixes}
BASES = ("", "Img", "celeba", "celeba/Img", "CelebA", "CelebA/Img")              # official, torchvision
HOLDERS = ("img_align_celeba/img_align_celeba", "img_align_celeba", "img_align_celeba.zip")    # first: Kaggle
LEFT_OUT = {"__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir", "$RECYCLE.BIN"}      # macOS, Windows, Synology
ENCRYPTED = 0x1                            # in the flags of a zip entry
DEFLATE64 = 9                              # a compression that Python's zipfile does not read
UNPACK = "unpack them and give the folder"
HEIC = "install pillow-heif into the study's environment, or save them as JPEG"
INSTEAD = {".heic": HEIC, ".heif": HEIC, ".avif": "save them as JPEG",
           "": "give them the suffix of their kind, as .jpg", ".zip": "give one of them, or unpack them",
           ".parquet": "CELEBA= reads CelebA in this form, else save the photos in them as files",
           **dict.fromkeys((".7z", ".rar", ".tar", ".gz", ".tgz", ".001", ".z01"), UNPACK)}
LISTS = ("list_eval_partition.txt", "list_eval_partition.csv", "Eval/list_eval_partition.txt")
OFFICIAL = 162_770, 182_637, 202_599       # the last numbers of CelebA's parts 0, 1 and 2, as in its list
RUNS = "1-162770, 162771-182637, 182638-202599"                      # these parts, in words
MOUNTED = ("/kaggle/input/celeba-dataset", "/kaggle/input/datasets/jessicali9530/celeba-dataset",   # Kaggle
           "/content/drive/MyDrive/celeba", "/content/drive/MyDrive/CelebA",    # ours: a drive on Colab
           "/content/drive/MyDrive/celeba-dataset.zip", "/content/drive/MyDrive/img_align_celeba.zip")
WHAT_TO_GET = ("Get img_align_celeba.zip and list_eval_partition.txt from the official CelebA page "
               "(mmlab.ie.cuhk.edu.hk/projects/CelebA.html), or Kaggle's one zip with both "
               "(kaggle.com/datasets/jessicali9530/celeba-dataset), put it into {folder} without unpacking, "
               "or give CELEBA=path")


class SourceError(ValueError):
    """The photos are not there or cannot be used; the message says what to do."""


class Photo(NamedTuple):
    """One photo: name relative to its holder, size in bytes, the path or zip entry to read, what to show.

    `window`: left, top, right, bottom of the square to show, in shares of width and height; None: the centre.
    """
    name: str
    size: int
    entry: object
    window: tuple | None = None


class Source(NamedTuple):
    """The photos of a run: the folder or zip that holds them, candidates of each split in order, notes."""
    holder: Path
    train: list
    held_out: list
    notes: tuple

    @property
    def fingerprint(self):
        """Eight hex digits of names, sizes and splits of all photos, equal for a folder and a zip of it."""
        digest = hashlib.sha256()
        for split in ("train", "held_out"):
            for photo in getattr(self, split):
                digest.update(f"{split}\t{photo.name}\t{photo.size}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:8]


def default_folder(study):
    """Where photos are looked for when make was given no path: data/raw/DATASET."""
    return Path(study.home) / "data" / "raw" / study.dataset


def find(study):
    """The `Source` of `study`; None when no path was given and no known place holds photos.

    Looked for in the path given, else in data/raw/DATASET, CelebA also where Kaggle and Colab mount it.
    Held-out photos come from the test part (2) of CelebA's list, training photos from its parts 0, then 1,
    each in the order of names. Without a list the numbers that are CelebA's names tell the parts; where they
    do not, a permutation from the seed splits them in the scale's ratio.
    Raises SourceError when the path does not exist, holds no images, or its zip or list cannot be read.
    """
    given = study.source()
    if given or study.dataset != "celeba":
        return _find(study, given or default_folder(study), given)
    for root in (default_folder(study), *map(Path, MOUNTED)):
        if source := _find(study, root, None):
            said = () if root == default_folder(study) else (f"CELEBA is not given: taken from {root}",)
            return source._replace(notes=said + source.notes)
    return None


def _find(study, root, given):
    called = f"{VARIABLES[study.dataset]}={root}" if given else str(root)
    if str(root) != str(root).encode("utf-8", "replace").decode():
        raise SourceError(f"the path {str(root)!a} is not UTF-8: rename that folder or zip, "
                          "or give another path")
    if not root.exists():
        if given:
            raise SourceError(f"{called} does not exist: give the folder or zip that holds the photos")
        return None
    holder = celeba_holder(root) if study.dataset == "celeba" else root
    deep = study.dataset == "folder"
    photos, others = list_zip(holder) if holder.is_file() else list_folder(holder, deep)
    if not photos:
        instead = _instead(holder)
        if given or instead:
            layouts = "" if deep else ", or one of the layouts of data/README.md"
            raise SourceError(f"no images in {called}: it should hold {', '.join(sorted(SUFFIXES))} files"
                              f"{layouts}; {instead or 'it is empty'}")
        return None
    partition = None if deep else find_partition(holder)
    if partition or deep:
        train, held_out, notes = _split(photos, partition, holder, study)
    else:
        train, held_out, notes = split_without_list(photos, holder, study)
    if others and deep:
        notes += (f"{others.total():,} files of other kinds in {holder.name} are left out",)
    return Source(holder, train, held_out, notes)


def _instead(holder):
    """What the folder or zip `holder` holds in place of photos, and what to do with it; "" if nothing."""
    deeper, others = list_zip(holder) if holder.is_file() else list_folder(holder, deep=True)
    if deeper:
        return f"its photos are deeper, as {deeper[0].name}: give the folder that holds them"
    kinds = [f"{count:,} {suffix or 'without a suffix'}" + (f" ({advice})" if advice else "")
             for suffix, count in others.most_common(3) for advice in [INSTEAD.get(suffix)]]
    return f"in their place it holds {others.total():,} files: {', '.join(kinds)}" if kinds else ""


def split_without_list(photos, holder, study):
    """Training photos, held-out photos, notes: by the numbers of CelebA's names, or from the seed.

    CelebA's parts are three runs of numbers (OFFICIAL). The names tell the parts if all of them are such
    numbers and both splits get photos.
    """
    missing = f"no {' or '.join(LISTS[:2])} with {holder.name}: "
    stems = [_stem(photo.name) for photo in photos]
    if all(re.fullmatch("[0-9]{6}", stem) and 1 <= int(stem) <= OFFICIAL[-1] for stem in stems):
        parts = {stem: bisect.bisect_left(OFFICIAL, int(stem)) for stem in stems}
        if 2 in parts.values() and {0, 1} & set(parts.values()):
            train, held_out, _ = _split(photos, (parts, ""), holder, study)
            return train, held_out, (f"{missing}the numbers of the photos tell the official parts, {RUNS}",)
    train, held_out, _ = _split(photos, None, holder, study)
    return train, held_out, (f"{missing}the seed splits the photos, so that one person may be on both sides",)


def celeba_holder(root):
    """The folder or zip with CelebA's aligned images, for `root` in any layout; `root` itself if it is flat.

    A folder goes before a zip that stands beside it; a zip of another name counts if it is the only one.
    """
    if root.is_file():
        return root
    for holder in (root / base / name for base in BASES for name in HOLDERS):
        if holder.is_file() or (holder.is_dir() and list_folder(holder, deep=False, first=True)[0]):
            return holder
    zips = [name for name in os.listdir(root) if name.lower().endswith(".zip") and not _skipped(name)]
    if len(zips) == 1 and (root / zips[0]).is_file() and not list_folder(root, deep=False, first=True)[0]:
        return root / zips[0]
    return root


def list_folder(folder, deep, first=False):
    """Photos in `folder` (`deep`: and its subfolders) in the order of their names; {suffix: other files}.

    No regular file (a pipe, say) counts as another file: reading might never end. `first`: one is enough.
    """
    photos, others, above = [], Counter(), len(os.path.join(folder, ""))
    for base, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if deep and not _skipped(name)]
        for path in (os.path.join(base, name) for name in files if not _skipped(name)):
            if not _is_image(path):
                others[_suffix(path)] += 1
                continue
            try:
                status = os.stat(path)
                size, regular = status.st_size, stat.S_ISREG(status.st_mode)
            except OSError:                # a link to nowhere is listed, and quarantined when it is read
                size, regular = 0, True
            if not regular:
                others["no regular file"] += 1
                continue
            photos.append(Photo(path[above:].replace(os.sep, "/"), size, path))
            if first:
                return photos, others
    return sorted(photos, key=lambda photo: photo.name), others


def list_zip(path):
    """Photos in the zip at `path` in the order of their names; {suffix: number of other entries}.

    Names start below the folder that holds all; of entries of one name the last counts, as on unpacking.
    Entries with an absolute name or `..` in it are not read.
    Raises SourceError if it is no zip, a part of one, encrypted, in Deflate64, or holds zips in place of
    photos.
    """
    with _open_zip(path) as archive:
        found = {_named(entry): entry for entry in archive.infolist()}
    entries = {name: entry for name, entry in found.items()
               if name and not name.endswith("/") and not any(_skipped(part) for part in name.split("/"))}
    safe = {name: entry for name, entry in entries.items() if not _escapes(name) and _is_image(name)}
    if any(entry.flag_bits & ENCRYPTED for entry in safe.values()):
        raise SourceError(f"{path} is encrypted: unpack it with its password and give the folder")
    if any(entry.compress_type == DEFLATE64 for entry in safe.values()):
        raise SourceError(f"{path} is compressed with Deflate64, as Windows does it with large files, which "
                          "Python does not read: unpack it and give the folder")
    inner = [name for name in entries if name.lower().endswith(".zip")]
    if inner and not safe:
        raise SourceError(f"{path} holds no images but another zip, {inner[0]}: unpack the outer one and "
                          "give the folder")
    folders = {posixpath.dirname(name) for name in safe}
    above = len(posixpath.join(posixpath.commonpath(folders), "")) if folders else 0
    photos = [Photo(name[above:], entry.file_size, entry) for name, entry in safe.items()]
    others = Counter(_suffix(name) for name in entries if name not in safe)
    return sorted(photos, key=lambda photo: photo.name), others


@contextlib.contextmanager
def opened(holder):
    """Yield `read(photo)` -> bytes for the photos of the folder or zip `holder`; threads may share it."""
    if holder.is_file():
        with _open_zip(holder) as archive:
            yield lambda photo: archive.read(photo.entry)
    else:
        yield _read


def _read(photo):
    if callable(photo.entry):              # a row of a table
        return photo.entry()
    with open(photo.entry, "rb", buffering=0) as file:               # a third of the time of Path.read_bytes
        return file.read()


def find_partition(holder):
    """CelebA's list {stem of a name: 0 train, 1 validation, 2 test} and its file name, or None.

    Looked for in, beside and above the folder or zip `holder`, then inside the zip.
    Raises SourceError naming the line that is not a name and a part.
    """
    for path in (base / name for base in (holder, *holder.parents[:2]) for name in LISTS):
        if path.is_file():
            return _partition(path.read_bytes(), str(path))
    if holder.is_file():                                             # Kaggle's zip holds its lists
        with _open_zip(holder) as archive:
            for entry in archive.infolist():
                if posixpath.basename(_named(entry)) in LISTS and not _escapes(_named(entry)):
                    return _partition(_content(archive, entry, holder), _named(entry))
    return None


def _content(archive, entry, holder):
    try:
        return archive.read(entry)
    except Exception as e:                 # a damaged entry makes each decompressor raise its own kind
        raise SourceError(f"{entry.filename} in {holder} cannot be read ({e}): get the zip again") from e


def _partition(data, name):
    if _is_html(data):
        raise SourceError(f"{name} is an HTML page, most likely the download quota page: download it again")
    parts, utf_16 = {}, data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # as PowerShell writes it
    text = data.decode("utf-16" if utf_16 else "utf-8-sig", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        words = re.split(r"[,\s]+", line.strip().replace('"', ""))
        if line.strip() and not (number == 1 and words[-1] == "partition"):      # the header of Kaggle's list
            if len(words) != 2 or words[1] not in ("0", "1", "2"):
                raise SourceError(f"line {number} of {name} is {line[:60]!r}, not a name and 0, 1 or 2")
            part = int(words[1])
            if parts.setdefault(_stem(words[0]), part) != part:
                raise SourceError(f"line {number} of {name} puts {words[0][:60]!r} into another part than a "
                                  "line before it: get the list again")
    return parts, os.path.basename(name)


def _split(photos, partition, holder, study):
    if partition is None:
        order = np.random.default_rng(study.seed).permutation(len(photos))
        n = len(photos) * study.counts.held_out // (study.counts.train + study.counts.held_out)
        return [photos[i] for i in order[n:]], [photos[i] for i in order[:n]], ()
    parts, list_name = partition
    groups = {0: [], 1: [], 2: []}
    for photo in photos:
        groups.get(parts.get(_stem(photo.name)), []).append(photo)
    used = sum(map(len, groups.values()))
    if not used:
        raise SourceError(f"{list_name} names none of the {len(photos):,} images in {holder}: "
                          "remove the list or mend it")
    if not groups[2] or used == len(groups[2]):
        missing = "the training parts (0, 1)" if groups[2] else "the test part (2, held-out images)"
        raise SourceError(f"{list_name} puts none of the {used:,} images in {holder} into {missing}: "
                          "add images of it (of CelebA, 1 to 162770 are part 0, 182638 to 202599 part 2), or "
                          "give them with DATASET=folder IMAGES=path, where the seed splits")
    notes = () if used == len(photos) == len(parts) else (
        f"{list_name} names {len(parts):,} images and {holder.name} holds {len(photos):,}: "
        f"the {used:,} that are in both are used",)
    return groups[0] + groups[1], groups[2], notes


def _open_zip(path):
    try:
        return zipfile.ZipFile(path)
    except NotImplementedError as error:
        raise SourceError(f"{path} cannot be read ({error}): unpack it and give the folder") from None
    # what a damaged table of contents gives
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error):
        with open(path, "rb") as file:
            head = file.read(1024)
    if _is_html(head):
        raise SourceError(f"{path} is an HTML page, most likely the download quota page, not a zip: "
                          "delete it and download it again in a browser")
    if head.startswith(b"PK"):
        raise SourceError(f"{path} is a truncated or damaged zip ({path.stat().st_size:,} bytes, its table "
                          "of contents is missing or broken): download it again")
    empty = "" if head else " (it is empty)"
    raise SourceError(f"{path} is not a zip{empty}: give a folder of photos or a zip")


def _is_html(data):
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))


def _stem(name):
    return posixpath.splitext(posixpath.basename(name))[0]


def _named(entry):
    """The name of a zip entry; Windows writes some with backslashes."""
    return entry.filename.replace("\\", "/")


def _suffix(name):
    return os.path.splitext(name)[1].lower()


def _is_image(name):
    return _suffix(name) in SUFFIXES


def _skipped(name):
    return (name.startswith(".") and name != "..") or name in LEFT_OUT


def _escapes(name):
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":"


def _refuse(error):
    raise error
