"""Image trees as they are in the world: each line of the table in data/README.md is what happens."""
import io
import os
import re
import struct
import sys
import warnings
import zipfile
import zlib
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lib.images import cache, photos, sources
from lib.store import artifacts, progress
from lib.study import ROOT, Study
from tests.trees import (
    LAYOUTS,
    NAMES,
    PARTS,
    SOLIDS,
    as_txt,
    encoded,
    put,
    put_list,
    put_zip,
    smooth,
    solid,
    stacked,
)

README = (ROOT / "data/README.md").read_text().partition("## What is accepted, quarantined, refused\n")[2]
TABLE = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (accepted|skipped|quarantined|refused) \| .* \| .* \|$",
                        README, re.M))


class Case(NamedTuple):
    """`make(root, photos)`: the path to use and those of the photos to be found there, {name: bytes}.

    `looks`: bytes of a plain picture that one of the images must equal; `odd`: the one in quarantine; `says`:
    the reason there, the refusal, or a line of the log.
    """
    make: object
    says: str = ""
    odd: str | None = None
    looks: bytes | None = None
    dataset: str = "folder"


# ----------------------------------------------------------------------------------- one photo among others

def photo(name, data, looks=None, says=""):
    """119 good photos and one called `name`, of contents `data`; looks of the odd one, if accepted."""
    def make(root, photos):
        given = but_one(photos) | {name: data}
        return put(root, given), given
    return Case(make, says, name, looks)


def kind(name, suffix):
    image, file_format, options, colour = SOLIDS[name]
    return photo(f"odd.{suffix}", encoded(image, file_format, **options), flat_colour(colour))


def flat_colour(colour):
    return encoded(solid("RGB", colour), "PNG")


def but_one(photos):
    return dict(list(photos.items())[:-1])


def rotated():
    picture, exif = smooth(np.random.default_rng(3), (100, 100)), Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    return photo("odd.png", encoded(picture.rotate(90), "PNG", exif=exif), encoded(picture, "PNG"))


def phone_exif():
    """Orientation 6 beside tags that no one needs: a maker that is a fraction, a date without its text."""
    entries = struct.pack(">HHHLL", 3, 0x010F, 5, 1, 50) + struct.pack(">HHLHH", 0x0112, 3, 1, 6, 0)
    entries += struct.pack(">HHLL", 0x0132, 2, 20, 9_999)
    return b"Exif\0\0MM\0*" + struct.pack(">L", 8) + entries + bytes(4) + struct.pack(">LL", 1, 0)


def turned_by_phone():
    picture = smooth(np.random.default_rng(3), (100, 100))
    lying = Image.open(io.BytesIO(encoded(picture)))
    return photo("odd.jpg", encoded(picture, exif=phone_exif()), encoded(lying.rotate(-90), "PNG"))


def animated():
    reds, blue = [solid("RGB", (200, 0, k)) for k in range(3)], solid("RGB", (0, 0, 200))

    def make(root, photos):
        given = dict(list(photos.items())[:-3])
        kinds = ("webp", {"lossless": True}), ("png", {}), ("tiff", {})
        for (suffix, options), red in zip(kinds, reds, strict=True):
            given[f"odd.{suffix}"] = encoded(red, suffix.upper(), save_all=True, append_images=[blue],
                                             **options)
        return put(root, given), given
    return Case(make, looks=encoded(reds[0], "PNG"))


