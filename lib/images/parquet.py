"""CelebA in parquet files, as copies on Hugging Face are: rows read in place, split by the files' names.

A row's image is a struct of `bytes`, a JPEG or PNG file, and `path`, its name or nothing.
"""
import functools
import re
import threading

from lib.images import sources
from lib.images.sources import Photo, Source, SourceError

KEPT = 2                                   # ours: row groups in memory; threads read neighbours
PARTS = re.compile("train|val|test")       # in names of files; validation is called valid, too
LOCK = threading.Lock()                    # one thread reads a row group, the others wait for what it read


def find(study):
    """The `Source` of `study`, dataset celeba, if its folder holds parquet files, else None.

    That is the folder given, or data/raw/celeba; the files lie in it or one deeper. Files whose names say
    train, then those that say valid or validation give training photos, those that say test the held-out
    ones; where one side would be empty, as in copies without the official parts,
    `sources.split_without_list` splits them.
    Raises SourceError where pyarrow is missing, or a file cannot be read or has no column of images.
    """
    root = study.source() or sources.default_folder(study)
    found = [*root.glob("*.parquet"), *root.glob("*/*.parquet")] if root.is_dir() else []
    shards = sorted(shard for shard in found if not shard.name.startswith("."))
    if not shards:
        return None
    parts = {"train": [], "val": [], "test": []}
    for shard in shards:
        part = PARTS.search(shard.name)
        parts[part[0] if part else "train"] += _photos(shard, root)
    train, held_out = parts["train"] + parts["val"], parts["test"]
    if train and held_out:
        return Source(root, train, held_out, (f"{len(shards)} parquet files, split as their names say",))
    return Source(root, *sources.split_without_list(train + held_out, root, study))


def _photos(shard, root):
    """A photo for each row of the file `shard`; only names are read, sizes are means of row groups."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError:
        raise SourceError(f"{shard} is read by pyarrow, which is not there: install it into the environment "
                          "of the study (.venv/bin/python -m pip install pyarrow)") from None
    try:
        with ParquetFile(shard) as file:
            column = next((field.name for field in file.schema_arrow if pyarrow.types.is_struct(field.type)
                           and {"bytes", "path"} <= {child.name for child in field.type}), None)
            if column is None:
                raise SourceError(f"{shard} has no column of images, structs of bytes and path: "
                                  "give another copy")
            cells = file.read(columns=[f"{column}.path"]).column(0).to_pylist()
            groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    except pyarrow.ArrowException as error:
        raise SourceError(f"{shard} cannot be read ({' '.join(str(error).split())[:200]}): "
                          "get it again") from None
    photos, names = [], iter(cells)
    for number, group in enumerate(groups):
        for row in range(group.num_rows):
            name = (next(names) or {}).get("path") or f"row {len(photos)}"
            photos.append(Photo(f"{shard.relative_to(root).as_posix()}/{name}",
                                group.total_byte_size // group.num_rows,
                                functools.partial(_read, shard, number, column, row)))
    return photos


def _read(shard, number, column, row):
    with LOCK:
        cell = _cells(shard, number, column)[row].as_py()
    if not cell or cell["bytes"] is None:
        raise ValueError("has no bytes in its row")
    return cell["bytes"]


@functools.lru_cache(KEPT)
def _cells(shard, number, column):
    from pyarrow.parquet import ParquetFile
    with ParquetFile(shard) as file:
        return file.read_row_group(number, columns=[f"{column}.bytes"]).column(0)
