"""What a run has, stage by stage: current, stale or missing; and whether all of it is still what was written."""
import json

import pandas as pd

from lib import artifacts, claims, runner

SPLITS = "train", "held_out"
OTHERS = "stale: it is that of "                 # all runs share one folder for the report; the last one asked for is there


def status(study):
    """(stage, artifact, state) of each stage of a run; a state is "current", "missing", or "stale: " and the reason."""
    from lib import models                                           # torch, only where it is needed
    return [("image cache", study.dataset, _image_cache(study)),
            *(("model", study.checkpoint(case).name, _model(study, case)) for case in models.CASES),
            *(("latents", study.latents(case, split).name, _latents(study, case, split))
              for case in models.CASES for split in SPLITS),
            *(("t-SNE map", path.name, _state(drifted(study, path))) for path in _maps(study)),
            *(("notebook", path.stem, _state(runner.stale(study, path))) for path in runner.sources()),
            ("claims", "claims.csv, claims.md", _state(claims.stale(study))),
            ("report", "build/report", _state(_report(study)))]


def verify(study):
    """Everything of a finished run that is not as it was written, or not as its numbers say: one line each."""
    found = [f"{name}: {state}" for _, name, state in status(study) if state != "current" and not state.startswith(OTHERS)]
    for path in _sealed(study):
        found += _line(path.name, drifted(study, path))
    for target, files in _executed(study).items():
        found += _line(target.name, artifacts.changed(files, study.home, thorough=True))
    known = {study.home / name for files in _executed(study).values() for name in files}
    for path in sorted([*study.figures.glob("*.png"), *study.data.glob("[!.]*.csv")]):
        if path not in known and path.name != "claims.csv":
            found.append(f"{path.name}: no notebook of this run made it")
    found += _line("report", _report(study, thorough=True) if study.report.exists() else None)
    return list(dict.fromkeys([*found, *_contradictions(study)]))


def damaged(study):
    """Paths of what make has to make again although no time of change says so: their files changed by hand.

    Executed notebooks (with the figures, tables and arrays they wrote or read), the page of claims, the report.
    """
    found = [target for target, files in _executed(study).items() if target.exists()
             and (artifacts.changed(files, study.home) or artifacts.file_hash(target) != artifacts.facts(target)["sha256"])]
    page = study.figures / "claims.md"
    found += [page] if page.exists() and claims.stale(study) else []
    return found + ([study.report] if study.report.exists() and _report(study) else [])


def drifted(study, path):
    """Why the sealed artifact at `path` no longer follows from its inputs and code, or is not what was written; or None.

    What it was made from is taken from its own sidecar, the inputs by name from data/RUN and data/images.
    """
    try:
        had = artifacts.facts(path)
        inputs = {name: _hash(study, name) for name in had["inputs"]}
        code = {module: artifacts.code_hash(module) for module in had["code"]}
        wanted = {"stage": had["stage"], "params": had["params"], "inputs": inputs, "code": code}
    except FileNotFoundError as missing:
        return "missing" if not path.exists() else "no sidecar says where it came from" \
            if not artifacts.sidecar(path).exists() else f"{missing.filename} is no longer there"
    except (ValueError, KeyError, TypeError):
        return "its sidecar cannot be read"
    return artifacts.stale(path, wanted)


def _image_cache(study):
    from lib import images
    try:
        return _state(images.reason(study))
    except ValueError as error:                                      # no photos, and no cache of any
        return f"missing: {error}"


def _model(study, case):
    from lib import train
    path = study.checkpoint(case)
    reason = _with_images(lambda: artifacts.stale(path, train.recipe(study, case)), path)
    if reason is None and artifacts.facts(path)["epoch"] < study.epochs(case):
        reason = f"trained for {artifacts.facts(path)['epoch']} of {study.epochs(case)} epochs"
    return _state(reason)


def _latents(study, case, split):
    from lib import train
    path = study.latents(case, split)
    return _state(_with_images(lambda: artifacts.stale(path, artifacts.recipe(**train.latents_recipe(study, case, split))), path))


def _with_images(judge, path):
    """The reason that `judge()` gives, or that there is nothing to judge by."""
    if not path.exists():
        return "missing"
    try:
        return judge()
    except (FileNotFoundError, ValueError):
        return "what it was made from is missing or stale"


def _maps(study):
    recorded = {study.home / name for files in _executed(study).values() for name in files if "/tsne-" in name and name.endswith(".npy")}
    return sorted(recorded | set(study.data.glob("tsne-*.npy"))) or [study.data / "tsne-*.npy"]


def _executed(study):
    """{path of an executed notebook: files it wrote and read} of this run."""
    found = {}
    for path in sorted(study.build.glob("[0-9][0-9]_*.ipynb.json")):
        try:
            found[path.with_suffix("")] = artifacts.read(path).get("files", {})
        except ValueError:
            found[path.with_suffix("")] = {path.relative_to(study.home).as_posix(): ["", 0, 0, False]}     # never as it was
    return found


def _sealed(study):
    """Artifacts of this run that need a sidecar: arrays and weights, and whatever has one."""
    found = {path.with_suffix("") for path in study.data.glob("[!.]*.json")}
    return sorted(found | {path for path in study.data.glob("[!.]*") if path.suffix in (".npy", ".pt")})


def _report(study, thorough=False):
    if not study.report.exists():
        others = sorted(path.stem for path in study.report.parent.glob("*.done"))
        return f"{OTHERS.removeprefix('stale: ')}{others[0]}" if others else "missing"
    try:
        return artifacts.changed(json.loads(artifacts.read(study.report))["files"], study.home, thorough)
    except (ValueError, KeyError):
        return f"{study.report.name} cannot be read"


def _contradictions(study):
    path, page = study.data / "claims.csv", study.figures / "claims.md"
    if not path.exists():
        return []
    table = pd.read_csv(path, dtype=str)
    found = [f"claim {row.id}: {reason}" for row in table.itertuples() if (reason := claims.contradicts(row))]
    missing = {claim.id for claim in claims.CLAIMS} - set(table.id)
    found += [f"claim {name}: missing in claims.csv" for name in sorted(missing)]
    try:
        found += [] if claims.gathered(study).equals(table) else ["claims.csv: not what the notebooks recorded in claims-NN.csv"]
    except FileNotFoundError as error:
        found.append(f"claims.csv: {error}")
    if not page.exists() or artifacts.read(page) != claims.markdown(study, table):
        found.append("claims.md: not the table in claims.csv")
    return found


def _hash(study, name):
    folders = study.data, study.home / "data" / "images"
    return next((artifacts.file_hash(folder / name) for folder in folders if (folder / name).exists()), None)


def _line(name, reason):
    return [f"{name}: {reason}"] if reason else []


def _state(reason):
    return "current" if reason is None else "missing" if reason == "missing" else f"stale: {reason}"
