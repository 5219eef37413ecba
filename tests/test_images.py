"""Image sources: each layout gives the same pixels, what is broken is named, no half file is left."""
import csv
import errno
import io
import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lib import study as studies
from lib.images import cache, faces, photos, sources
from lib.store import artifacts, progress
from lib.study import Study
from tests.trees import (
    HELD_OUT,
    LAYOUTS,
    NAMES,
    PARTS,
    SOLIDS,
    TRAIN,
    N,
    as_txt,
    encoded,
    flat,
    kaggle,
    kaggle_zip,
    official_folder,
    put,
    put_list,
    put_zip,
    smooth,
    solid,
    stacked,
    torchvision_root,
    zip_alone,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _no_paths(monkeypatch):
    monkeypatch.delenv("CELEBA", raising=False)
    monkeypatch.delenv("IMAGES", raising=False)
    monkeypatch.delenv("CELEBA_TERMS", raising=False)
    monkeypatch.setattr(sources, "MOUNTED", ())


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(progress, "log", lines.append)
    return lines


@pytest.fixture
def tiny(monkeypatch):
    """The scales shrunk to what a test can draw; laptop holds more of the same."""
    for scale, train, held_out in (("smoke", 64, 16), ("laptop", 80, 16)):
        shrunk = studies.SCALES[scale]._replace(train=train, held_out=held_out)
        monkeypatch.setitem(studies.SCALES, scale, shrunk)


def celeba(monkeypatch, tmp_path, path, home="home"):
    monkeypatch.setenv("CELEBA", str(path))
    return Study("celeba", "smoke", 0, tmp_path / home)


def folder(monkeypatch, tmp_path, path, home="home", seed=0):
    monkeypatch.setenv("IMAGES", str(path))
    return Study("folder", "smoke", seed, tmp_path / home)


def prepared(study):
    cache.prepare(study)
    return cache.load(study)


def kept(study):
    """Names of all files in data/images."""
    return sorted(path.name for path in (study.home / "data/images").glob("*") if path.name != ".locks")


# ----------------------------------------------------------------------------------------- layouts and splits

@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_images_split_as_its_list_says(layout, jpegs, monkeypatch, tmp_path):
    study = celeba(monkeypatch, tmp_path, layout(tmp_path / "source", jpegs))
    x = prepared(study)
    assert x.train.dtype == np.uint8 and x.factors is None and isinstance(x.train.base, np.memmap)
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN))
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, HELD_OUT))
    assert [path.suffix for path in cache.paths(study)] == [".npy"]


def test_without_a_list_the_seed_splits(jpegs, monkeypatch, tmp_path):
    put(tmp_path / "source", jpegs)
    one, again, other = (prepared(folder(monkeypatch, tmp_path, tmp_path / "source", home, seed))
                         for home, seed in (("a", 0), ("b", 0), ("c", 1)))
    np.testing.assert_array_equal(one.train, again.train)
    assert (one.train != other.train).any()
    assert len(one.train) == 100 and len(one.held_out) == 20                # 120 in the ratio 5 to 1
    all_images = np.concatenate([one.train, one.held_out]).reshape(N, -1)
    assert len(np.unique(all_images, axis=0)) == N                          # no image in both


def test_no_list_is_not_the_list(jpegs, monkeypatch, tmp_path):
    """Negative control: the same flat folder without its list splits otherwise."""
    x = prepared(celeba(monkeypatch, tmp_path, put(tmp_path / "source", jpegs)))
    assert x.train.shape[0] == 100 and (x.train[:96] != stacked(jpegs, TRAIN)).any()


def test_folder_and_zip_share_one_cache(jpegs, monkeypatch, tmp_path, said):
    first = celeba(monkeypatch, tmp_path, official_folder(tmp_path / "tree", jpegs))
    cache.prepare(first)
    cache.prepare(celeba(monkeypatch, tmp_path, kaggle_zip(tmp_path / "zip", jpegs)))
    assert "is current" in said[-1] and len([name for name in kept(first) if name.endswith(".npy")]) == 1