def png(width, height, bits=8, colour=0, extra=b"", value=0):
    """A PNG written out, with whatever size it states and any further chunk."""
    bytes_per_row = width * bits * {0: 1, 2: 3}[colour] // 8 + 1
    pixels = zlib.compress((b"\0" + bytes([value]) * (bytes_per_row - 1)) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    end = chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + end


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def flipped(data, position):
    return data[:position] + bytes([data[position] ^ 16]) + data[position + 1:]


PICTURE = smooth(np.random.default_rng(2))
JPEG, PNG = encoded(PICTURE, quality=95), encoded(PICTURE, "PNG")
PHOTOS = {
    "jpeg": kind("grey jpeg", "jpeg"), "png": kind("opaque RGBA", "png"), "webp": kind("webp", "webp"),
    "avif": kind("avif", "avif"),
    "bmp": kind("bmp", "bmp"), "tiff": kind("CMYK", "tif"), "upper-case": photo("ODD.JPG", JPEG, JPEG),
    "wrong-suffix": photo("odd.jpg", PNG, PNG), "grey": kind("grey", "png"),
    "black-and-white": kind("black and white", "tiff"), "palette": kind("palette", "png"),
    "cmyk": kind("CMYK jpeg", "jpg"), "16-bit-grey": kind("16 bit tiff", "tiff"),
    "16-bit-colour": photo("odd.png", png(60, 90, 16, 2, value=0x55), flat_colour((0x55,) * 3)),
    "transparent": kind("half transparent", "png"), "exif-rotated": rotated(),
    "exif-broken": turned_by_phone(), "exif-none": photo("odd.webp", encoded(PICTURE, "WEBP", lossless=True,
                                                                             exif=b"no exif"), PNG),
    "animated": animated(), "jfif": photo("odd.jfif", JPEG, JPEG),
    "1x1": kind("one pixel", "png"), "trailing-bytes": photo("odd.jpg", JPEG + b"more" * 99, JPEG),
    "zero-byte": photo("odd.jpg", b"", says="is empty"),
    "truncated": photo("odd.jpg", JPEG[:len(JPEG) // 2], says="truncated"),
    "zero-filled": photo("odd.jpg", JPEG[:len(JPEG) // 2] + bytes(len(JPEG) // 2), says="truncated"),
    "damaged-png": photo("odd.png", flipped(PNG, len(PNG) - 25), says="broken PNG file"),
    "html-photo": photo("odd.jpg", b"<html>quota exceeded</html>", says="is not a JPEG, PNG"),
    "gif-inside": photo("odd.jpg", encoded(solid("P", 0), "GIF"), says="is not a JPEG, PNG"),
    "32-bit": photo("odd.tif", encoded(solid("F", 0.5), "TIFF"), says="has 32-bit pixels"),
    "bomb": photo("odd.png", png(9_000, 9_000, 1), says="has 9000x9000 pixels, more than 80,000,000"),
    "text-bomb": photo("odd.png",
                       png(60, 90, extra=chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**24)))),
                       says="too large"),
}


# ------------------------------------------------------------------------------------------------- folders

def extra(*names):
    def make(root, photos):
        put(root, photos | dict.fromkeys(names, JPEG))                     # would show if it were taken
        return root, photos
    return make


def special(make_it, good=True):
    """All photos, or one less, and `odd.jpg`, which `make_it(path)` puts there."""
    def make(root, photos):
        photos = photos if good else but_one(photos)
        put(root, photos)
        make_it(root / "odd.jpg")
        return root, photos
    return make


def link(root, photos):
    put(root.parent / "elsewhere", {"target": JPEG})
    put(root, but_one(photos))
    (root / "odd.jpg").symlink_to(root.parent / "elsewhere/target")
    return root, but_one(photos) | {"odd.jpg": JPEG}


def linked_folder(root, photos):
    put(root / "sub", photos)
    put(root.parent / "elsewhere", {"other.jpg": JPEG})
    (root / "sub/loop").symlink_to(root, target_is_directory=True)
    (root / "sub/away").symlink_to(root.parent / "elsewhere", target_is_directory=True)
    return root, photos


def strange_names(root, photos):
    strange = ["a b.jpg", "naïve Zoë.jpg", "顔 写真.jpg", "it's \"quoted\".jpg", "-rf.jpg", "%s{0}.jpg",
               "new\nline.jpg", "комната/фото.jpg", "e\u0301.jpg", "#a?b&c.jpg", "COM1.jpg",
               "x" * 200 + ".jpg"]
    given = dict(zip(strange + list(photos), photos.values(), strict=False))
    root = root / "Fotos von Zoë (Kopie)"
    return put(root, given), given


def not_utf8(root, photos):
    put(root, but_one(photos))
    (root / os.fsdecode(b"odd-\xff\xfe.jpg")).write_bytes(JPEG)
    return root, but_one(photos) | {"odd": JPEG}


def both_sides(root, photos):
    """CelebA with a training photo (the odd one) that is, in another format, a test photo."""
    train, test = (next(name for name in NAMES if PARTS[name] == part) for part in (0, 2))
    photos = photos | {train: PNG, test: encoded(PICTURE, "WEBP", lossless=True)}
    put_list(root, as_txt())
    return put(root, photos), photos


def only(*names):
    """Files in place of photos."""
    return lambda root, photos: (put(root, dict.fromkeys(names, JPEG)), {})


def path_loop(root, photos):
    root.symlink_to(root)
    return root, {}


def own_name_not_utf8(root, photos):
    return put(root.with_name(os.fsdecode(b"\xff")), photos), {}


def numbered(root, photos):
    """Two runs of CelebA's numbers: 24 photos are of its test part."""
    numbers = [*range(1, 97), *range(182_638, 182_662)]
    given = {f"{number:06d}.jpg": data for number, data in zip(numbers, photos.values(), strict=True)}
    return put(root, given), given


def sparse(path):
    path.touch()
    os.truncate(path, photos.MAX_BYTES + 1)


FOLDERS = {
    "names": Case(strange_names), "names-not-utf8": Case(not_utf8, looks=JPEG),
    "link": Case(link, looks=JPEG),
    "macos": Case(extra(".DS_Store", "._000001.jpg", "__MACOSX/000001.jpg", ".git/x.jpg", ".Trashes/x.jpg")),
    "windows": Case(extra("Thumbs.db", "desktop.ini", "$RECYCLE.BIN/x.jpg")),
    "nas": Case(extra("@eaDir/000001.jpg/SYNOPHOTO_THUMB_M.jpg")),
    "other-kinds": Case(extra("x.psd", "x.gif", "notes.txt"),
                        "3 files of other kinds in source are left out"),
    "unfinished": Case(extra("x.jpg.part", "Unconfirmed 1.crdownload"), "2 files of other kinds"),
    "linked-folder": Case(linked_folder), "pipe": Case(special(os.mkfifo), "1 files of other kinds"),
    "too-large": Case(special(sparse, False), "has 256 MB, more than 256", "odd.jpg"),
    "dangling-link": Case(special(lambda path: path.symlink_to("nowhere"), False), "No such file", "odd.jpg"),
    "link-loop": Case(special(lambda path: path.symlink_to(path), False), "Too many levels", "odd.jpg"),
    "both-sides": Case(both_sides, "same picture as a photo taken before",
                       next(name for name in NAMES if PARTS[name] == 0), dataset="celeba"),
    "many-broken": Case(lambda root, photos: (put(root, photos | {"a.jpg": b"", "b.png": b"\n"}), {}),
                        r"2 of 122 photos in .* do not decode, more than 0.1 %; "
                        r"the first is [ab]\.(jpg|png)"),
    "nowhere": Case(lambda root, photos: (root, {}),
                    "IMAGES=.*source does not exist: give the folder or zip"),
    "path-loop": Case(path_loop, "IMAGES=.*source does not exist"),
    "path-not-utf8": Case(own_name_not_utf8, "is not UTF-8: rename"),
    "no-photos": Case(only("notes.txt"), "no images in IMAGES=.*source.* it holds 1 files: 1 .txt"),
    "heic": Case(only("a.HEIC", "sub/b.heic"), r"it holds 2 files: 2 .heic \(install pillow-heif into"),
    "no-suffix": Case(only("a", "b", "c"), r"3 files: 3 without a suffix \(give them the suffix"),
    "folder-of-zips": Case(only("1.zip", "2.zip"), r"2 files: 2 .zip \(give one of them, or unpack them\)"),
    "archives": Case(only("a.7z", "b.part1.rar", "b.part2.rar"),
                     r"3 files: 2 .rar \(unpack them and give the folder\), 1 .7z \(unpack"),
    "parquet": Case(only("train-0.parquet"), r"1 files: 1 .parquet \(CELEBA= reads"),
    "deeper": Case(lambda root, photos: (put(root / "a/b", photos).parents[1], {}),
                   "its photos are deeper, as a/b/000001.jpg: give the folder that holds", dataset="celeba"),
    "too-few": Case(lambda root, photos: (put(root, dict(list(photos.items())[:79])), {}),
                    "at least 64 and 16 are needed: give more photos"),
    "same-picture": Case(lambda root, photos: (put(root, dict.fromkeys(photos, JPEG)), {}),
                         "all 120 photos used of .* are the same picture"),
}


# -------------------------------------------------------------------------------------------- zips and lists

def zipped(**more):
    """A zip of all photos with further entries, whose names may hold any sign."""
    def make(root, photos):
        return put_zip(root / "photos.zip", photos, "", **more), photos
    return make


def changed(change):
    """A zip of all photos of which `change(bytes)` is made."""
    def make(root, photos):
        path = put_zip(root / "photos.zip", photos, "")
        path.write_bytes(change(path.read_bytes()))
        return path, but_one(photos)  # the last one may be the damaged one
    return make


def written(name, data):
    return lambda root, photos: (put(root, {name: data}) / name, {})


def deflated(root, photos):
    root.mkdir()
    with zipfile.ZipFile(root / "photos.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in photos.items():
            archive.writestr(name, data)
    return root / "photos.zip", photos


def from_windows(root, photos):
    """A zip whose names have backslashes, with CelebA's list in it and what a Mac adds."""
    photos = {f"img_align_celeba\\{name}": data for name, data in photos.items()}
    more = {"__MACOSX\\img_align_celeba\\._000001.jpg": JPEG, "img_align_celeba\\": b"",
            "Eval\\list_eval_partition.txt": as_txt(TOP)}
    used = {name: photos[f"img_align_celeba\\{name}"] for name in TOP}
    return put_zip(root / "archive.zip", photos, "", **more), used


def zip64(root, photos):
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    try:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 100, 10  # so the writer takes the long headers
        path = put_zip(root / "photos.zip", photos)
    finally:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    assert b"PK\x06\x06" in path.read_bytes()[-200:]
    return path, photos


def entry_twice(root, photos):
    path = put_zip(root / "photos.zip", but_one(photos), "", **{"odd.jpg": b"an older one"})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("odd.jpg", JPEG)
    return path, but_one(photos) | {"odd.jpg": JPEG}


def large_entry(root, photos):
    root.mkdir()
    with zipfile.ZipFile(root / "photos.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in but_one(photos).items():
            archive.writestr(name, data)
        with archive.open("odd.jpg", "w") as file:
            for _ in range(257):
                file.write(bytes(2**20))
    return root / "photos.zip", but_one(photos)


def each_header(offset_local, offset_central, value):
    """Set one byte in every local and every central header of a zip."""
    def change(data):
        data = bytearray(data)
        for mark, offset in ((b"PK\x03\x04", offset_local), (b"PK\x01\x02", offset_central)):
            for found in re.finditer(re.escape(mark), bytes(data)):
                data[found.start() + offset] = value
        return bytes(data)
    return change


def table_destroyed(data):
    return re.sub(b"PK\x01\x02", b"PK\x09\x09", data)


def last_photo_damaged(data):
    position = data.index(b"PK\x01\x02") - 100
    return flipped(data, position)


def listed(text=None, parts=None, says="", used=None):
    """CelebA, flat, with a list of its own: as text, or as parts."""
    def make(root, photos):
        put_list(root, text if text is not None else as_txt(parts))
        return put(root, photos), {name: photos[name] for name in photos if used is None or name in used}
    return Case(make, says, dataset="celeba")


HTML = b"\n<!DOCTYPE html><html>Google Drive - Quota exceeded</html>"
TOP = {name: PARTS[name] for name in NAMES[:110]}
ZIPS = {
    "zip-deflated": Case(deflated), "zip64": Case(zip64), "zip-entry-twice": Case(entry_twice, looks=JPEG),
    "zip-backslashes": Case(from_windows, "names 110 images and archive.zip holds 120: the 110",
                            dataset="celeba"),
    "zip-absolute": Case(zipped(**{"/evil.jpg": JPEG, "\\evil.jpg": JPEG, "c:/evil.jpg": JPEG})),
    "zip-dot-dot": Case(zipped(**{"../evil.jpg": JPEG, "a/../../evil.jpg": JPEG, "..\\evil.jpg": JPEG})),
    "zip-damaged-entry": Case(changed(last_photo_damaged), "Bad CRC-32", NAMES[-1]),
    "zip-bomb": Case(large_entry, "has 257 MB, more than 256", "odd.jpg"),
    "html-zip": Case(written("photos.zip", HTML), "is an HTML page, most likely the download quota page"),
    "interrupted-zip": Case(changed(lambda data: data[:len(data) * 2 // 3]), "is a truncated or damaged zip"),
    "damaged-zip": Case(changed(table_destroyed), "is a truncated or damaged zip"),
    "no-zip": Case(written("photos.rar", b"Rar!\x1a\x07\x01\x00"),
                   "is not a zip: give a folder of photos or a zip"),
    "zip-encrypted": Case(changed(each_header(6, 8, 1)), "is encrypted: unpack it with its password"),
    "zip-nested": Case(lambda root, photos: (put_zip(root / "outer.zip", {"inner.zip": b"PK"}, ""), {}),
                       "holds no images but another zip, inner.zip: unpack the outer one"),
    "zip-version": Case(changed(each_header(4, 6, 99)),
                        r"cannot be read \(zip file version 9.9\): unpack it"),
    "zip-deflate64": Case(changed(each_header(8, 10, 9)), "is compressed with Deflate64, .*: unpack it"),
    "no-list": Case(lambda root, photos: (put(root, photos), photos),
                    "with source: the seed splits the photos", dataset="celeba"),
    "official-numbers": Case(numbered, "tell the official parts, 1-162770, 162771-", dataset="celeba"),
    "zip-any-name": Case(lambda root, photos: (put_zip(root / "archive (1).ZIP", photos).parent, photos),
                         dataset="celeba"),
    "missing-rows": listed(parts=TOP, says="names 110 images and source holds 120: the 110 that are in both",
                           used=TOP),
    "rows-without-photo": listed(parts=PARTS | {"999999.jpg": 0},
                                 says="names 121 images and source holds 120: the 120"),
    "list-in-utf-16": listed(as_txt(TOP).encode("utf-16"), used=TOP,
                             says="names 110 images and source holds 120: the 110"),
    "no-test-part": listed("".join(f"{name} 0\n" for name in NAMES),
                           says="puts none of the 120 images in .* into the test part .* DATASET=folder"),
    "html-list": listed(HTML.decode(), says="list_eval_partition.txt is an HTML page"),
    "wrong-list": listed("000001.jpg 0\n000002.jpg test\n",
                         says="line 2 of .*'000002.jpg test', not a name and 0, 1"),
    "double-list": listed(as_txt() + f"000001.jpg {2 - PARTS['000001.jpg']}\n",
                          says="line 121 of .* puts '000001.jpg' into"),
    "list-of-others": listed("other.jpg 0\n", says="names none of the 120 images"),
}


CASES = PHOTOS | FOLDERS | ZIPS


# ------------------------------------------------------------------------------------------------ the tests

@pytest.fixture(scope="module")
def good():
    rng = np.random.default_rng(0)
    return {name: encoded(smooth(rng)) for name in NAMES}


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(progress, "log", lines.append)
    return lines


def study_of(dataset, path, monkeypatch, tmp_path):
    monkeypatch.setenv(sources.VARIABLES[dataset], str(path))
    return Study(dataset, "smoke", 0, tmp_path / "home")


def tree(folder):
    """Names of all there is in `folder`, data/images apart."""
    return sorted(os.path.join(base, name) for base, folders, files in os.walk(folder)
                  for name in folders + files if "home/data/images" not in base)


def test_the_table_and_the_cases_are_one():
    assert set(TABLE) == {*CASES, "many-files"}
    assert README.count("\n|") == len(TABLE) + 2                            # every row is read, none twice


@pytest.mark.filterwarnings("ignore:Truncated File Read")            # Pillow, of EXIF that is broken
@pytest.mark.parametrize("name", CASES)
def test_what_the_table_says_happens(name, good, monkeypatch, tmp_path, said):
    case, outcome = CASES[name], TABLE[name]
    path, used = case.make(tmp_path / "source", good)
    if name == "heic":                                               # as where pillow-heif is not installed
        monkeypatch.setattr(sources, "SUFFIXES", sources.SUFFIXES - {".heic", ".heif"})
    study = study_of(case.dataset, path, monkeypatch, tmp_path)
    before = tree(tmp_path)
    if outcome == "refused":
        with pytest.raises(sources.SourceError, match=case.says) as refusal:
            cache.prepare(study)
        assert "\n" not in str(refusal.value) and str(refusal.value).encode("utf-8")
        assert not list(tmp_path.rglob("home/**/*.npy"))
    else:
        cache.prepare(study)
        x = cache.load(study)
        bad = pd.read_csv(next((tmp_path / "home/data/images").glob("*-quarantine.csv")))
        in_quarantine = case.odd if outcome == "quarantined" else None
        expected = Counter(photos.decode(data).tobytes()
                           for file, data in used.items() if file != in_quarantine)
        got = [image for part in (x.train, x.held_out) for image in part]
        assert not Counter(image.tobytes() for image in got) - expected
        assert len(got) >= 0.9 * sum(expected.values()) - 1                 # whole ratios leave some out
        if outcome == "quarantined":
            assert list(bad["file"]) == [case.odd] and re.search(case.says, bad["reason"][0])
        else:
            assert bad.empty and any(re.search(case.says, line) for line in said)
        if case.looks:
            nearest = min(np.abs(image.astype(int) - photos.decode(case.looks)).max() for image in got)
            assert nearest <= 2
    home = {str(tmp_path / part) for part in ("home", "home/data", "home/data/images")}
    assert set(tree(tmp_path)) - set(before) <= home


def test_pillow_does_not_talk():
    """A warning counts as an error here; the reason must be ours."""
    bad, odd = [], sources.Photo("odd.png", 99, png(9_000, 10_000, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(photos.first_good([odd], 1, lambda photo: photo.entry, bad)) == []
    assert bad == [("odd.png", "has 9000x10000 pixels, more than 80,000,000")]


def calls_of(function, *arguments):
    """What `function` returns, and how many calls of functions it takes: its work on any machine."""
    calls, before = Counter(), sys.getprofile()
    sys.setprofile(lambda frame, event, _: calls.update([event]))
    try:
        result = function(*arguments)
    finally:
        sys.setprofile(before)
    return result, calls["call"] + calls["c_call"]


def test_the_work_of_listing_a_folder_grows_as_its_files(request, monkeypatch, tmp_path):
    few = 2_000
    many = (100 if request.config.getoption("whole") else 5) * few
    (tmp_path / "source").mkdir()
    study = study_of("celeba", tmp_path / "source", monkeypatch, tmp_path)
    folder, calls = os.open(tmp_path / "source", os.O_RDONLY), []
    for made, count in ((0, few), (few, many)):
        for number in range(made, count):
            os.close(os.open(f"{number:06d}.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
        source, spent = calls_of(sources.find, study)
        assert len(source.train) + len(source.held_out) == count
        calls.append(spent)
    os.close(folder)
    assert few < calls[0] and calls[1] <= 1.1 * calls[0] * many / few


def test_work_that_grows_faster_than_its_input_is_seen():
    def slow(items):
        return sum(items.count(item) for item in items for _ in items)
    few, many = (calls_of(slow, list(range(count)))[1] for count in (20, 100))
    assert many > 1.1 * few * 100 / 20


# Everything at once, in every layout.
LITTER = {".DS_Store": b"\0", "Thumbs.db": b"\0", "__MACOSX/._000001.jpg": b"\0", "desktop.ini": b"",
          "index.html": HTML}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_as_it_is_in_the_world(layout, good, monkeypatch, tmp_path, said):
    world = {name.replace(".jpg", ".JPG") if number % 2 else name: data
             for number, (name, data) in enumerate(good.items())}
    listed_parts = {name: part for name, part in PARTS.items() if name not in NAMES[:3]} | {"999999.jpg": 1}
    path = layout(tmp_path / "Zoë's copy", LITTER | world, listed_parts)
    study = study_of("celeba", path, monkeypatch, tmp_path)
    cache.prepare(study)
    x = cache.load(study)
    names = [name for k in (0, 1) for name in NAMES[3:] if PARTS[name] == k]
    test = [name for name in NAMES[3:] if PARTS[name] == 2]
    np.testing.assert_array_equal(x.train, stacked(good, names)[:len(x.train)])
    np.testing.assert_array_equal(x.held_out, stacked(good, test)[:len(x.held_out)])
    assert len(x.train) >= 0.9 * len(names) and any("118 images" in line and "117" in line for line in said)
    assert artifacts.facts(cache.paths(study)[0])["quarantined"] == 0
