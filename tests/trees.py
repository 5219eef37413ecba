"""Photos and the trees they come in: for the tests of image sources."""
import io
import zipfile

import numpy as np
from PIL import Image

from lib.images import photos

N = 120
NAMES = [f"{i:06d}.jpg" for i in range(1, N + 1)]
PART_OF = np.random.default_rng(5).permutation([0] * 70 + [1] * 26 + [2] * 24).tolist()
PARTS = dict(zip(NAMES, PART_OF, strict=True))
TRAIN = [name for k in (0, 1) for name in NAMES if PARTS[name] == k]
HELD_OUT = [name for name in NAMES if PARTS[name] == 2][:len(TRAIN) * 300 // 1500]      # the ratio of smoke


def smooth(rng, size=(178, 218)):
    coarse = Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def encoded(image, kind="JPEG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def put(folder, jpegs):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in jpegs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def put_zip(path, jpegs, inside="img_align_celeba/", **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in jpegs.items():
            archive.writestr(inside + name, data)
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def as_txt(parts=PARTS):
    return "".join(f"{name} {part}\n" for name, part in parts.items())


def as_csv(parts=PARTS):
    return "image_id,partition\n" + "".join(f"{name},{part}\n" for name, part in parts.items())


def put_list(folder, text, name="list_eval_partition.txt"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def official_zip(root, jpegs, parts=PARTS):
    put_zip(root / "Img/img_align_celeba.zip", jpegs)
    put_list(root / "Eval", as_txt(parts))
    put_list(root / "Anno", "8\nnothing of use\n", "list_attr_celeba.txt")
    return root


def official_folder(root, jpegs, parts=PARTS):
    put(root / "Img/img_align_celeba", jpegs)
    put_list(root / "Eval", as_txt(parts))
    return root


def torchvision_root(root, jpegs, parts=PARTS):
    put(root / "celeba/img_align_celeba", jpegs)
    put_list(root / "celeba", as_txt(parts))
    return root


def kaggle(root, jpegs, parts=PARTS):
    put(root / "img_align_celeba/img_align_celeba", jpegs)
    put_list(root, as_csv(parts), "list_eval_partition.csv")
    return root


def kaggle_zip(root, jpegs, parts=PARTS):
    return put_zip(root / "archive.zip", jpegs, "img_align_celeba/img_align_celeba/",
                   **{"list_eval_partition.csv": as_csv(parts)})


def flat(root, jpegs, parts=PARTS):
    put_list(root, as_txt(parts))
    return put(root, jpegs)


def zip_alone(root, jpegs, parts=PARTS):
    put_list(root, as_txt(parts))
    return put_zip(root / "img_align_celeba.zip", jpegs)


LAYOUTS = {"official tree, zip": official_zip, "official tree, folder": official_folder,
           "official Img": lambda *given: official_folder(*given) / "Img",
           "official zip itself": lambda *given: official_zip(*given) / "Img/img_align_celeba.zip",
           "official inner": lambda *given: official_folder(*given) / "Img/img_align_celeba",
           "torchvision root": torchvision_root,
           "torchvision celeba": lambda *given: torchvision_root(*given) / "celeba",
           "Kaggle": kaggle, "Kaggle outer": lambda *given: kaggle(*given) / "img_align_celeba",
           "Kaggle inner": lambda *given: kaggle(*given) / "img_align_celeba/img_align_celeba",
           "Kaggle zip": kaggle_zip, "flat": flat, "zip": zip_alone}


def slow(data):
    """Literal version: whole decode, the 178x178 of the centre, antialiased resize."""
    image = Image.open(io.BytesIO(data)).convert("RGB").crop((0, 20, 178, 198))
    return np.asarray(image.resize((96, 96), Image.Resampling.BICUBIC)).transpose(2, 0, 1)


def stacked(jpegs, names):
    """The images of these files as `photos.decode` gives them, those of `slow` but for rounding."""
    x, literal = (np.stack([decode(jpegs[name]) for name in names]) for decode in (photos.decode, slow))
    assert np.abs(x.astype(int) - literal).max() <= 2  # CelebA's files go another way, see test_jpegs
    return x


def solid(mode, colour, size=(60, 90)):
    return Image.new(mode, size, colour)


def sixteen_bit(value, size=(60, 90)):
    return Image.fromarray(np.full(size, value, np.uint16))


def palette_with_hole():
    image = solid("P", 1)
    image.putpalette([0, 0, 0, 200, 10, 10])
    return image


SOLIDS = {"grey": (solid("L", 120), "PNG", {}, (120,) * 3),
          "grey jpeg": (solid("L", 120), "JPEG", {}, (120,) * 3),
          "black and white": (solid("1", 1), "TIFF", {}, (255,) * 3),
          "opaque RGBA": (solid("RGBA", (10, 200, 30, 255)), "PNG", {}, (10, 200, 30)),
          "transparent RGBA": (solid("RGBA", (10, 200, 30, 0)), "PNG", {}, (255,) * 3),
          "half transparent": (solid("RGBA", (0, 0, 0, 51)), "PNG", {}, (204,) * 3),
          "grey and alpha": (solid("LA", (0, 102)), "PNG", {}, (153,) * 3),
          "palette": (palette_with_hole(), "PNG", {}, (200, 10, 10)),
          "palette with a hole": (palette_with_hole(), "PNG", {"transparency": 1}, (255,) * 3),
          "CMYK": (solid("CMYK", (0, 255, 0, 0)), "TIFF", {}, (255, 0, 255)),
          "CMYK jpeg": (solid("CMYK", (0, 255, 255, 0)), "JPEG", {"quality": 100}, (255, 0, 0)),
          "16 bit png": (sixteen_bit(120 * 257), "PNG", {}, (120,) * 3),
          "16 bit tiff": (sixteen_bit(120 * 257), "TIFF", {}, (120,) * 3),
          "webp": (solid("RGB", (40, 90, 140)), "WEBP", {"lossless": True}, (40, 90, 140)),
          "avif": (solid("RGB", (40, 90, 140)), "AVIF", {"quality": 100, "subsampling": "4:4:4"},
                   (40, 90, 140)),
          "bmp": (solid("RGB", (40, 90, 140)), "BMP", {}, (40, 90, 140)),
          "one pixel": (solid("RGB", (40, 90, 140), (1, 1)), "PNG", {}, (40, 90, 140))}
