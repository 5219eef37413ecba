"""`make status`, `make verify` and what make makes again: each damage to a run is named, nothing else."""
import base64
import json
import shutil

import nbformat
import numpy as np
import pandas as pd
import pytest
import tiny

from lib import __main__ as command
from lib import claims, stages
from lib import study as studies
from lib.run import audit, report, runner
from lib.store import artifacts

RUN = "synthetic-smoke-s0"
GIVEN = {"dataset": "synthetic", "scale": "smoke", "seed": "0"}
READ_BY = {"03", "04", "06", "07", "08", "09"}                       # notebooks that read latents
ran = []


def execute(study, path, target, given):
    """In place of a notebook: what it makes and reads, as its kernel would note it."""
    notes = target.with_suffix(".notes")
    notes.write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(artifacts.RECORD, str(notes))
        work(study, path.stem[:2])
    used = [line.partition(" ")[2] for line in notes.read_text().splitlines()]
    notes.unlink()
    figure = base64.b64encode((study.figures / f"{path.stem[:2]}-1-dots.webp").read_bytes()).decode()
    shown = nbformat.v4.new_output("display_data", {"image/webp": figure})
    shown.metadata["image/webp"] = {"alt": "A dot."}
    cell = nbformat.v4.new_code_cell("draw()", outputs=[shown], id=f"cell{path.stem[:2]}")
    target.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    return used


def work(study, number):
    """The stages of a notebook, a figure, a table and the claims it records."""
    ran.append(number)
    pairs = [(case, split) for case in ("I", "II") for split in tiny.cache.SPLITS]
    if number == "01":
        [stages.network(study, case) for case in ("I", "II")]
    if number == "02":
        [stages.latents(study, *pair) for pair in pairs]
    if number in READ_BY:
        [artifacts.require(study.latents(*pair), "02") for pair in pairs]
    if number == "06":
        artifacts.cached(study.data / "tsne-C2-8.npy", lambda: np.ones((4, 2)), "t-SNE", {},
                         [study.latents("I", "train")], ["cloud/embed"])
    if number == "07":
        [stages.load_network(study, case) for case in ("I", "II")]
    if number == "08":
        artifacts.require(study.data / "tsne-C2-8.npy", "06")
    artifacts.write(study.data / f"table-{number}.csv", pd.DataFrame({"mu": [0.5]}))
    with artifacts.atomic(study.figures / f"{number}-1-dots.webp") as temporary:
        runner_image(number).save(temporary, format="PNG")
    measured = {claim.id: claims.exactly(0.25) for claim in claims.CLAIMS if claim.notebook == number}
    if measured:
        claims.record(study, number, measured)


def runner_image(number):
    from PIL import Image
    return Image.new("L", (4, 4), int(number))


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """A finished run at a tiny scale, its notebooks replaced by `execute`."""
    home = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        at(home, patch)
        make()
    return home


@pytest.fixture
def home(master, tmp_path, monkeypatch):
    shutil.copytree(master, tmp_path, dirs_exist_ok=True)
    for remembered in (artifacts._file_hash, artifacts._parsed_file):
        remembered.cache_clear()
    at(tmp_path, monkeypatch)
    ran.clear()
    return tmp_path


def at(home, patch):
    tiny.shrink(patch.setitem)
    patch.setattr(runner, "_execute", execute)
    patch.setattr(report, "PLATE", "03-1")
    real = studies.Study
    patch.setattr(studies, "Study", lambda *given, **named: real(*given, **{**named, "home": home}))


def make():
    """What `make all` does after its times say so: all of it."""
    with tiny.threads():
        return _make()


def _make():
    study = tiny.studies.Study("synthetic", "smoke", 0)
    tiny.cache.prepare(study)
    for path in runner.sources():
        runner.run(path.stem, GIVEN)
    claims.collect(study)
    report.build(study)
    return study


def study_at(home):
    return tiny.study(home)


def test_a_finished_run_is_current_whole_and_undamaged(home, capsys):
    study = study_at(home)
    assert {state for _, _, state in audit.status(study)} == {"current"}
    assert audit.verify(study) == [] and audit.damaged(study) == []
    assert command.main(["verify", "-p", "scale", "smoke"]) == 0
    assert capsys.readouterr().out == (f"verify: {RUN} is whole: every file as it was written, every verdict "
                                       "as its number says\n")
    assert command.main(["damaged", "-p", "scale", "smoke"]) == 0 and capsys.readouterr().out == "\n"


def test_nothing_is_there_before_anything_ran(tmp_path):
    study = study_at(tmp_path)
    states = audit.status(study)
    assert {state for _, _, state in states} == {"missing"}
    assert len(states) == 1 + 2 + 4 + 1 + len(runner.sources()) + 1 + 1
    assert audit.verify(study) and audit.damaged(study) == []


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def reworded(path):
    path.write_text(path.read_text(encoding="utf-8").replace("not reproduced", "reproduced"),
                    encoding="utf-8")


