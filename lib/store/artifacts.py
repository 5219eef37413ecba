"""How files are written, where they came from, and whether they can still be trusted.

Every artifact `NAME` has a sidecar `NAME.json` beside it: the stage that made it, the parameters, the hashes
of its inputs, of its code and of the file itself. An artifact is *current* when all of these still hold.
"""
import ast
import contextlib
import functools
import hashlib
import io
import itertools
import json
import os
import platform
import re
import resource
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np

from lib import study as studies
from lib.store import disk, formats, progress

RECORD = "STUDY_RECORD"   # the runner names a file here, and learns from it what the notebook read and made
# These carry values, paths, drawings and devices, no numbers of their own: what they pass on is a parameter.
PLUMBING = re.compile(r"store/.*|study|stages|claims|figures|images/cache|network/devices")
PACKAGES = "numpy", "scipy", "pandas", "scikit-learn", "scikit-image", "torch", "openTSNE", "matplotlib"
READERS = {".npy": formats.array, ".csv": formats.table, ".json": formats.tree, ".pt": formats.tensors}


# ---------------------------------------------------------------------------------------- writing and reading

@contextlib.contextmanager
def atomic(path, need=0):
    """Yield a temporary path beside `path`; on success fsync it and rename it to `path`, else remove it.

    A reader sees the old file or the whole new one, never a part. `need`: bytes that must be free at first.
    Raises disk.Unwritable, naming file, need and free space, when the disk is full or the folder read-only.
    """
    path = Path(path)
    with disk.explained(path, need), disk.temporary(path) as temporary:
        disk.room(path, need)
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    note(path, "made")


def write(path, value):
    """Write `value` to `path` atomically, in the format of its suffix: .npy, .csv, .json, .pt, or text."""
    data = in_bytes(path, value)
    with atomic(path, len(data)) as temporary:
        temporary.write_bytes(data)


def in_bytes(path, value):
    """The bytes of a file `path` that holds `value`; made first, so that its need of disk is known."""
    suffix, buffer = Path(path).suffix, io.BytesIO()
    if suffix == ".npy":
        np.save(buffer, value, allow_pickle=False)
    elif suffix == ".csv":
        value.to_csv(buffer, index=value.index.name is not None, encoding="utf-8")
    elif suffix == ".json":
        buffer.write((json.dumps(value, indent=1, sort_keys=True) + "\n").encode())
    elif suffix == ".pt":
        import torch  # only who saves weights needs torch
        torch.save(plain(value), buffer)                             # given a path, torch writes its name
    else:
        buffer.write(value.encode())
    return buffer.getbuffer()


def plain(value):
    """`value` rebuilt of plain dictionaries, lists and tuples whose equal texts are one object.

    A pickle tells equal from same: else a resumed run's checkpoint holds the same numbers in other bytes.
    """
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return sys.intern(value) if isinstance(value, str) else value


def read(path, **options):
    """Read what `write` wrote, never running code from it; ValueError if its format is not its suffix's."""
    reader = READERS.get(Path(path).suffix)
    return reader(path, **options) if reader else Path(path).read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------------- identity

def file_hash(path):
    """SHA-256 of a file's bytes, as hex; remembered by this process while size and time of change stay."""
    stat = os.stat(path)
    return _file_hash(str(path), stat.st_size, stat.st_mtime_ns)


def code_hash(module):
    """SHA-256 of `lib/<module>.py` without comments, docstrings, layout; the same under every Python."""
    return _parsed(_source(module))[0]


def imports(path):
    """Names of the lib modules that the Python file at `path` imports, as "cloud/latent", sorted."""
    return [name for name in _parsed(path)[1] if _source(name).is_file()]


def code_hashes(modules, plumbing=False):
    """{module: hash} of `modules` and of every lib module they import; PLUMBING only if `plumbing`."""
    found, queue = {}, list(modules)
    while queue:
        module = queue.pop()
        if module not in found and (plumbing or not PLUMBING.fullmatch(module)):
            found[module] = code_hash(module)
            queue += imports(_source(module))
    return dict(sorted(found.items()))


