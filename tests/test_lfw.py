"""Labeled Faces in the Wild: found in each form, cut as its window says, nobody on both sides."""
import io
import posixpath
import tarfile

import numpy as np
import pytest
from PIL import Image

from lib import study as studies
from lib.images import cache, faces, lfw, photos, sources
from lib.store import artifacts, progress
from lib.study import Study
from tests.trees import encoded, put, put_zip

pytestmark = pytest.mark.slow
PEOPLE = {f"Person_{number:02d}": 1 + number % 7 * (number % 3 + 1) for number in range(40)}      # 1 to 19
NAMES = [f"{person}/{person}_{k + 1:04d}.jpg" for person, count in PEOPLE.items() for k in range(count)]


@pytest.fixture(scope="module")
def jpegs():
    """A drawn face at the place of the window in a noisy frame of 250 by 250, each another one."""
    drawn = faces.render(faces.sample_factors(len(NAMES), 0)).numpy().transpose(0, 2, 3, 1)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (250, 250, 3), dtype=np.uint8))
    left, top, right, bottom = lfw.WINDOW
    made = {}
    for name, face in zip(NAMES, drawn, strict=True):
        frame = noise.copy()
        frame.paste(Image.fromarray(face).resize((right - left, bottom - top), Image.Resampling.BICUBIC),
                    (left, top))
        made[name] = encoded(frame, quality=90)
    return made


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.delenv("LFW", raising=False)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "scikit"))
    monkeypatch.setitem(studies.SCALES, "laptop", studies.SCALES["laptop"]._replace(train=100, held_out=20))


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(progress, "log", lines.append)
    return lines


def tar(path, members, mode="w:gz"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def below(folder, jpegs):
    return {f"{folder}/{name}": data for name, data in jpegs.items()}


def study_of(tmp_path, monkeypatch, path=None, scale="laptop", seed=0):
    if path is not None:
        monkeypatch.setenv("LFW", str(path))
    return Study("lfw", scale, seed, tmp_path / "home")


def people(part):
    return {posixpath.dirname(photo.name) for photo in part}


FORMS = {"folder": lambda root, jpegs: put(root, jpegs),
         "nested": lambda root, jpegs: put(root, below("lfw-deepfunneled/lfw-deepfunneled", jpegs)),
         "zip": lambda root, jpegs: put_zip(root / "archive.zip", jpegs, "lfw-deepfunneled/"),
         "tgz": lambda root, jpegs: tar(root / "lfw-funneled.tgz", below("lfw_funneled", jpegs)),
         "tar.gz, flat": lambda root, jpegs: tar(root / "lfw.tar.gz", jpegs),
         "folder with a tgz": lambda root, jpegs: tar(root / "lfw.tgz", below("lfw", jpegs)).parent,
         "folder with a zip": lambda root, jpegs: put_zip(root / "any.zip", jpegs, "").parent}
PLACES = {"data/raw/lfw": ("home/data/raw/lfw", FORMS["nested"]),
          "an archive in data/raw/lfw": ("home/data/raw/lfw", FORMS["tgz"]),
          "where scikit-learn unpacks it": ("scikit/lfw_home", lambda root, jpegs: put(
              root, {"pairs.txt": b"", "joblib/output.pkl": b""} | below("lfw_funneled", jpegs))),
          "where scikit-learn puts it": ("scikit/lfw_home", FORMS["tgz"])}


# ------------------------------------------------------------------------------------------ where it is found

@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_photos(form, jpegs, monkeypatch, tmp_path, said):
    study = study_of(tmp_path, monkeypatch, form(tmp_path / "source", jpegs))
    source = lfw.find(study)
    assert sorted(photo.name for photo in source.train + source.held_out) == sorted(NAMES)
    with sources.opened(source.holder) as read:
        assert all(read(photo) == jpegs[photo.name] for photo in source.train[:9])
    said.clear()
    assert lfw.find(study).fingerprint == source.fingerprint and said == []      # unpacked once
    put(tmp_path / "plain", jpegs)
    assert lfw.find(study_of(tmp_path, monkeypatch, tmp_path / "plain")).fingerprint == source.fingerprint


@pytest.mark.parametrize("place, form", PLACES.values(), ids=PLACES)
def test_it_is_found_where_it_is_kept(place, form, jpegs, monkeypatch, tmp_path):
    study = study_of(tmp_path, monkeypatch)
    assert lfw.find(study) is None                                    # negative control: nothing there yet
    form(tmp_path / place, jpegs)
    assert len(lfw.find(study).train) > 100


def test_of_a_tar_only_photos_are_written_and_only_below_its_folder(jpegs, monkeypatch, tmp_path):
    evil = dict.fromkeys(("../../evil.jpg", "/evil.jpg", "x/../evil.jpg", "..\\evil/..\\evil.jpg",
                          "a/.hidden.jpg", "a/x.sh", "evil.jpg"), b"evil")
    path = tar(tmp_path / "source/lfw.tar", evil | below("lfw", jpegs), "w")
    with tarfile.open(path, "a") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"lfw/Person_00/{int(kind)}.jpg")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    lfw.find(study_of(tmp_path, monkeypatch, path))
    files = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*")
             if not file.is_dir() and ".locks" not in file.parts}
    folder = f"home/data/raw/lfw/lfw-{path.stat().st_size}"
    assert files == {"source/lfw.tar", *(f"{folder}/{name}" for name in NAMES)}


def test_another_archive_of_that_name_is_unpacked_too(jpegs, monkeypatch, tmp_path):
    path = tar(tmp_path / "lfw.tgz", jpegs)
    first = lfw.find(study_of(tmp_path, monkeypatch, path))
    tar(path, dict(list(jpegs.items())[10:]))
    second = lfw.find(study_of(tmp_path, monkeypatch, path))
    assert len(first.train + first.held_out) == len(second.train + second.held_out) + 10


