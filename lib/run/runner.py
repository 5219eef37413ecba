"""Runs a notebook headless with papermill, in a room of its own, and only when what matters changed."""
import ast
import contextlib
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from lib import study as studies
from lib.store import artifacts, disk, progress

KILLED = 138
PATIENCE = 300               # ours: seconds in which a kernel must start
ROOM = 20 * 2 ** 20          # ours: bytes that must be free for an executed notebook and its figures
KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
FOREIGN = "PYTHON", "IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB"       # they would change what a kernel does


class NotebookFailed(RuntimeError):
    """A notebook stopped with an error; `code` is the exit code that says which."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


def sources():
    """Paths of the percent scripts of all notebooks, sorted."""
    return sorted((studies.ROOT / "notebooks").glob("[0-9][0-9]_*.py"))


def source(name):
    """Path of the percent script of notebook `name`, as "03" or in full; ValueError if there is none."""
    found = [path for path in sources() if name in (path.stem, path.stem[:2])]
    if len(found) != 1:
        raise ValueError(f"there is no notebook {name!r}: see the folder notebooks/")
    return found[0]


def parameters(path):
    """Names and defaults assigned in the cell tagged `parameters` of the percent script at `path`."""
    cells = Path(path).read_text(encoding="utf-8").split("# %%")
    cell = next((cell for cell in cells if 'tags=["parameters"]' in cell.split("\n")[0]), "")
    return {node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(cell.partition("\n")[2]).body if isinstance(node, ast.Assign)}


def check_parameters(path, given):
    """ValueError in one sentence if `given` names a parameter that the notebook at `path` does not have."""
    known = parameters(path)
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"notebook {Path(path).stem} has no parameter {', '.join(unknown)}: "
                         f"it knows {', '.join(known)}")


def executed(study, path):
    """Path of the executed notebook of the script `path`."""
    return study.build / f"{Path(path).stem}.ipynb"


def recipe(study, path):
    """What the executed notebook is made from, but for the files it reads: text, lib code, counts."""
    params = {"dataset": study.dataset, "scale": study.scale, "seed": study.seed,
              "counts": list(study.counts)}
    made_from = artifacts.recipe(f"notebook {path.stem}", params, [path])
    return {**made_from, "code": artifacts.code_hashes(artifacts.imports(path), plumbing=True)}


def why_stale(study, path, thorough=False):
    """Why the executed notebook of the script `path` is not what a run now would give: one line, or None.

    That includes all files it wrote and read, as it told when it ran, and which images a run now would read.
    `thorough`: as in `artifacts.why_changed`.
    """
    target = executed(study, path)
    if reason := artifacts.why_stale(target, recipe(study, path)):
        return reason
    files = artifacts.facts(target).get("files", {})
    return artifacts.why_changed(files, study.home, thorough) or _other_images(study, files)


def _other_images(study, files):
    images = {name for name in files if name.startswith("data/images/")}
    if not images or study.dataset == "synthetic":                   # drawn images have one name only
        return None
    from lib.images import cache  # torch, only where it is needed
    try:
        now = {path.relative_to(study.home).as_posix() for path in cache.paths(study)}
    except (FileNotFoundError, ValueError) as error:
        return f"its images are not there: {error}"
    return None if images <= now else "it was made from other photos"


def run(name, given):
    """Execute notebook `name` with the parameters `given` into build/RUN/NAME.ipynb, unless that is current.

    Written under a temporary name and renamed on success; on failure it stays as NAME.failed.ipynb. Two
    processes never run it at once: the second waits and finds it current. Raises ValueError on an unknown
    parameter, NotebookFailed with the path of what ran and the reason, disk.Unwritable.
    """
    path = source(name)
    check_parameters(path, given)
    study = studies.named(given)
    target = executed(study, path)
    with disk.held(target, path.stem):
        _clear(target)                                               # what a run that was killed has left
        made_from = recipe(study, path)                              # the code as it is now, not when done
        reason = why_stale(study, path)
        if reason is None:
            print(f"{path.stem}: nothing that matters to it changed")
            target.touch()
            return target
        print(f"{path.stem}: running for {study.run} ({reason})", flush=True)
        begun = time.perf_counter()
        with disk.explained(target):
            disk.room(target, ROOM)
            used = _execute(study, path, target, given)
        seconds, files = time.perf_counter() - begun, artifacts.snapshot(used, study.home)
        artifacts.seal(target, made_from, seconds=round(seconds, 1), files=files,
                       kernel_peak_mb=artifacts.peak_mb(resource.RUSAGE_CHILDREN))
    print(f"{path.stem}: done in {seconds:.0f} s", flush=True)
    return target


def _execute(study, path, target, given):
    """Run the notebook and return the paths of the artifacts that it made or read."""
    import jupytext
    import papermill
    from nbclient.exceptions import DeadKernelError

    started, running, failed = (target.with_suffix(f".{state}.ipynb")
                                for state in ("start", "running", "failed"))
    where = f"the notebook up to there: {failed.relative_to(study.home)}"
    jupytext.write(jupytext.read(path), started)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        # Jupyter wants files that no other user reads, which exFAT and many network shares do not have
        with tempfile.TemporaryDirectory(prefix="kernel-") as runtime, \
                room(target, path.stem[:2], runtime) as notes:
            papermill.execute_notebook(
                started, running, parameters={**given, "seed": study.seed}, kernel_name="python3",
                language="python", cwd=studies.ROOT, progress_bar=False, start_timeout=PATIENCE,
                extra_arguments=["--log-level=50"])                  # its warnings mean nothing here
            lines = [line.partition(" ") for line in notes.read_text(encoding="utf-8").splitlines()]
        made, read = ([Path(file) for role, _, file in lines if role == what] for what in ("made", "read"))
        saved = {file for file in made if file.parent == study.figures and file.suffix in studies.PICTURES}
        if (shown := pictures(running)) < len(saved):
            os.replace(running, failed)
            raise NotebookFailed(f"{path.stem} saved {len(saved)} figures and shows {shown}: "
                                 f"end each figure's cell with figures.show(...)\n  {where}")
        os.replace(running, target)
        failed.unlink(missing_ok=True)
        return [*made, *read]
    except papermill.PapermillExecutionError as error:
        os.replace(running, failed)
        raise NotebookFailed(f"{path.stem} stopped in cell {error.exec_count}: {error.ename}: {error.evalue}"
                             f"\n  {where}") from error
    except DeadKernelError as error:
        if running.exists():
            os.replace(running, failed)
        raise NotebookFailed(f"{path.stem}: the kernel was killed, most likely because memory ran out; close "
                             "other programs or choose a smaller SCALE, then run the same command again\n"
                             f"  {where}", KILLED) from error
    except RuntimeError as error:                                    # jupyter_client has no class for these
        if "Kernel died before" in str(error):
            raise NotebookFailed(f"{path.stem}: the kernel ended before it began, for the reason above: "
                                 "run `make doctor`, and `rm -rf .venv` if packages are broken",
                                 KILLED) from error
        if "didn't respond" not in str(error):
            raise
        raise NotebookFailed(f"{path.stem}: the kernel did not start in {PATIENCE} seconds, most likely "
                             "because the machine is busy or was suspended: run the same command again",
                             KILLED) from error
    finally:
        _clear(target)


def pictures(path):
    """Number of pictures that the executed notebook at `path` shows."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    return sum("image/webp" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))