def recipe(stage, params, inputs=(), modules=()):
    """What an artifact is made from: stage name, parameters, `inputs` (paths of artifacts), lib modules."""
    return {"stage": stage, "params": json.loads(json.dumps(params, sort_keys=True)),
            "inputs": {Path(path).name: file_hash(path) for path in inputs}, "code": code_hashes(modules)}


# --------------------------------------------------------------------------------------- what a notebook used

def note(path, role):
    """Tell the runner, if it asks, that the artifact at `path` was "read", or "made" (or found current)."""
    if RECORD in os.environ and Path(path).suffix != ".json":
        with disk.explained(os.environ[RECORD]), open(os.environ[RECORD], "a", encoding="utf-8") as file:
            file.write(f"{role} {Path(path).absolute()}\n")


def snapshot(paths, home):
    """{path from `home`: [sha256, bytes, time of change, has a sidecar]} of the `paths` under `home`."""
    found = {}
    for path in sorted({Path(path).absolute() for path in paths}):
        if path.is_relative_to(home) and path.exists():
            stat = path.stat()
            found[path.relative_to(home).as_posix()] = [file_hash(path), stat.st_size, stat.st_mtime_ns,
                                                        sidecar(path).exists()]
    return found


def why_changed(taken, home, thorough=False):
    """What is no longer as in the snapshot `taken`: one line, or None.

    Reads only files whose size or time changed; if `thorough` all, and so sees what changed without a trace.
    """
    for name, (sha256, count, mtime_ns, sealed) in taken.items():
        path = Path(home) / name
        if not path.exists():
            return f"{name} is missing"
        stat = path.stat()
        if (thorough or (stat.st_size, stat.st_mtime_ns) != (count, mtime_ns)) and file_hash(path) != sha256:
            return f"{name} is not what it was"
        if sealed and not sidecar(path).exists():
            return f"{name} has lost its sidecar"
    return None


# ----------------------------------------------------------------------------------------- is it still right?

def why_stale(path, wanted):
    """Why the artifact at `path` is not what the recipe `wanted` makes now: one line, or None if current."""
    path = Path(path)
    if not path.exists():
        return "missing"
    try:
        had = facts(path)
    except FileNotFoundError:
        return "no sidecar says where it came from"
    except ValueError:
        return "its sidecar cannot be read"
    if had["stage"] != wanted["stage"]:
        return f"made by stage {had['stage']!r}, not {wanted['stage']!r}"
    for key, what in (("params", "parameter {}"), ("inputs", "input {}"), ("code", "lib/{}.py")):
        names = sorted(wanted[key].keys() | had[key].keys())
        different = [what.format(name) for name in names if wanted[key].get(name) != had[key].get(name)]
        if different:
            return ", ".join(different) + " changed"
    if file_hash(path) not in (had["sha256"], had.get("before")):
        return "its content is not what was written"
    return None


def save(path, value, made_from, **about):
    """Write `value` to `path` and seal it, so that a process killed at any moment leaves what can be used.

    The sidecar comes first. Where the file before it was current, as the checkpoint of the last epoch is, the
    sidecar names that too, so that between the two steps the old one still holds.
    """
    data, path = in_bytes(path, value), Path(path)
    before = file_hash(path) if why_stale(path, made_from) is None else None
    with atomic(path, len(data)) as temporary:
        temporary.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        seal(path, made_from, sha256=sha256, bytes=len(data), before=before, **about)