REFUSED = {"nowhere": (lambda root, jpegs: root, "LFW=.*source does not exist"),
           "empty": (lambda root, jpegs: put(root, {"notes.txt": b""}), "no images in LFW=.*PERSON_0001.jpg"),
           "tar without photos": (lambda root, jpegs: tar(root / "x.tgz", {"a/x.txt": b""}), "no images in"),
           "no people": (lambda root, jpegs: put(root, {posixpath.basename(name): data
                                                        for name, data in jpegs.items()}),
                         "holds no folders of several people"),
           "two sets": (lambda root, jpegs: put(root, below("a", jpegs) | below("b", jpegs)),
                        "holds several sets of people, in a and in b: give LFW=path of one"),
           "two archives": (lambda root, jpegs: put(root, {"a.tgz": b"", "b.zip": b""}),
                            "holds several archives, a.tgz and b.zip"),
           "cut off": (lambda root, jpegs: _cut(tar(root / "lfw.tgz", jpegs)), "truncated or damaged arch"),
           "web page": (lambda root, jpegs: put(root, {"lfw.tgz": b"<html>"}) / "lfw.tgz", "is an HTML page")}


def _cut(path):
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("make, says", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_refused_in_a_sentence(make, says, jpegs, monkeypatch, tmp_path):
    with pytest.raises(sources.SourceError, match=says) as refusal:
        lfw.find(study_of(tmp_path, monkeypatch, make(tmp_path / "source", jpegs)))
    assert "\n" not in str(refusal.value) and not list(tmp_path.glob("home/data/raw/lfw/[!.]*"))


# -------------------------------------------------------------------------------------------------- downloads

def test_scikit_learn_downloads_it(jpegs, monkeypatch, tmp_path):
    def fetched(**_):
        put(tmp_path / "scikit/lfw_home/lfw_funneled", jpegs)
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", fetched)
    study = study_of(tmp_path, monkeypatch)
    cache.download(study)
    assert len(lfw.find(study).train) > 100
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", None)
    cache.download(study)                                             # they are there: nothing to do


def test_a_failed_download_says_what_to_get(monkeypatch, tmp_path):
    def fails(**_):
        raise OSError("no route\nto host")
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", fails)
    study = study_of(tmp_path, monkeypatch)
    with pytest.raises(sources.SourceError, match=r"no route to host\)\. Get lfw-funneled.tgz .*data/raw/"):
        cache.download(study)
    with pytest.raises(sources.SourceError, match="no photos: LFW is not set.* Get lfw-funneled.tgz .*LFW="):
        cache.prepare(study)


# ------------------------------------------------------------------------------------------ pixels and splits

def test_a_face_is_cut_out_as_the_window_says(jpegs):
    data, window = jpegs[NAMES[0]], tuple(side / lfw.FRAME for side in lfw.WINDOW)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image = image.crop(lfw.WINDOW).resize((96, 96), Image.Resampling.BICUBIC)
    literal = np.asarray(image).transpose(2, 0, 1)
    np.testing.assert_array_equal(photos.decode(data, window), literal)
    drawn = faces.render(faces.sample_factors(len(NAMES), 0).iloc[:1]).numpy()[0]
    assert np.abs(literal.astype(int) - drawn).mean() < 5
    assert np.abs(photos.decode(data).astype(int) - drawn).mean() > 20       # negative control: the centre


@pytest.mark.parametrize("scale, sizes", [("laptop", (100, 20)), ("smoke", None)])
def test_counts_are_exact_or_shrink_in_ratio(scale, sizes, jpegs, monkeypatch, tmp_path):
    study = study_of(tmp_path, monkeypatch, put(tmp_path / "source", jpegs), scale)
    cache.prepare(study)
    x = cache.load(study)
    if sizes:
        assert (len(x.train), len(x.held_out)) == sizes
    else:                                                             # 1,500 and 300 asked, 5 to 1
        assert len(x.train) // 5 == len(x.held_out) and 0.75 * len(NAMES) < len(x.train) + len(x.held_out)
    source = lfw.find(study)
    first = photos.decode(jpegs[source.held_out[0].name], source.held_out[0].window)
    np.testing.assert_array_equal(x.held_out[0], first)
    assert artifacts.facts(cache.paths(study)[0])["quarantined"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_on_both_sides(seed, jpegs, monkeypatch, tmp_path):
    path = put(tmp_path / "source", jpegs)
    source = lfw.find(study_of(tmp_path, monkeypatch, path, seed=seed))
    assert people(source.train) | people(source.held_out) == set(PEOPLE)
    assert not people(source.train) & people(source.held_out)
    needed = len(NAMES) / 6                                           # 20 of 120
    assert needed <= len(source.held_out) < needed + max(PEOPLE.values())
    monkeypatch.setenv("IMAGES", str(path))                           # negative control: split by photos
    others = sources.find(Study("folder", "laptop", seed, tmp_path / "home"))
    assert people(others.train) & people(others.held_out)


def test_the_seed_chooses_the_people(jpegs, monkeypatch, tmp_path):
    path = put(tmp_path / "source", jpegs)
    one, again, other = (lfw.find(study_of(tmp_path, monkeypatch, path, seed=seed)) for seed in (0, 0, 1))
    assert one == again and people(one.held_out) != people(other.held_out)
    first = [posixpath.dirname(photo.name) for photo in one.train[:8]]
    assert len(set(first)) >= 4                                       # not one person after the other