@pytest.mark.parametrize("more, fewer", [(0, 3), (3, 0)], ids=["list longer", "tree longer"])
def test_only_images_that_exist_and_are_listed(more, fewer, jpegs, monkeypatch, tmp_path, said):
    present = dict(list(jpegs.items())[:N - fewer]) | {f"9{i:05d}.jpg": jpegs[NAMES[i]] for i in range(more)}
    put(tmp_path / "source", present)
    put_list(tmp_path / "source", as_txt())
    x = prepared(celeba(monkeypatch, tmp_path, tmp_path / "source"))
    held_out = [name for name in HELD_OUT if name in present]
    np.testing.assert_array_equal(x.train, stacked(jpegs, [n for n in TRAIN if n in present])[:len(x.train)])
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, held_out)[:len(x.held_out)])
    what = f"names 120 images and source holds {N - fewer + more}: the {N - fewer} that are in both"
    assert any(what in line for line in said)


@pytest.mark.parametrize("text, what", [("000001.jpg 0\n000002.jpg test\n", "line 2 of .*'000002.jpg test'"),
                                        ("other.jpg 0\n", "names none of the 120 images"),
                                        ("<html>quota</html>", "is an HTML page")])
def test_a_wrong_list_is_refused(text, what, jpegs, monkeypatch, tmp_path):
    put_list(tmp_path / "source", text)
    with pytest.raises(ValueError, match=what):
        cache.prepare(celeba(monkeypatch, tmp_path, put(tmp_path / "source", jpegs)))


def test_no_held_out_image_is_a_training_image(jpegs, monkeypatch, tmp_path, said):
    twice = jpegs | {f"again/{name}": jpegs[name] for name in NAMES}
    study = folder(monkeypatch, tmp_path, put(tmp_path / "source", twice))
    x = prepared(study)
    train, held_out = ([image.tobytes() for image in part] for part in x[:2])
    listed = pd.read_csv(next((tmp_path / "home/data/images").glob("*-quarantine.csv")))
    assert len(set(train + held_out)) == len(train + held_out) == N and len(held_out) > 20
    assert len(listed) == N and set(listed.reason) == {photos.COPY}
    assert sum(f"{N} photos, as {listed.file[0]}, are the same pictures" in line for line in said) == 1


def test_full_counts_and_spare_images(jpegs, monkeypatch, tmp_path, tiny, said):
    x = prepared(celeba(monkeypatch, tmp_path, flat(tmp_path / "source", jpegs)))
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN[:64]))
    assert len(x.held_out) == 16 and not any("instead of" in line for line in said)


def test_fewer_images_than_asked_is_said(jpegs, monkeypatch, tmp_path, said):
    cache.prepare(folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs)))
    assert "100 training and 20 held-out images instead of 1,500 and 300" in said[-1]


def test_the_result_does_not_depend_on_the_number_of_cores(jpegs, monkeypatch, tmp_path):
    results = []
    for cores in (1, 7):
        monkeypatch.setattr(photos, "cpu_count", lambda cores=cores: cores)
        monkeypatch.setattr(photos, "BLOCK", 3 * cores)
        x = prepared(folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs), f"home{cores}"))
        results.append(np.concatenate([x.train, x.held_out]))
    np.testing.assert_array_equal(*results)


# -------------------------------------------------------------------------------------------------- one photo

def test_large_jpegs_are_shrunk_while_decoding_within_two_grey_levels():
    image = smooth(np.random.default_rng(1), (1500, 1200))
    data = encoded(image, quality=95)
    box = Image.open(io.BytesIO(data)).crop((150, 0, 1350, 1200))
    exact = np.asarray(box.resize((96, 96), Image.Resampling.BICUBIC)).astype(int).transpose(2, 0, 1)
    assert np.abs(photos.decode(data) - exact).max() <= 2
    shifted = box.resize((96, 96), Image.Resampling.BICUBIC, box=(30, 0, 1200, 1170))       # negative control
    assert np.abs(np.asarray(shifted).astype(int).transpose(2, 0, 1) - exact).max() > 2