# file, what is done to it, status lines that are not current, a line of verify, notebooks that run again
DAMAGE = {
    "figure deleted": ("figures/R/03-1-dots.webp", "unlink", ["03"], "03-1-dots.webp is missing", ["03"]),
    "figure flipped": ("figures/R/03-1-dots.webp", flip, ["03"], "03-1-dots.webp is not what it was", ["03"]),
    "table deleted": ("data/R/table-04.csv", "unlink", ["04"], "table-04.csv is missing", ["04"]),
    "table flipped": ("data/R/table-04.csv", flip, ["04"], "table-04.csv is not what it was", ["04"]),
    "latents flipped": ("data/R/z_train-I.npy", flip,
                        ["02", *sorted(READ_BY), "z_train-I.npy", "tsne-C2-8.npy"],
                        "z_train-I.npy: its content is not what was written", ["02"]),
    "latents deleted": ("data/R/z_train-I.npy", "unlink",
                        ["02", *sorted(READ_BY), "z_train-I.npy", "tsne-C2-8.npy"], "z_train-I.npy: missing",
                        ["02"]),
    "sidecar of latents deleted": ("data/R/z_train-I.npy.json", "unlink",
                                   ["02", *sorted(READ_BY), "z_train-I.npy"], "z_train-I.npy: no sidecar",
                                   ["02"]),
    "map flipped": ("data/R/tsne-C2-8.npy", flip, ["06", "08", "tsne-C2-8.npy"], "tsne-C2-8.npy: its content",
                    ["06"]),
    "checkpoint flipped": ("data/R/model-II.pt", flip,
                           ["01", "02", "07", "model-II.pt", "z_train-II.npy", "z_held_out-II.npy"],
                           "model-II.pt: its content is not what was written", ["01"]),
    "notebook flipped": ("build/R/05_radius_theory.ipynb", flip, ["05"],
                         "05_radius_theory: stale: its content", ["05"]),
    "notebook's sidecar cut": ("build/R/05_radius_theory.ipynb.json", lambda path: path.write_text("{"),
                               ["05"], "05_radius_theory: stale: its sidecar cannot be read", ["05"]),
    "claims of a notebook changed": ("data/R/claims-05.csv", reworded, ["05", "claims.csv, claims.md"],
                                     "claims.csv: not what", ["05"]),
    "claims.csv changed": ("data/R/claims.csv", reworded, ["claims.csv, claims.md"], "and yet 'reproduced'",
                           []),
    "claims.csv deleted": ("data/R/claims.csv", "unlink", ["claims.csv, claims.md"],
                           "claims.csv, claims.md: missing", []),
    "claims.md changed": ("figures/R/claims.md", reworded, ["claims.csv, claims.md"],
                          "claims.md: not the table", []),
    "claims.svg changed": ("figures/R/claims.svg", reworded, ["claims.csv, claims.md"],
                           "claims.svg: not the table", []),
    "copy of claims.csv changed": ("figures/R/claims.csv", reworded, ["claims.csv, claims.md"],
                                   "figures/R/claims.csv: not a copy", []),
    "page changed": ("figures/R/05_radius_theory.md", flip, ["build/report"],
                     "05_radius_theory.md is not what it was", []),
    "page of the report flipped": ("build/report/index.html", flip, ["build/report"],
                                   "index.html is not what it was", []),
    "figure of the report deleted": ("build/report/figures/03-1-dots.webp", "unlink", ["build/report"],
                                     "03-1-dots.webp is missing", []),
    "cache flipped": ("data/images/synthetic-80-s0.npy", flip, None, "synthetic: stale: its content", []),
    "figure touched": ("figures/R/03-1-dots.webp", "touch", [], None, []),
    "latents touched": ("data/R/z_train-I.npy", "touch", [], None, []),
    "notebook touched": ("build/R/05_radius_theory.ipynb", "touch", [], None, []),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_each_damage_is_named_and_made_good(home, damage, capsys):
    name, inflict, states, line, reruns = DAMAGE[damage]
    path, study = home / name.replace("R", RUN), study_at(home)
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()
              and p.suffix not in (".json", ".html", ".done")}
    getattr(path, inflict)() if isinstance(inflict, str) else inflict(path)
    found = {stage[:2] if stage[:1] == "0" else stage
             for _, stage, state in audit.status(study) if state != "current"}
    assert states is None or found == set(states)
    lines = audit.verify(study)
    assert any(line.replace("R/", f"{RUN}/") in told for told in lines) if line else lines == []
    assert bool(audit.damaged(study)) is (line is not None)
    assert command.main(["verify", "-p", "scale", "smoke"]) == (1 if line else 0)
    make()
    assert ran == reruns                                             # and only those
    assert audit.verify(study) == [] and audit.damaged(study) == []
    assert {p: p.read_bytes() for p in before} == before


def test_what_no_notebook_made_is_named(home):
    for path in (home / "figures" / RUN / "99-foreign.webp", home / "data" / RUN / "foreign.csv"):
        path.write_bytes(b"")
    assert audit.verify(study_at(home)) == ["foreign.csv: no notebook of this run made it",
                                              "99-foreign.webp: no notebook of this run made it"]


def test_a_change_without_a_trace_is_seen_by_verify_alone(home):
    path = home / "figures" / RUN / "03-1-dots.webp"
    stat = path.stat()
    flip(path)
    artifacts.os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert audit.damaged(study_at(home)) == []  # make looks at size and time, to stay quick
    assert any("03-1-dots.webp is not what it was" in line for line in audit.verify(study_at(home)))


def test_the_report_of_another_run_takes_the_place(home):
    study = study_at(home)
    assert json.loads(study.report.read_text())["files"]
    other = studies.Study("synthetic", "smoke", 1)
    shutil.copytree(study.build, other.build)
    shutil.copytree(study.data, other.data)
    shutil.copytree(study.figures, other.figures)
    report.build(other)
    assert other.report.exists() and not study.report.exists()  # so make builds that of the first run again
    assert audit.status(study)[-1] == ("report", "build/report", f"stale: it is that of {other.run}")
    # the first run itself is as whole as before
    assert audit.verify(study) == [] and audit.damaged(study) == []
