"""CelebA's files by the fast decoder: what Pillow makes of them, and nothing that Pillow would refuse."""
import io

import numpy as np
import pytest
from PIL import Image

from lib import faces, jpegs, photos

pytestmark = pytest.mark.skipif(jpegs._decoder() is None, reason="this torchvision has no decoder of its own")
PLAIN = {"quality": 92}


def encoded(x, **settings):
    """JPEG bytes of x (3, h, w)."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(x.transpose(1, 2, 0))).save(file, "JPEG", **{**PLAIN, **settings})
    return file.getvalue()


@pytest.fixture(scope="module")
def pictures():
    """Six drawn faces of 178x218 and one of noise, (7, 3, 218, 178)."""
    drawn = faces.render(faces.sample_factors(6, 0), 218).numpy()[..., 20:198]
    return np.concatenate([drawn, np.random.default_rng(0).integers(0, 256, (1, 3, 218, 178), dtype=np.uint8)])


def by_pillow(data):
    """The literal way: decode all, cut the centre out, resize."""
    square = Image.open(io.BytesIO(data)).convert("RGB").crop((0, 20, 178, 198))
    return np.asarray(square.resize((96, 96), Image.Resampling.BICUBIC)).transpose(2, 0, 1).astype(int)


@pytest.mark.parametrize("settings", [{}, {"quality": 30}, {"subsampling": 0}, {"optimize": True}, {"comment": b"a face"},
                                      {"restart_marker_blocks": 4}], ids=str)
def test_the_image_is_pillows_but_for_rounding(pictures, settings):
    for x in pictures:
        data = encoded(x, **settings)
        fast = jpegs.decode(data)
        assert fast.dtype == np.uint8 and fast.shape == (3, 96, 96) and fast.flags.c_contiguous
        apart = np.abs(fast - by_pillow(data))
        assert apart.max() <= 2 and (apart > 0).mean() < 0.02
        assert np.array_equal(photos.decode(data), fast)
    shifted = np.roll(by_pillow(data), 1, axis=2)
    assert np.abs(fast - shifted).max() > 2                                  # control: one pixel to the right


def exif():
    tags = Image.Exif()
    tags[0x0112] = 3                                                         # upside down
    return tags


@pytest.mark.parametrize("settings", [{"progressive": True}, {"exif": exif()}, {"icc_profile": bytes(64)}],
                         ids=["progressive", "exif", "profile"])
def test_all_else_is_left_to_pillow(pictures, settings):
    data = encoded(pictures[0], **settings)
    assert jpegs.decode(data) is None and photos.decode(data).shape == (3, 96, 96)


@pytest.mark.parametrize("change", [lambda x: x[:, 1:], lambda x: x[:, :, 1:], lambda x: x.transpose(0, 2, 1)],
                         ids=["lower", "narrower", "on its side"])
def test_another_size_is_left_to_pillow(pictures, change):
    assert jpegs.decode(encoded(change(pictures[0]))) is None


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colours_are_left_to_pillow(mode):
    file = io.BytesIO()
    Image.new(mode, (178, 218)).save(file, "JPEG")
    assert jpegs.decode(file.getvalue()) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\x00", b"\xff\xd8\xff\xe0\x00\x00" * 9])
def test_what_is_no_jpeg_is_left_to_pillow(data):
    assert jpegs.decode(data) is None


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99])
def test_a_truncated_file_is_refused(pictures, share):
    data = encoded(pictures[0])
    with pytest.raises((OSError, ValueError)):
        photos.decode(data[:int(share * len(data))])


def accepted(decode, data):
    """Whether `decode` gives an image of these bytes."""
    try:
        return decode(data) is not None
    except (OSError, SyntaxError, ValueError):
        return False


def test_of_damaged_files_none_is_taken_that_pillow_refuses(pictures):
    rng, sound = np.random.default_rng(0), [encoded(x) for x in pictures]
    taken = refused = 0
    for number in range(300):
        data = bytearray(sound[number % len(sound)])
        at = int(rng.integers(2, len(data)))
        if number % 3 == 0:
            data[at] ^= 1 << int(rng.integers(8))
        elif number % 3 == 1:
            del data[at:at + int(rng.integers(1, len(data)))]
        else:
            data[at:at] = rng.bytes(int(rng.integers(1, 20)))
        fast = jpegs.decode(bytes(data)) is not None
        assert not fast or accepted(by_pillow, bytes(data))
        taken, refused = taken + fast, refused + (not fast)
    assert min(taken, refused) > 30                                          # both ends seen