@pytest.mark.parametrize("image, kind, options, colour", SOLIDS.values(), ids=SOLIDS)
def test_every_kind_of_pixel_becomes_rgb(image, kind, options, colour):
    x = photos.decode(encoded(image, kind, **options))
    assert x.shape == (3, 96, 96) and x.dtype == np.uint8
    np.testing.assert_allclose(x.reshape(3, -1).T.astype(int), np.tile(colour, (96 * 96, 1)), atol=1)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation, red", [(1, np.s_[:, :40]), (3, np.s_[:, 56:]), (6, np.s_[:, :, 56:]),
                                              (8, np.s_[:, :, :40])])
def test_the_orientation_is_honoured(orientation, red, kind):
    image = solid("RGB", (0, 0, 255), (130, 96))
    image.paste((255, 0, 0), (0, 0, 130, 48))                               # the upper half is red
    exif = Image.Exif()
    exif[0x0112] = orientation
    x = photos.decode(encoded(image, kind, exif=exif)).astype(int)
    assert (x[0] - x[2])[red[1:]].min() > 150 and (x[0] > x[2]).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("turned", [False, True])
def test_photos_of_iphones_are_read_where_their_decoder_is(turned):
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: HEIC was not read")
    image, exif = solid("RGB", (0, 0, 255), (130, 96)), Image.Exif()
    image.paste((255, 0, 0), (0, 0, 130, 48))                               # the upper half is red
    exif[0x0112] = 6 if turned else 1
    with io.BytesIO() as file:
        heif.from_pillow(image).save(file, format="HEIF", quality=100, exif=exif.tobytes())
        x = photos.decode(file.getvalue()).astype(int)
    red = np.s_[:, :, 56:] if turned else np.s_[:, :40]
    assert (x[0] - x[2])[red[1:]].min() > 150 and (x[0] > x[2]).mean() == pytest.approx(0.5, abs=0.03)
    assert {".heic", ".heif"} <= sources.SUFFIXES


def test_the_centre_is_kept():
    image = solid("RGB", (255, 255, 255), (300, 100))
    image.paste((0, 0, 0), (100, 0, 200, 100))
    assert photos.decode(encoded(image, "PNG")).max() == 0


@pytest.mark.parametrize("data, what", [(b"", "is empty"), (b"<html></html>", "is not a JPEG, PNG"),
                                        (encoded(solid("RGB", 0), "GIF"), "is not a JPEG, PNG"),
                                        (encoded(solid("F", 0.5), "TIFF"), "32-bit"),
                                        (encoded(solid("I", 7), "TIFF"), "32-bit")])
def test_what_is_no_photo_is_refused(data, what):
    with pytest.raises(ValueError, match=what):
        photos.decode(data)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(photos, "MAX_PIXELS", 5_000)
    photos.decode(encoded(solid("L", 0, (50, 100)), "PNG"))
    with pytest.raises(ValueError, match="has 51x100 pixels, more than 5,000"):
        photos.decode(encoded(solid("L", 0, (51, 100)), "PNG"))


def test_a_folder_of_mixed_formats(jpegs, monkeypatch, tmp_path, said):
    root = put(tmp_path / "source", {f"sub/deep/{name.upper()}": data for name, data in jpegs.items()})
    for number, (image, kind, options, _) in enumerate(SOLIDS.values()):
        (root / f"z{number}.{kind.lower()}").write_bytes(encoded(image, kind, **options))
    (root / "notes.txt").write_text("not a photo")
    for skipped in (".hidden.jpg", "__MACOSX/._1.jpg", ".git/x.jpg", "Thumbs.db"):
        put(root, {skipped: b"nothing"})
    study = folder(monkeypatch, tmp_path, root)
    x = prepared(study)
    assert len(x.train) + len(x.held_out) >= N + len(SOLIDS) - 8       # ratios and equal ones leave a few out
    assert any("1 files of other kinds" in line for line in said)
    quarantine = pd.read_csv(next((tmp_path / "home/data/images").glob("*-quarantine.csv")))
    assert set(quarantine.reason) <= {photos.COPY}                      # some of SOLIDS are the same picture


