"""Runs a notebook headless with papermill, once its inputs are there, and only when something that matters changed."""
import ast
import contextlib
import logging
import os
import sys
import threading
import time
from pathlib import Path

from lib import artifacts, disk, study as studies

# What each notebook reads from data/RUN/ that another one made (patterns); 01 reads the image cache, 05 nothing but chance.
LATENTS = "z_train-*.npy", "z_held_out-*.npy"
READS = {"01": (), "02": ("model-*.pt",), "03": LATENTS, "04": LATENTS, "05": (), "06": LATENTS,
         "07": ("model-*.pt", *LATENTS), "08": (*LATENTS, "tsne-C2-*.npy", "tsne-06-*.npy")}
PARAMETERS = {"dataset": str, "scale": str, "seed": int}
KILLED = 138
PATIENCE = 300               # ours: seconds in which a kernel must start
ROOM = 20 * 2 ** 20          # ours: bytes that must be free for an executed notebook and its figures


class NotebookFailed(RuntimeError):
    """A notebook stopped with an error; `code` is the exit code that says which."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


def source(name):
    """Path of the percent script of notebook `name` ("03" or "03_component_distributions"); ValueError if there is none."""
    found = sorted((artifacts.ROOT / "notebooks").glob(f"{name.split('_')[0]}_*.py"))
    if len(found) != 1 or (len(name) > 2 and found[0].stem != name):
        raise ValueError(f"there is no notebook {name!r}: see the folder notebooks/")
    return found[0]


def sources():
    """Paths of the percent scripts of all notebooks, sorted."""
    return sorted((artifacts.ROOT / "notebooks").glob("[0-9][0-9]_*.py"))


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
        raise ValueError(f"notebook {Path(path).stem} has no parameter {', '.join(unknown)}: it knows {', '.join(known)}")


def inputs(study, number):
    """Paths of what notebook `number` ("03") reads and another one made; for 01 the image cache, if it is current."""
    if number == "01":
        from lib import images                                       # torch, only where it is needed
        with contextlib.suppress(FileNotFoundError, ValueError):
            return images.paths(study)
    return [file for pattern in READS[number] for file in sorted(study.data.glob(pattern))]


def recipe(study, path):
    """What the executed notebook depends on: its text, the lib code it imports, the counts of the run, what it reads."""
    params = {"dataset": study.dataset, "scale": study.scale, "seed": study.seed, "counts": list(study.counts)}
    made_from = artifacts.recipe(f"notebook {path.stem}", params, [path, *inputs(study, path.stem[:2])])
    made_from["code"] = artifacts.code_hashes(artifacts.imports(path), plumbing=True)
    return made_from


def stale(study, path, thorough=False):
    """Why the executed notebook of the script `path` is not what running it now would give: one line, or None.

    That includes the figures and tables it wrote and the files it read; `thorough` as in `artifacts.changed`.
    """
    target = study.build / f"{path.stem}.ipynb"
    reason = artifacts.stale(target, recipe(study, path))
    return reason or artifacts.changed(artifacts.facts(target).get("files", {}), study.home, thorough)


def run(name, given):
    """Execute notebook `name` with the parameters `given` into build/RUN/NAME.ipynb, unless that is current.

    Written under a temporary name and renamed on success; on failure it stays as NAME.failed.ipynb. Two processes do not
    run it at the same time: the second waits and finds it current.
    Raises ValueError on an unknown parameter, NotebookFailed with the path of what ran and the reason, disk.Unwritable.
    """
    path = source(name)
    check_parameters(path, given)
    study = studies.Study(**{key: PARAMETERS[key](value) for key, value in given.items() if key in PARAMETERS})
    target = study.build / f"{path.stem}.ipynb"
    with disk.held(target, path.stem):
        leftovers = map(target.with_suffix, (".start.ipynb", ".running.ipynb", ".log", ".files"))   # of a run that was killed
        for path_left in filter(Path.exists, leftovers):             # asked first: a read-only disk refuses even what is not there
            path_left.unlink(missing_ok=True)
        made_from = recipe(study, path)                              # the code as it is now, not as it is when done
        reason = stale(study, path)
        if reason is None:
            print(f"{path.stem}: nothing that matters to it changed")
            target.touch()
            return target
        print(f"{path.stem}: running for {study.run} ({reason})", flush=True)
        begun = time.perf_counter()
        with disk.explained(target), recorded(target.with_suffix(".files")) as files:
            disk.room(target, ROOM)
            _execute(study, path, target, given)
        seconds = time.perf_counter() - begun
        used = inputs(study, path.stem[:2])                          # stages inside the notebook may have made them
        made_from["inputs"] = recipe(study, path)["inputs"]
        artifacts.seal(target, made_from, seconds=round(seconds, 1), kernel_peak_mb=_peak_of_children(),
                       files=artifacts.snapshot([*files, *used], study.home))
    print(f"{path.stem}: done in {seconds:.0f} s", flush=True)
    return target


def _execute(study, path, target, given):
    import jupytext
    import papermill
    from nbclient.exceptions import DeadKernelError

    started, running, failed = (target.with_suffix(f".{state}.ipynb") for state in ("start", "running", "failed"))
    jupytext.write(jupytext.read(path), started)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        with show_log(target.with_suffix(".log"), path.stem[:2]):
            papermill.execute_notebook(started, running, parameters={**given, "seed": study.seed}, kernel_name="python3", language="python",
                                       cwd=artifacts.ROOT, progress_bar=False, start_timeout=PATIENCE,
                                       extra_arguments=["--log-level=50"])     # its warnings mean nothing here
        os.replace(running, target)
        failed.unlink(missing_ok=True)
    except papermill.PapermillExecutionError as error:
        os.replace(running, failed)
        raise NotebookFailed(f"{path.stem} stopped in cell {error.exec_count}: {error.ename}: {error.evalue}\n"
                             f"  the notebook up to there: {failed.relative_to(study.home)}") from error
    except DeadKernelError as error:
        if running.exists():
            os.replace(running, failed)
        raise NotebookFailed(f"{path.stem}: the kernel was killed, most likely because memory ran out; close other "
                             f"programs or choose a smaller SCALE, then run the same command again\n"
                             f"  the notebook up to there: {failed.relative_to(study.home)}", KILLED) from error
    except RuntimeError as error:
        if "didn't respond" not in str(error):                       # jupyter_client's words: it has no class for this
            raise
        raise NotebookFailed(f"{path.stem}: the kernel did not start in {PATIENCE} seconds, most likely because the machine is "
                             "busy or was suspended: run the same command again", KILLED) from error
    finally:
        started.unlink(missing_ok=True)
        running.unlink(missing_ok=True)


@contextlib.contextmanager
def recorded(path):
    """Yield a list that after the block holds the paths of the artifacts which the notebook's kernel wrote or used."""
    files = []
    path.write_text("", encoding="utf-8")
    os.environ[artifacts.RECORD] = str(path)
    try:
        yield files
        files += path.read_text(encoding="utf-8").splitlines()
    finally:
        del os.environ[artifacts.RECORD]
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def show_log(path, number):
    """Copy what the kernel of notebook `number` appends to the log at `path` to the terminal while the block runs."""
    path.write_text("", encoding="utf-8")
    os.environ["STUDY_LOG"] = str(path)
    finished = threading.Event()

    def follow():
        with open(path, encoding="utf-8") as file:
            while True:
                last = finished.wait(0.5)
                for line in file:
                    print(f"  {number}: {line}", end="", file=sys.stderr, flush=True)
                if last:
                    return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
        del os.environ["STUDY_LOG"]
        path.unlink(missing_ok=True)


def _peak_of_children():
    import resource
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
