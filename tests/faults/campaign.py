"""Kill `make all SCALE=smoke` at random moments, start it again, and compare with an undisturbed run.

    python tests/faults/campaign.py FOLDER [--kills 50] [--minutes 25] [--seed 0] [--jobs 1]

Two copies of the project are made in FOLDER: `straight` runs once; `killed` is killed (kill -9 of the whole
process group) after a random time and started again. When all kills are spent it runs to its end; when it
ends sooner, all that it made is thrown away and it begins anew. Checkpoints, latents, tables, claims and
figures must then be the same bytes in both.
"""
import argparse
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from lib.store import artifacts  # noqa: E402
from lib.study import ROOT

RUN = "synthetic-smoke-s0"
MADE = "data", "figures"  # what must come out the same: the build folder tells times
# mean time before a kill; so much longer after each one that let no further notebook end
SECONDS, PATIENCE = 8.0, 1.4


class Result(NamedTuple):
    finished: bool
    kills: int
    partial: list            # files under a final name that were not whole, after any kill
    different: list          # files that differ from those of the undisturbed run
    summary: str


def run(folder, kills=50, seed=0, minutes=25, jobs=1, say=print):
    """The campaign in `folder`; see above. `minutes` of kills at most, then the run may end. An undisturbed
    run that is already in `folder` is gone on with, and taken if it is finished."""
    begun, chance = time.monotonic(), random.Random(seed)
    straight, killed = copy(folder / "straight"), copy(folder / "killed")
    say("the undisturbed run ...")
    process = start(straight, jobs)
    if process.wait():
        return Result(False, 0, [], [], f"the undisturbed run failed: see {straight / 'make.log'}")
    dealing = time.monotonic()
    say(f"  {(dealing - begun) / 60:.1f} minutes")
    done, rounds, broken, where, mean, ended = 0, 1, [], {}, SECONDS, set()
    while done < kills and time.monotonic() - dealing < 60 * minutes:
        process = start(killed, jobs)
        try:
            process.wait(min(chance.expovariate(1 / mean), 3 * mean))
        except subprocess.TimeoutExpired:
            stage = working_on(killed)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            done += 1
            before, ended = ended, {path.name for path in killed.glob(f"build/{RUN}/*.ipynb.json")}
            mean = SECONDS if ended - before else PATIENCE * mean
            where[stage] = where.get(stage, 0) + 1
            broken += [f"kill {done}: {name}" for name in partial(killed)]
            say(f"  kill {done} of {kills} after {time.monotonic() - begun:.0f} s, in: {stage}"
                + ("  PARTIAL FILE" if broken else ""))
            continue
        if process.returncode:
            return Result(False, done, broken, [],
                          f"{done} of {done + 1} kills survived: then make failed, see {killed / 'make.log'}")
        for name in ("data/" + RUN, "data/images", "figures/" + RUN, "build"):
            shutil.rmtree(killed / name)
        rounds, mean, ended = rounds + 1, SECONDS, set()
        say(f"  it ended after {done} kills; everything is thrown away for round {rounds}")
    finished = start(killed, jobs).wait() == 0
    different = differences(straight, killed)
    again = subprocess.run(command(jobs), cwd=killed, env=environment(), capture_output=True, text=True)
    finished = finished and "Nothing to be done" in again.stdout and checks(killed) == []
    spread = ", ".join(f"{count} in {stage}" for stage, count in sorted(where.items()))
    return Result(finished, done, broken, different,
                  f"fault campaign: {done - len(broken)} of {done} kills survived ({spread}) in "
                  f"{rounds} rounds, {len(different)} of {len(made(straight))} files differ, "
                  f"{(time.monotonic() - begun) / 60:.0f} minutes")


def copy(folder):
    """A copy of the project at `folder`, without what runs have made; what is there already stays."""
    def left_out(base, names):
        made_by_runs = {"images", "raw"} if Path(base).name == "data" else set()
        return made_by_runs & set(names) | shutil.ignore_patterns(
            ".git", ".venv", "build", "synthetic-*", "celeba-*", "lfw-*", "folder-*", "__pycache__",
            ".pytest_cache", ".ruff_cache")(base, names)
    if not folder.exists():
        shutil.copytree(ROOT, folder, ignore=left_out)
    return folder


def command(jobs=1):
    return ["make", f"PYTHON={sys.executable}", "SCALE=smoke", f"-j{jobs}", "all"]


def environment():
    return {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}


def start(folder, jobs=1):
    """Start make in `folder` as the leader of a process group; what it says goes to make.log there."""
    with open(folder / "make.log", "ab") as log:
        return subprocess.Popen(command(jobs), cwd=folder, env=environment(), stdout=log, stderr=log,
                                start_new_session=True)


def working_on(folder):
    """What the run in `folder` is at, from the locks that are held and the notebook that runs."""
    locked = [path for part in ("data/images", f"data/{RUN}", f"build/{RUN}")
              for path in sorted(folder.glob(f"{part}/.locks/*")) if in_use(path)]
    names = [path.name for path in locked if "build" not in path.relative_to(folder).parts]
    notebooks = [path.name[:2] for path in locked if "build" in path.relative_to(folder).parts]
    figures = list(folder.glob(f"figures/{RUN}/.*.tmp"))
    for beginning, stage in (("synthetic", "cache building"), ("model", "training"), ("z_train", "encoding"),
                             ("z_held", "encoding"), ("tsne", "t-SNE"), ("short", "short training")):
        if any(name.startswith(beginning) for name in names):
            return stage
    notebook = f"notebook {notebooks[0]}" if notebooks else "make, claims or report"
    return "figure writing" if figures else notebook


def in_use(path):
    """Whether a living process holds the lock on the file at `path`."""
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False


def made(folder):
    """Files that must be the same in both runs, relative to `folder`."""
    return sorted(path.relative_to(folder).as_posix() for part in MADE for path in (folder / part).rglob("*")
                  if path.is_file() and path.suffix not in (".json", ".lock")
                  and (RUN in path.parts or "images" in path.parts) and not path.name.startswith("."))


def differences(one, other):
    """Names of the files that are not the same bytes in both folders."""
    names = sorted({*made(one), *made(other)})
    return [name for name in names if not ((one / name).exists() and (other / name).exists())
            or (one / name).read_bytes() != (other / name).read_bytes()]


def partial(folder):
    """Files under a final name in `folder` that cannot be read to their end."""
    broken = []
    for path in sorted((folder / "data").rglob("*")) + sorted((folder / "figures").rglob("*.webp")):
        if (path.is_file() and not path.name.startswith(".")
                and path.suffix in (".npy", ".pt", ".csv", ".json", ".webp")):
            try:
                if path.suffix == ".webp":
                    from PIL import Image
                    with Image.open(path) as image:
                        image.load()
                else:
                    artifacts.read(path)
            except FileNotFoundError:
                continue  # an orphaned kernel, in its last second, renamed it
            except Exception:  # whatever a torn file makes its reader raise
                broken.append(path.relative_to(folder).as_posix())
    return broken


def checks(folder):
    """What `make verify` finds in `folder`: its lines, none if all is well."""
    done = subprocess.run(["make", "-s", f"PYTHON={sys.executable}", "SCALE=smoke", "verify"], cwd=folder,
                          env=environment(), capture_output=True, text=True)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name, default in (("kills", 50), ("minutes", 25), ("seed", 0), ("jobs", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    outcome = run(options.folder, options.kills, options.seed, options.minutes, options.jobs)
    print(outcome.summary, *outcome.partial, *outcome.different, sep="\n")
    sys.exit(not (outcome.finished and not outcome.partial and not outcome.different))