# ---------------------------------------------------------------------------------------------- broken photos

def broken(jpegs, names):
    return jpegs | {name: jpegs[name][:len(jpegs[name]) // 2] for name in names}


@pytest.mark.parametrize("layout", [flat, zip_alone])
def test_one_truncated_jpeg_is_replaced_by_the_next(layout, jpegs, monkeypatch, tmp_path, tiny, said):
    study = celeba(monkeypatch, tmp_path, layout(tmp_path / "source", broken(jpegs, TRAIN[3:4])))
    x = prepared(study)
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN[:3] + TRAIN[4:65]))
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, HELD_OUT[:16]))
    with open(next((tmp_path / "home/data/images").glob("*-quarantine.csv"))) as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["file", "reason"] and len(rows) == 2
    assert rows[1][0] == TRAIN[3] and "truncated" in rows[1][1]
    assert any(TRAIN[3] in line for line in said)


def test_a_broken_photo_without_a_spare_makes_the_set_smaller(jpegs, monkeypatch, tmp_path):
    study = celeba(monkeypatch, tmp_path, flat(tmp_path / "source", broken(jpegs, HELD_OUT[:1])))
    all_held_out = [name for name in NAMES if PARTS[name] == 2]
    x = prepared(study)
    assert len(x.train) == len(TRAIN)
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, all_held_out[1:1 + len(HELD_OUT)]))
    study = celeba(monkeypatch, tmp_path, flat(tmp_path / "source2", broken(jpegs, TRAIN[:1])), "home2")
    x = prepared(study)
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN[1:]))
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, HELD_OUT))


@pytest.mark.parametrize("layout", [flat, zip_alone])
def test_too_many_broken_photos_stop_the_run(layout, jpegs, monkeypatch, tmp_path):
    bad = TRAIN[3:6]
    study = celeba(monkeypatch, tmp_path, layout(tmp_path / "source", broken(jpegs, bad)))
    with pytest.raises(sources.SourceError, match=rf"3 of \d+ photos .* {bad[0]} .*-quarantine.csv"):
        cache.prepare(study)
    assert [name[-14:] for name in kept(study)] == ["quarantine.csv"]
    assert list(artifacts.read(study.home / "data/images" / kept(study)[0])["file"]) == bad


def test_photos_of_another_kind_are_quarantined(jpegs, monkeypatch, tmp_path):
    study = folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs | {"x.jpg": b"<html>quota</html>"}))
    cache.prepare(study)
    (tmp_path / "source" / "link.png").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="2 of 122 photos"):
        cache.prepare(study)


# ------------------------------------------------------------------------------------------ sources to refuse

def html(path):
    path.write_text("\n<!DOCTYPE html><html>Google Drive - Quota exceeded</html>")
    return path


def cut(path):
    put_zip(path, {"a.jpg": b"x" * 5000})
    path.write_bytes(path.read_bytes()[:3000])
    return path


def text(path):
    path.write_text("hello")
    return path


def nothing(path):
    path.write_bytes(b"")
    return path


def zip_without_images(path):
    return put_zip(path, {"readme.txt": b"x"})


@pytest.mark.parametrize("make, what", [(html, "is an HTML page, most likely the download quota page"),
                                        (cut, "is a truncated or damaged zip"), (text, "is not a zip"),
                                        (nothing, "it is empty"),
                                        (zip_without_images, "no images in CELEBA=")])
@pytest.mark.parametrize("inside", [True, False], ids=["in its tree", "itself"])
def test_a_wrong_zip_is_named_for_what_it_is(make, what, inside, monkeypatch, tmp_path):
    (tmp_path / "Img").mkdir()
    path = make(tmp_path / "Img/img_align_celeba.zip")
    with pytest.raises(sources.SourceError, match=what):
        cache.prepare(celeba(monkeypatch, tmp_path, tmp_path if inside else path))


