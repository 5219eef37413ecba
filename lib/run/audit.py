"""What a run has, stage by stage: current, stale or missing; and whether all is still what was written."""
import json

from lib import claims
from lib.run import runner
from lib.store import artifacts
from lib.study import PICTURES

OTHERS = "it is that of "   # all runs share one folder for the report; the last one asked for is there


def walk(study, thorough=False):
    """(kind, name, why it is stale: one line, or None) of each stage of a run, in their order.

    thorough: all files are read, and so what changed without a trace is seen too.
    """
    from lib.images import cache  # torch, only where it is needed
    from lib.network import models
    yield "image cache", study.dataset, _known(lambda: cache.why_stale(study), "missing: {}")
    for case in models.CASES:
        yield "model", study.checkpoint(case).name, _model(study, case)
    for case in models.CASES:
        for split in cache.SPLITS:
            yield "latents", study.latents(case, split).name, _latents(study, case, split)
    maps = set(study.data.glob("tsne-*.npy")) | _recorded(study, "tsne-*.npy")
    for path in sorted(maps) or [study.data / "tsne-*.npy"]:
        yield "t-SNE map", path.name, why_stale(study, path)
    for path in runner.sources():
        yield "notebook", path.stem, runner.why_stale(study, path, thorough)
    yield "claims", "claims.csv, claims.md", claims.why_stale(study)
    yield "report", "build/report", _report(study, thorough)


def status(study):
    """(kind, name, state) of each stage; a state is "current", "missing", or "stale: " and the reason."""
    return [(kind, name, _state(reason)) for kind, name, reason in walk(study)]


def verify(study):
    """Everything of a finished run that is not as it was written or as its numbers say: one line each."""
    found = [f"{name}: {_state(reason)}" for _, name, reason in walk(study, thorough=True)
             if reason and not reason.startswith(OTHERS)]
    sealed = {path.with_suffix("") if path.suffix == ".json" else path       # these need a sidecar
              for path in study.data.glob("[!.]*") if path.suffix in (".json", ".npy", ".pt")}
    found += [f"{path.name}: {reason}" for path in sorted(sealed) if (reason := why_stale(study, path))]
    known = _recorded(study, "*")
    found += [f"{path.name}: no notebook of this run made it"
              for path in sorted([*study.figures.glob("*"), *study.data.glob("[!.]*.csv")])
              if path not in known and path.suffix in (*PICTURES, ".csv") and path.name != "claims.csv"]
    return list(dict.fromkeys([*found, *_contradictions(study)]))


def damaged(study):
    """Paths of what make has to make again although no time of change says so: their files changed by hand.

    Executed notebooks (with the figures, tables, arrays they wrote or read), the page of claims, the report.
    """
    found = [target for target, files in _executed(study).items() if target.exists() and (
        artifacts.why_changed(files, study.home)
        or artifacts.file_hash(target) != artifacts.facts(target)["sha256"])]
    shared = {study.figures / "claims.md": claims.why_stale, study.report: _report}
    return found + [path for path, why in shared.items() if path.exists() and why(study)]


def why_stale(study, path):
    """Why the artifact at `path` does not follow from its inputs and code, or is not what was written.

    One line, or None. What it was made from is taken from its own sidecar, the inputs by name from data/RUN
    and data/images.
    """
    try:
        had = artifacts.facts(path)
        folders = study.data, study.home / "data" / "images"
        inputs = {name: next((artifacts.file_hash(folder / name) for folder in folders
                              if (folder / name).exists()), None) for name in had["inputs"]}
        code = {module: artifacts.code_hash(module) for module in had["code"]}
    except FileNotFoundError as missing:
        if path.exists() and artifacts.sidecar(path).exists():
            return f"{missing.filename} is no longer there"
        return "no sidecar says where it came from" if path.exists() else "missing"
    except ValueError:
        return "its sidecar cannot be read"
    return artifacts.why_stale(path, {**had, "inputs": inputs, "code": code})


def _model(study, case):
    from lib import stages
    path = study.checkpoint(case)
    if reason := _made_from(path, lambda: stages.network_recipe(study, case)):
        return reason
    epoch = artifacts.facts(path)["epoch"]
    return None if epoch == study.epochs(case) else f"trained for {epoch} of {study.epochs(case)} epochs"


def _latents(study, case, split):
    from lib import stages
    wanted = stages.latents_stage
    return _made_from(study.latents(case, split), lambda: artifacts.recipe(**wanted(study, case, split)))


def _made_from(path, recipe):
    if not path.exists():
        return "missing"
    return _known(lambda: artifacts.why_stale(path, recipe()), "what it was made from is missing or stale")


def _known(judge, otherwise):
    """The reason that `judge()` gives, or `otherwise` where there is nothing to judge by."""
    try:
        return judge()
    except (FileNotFoundError, ValueError) as error:
        return otherwise.format(error)


def _executed(study):
    """{path of an executed notebook: files it wrote and read} of this run."""
    found = {}
    for path in sorted(study.build.glob("[0-9][0-9]_*.ipynb.json")):
        try:
            files = artifacts.facts(path.with_suffix("")).get("files", {})
        except ValueError:                                           # what is never as it was
            files = {path.relative_to(study.home).as_posix(): ["", 0, 0, False]}
        found[path.with_suffix("")] = files
    return found


def _recorded(study, pattern):
    """Paths like `pattern` that the executed notebooks of this run wrote or read."""
    names = {name for files in _executed(study).values() for name in files}
    return {study.home / name for name in names if (study.home / name).match(pattern)}


def _report(study, thorough=False):
    if not study.report.exists():
        others = sorted(path.stem for path in study.report.parent.glob("*.done"))
        return f"{OTHERS}{others[0]}" if others else "missing"
    try:
        return artifacts.why_changed(json.loads(artifacts.read(study.report))["files"], study.home, thorough)
    except (ValueError, KeyError):
        return f"{study.report.name} cannot be read"


def _contradictions(study):
    path = study.data / "claims.csv"
    if not path.exists():
        return []
    table = claims.numbers(path)
    found = [f"claim {row.id}: {reason}" for row in table.itertuples() if (reason := claims.why_wrong(row))]
    missing = {*claims.BY_ID} - {*table.id}
    found += [f"claim {name}: missing in claims.csv" for name in sorted(missing)]
    try:
        if not claims.gathered(study).equals(table):
            found.append("claims.csv: not what the notebooks recorded in claims-NN.csv")
    except FileNotFoundError as error:
        found.append(f"claims.csv: {error}")
    copy, known = study.figures / "claims.csv", {*table.id} <= {*claims.BY_ID}
    found += [f"{path.name}: not the table in claims.csv"
              for path, text in (claims.texts(study, table).items() if known else ())
              if not path.exists() or artifacts.read(path) != text]
    if artifacts.file_hash(copy) != artifacts.file_hash(path):
        found.append(f"{copy.relative_to(study.home)}: not a copy of data/{study.run}/claims.csv")
    return found


def _state(reason):
    return "current" if reason is None else reason if reason.startswith("missing") else f"stale: {reason}"
