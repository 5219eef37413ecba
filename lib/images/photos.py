"""From the bytes of a photo to 96x96 pixels, and which photos of a list are taken when some do not decode."""
import hashlib
import io
import struct
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
from joblib import cpu_count
from PIL import ExifTags, Image, UnidentifiedImageError, features

from lib.study import SIZE

try:
    from pillow_heif import register_heif_opener  # extra "heic": photos of iPhones
except ImportError:
    HEIF = {}
else:
    register_heif_opener()
    HEIF = {"HEIF": (".heic", ".heif")}

# what Pillow may try, whatever the file is called: {format: suffixes}
FORMATS = {"JPEG": (".jpg", ".jpeg", ".jfif"), "PNG": (".png",), "WEBP": (".webp",), "BMP": (".bmp",),
           "TIFF": (".tif", ".tiff"), **({"AVIF": (".avif",)} if features.check("avif") else {}), **HEIF}
MAX_PIXELS = 80_000_000                    # ours: below Pillow's own warning at 89 million
MAX_BYTES = 256 * 2**20                    # ours: no photo of MAX_PIXELS needs more
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"        # the last chunk of every PNG: no content, its name, its checksum
DRAFT = 4                                  # ours: a JPEG is shrunk while decoding to no less than 4 SIZE
COPY = "is the same picture as a photo taken before"                 # a reason in the quarantine
TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,    # by EXIF orientation
         4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270,
         7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90}
EXIF_BROKEN = SyntaxError, struct.error    # what Pillow raises on EXIF data that is none
BLOCK = 32  # photos that a thread decodes in one go: threads seldom wait for each other
AHEAD = 4                                  # blocks per core decoded ahead of the writer, 3.5 MB


def decode(data, window=None):
    """The photo in `data`, bytes of a file, as uint8 RGB (3, 96, 96): centre square, resized antialiased.

    `window`: in place of the centre, left, top, right, bottom in shares of width and height. CelebA's
    178x218 become the 178x178 of the centre (ours: the posts do not say). The EXIF orientation is honoured;
    transparency lies on white; 16-bit grey is divided by 257; colour profiles are not applied; smaller photos
    are enlarged; of several frames the first counts. Large JPEGs are shrunk by 2, 4 or 8 while they are
    decoded, which moves no value by more than about one grey level. Of a PNG all checksums are
    compared: Pillow alone would stop reading at the last pixel. Raises ValueError if `data` is no photo; what
    Pillow raises on a broken one passes through.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=[*FORMATS])
    except UnidentifiedImageError:
        *kinds, last = FORMATS
        kinds = f"{', '.join(kinds)} or {last}"
        raise ValueError(f"is not a {kinds} image, or a damaged one" if data else "is empty") from None
    except Image.DecompressionBombError:
        raise ValueError(f"has more than {MAX_PIXELS:,} pixels") from None
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"has {image.width}x{image.height} pixels, more than {MAX_PIXELS:,}")
    file_format = image.format
    if file_format == "PNG":
        Image.open(io.BytesIO(data), formats=("PNG",)).verify()
        if PNG_END not in data:            # which Pillow takes by its name alone
            raise ValueError("is a PNG whose last chunk is damaged")
    if file_format in ("JPEG", "MPO"):
        image.draft(None, (DRAFT * SIZE, DRAFT * SIZE))
    image = upright(image)
    image = _rgb(image.crop(_box(*image.size, window)), file_format)
    image = image.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))                # (3, 96, 96)


def first_good(photos, wanted, read, bad, known=None):
    """Yield the images of the first `wanted` of `photos` that decode, in order, in blocks uint8 (m, 3, 96,
    96).

    `read(photo)` gives the bytes. What does not decode is appended to `bad` as (name, reason) and the next
    one of the list takes its place; they are fewer if the list ends. The same with an image whose `digest` is
    in the set `known`, for the reason COPY; those of all others are put into it. Each photo is decoded once,
    none more than is needed, on all cores; their number changes nothing but the sizes of blocks. Pillow's
    warnings are not shown: they concern bad EXIF data, which is skipped, and sizes, which are checked.
    """
    photos, cores, ahead = iter(photos), cpu_count(), deque()
    with warnings.catch_warnings(), ThreadPoolExecutor(cores) as pool:  # decoders run without Python's lock
        warnings.filterwarnings("ignore", module="PIL")
        try:
            while True:
                while len(ahead) < AHEAD * cores and (block := list(islice(photos, min(BLOCK, wanted)))):
                    ahead.append(pool.submit(_attempts, block, read))
                    wanted -= len(block)
                if not ahead:
                    return
                images, names, failed = ahead.popleft().result()
                if known is not None:
                    new = _new(images, known)
                    failed += [(names[k], COPY) for k in np.flatnonzero(~new)]
                    images = images[new]
                bad += failed
                wanted += len(failed)
                if len(images):
                    yield images
        finally:
            for future in ahead:           # whoever stops early does not wait for what nobody needs
                future.cancel()


def digest(image):
    """16 bytes that tell a decoded image (3, 96, 96) from all others."""
    return hashlib.blake2b(image, digest_size=16).digest()


def _new(images, known):
    """Which of the images (m, 3, 96, 96) are not in the set `known` of digests; they are put into it."""
    new = np.zeros(len(images), bool)
    for k, mark in enumerate(map(digest, images)):
        new[k] = mark not in known
        known.add(mark)
    return new


def _attempts(block, read):
    """The images of a block that decode, (m, 3, 96, 96), their names, and (name, reason) of the others."""
    images, names, failed = np.empty((len(block), 3, SIZE, SIZE), np.uint8), [], []
    for photo in block:
        name = photo.name.encode("utf-8", "replace").decode()
        try:
            if photo.size > MAX_BYTES:
                raise ValueError(f"has {photo.size / 2**20:.0f} MB, more than {MAX_BYTES // 2**20}")
            images[len(names)] = decode(read(photo), photo.window)
            names.append(name)
        except Exception as error:         # a broken file makes decoders raise anything; the reason is kept
            reason = " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())
            failed.append((name, reason))
    return images[:len(names)], names, failed


def upright(image):
    """The image turned as its EXIF orientation says; what else EXIF holds is not looked at."""
    image.load()                           # a PNG may hold its EXIF behind the pixels
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except EXIF_BROKEN:
        return image
    return image if turn is None else image.transpose(turn)


def _box(width, height, window):
    if window:
        return tuple(round(share * side) for share, side in zip(window, (width, height) * 2, strict=True))
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _rgb(image, file_format):
    if image.mode.startswith("I;16") or (image.mode == "I" and file_format == "PNG"):
        grey = np.rint(np.asarray(image).astype(np.float64) / 257)
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("F", "I"):
        raise ValueError("has 32-bit pixels, for which no white is defined: save it with 8 or 16 bits")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