def seal(path, made_from, **about):
    """Write the sidecar of the finished artifact at `path`: recipe, hash, environment and `about`."""
    if "sha256" not in about:
        about |= {"sha256": file_hash(path), "bytes": os.stat(path).st_size}
    write(sidecar(path), {**made_from, "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                          "versions": versions(), "peak_mb": peak_mb(resource.RUSAGE_SELF), **about})


def cached(path, compute, stage, params, inputs=(), modules=(), need=0):
    """Return the artifact at `path`: read if it is current, else computed by `compute()`, saved and sealed.

    A stage runs again when its parameters, inputs or the lib modules it uses changed, and says which. Two
    processes never compute it at once: the second waits and reads. `need`: bytes that must be free at first.
    """
    path, wanted = Path(path), recipe(stage, params, inputs, modules)
    if why_stale(path, wanted):
        with disk.held(path):
            if reason := why_stale(path, wanted):                    # who held the lock may have made it
                if reason != "missing":
                    progress.log(f"{path.name} is made again: {reason}")
                disk.room(path, need)
                start, value = time.perf_counter(), compute()
                seconds = round(time.perf_counter() - start, 2)
                save(path, value, wanted, seconds=seconds, shape=list(np.shape(value)))
    for used in inputs:
        note(used, "read")
    note(path, "made")
    return read(path)


def require(path, made_by):
    """Read what another notebook made; FileNotFoundError names that notebook if it is missing or broken."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is missing: run notebook {made_by} first")
    if not sidecar(path).exists() or file_hash(path) != facts(path).get("sha256"):
        raise FileNotFoundError(f"{path.name} is not what was written: run notebook {made_by} again")
    note(path, "read")
    return read(path)


def facts(path):
    """The sidecar of the artifact at `path` as a dictionary; ValueError if it is none of this study."""
    return formats.facts(sidecar(path))


def sidecar(path):
    """Path of the JSON file that stands beside the artifact at `path`."""
    return Path(f"{path}.json")


def versions():
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version(), "machine": platform.machine(),
            **{name: _version(name) for name in PACKAGES}}


def peak_mb(who):
    """Most memory in MB that this process (resource.RUSAGE_SELF) or one it started (RUSAGE_CHILDREN) held."""
    unit = 1024 ** 2 if sys.platform == "darwin" else 1024           # macOS counts bytes, Linux kB
    return round(resource.getrusage(who).ru_maxrss / unit)


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _source(module):
    return studies.ROOT / "lib" / f"{module}.py"


@functools.lru_cache(maxsize=512)
def _file_hash(path, size, mtime_ns):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(path):
    return _parsed_file(str(path), os.stat(path).st_mtime_ns)


@functools.lru_cache(maxsize=512)
def _parsed_file(path, mtime_ns):
    """(hash of the code, names in lib that it imports) of the Python file at `path`."""
    tree, found = ast.parse(Path(path).read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "lib":
            base = node.module.split(".")[1:]
            found |= {"/".join([*base, alias.name]) for alias in node.names} | {"/".join(base)}
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            found |= {name[4:].replace(".", "/") for name in names if name.startswith("lib.")}
    return hashlib.sha256(canonical(tree).encode()).hexdigest(), sorted(found - {""})


def canonical(node):
    """A syntax tree as text, the same under every Python from 3.11 on: no docstrings, no empty fields.

    ast.unparse and ast.dump differ: fields came in 3.12 and 3.13, and f-strings are taken apart otherwise;
    here their neighbouring texts are one, and empty ones are left out.
    """
    if isinstance(node, list):
        return "[" + ",".join(map(canonical, node)) + "]"
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else part for part in node.values)
        groups = itertools.groupby(parts, lambda part: isinstance(part, str))
        parts = [part for text, group in groups for part in (["".join(group)] if text else group)]
        return "JoinedStr(" + ",".join(canonical(part) for part in parts if part != "") + ")"
    if not isinstance(node, ast.AST):
        return ascii(node)
    fields = {name: value for name, value in ast.iter_fields(node) if value is not None and value != []}
    fields.pop("kind", None)                                         # of a constant: u"" is ""
    documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    if documented and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    parts = [f"{name}={canonical(value)}" for name, value in sorted(fields.items())]
    return f"{type(node).__name__}({','.join(parts)})"