@pytest.mark.parametrize("dataset, variable", [("celeba", "CELEBA"), ("folder", "IMAGES")])
def test_wrong_paths_and_empty_folders(dataset, variable, monkeypatch, tmp_path):
    study = Study(dataset, "smoke", 0, tmp_path / "home")
    with pytest.raises(ValueError, match=f"{variable} is not set"):
        cache.prepare(study)
    monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=f"{variable}=.*nowhere does not exist"):
        cache.prepare(study)
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv(variable, str(tmp_path / "empty"))
    with pytest.raises(ValueError, match=f"no images in {variable}=.*empty"):
        cache.prepare(study)
    assert not (tmp_path / "home").exists()


def test_too_few_images(jpegs, monkeypatch, tmp_path):
    some = dict(list(jpegs.items())[:90])
    with pytest.raises(ValueError, match="75 training and 15 held-out images; at least 64 and 16"):
        cache.prepare(folder(monkeypatch, tmp_path, put(tmp_path / "source", some)))


def test_zip_entries_that_leave_the_zip_are_not_read(jpegs, monkeypatch, tmp_path):
    evil = {name: jpegs[NAMES[0]] for name in ("../evil.jpg", "/evil.jpg", "a/../../evil.jpg", "c:/evil.jpg",
                                               "__MACOSX/img_align_celeba/._000001.jpg", "x/.hidden.jpg")}
    path = put_zip(tmp_path / "img_align_celeba.zip", jpegs, **evil)
    found = sources.find(celeba(monkeypatch, tmp_path, path))
    assert sorted(photo.name for photo in found.train + found.held_out) == NAMES


# -------------------------------------------------------------------------------------------------- the cache

def stamps(study):
    files = [path for path in (study.home / "data/images").iterdir() if path.is_file()]
    return {path.name: path.stat().st_mtime_ns for path in files}


def test_a_second_prepare_does_nothing(jpegs, monkeypatch, tmp_path, said):
    study = folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs))
    paths = cache.prepare(study)
    before = stamps(study)
    assert cache.prepare(study) == paths == cache.paths(study)
    assert stamps(study) == before and "is current: 100 training" in said[-1]


def test_changed_photos_make_another_cache_and_it_says_why(jpegs, monkeypatch, tmp_path, said):
    study = folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs))
    old = cache.prepare(study)
    (tmp_path / "source" / NAMES[0]).unlink()
    with pytest.raises(FileNotFoundError, match="the photos changed .* run notebook 01 or `make data` first"):
        cache.load(study)
    said.clear()
    new = cache.prepare(study)
    assert new != old and f"the photos changed since {old[0].name} was made" in said[0]
    said.clear()
    cache.prepare(folder(monkeypatch, tmp_path, put(tmp_path / "elsewhere", dict(list(jpegs.items())[5:]))))
    assert "is of other photos" in said[0]


def test_a_damaged_cache_is_made_again(jpegs, monkeypatch, tmp_path, said):
    study = folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs))
    path, = cache.prepare(study)
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(FileNotFoundError, match="its content is not what was written"):
        cache.load(study)
    cache.prepare(study)
    assert path.read_bytes() == good


@pytest.mark.parametrize("error, raised", [(OSError(errno.ENOSPC, "No space left on device"), OSError),
                                           (KeyboardInterrupt(), KeyboardInterrupt)],
                         ids=["full disk", "killed"])
