"""Damaged photos and zips made from sound ones, and the process of its own in which they are tried."""
import functools
import os
import re
import shutil
import struct
import sys
import warnings
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

from lib.images import cache, photos, sources
from lib.store import progress
from lib.study import Study
from tests.trees import encoded, put_zip, smooth, solid

MEMORY = 6 * 2**30  # of the process that tries them, so that a bomb is an error and not a dead machine
PHOTOS_PER_ZIP = 14
MIN_TRAIN, MIN_HELD_OUT = 6, 1
WAYS = ("flip", "truncate", "splice", "insert", "delete", "overwrite", "field", "checksum kept")


@functools.cache
def samples(seed=0):
    """Sound photos in the formats that are read, {name: bytes}; of `large` ones detail is left out."""
    rng = np.random.default_rng(seed)
    colour = smooth(rng, (80, 98))
    alpha = colour.convert("RGBA")
    alpha.putalpha(colour.convert("L"))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    return {
        "jpeg": encoded(colour), "jpeg progressive": encoded(colour, progressive=True),
        "jpeg exif": encoded(colour, exif=exif, icc_profile=bytes(300), comment=b"comment"),
        "jpeg restarts": encoded(colour, restart_marker_blocks=4), "jpeg grey": encoded(colour.convert("L")),
        "jpeg cmyk": encoded(colour.convert("CMYK")),
        "jpeg large": encoded(smooth(rng, (1600, 1600)), quality=30),
        "jpeg as CelebA's": encoded(smooth(rng, (178, 218)), quality=95), "png": encoded(colour, "PNG"),
        "png alpha": encoded(alpha, "PNG", exif=exif),
        "png palette": encoded(colour.quantize(16), "PNG", transparency=3),
        "png 16 bit": encoded(Image.fromarray(rng.integers(0, 2**16, (30, 30), dtype=np.uint16)), "PNG"),
        "webp": encoded(colour, "WEBP", exif=exif), "webp lossless": encoded(alpha, "WEBP", lossless=True),
        "webp animated": encoded(colour, "WEBP", save_all=True, append_images=[solid("RGB", 0, colour.size)]),
        "bmp": encoded(colour, "BMP"), "tiff": encoded(colour, "TIFF"),
        "tiff lzw": encoded(colour, "TIFF", compression="tiff_lzw"),
        "tiff deflate": encoded(alpha, "TIFF", compression="tiff_adobe_deflate", exif=exif),
        "tiff jpeg": encoded(colour, "TIFF", compression="jpeg"),
    }


def mutant(sound, others, rng):
    """A damaged version of the bytes `sound` and the way it was damaged; `others` lend bytes."""
    while True:
        way = WAYS[rng.integers(len(WAYS))]
        data = damaged(bytearray(sound), way, others[rng.integers(len(others))], rng)
        if data != sound:
            return data, way


def damaged(data, way, other, rng):
    """`data` damaged in the way called `way`."""
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 1 + min(400, len(data))))
    if way in ("flip", "checksum kept"):
        for position in rng.integers(len(data) if way == "flip" else min(len(data), 120),
                                     size=rng.integers(1, 9)):
            data[position] ^= 1 << int(rng.integers(8))
    elif way == "truncate":
        del data[at:]
    elif way == "splice":
        data[at:] = other[int(rng.integers(len(other))):]
    elif way == "insert":
        data[at:at] = rng.bytes(length)
    elif way == "delete":
        del data[at:at + length]
    elif way == "overwrite":
        data[at:at + length] = bytes([rng.choice([0, 255])]) * length
    elif way == "field":  # a size, an offset or a count becomes an extreme one, most often in a header
        headers = re.finditer(rb"PK[\x01-\x06]{2}|IHDR|\xff[\xc0\xc4\xda\xdb]", data)
        near = [found.start() for found in headers] or [0]
        at = min(len(data) - 1, int(rng.choice(near)) + int(rng.integers(50)))
        size = int(rng.choice([1, 2, 4]))
        extremes = [b"\0" * size, b"\xff" * size, b"\x7f" + b"\xff" * (size - 1), rng.bytes(size)]
        data[at:at + size] = extremes[rng.integers(4)]
    return checksums_mended(data) if way == "checksum kept" else bytes(data)


def checksums_mended(data):
    """The bytes of a PNG with right checksums, so that what is wrong lies deeper; others as they are."""
    at = 8
    while data[:4] == b"\x89PNG" and at + 12 <= len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        if at + 12 + length > len(data):
            break
        data[at + 8 + length:at + 12 + length] = struct.pack(">I", zlib.crc32(data[at + 4:at + 8 + length]))
        at += 12 + length
    return bytes(data)


