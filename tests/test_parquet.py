"""CelebA in parquet files: rows give the photos of the files they were made of, split by the files' names."""
import sys

import numpy as np
import pytest

from lib.images import cache, parquet, sources
from lib.store import progress
from lib.study import Study
from tests.trees import HELD_OUT, NAMES, PARTS, TRAIN, put, stacked

pytestmark = pytest.mark.slow


@pytest.fixture
def arrow():
    return pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: CelebA in parquet files "
                                                         "is not tested; requirements-test.txt has it")


def shard(path, names, jpegs, paths=True, group=7, column="image"):
    import pyarrow
    from pyarrow.parquet import write_table
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"bytes": jpegs[name], "path": name if paths else None} for name in names]
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    table = {"celeb_id": list(range(len(names))), column: pyarrow.array(cells, kind)}
    write_table(pyarrow.table(table), path, row_group_size=group)


def of_part(*parts):
    return [name for name in NAMES if PARTS[name] in parts]


def split_tree(folder, jpegs, valid="valid", **options):
    train = of_part(0)
    shard(folder / "train-00000-of-00002.parquet", train[:30], jpegs, **options)
    shard(folder / "train-00001-of-00002.parquet", train[30:], jpegs, **options)
    shard(folder / f"{valid}-00000-of-00001.parquet", of_part(1), jpegs, **options)
    shard(folder / "test-00000-of-00001.parquet", of_part(2), jpegs, **options)


def study_of(monkeypatch, tmp_path):
    monkeypatch.setenv("CELEBA", str(tmp_path / "source"))
    return Study("celeba", "smoke", 0, tmp_path / "home")


@pytest.mark.parametrize("inside, options", [("", {}), ("data", {"valid": "validation"}),
                                             ("", {"paths": False}), ("", {"group": 1_000, "column": "img"})])
def test_rows_give_the_images_of_their_files(inside, options, arrow, jpegs, monkeypatch, tmp_path):
    split_tree(tmp_path / "source" / inside, jpegs, **options)
    study = study_of(monkeypatch, tmp_path)
    cache.prepare(study)
    x = cache.load(study)
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN))
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, HELD_OUT))


def test_without_the_parts_the_numbers_split_or_the_seed(arrow, jpegs, monkeypatch, tmp_path):
    shard(tmp_path / "source/train-0.parquet", NAMES, jpegs)
    study = study_of(monkeypatch, tmp_path)
    assert "the seed splits" in parquet.find(study).notes[0]
    late = {f"{182_000 + int(name[:6]) * 10:06d}.jpg": data for name, data in jpegs.items()}
    shard(tmp_path / "source/train-0.parquet", list(late), late)
    source = parquet.find(study)
    assert "tell the official parts" in source.notes[0]
    assert min(photo.name[-10:-4] for photo in source.held_out) == "182640"
    assert max(photo.name[-10:-4] for photo in source.train) == "182630"


def test_a_row_without_bytes_is_quarantined(arrow, jpegs, monkeypatch, tmp_path):
    shard(tmp_path / "source/all.parquet", NAMES, jpegs | {NAMES[5]: None})
    study = study_of(monkeypatch, tmp_path)
    path, = cache.prepare(study)
    assert f"{NAMES[5]},has no bytes in its row" in next(path.parent.glob("*-quarantine.csv")).read_text()


@pytest.mark.parametrize("broken, says", [(True, "cannot be read .*: get it again"),
                                          (False, "has no column of images, structs of bytes and path")])
def test_what_holds_no_images_is_refused(broken, says, arrow, jpegs, monkeypatch, tmp_path):
    import pyarrow
    path = tmp_path / "source/train.parquet"
    shard(path, NAMES, jpegs)
    if broken:
        path.write_bytes(path.read_bytes()[:-9])
    else:
        arrow.write_table(pyarrow.table({"image": [1, 2, 3]}), path)
    with pytest.raises(sources.SourceError, match=says):
        cache.prepare(study_of(monkeypatch, tmp_path))


def test_without_pyarrow_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    put(tmp_path / "source", {"train.parquet": b"PAR1"})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(sources.SourceError, match="pyarrow, which is not there: install it into"):
        cache.prepare(study_of(monkeypatch, tmp_path))


def test_mounted_folders_are_found_and_said(jpegs, monkeypatch, tmp_path):
    """Kaggle and Colab mount CelebA; what is given, or in data/raw, goes before."""
    monkeypatch.delenv("CELEBA", raising=False)
    monkeypatch.setattr(sources, "MOUNTED", (str(tmp_path / "none"), str(tmp_path / "input")))
    put(tmp_path / "input/img_align_celeba/img_align_celeba", jpegs)
    study = Study("celeba", "smoke", 0, tmp_path / "home")
    assert sources.find(study).notes[0] == f"CELEBA is not given: taken from {tmp_path / 'input'}"
    said = []
    monkeypatch.setattr(progress, "log", said.append)
    cache.download(study)                                             # nothing to do
    assert said == []
    put(tmp_path / "home/data/raw/celeba", jpegs)
    assert sources.find(study).holder == tmp_path / "home/data/raw/celeba"
    monkeypatch.setenv("CELEBA", str(tmp_path / "nowhere"))
    with pytest.raises(sources.SourceError, match="nowhere does not exist"):
        sources.find(study)


def test_of_two_zips_of_any_name_none_is_taken(jpegs, monkeypatch, tmp_path):
    put(tmp_path / "source", {"a.zip": b"", "b.zip": b""})
    with pytest.raises(sources.SourceError, match="no images in CELEBA="):
        sources.find(study_of(monkeypatch, tmp_path))