@pytest.mark.parametrize("dataset", ["folder", "synthetic"])
def test_a_stopped_write_leaves_no_file(dataset, error, raised, jpegs, monkeypatch, tmp_path, tiny):
    folder(monkeypatch, tmp_path, put(tmp_path / "source", jpegs))
    study = Study(dataset, "smoke", 0, tmp_path / "home")
    monkeypatch.setattr(cache, "BLOCK", 16)
    monkeypatch.setattr(photos, "BLOCK", 16)
    whole = progress.bar

    def stops(items, *args, **options):
        for number, item in enumerate(whole(items, *args, **options)):
            if number == 2:
                raise error
            yield item
    with monkeypatch.context() as patch:
        patch.setattr(progress, "bar", stops)
        with pytest.raises(raised, match="disk is full" if raised is OSError else None):
            cache.prepare(study)
    assert kept(study) == []
    with pytest.raises(FileNotFoundError, match="run notebook 01 or `make data` first"):
        cache.paths(study)
    assert len(prepared(study).train) == 64


def test_the_cache_outlives_its_photos(jpegs, monkeypatch, tmp_path, said):
    study = celeba(monkeypatch, tmp_path, flat(tmp_path / "source", jpegs))
    x = prepared(study)
    monkeypatch.delenv("CELEBA")
    assert cache.prepare(study) == cache.paths(study) and "made from" in said[-1]
    np.testing.assert_array_equal(cache.load(study).held_out, x.held_out)
    cache.download(study)                                                  # nothing to do
    cache.paths(study)[0].write_bytes(b"foreign")
    with pytest.raises(ValueError, match="its content is not what was written.*give CELEBA=path"):
        cache.prepare(study)


def test_photos_are_found_in_data_raw(jpegs, tmp_path):
    kaggle(tmp_path / "data/raw/celeba", jpegs)
    x = prepared(Study("celeba", "smoke", 0, tmp_path))
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN))


def downloads_by(monkeypatch, celeba):
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", types.SimpleNamespace(CelebA=celeba))


def test_a_failed_download_says_what_to_get(monkeypatch, tmp_path):
    def fails(root, **_):
        raise RuntimeError("Too many users have\nviewed this file")
    downloads_by(monkeypatch, fails)
    with pytest.raises(sources.SourceError, match="Too many users have viewed.*img_align_celeba.zip and "
                                                  "list_eval.*data/raw/celeba without unpacking"):
        cache.download(Study("celeba", "smoke", 0, tmp_path))
    assert list((tmp_path / "data/raw").iterdir()) == []


def test_a_download_that_works_is_found(jpegs, monkeypatch, tmp_path):
    downloads_by(monkeypatch, lambda root, **_: torchvision_root(Path(root), jpegs))
    study = Study("celeba", "smoke", 0, tmp_path)
    cache.download(study)
    assert len(prepared(study).train) == len(TRAIN)


# ------------------------------------------------------------------------------------------------ drawn faces

def test_drawn_faces_and_their_factors(tmp_path, tiny):
    study = Study("synthetic", "smoke", 0, tmp_path)
    names = ["synthetic-80-s0.npy", "synthetic-80-s0-factors.csv"]
    assert [path.name for path in cache.prepare(study)] == names
    x = cache.load(study)
    assert x.train.shape == (64, 3, 96, 96) and x.held_out.shape == (16, 3, 96, 96)
    truth = faces.sample_factors(80, 0)
    pd.testing.assert_frame_equal(x.factors, truth, check_exact=True)  # float32, no bit lost in the .csv
    np.testing.assert_array_equal(x.held_out, faces.render(truth.iloc[64:]).numpy())


def test_a_larger_scale_begins_with_the_images_of_a_smaller_one(tmp_path, tiny):
    small, large, other = (prepared(Study("synthetic", scale, seed, tmp_path))
                           for scale, seed in (("smoke", 0), ("laptop", 0), ("smoke", 1)))
    np.testing.assert_array_equal(large.train[:64], small.train)
    np.testing.assert_array_equal(large.train[64:], small.held_out)
    assert (small.train != other.train).any()                               # negative control: another seed


def test_missing_factors_are_noticed(tmp_path, tiny, said):
    study = Study("synthetic", "smoke", 0, tmp_path)
    cache.prepare(study)[1].unlink()
    with pytest.raises(FileNotFoundError, match="factors.csv: missing"):
        cache.load(study)
    cache.prepare(study)
    assert cache.load(study).factors is not None
