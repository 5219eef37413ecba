"""Where files live, how they are written, and whether they can still be trusted.

Every artifact `NAME` has a sidecar `NAME.json` beside it: the stage that made it, the parameters, the hashes of its
inputs, of the code that computed it and of the file itself. An artifact is *current* when all of these still hold.
"""
import ast
import contextlib
import functools
import hashlib
import json
import os
import platform
import tempfile
import time
from importlib import metadata
from pathlib import Path

import numpy as np

from lib import formats, progress

ROOT = Path(__file__).resolve().parent.parent
# These carry values, paths and drawings, never numbers of their own: what they pass on is hashed as a parameter.
PLUMBING = {"formats", "artifacts", "study", "figures", "claims", "progress", "images"}
READERS = {".csv": formats.table, ".json": formats.tree, ".pt": formats.tensors}


# ---------------------------------------------------------------------------------------------- writing and reading

@contextlib.contextmanager
def atomic(path):
    """Yield a temporary path in the folder of `path`; on success fsync it and rename it to `path`, else remove it.

    A reader sees the old file or the whole new one, never a part. Raises OSError naming file, need and free space
    when the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())     # mkstemp makes 0600; the user's umask decides
        os.replace(temporary, path)
    except OSError as error:
        if error.errno == 28:                                        # ENOSPC
            raise OSError(28, f"the disk is full while writing {path.name}; "
                              f"free space in {path.parent} and run the same command again") from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write(path, value):
    """Write `value` to `path` atomically, in the format of its suffix: .npy, .csv, .json, .pt, or text."""
    path = Path(path)
    with atomic(path) as temporary:
        if path.suffix == ".npy":
            with open(temporary, "wb") as file:
                np.save(file, value, allow_pickle=False)
        elif path.suffix == ".csv":
            value.to_csv(temporary, index=value.index.name is not None)
        elif path.suffix == ".json":
            temporary.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
        elif path.suffix == ".pt":
            import torch                                             # only who saves weights needs torch
            with open(temporary, "wb") as file:                      # given a path, torch writes its name into the file
                torch.save(value, file)
        else:
            temporary.write_text(value)


def read(path, mmap=False):
    """Read what `write` wrote; never runs code from the file. Raises ValueError for what is not of its suffix's format."""
    path = Path(path)
    if path.suffix == ".npy":
        return formats.array(path, mmap)
    if path.suffix in READERS:
        return READERS[path.suffix](path)
    return path.read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------- identity

def file_hash(path):
    """SHA-256 of a file's bytes, as hex; remembered for this process while size and time of change stay the same."""
    stat = os.stat(path)
    return _file_hash(str(path), stat.st_size, stat.st_mtime_ns)


def code_hash(module):
    """SHA-256 of the code of `lib/<module>.py` without comments, docstrings and layout."""
    path = ROOT / "lib" / f"{module}.py"
    return _code_hash(str(path), path.stat().st_mtime_ns)


def imports(path):
    """Names of the lib modules that the Python file at `path` imports, sorted."""
    found = set()
    for node in ast.walk(ast.parse(Path(path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "lib":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lib."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("lib.")}
    return sorted(found)


def code_hashes(modules, plumbing=False):
    """{module: hash} of `modules` and of every lib module they import; PLUMBING only if `plumbing`."""
    found, queue = {}, list(modules)
    while queue:
        module = queue.pop()
        if module in found or (module in PLUMBING and not plumbing):
            continue
        found[module] = code_hash(module)
        queue += imports(ROOT / "lib" / f"{module}.py")
    return dict(sorted(found.items()))


def recipe(stage, params, inputs=(), modules=()):
    """What an artifact is made from: stage name, parameters, input files, lib modules. `inputs`: paths of artifacts."""
    return {"stage": stage, "params": json.loads(json.dumps(params, sort_keys=True)),
            "inputs": {Path(path).name: file_hash(path) for path in inputs}, "code": code_hashes(modules)}


# ---------------------------------------------------------------------------------------------- is it current?

def stale(path, wanted):
    """Why the artifact at `path` is not what `wanted` (a recipe) would make now: one line, or None if it is current."""
    path = Path(path)
    if not path.exists():
        return "missing"
    try:
        had = facts(path)
        recorded = {key: had[key] for key in ("stage", "params", "inputs", "code", "sha256")}
    except FileNotFoundError:
        return "no sidecar says where it came from"
    except (ValueError, KeyError, TypeError):
        return "its sidecar cannot be read"
    if recorded["stage"] != wanted["stage"]:
        return f"made by stage {recorded['stage']!r}, not {wanted['stage']!r}"
    for key, what in (("params", "parameter {}"), ("inputs", "input {}"), ("code", "lib/{}.py")):
        changed = [name for name in wanted[key].keys() | recorded[key].keys()
                   if wanted[key].get(name) != recorded[key].get(name)]
        if changed:
            return ", ".join(what.format(name) for name in sorted(changed)) + " changed"
    if file_hash(path) != recorded["sha256"]:
        return "its content is not what was written"
    return None


def seal(path, made_from, **facts):
    """Write the sidecar of the finished artifact at `path`: its recipe, its hash, the environment and `facts`."""
    import resource
    write(sidecar(path), {**made_from, "sha256": file_hash(path), "bytes": os.stat(path).st_size,
                          "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "versions": versions(),
                          "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), **facts})


def cached(path, compute, stage, params, inputs=(), modules=()):
    """Return the artifact at `path`: read if it is current, else computed by `compute()`, saved and sealed.

    A stage runs again when its parameters, inputs or the lib modules it uses changed, and says which.
    """
    path = Path(path)
    wanted = recipe(stage, params, inputs, modules)
    reason = stale(path, wanted)
    if reason is None:
        return read(path)
    if reason != "missing":
        progress.log(f"{path.name} is made again: {reason}")
    start = time.perf_counter()
    value = compute()
    write(path, value)
    seal(path, wanted, seconds=round(time.perf_counter() - start, 2), shape=list(np.shape(value)))
    return read(path)


def require(path, made_by):
    """Read an artifact that another notebook made; FileNotFoundError names that notebook if it is missing or broken."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is missing: run notebook {made_by} first")
    if not sidecar(path).exists() or file_hash(path) != facts(path).get("sha256"):
        raise FileNotFoundError(f"{path.name} is not what was written: run notebook {made_by} again")
    return read(path)


def facts(path):
    """The sidecar of the artifact at `path` as a dictionary; ValueError if it is none of this study."""
    return formats.facts(sidecar(path))


def sidecar(path):
    """Path of the JSON file that stands beside the artifact at `path`."""
    path = Path(path)
    return path.with_name(path.name + ".json")


def versions():
    """Versions of Python and of the packages that results depend on."""
    names = ("numpy", "scipy", "pandas", "scikit-learn", "scikit-image", "torch", "openTSNE", "matplotlib")
    return {"python": platform.python_version(), "machine": platform.machine(),
            **{name: _version(name) for name in names}}


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@functools.lru_cache(maxsize=512)
def _file_hash(path, size, mtime_ns):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=512)
def _code_hash(path, mtime_ns):
    tree = ast.parse(Path(path).read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and body \
                and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) \
                and isinstance(body[0].value.value, str):
            body[0].value.value = ""
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()