@contextlib.contextmanager
def room(target, number, runtime):
    """A clean room for the kernel of notebook `number`, in which nothing that the user set changes it.

    Profiles, configuration and kernel specifications come from a folder of its own, lib from this project,
    matplotlib's settings from none; it computes on one core unless a stage says otherwise (make runs several
    notebooks at a time). The keys of its connection are in the folder `runtime`. Yields the file in which the
    kernel notes what it reads and makes; what it logs is copied to the terminal.
    """
    folder, before, finished = target.with_suffix(".kernel"), dict(os.environ), threading.Event()
    notes, log = folder / "notes", folder / "log"
    artifacts.write(folder / "kernels" / "python3" / "kernel.json",
                    {"argv": KERNEL, "display_name": "Python 3", "language": "python"})
    notes.touch()
    log.touch()
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    os.environ |= {artifacts.RECORD: str(notes), progress.LOG: str(log), "PYTHONPATH": str(studies.ROOT),
                   "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "JUPYTER_PATH": str(folder),
                   "JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_RUNTIME_DIR": str(runtime),
                   "IPYTHONDIR": str(folder / "ipython"), progress.THREADS: before.get("OMP_NUM_THREADS", ""),
                   "MPLCONFIGDIR": str(target.parents[1] / ".matplotlib")}

    def follow():
        with open(log, encoding="utf-8") as file:
            while True:
                last = finished.wait(0.5)
                for line in file:
                    print(f"  {number}: {line}", end="", file=sys.stderr, flush=True)
                if last:
                    return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield notes
    finally:
        finished.set()
        thread.join()
        os.environ.clear()
        os.environ.update(before)


def _clear(target):
    """Remove what only a running notebook has, if it is there: a read-only disk refuses even what is not."""
    for left in filter(Path.exists, map(target.with_suffix, (".start.ipynb", ".running.ipynb"))):
        left.unlink(missing_ok=True)
    if (folder := target.with_suffix(".kernel")).exists():
        shutil.rmtree(folder, ignore_errors=True)