def strict(data):
    """What `photos.decode` must give: the photo decoded, kept without loss, read again. Raises if broken."""
    if data[:4] == b"\x89PNG":
        at, name = 8, b""
        while name != b"IEND":
            length, name = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 4:at + 8 + length]
            assert data[at + 8 + length:at + 12 + length] == struct.pack(">I", zlib.crc32(body)), name
            at += 12 + length
    image = photos.upright(Image.open(BytesIO(data)))  # EXIF that is broken otherwise stops Pillow's own
    copy = BytesIO()
    image.save(copy, "PNG" if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I") else "TIFF")
    return photos.decode(copy.getvalue())


# ---------------------------------------------------------------------------------- in a process of its own

def try_photo(number, _):
    """(format, way, outcome) of photo number `number`; all but "accepted" and "quarantined" are faults."""
    rng = np.random.default_rng([1, number])
    sound = samples()
    name = list(sound)[number % len(sound)]
    data, way = mutant(sound[name], list(sound.values()), rng)
    bad = []
    given = [sources.Photo(name, len(data), data)]
    blocks = list(photos.first_good(given, 1, lambda photo: photo.entry, bad))
    if not blocks:
        reason = bad[0][1]
        return name, way, "quarantined" if reason and "\n" not in reason else f"no reason: {reason!r}"
    image = blocks[0][0]
    if image.shape != (3, 96, 96) or image.dtype != np.uint8:
        return name, way, f"an image of shape {image.shape}"
    try:
        expected = strict(data)
    except Exception as error:            # whatever it is: a strict reader refuses what was accepted
        return name, way, f"accepted, but broken: {error!r}"
    width, height = Image.open(BytesIO(data)).size
    exact = max(width, height) < 2 * photos.DRAFT * 96  # larger JPEGs are shrunk while decoding
    apart = np.abs(image.astype(int) - expected).max() if exact else 0
    return name, way, f"accepted with other pixels, {apart} grey levels apart" if apart else "accepted"


def try_zip(number, folder):
    """(format, way, outcome) of the zip number `number`, run through `cache.prepare` in `folder`."""
    rng = np.random.default_rng([2, number])
    dataset = ("folder", "celeba")[number % 2]
    sound = [encoded(smooth(np.random.default_rng([3, i]), (24, 24)), "PNG") for i in range(PHOTOS_PER_ZIP)]
    names = {f"{i:03d}.png": data for i, data in enumerate(sound)}
    listed = {"list_eval_partition.csv": "image_id,partition\n"
              + "".join(f"{name},{2 * (i % 5 == 0)}\n" for i, name in enumerate(names))}
    path = put_zip(folder / "source/photos.zip", names, "a/", **(listed if dataset == "celeba" else {}))
    data, way = mutant(path.read_bytes(), sound, rng)
    path.write_bytes(data)
    os.environ[sources.VARIABLES[dataset]] = str(path)
    study = Study(dataset, "smoke", 0, folder / "home")
    cache.MIN_TRAIN, cache.MIN_HELD_OUT = MIN_TRAIN, MIN_HELD_OUT
    try:
        cache.prepare(study)
        x = cache.load(study)
        known = {photos.decode(data).tobytes() for data in sound}
        foreign = sum(image.tobytes() not in known for part in (x.train, x.held_out) for image in part)
        outcome = f"{foreign} images in the cache that no sound photo gives" if foreign else "accepted"
    except sources.SourceError as error:
        caches = list((folder / "home").rglob("*.npy"))
        outcome = "refused" if "\n" not in str(error) and not caches else f"refused, but {error} {caches}"
    others = [path for path in folder.rglob("*") if path.is_file()
              and folder / "home/data/images" not in path.parents
              and path != folder / "source/photos.zip"]
    shutil.rmtree(folder / "home", ignore_errors=True)
    return f"zip, {dataset}", way, f"wrote {others}" if others else outcome


def work(connection, folder):
    """Try what is asked for over `connection`, as (function, number); writing elsewhere is a fault."""
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ[progress.LOG] = os.devnull
    warnings.filterwarnings("ignore", module="PIL")
    written = []
    allowed = str(folder) + os.sep, os.devnull

    def watch(event, given):              # Python tells of each file that it opens, makes, renames or removes
        written_to = os.O_WRONLY | os.O_RDWR | os.O_CREAT
        changes = event == "open" and isinstance(given[2], int) and given[2] & written_to
        if changes or event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.rmdir",
                                "subprocess.Popen", "os.system", "os.exec", "socket.connect"):
            in_opened_folder = event in ("os.remove", "os.rmdir") and given[1] != -1  # shutil.rmtree's way
            inside = str(given[0]).startswith(allowed) or isinstance(given[0], int)
            if not inside and not in_opened_folder:
                written.append((event, str(given[0])))
    sys.addaudithook(watch)
    while asked := connection.recv():
        function, number = asked
        try:
            answer = function(number, folder)
        except BaseException as error:  # nothing may come out of prepare and decode but what the tries expect
            answer = "?", "?", f"raised {error!r}"
        if written:
            answer = (*answer[:2], f"touched {written[:3]}")
            written.clear()
        connection.send(answer)
