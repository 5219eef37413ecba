"""Damage to every artifact: the right stages and only those run again, say why; no damaged byte is used."""
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny

from lib.store import artifacts, progress
from lib.study import ROOT

STAGES = "images", "model", "latents", "map"
WHERE = {"images": "data/images/synthetic-80-s0.npy", "factors": "data/images/synthetic-80-s0-factors.csv",
         "model": "data/synthetic-smoke-s0/model-I.pt", "latents": "data/synthetic-smoke-s0/z_train-I.npy",
         "map": "data/synthetic-smoke-s0/tsne-C2-8.npy"}


def flipped(place):
    def damage(path, other):
        data = bytearray(path.read_bytes())
        data[int(place * (len(data) - 1))] ^= 1
        path.write_bytes(data)
    return damage


def with_old_time(path, other):
    stat = path.stat()
    flipped(0.5)(path, other)
    artifacts.os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def with_sidecar(path, other):
    shutil.copy(other, path)
    shutil.copy(artifacts.sidecar(other), artifacts.sidecar(path))


def edited(path, other):
    facts = artifacts.facts(path)
    artifacts.write(artifacts.sidecar(path), {**facts, "params": {**facts["params"], "seed": 99}})


CONTENT, SIDECAR = "content is not what was written", "sidecar cannot be read"
DAMAGE = {
    "first byte flipped": (flipped(0), CONTENT),
    "byte in the middle flipped": (flipped(0.5), CONTENT),
    "last byte flipped": (flipped(1), CONTENT),
    "byte flipped, time of change kept": (with_old_time, CONTENT),
    "last byte cut off": (lambda path, other: path.write_bytes(path.read_bytes()[:-1]), CONTENT),
    "cut to half": (lambda path, other: path.write_bytes(path.read_bytes()[:path.stat().st_size // 2]),
                    CONTENT),
    "emptied": (lambda path, other: path.write_bytes(b""), CONTENT),
    "one byte more": (lambda path, other: path.write_bytes(path.read_bytes() + b"\n"), CONTENT),
    "deleted": (lambda path, other: path.unlink(), "missing"),
    "another run's": (lambda path, other: shutil.copy(other, path), CONTENT),
    "another run's, with its sidecar": (with_sidecar, "seed changed|input .* changed"),
    "sidecar deleted": (lambda path, other: artifacts.sidecar(path).unlink(), "no sidecar"),
    "sidecar emptied": (lambda path, other: artifacts.sidecar(path).write_text(""), SIDECAR),
    "sidecar cut": (lambda path, other: artifacts.sidecar(path).write_bytes(
        artifacts.sidecar(path).read_bytes()[:-9]), SIDECAR),
    "sidecar a list": (lambda path, other: artifacts.sidecar(path).write_text("[1]"), SIDECAR),
    "sidecar names another parameter": (edited, "parameter seed changed"),
    "touched": (lambda path, other: path.touch(), None),
    "sidecar touched": (lambda path, other: artifacts.sidecar(path).touch(), None),
}


SHORT = ("byte in the middle flipped", "cut to half", "another run's", "another run's, with its sidecar",
         "sidecar deleted", "touched")                               # the others run with --whole


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    """Two finished runs that differ by seed alone: {seed: home}."""
    with pytest.MonkeyPatch.context() as patch:
        tiny.shrink(patch.setitem)
        homes = {seed: tmp_path_factory.mktemp(f"seed{seed}") for seed in (0, 1)}
        for seed, home in homes.items():
            tiny.make(tiny.study(home, seed))
    return homes


@pytest.fixture
def run(masters, tmp_path, monkeypatch):
    """A finished run to be damaged: its study, and a function that makes it again: what was made, logged."""
    tiny.shrink(monkeypatch.setitem)
    shutil.copytree(masters[0], tmp_path, dirs_exist_ok=True)
    said = []
    monkeypatch.setattr(progress, "log", said.append)

    def again(**options):
        for remembered in (artifacts._file_hash, artifacts._parsed_file):              # as in a new process
            remembered.cache_clear()
        before = {path: state(path) for path in everything(tmp_path)}
        stages = tiny.make(tiny.study(tmp_path), **options)
        remade = {stage for stage, paths in stages.items()
                  if any(before.get(path) != state(path) for path in paths)}
        return remade, "\n".join(said)
    return tmp_path, again


def everything(home):
    return [path for path in sorted((home / "data").rglob("*")) if path.is_file()
            and ".locks" not in path.parts]


def state(path):
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns


@pytest.mark.parametrize("artifact", WHERE)
@pytest.mark.parametrize("damage", [name if name in SHORT else pytest.param(name, marks=pytest.mark.whole)
                                    for name in DAMAGE])
def test_a_damaged_artifact_is_made_again_and_nothing_else(run, masters, artifact, damage):
    home, again = run
    inflict, reason = DAMAGE[damage]
    other = masters[1] / WHERE[artifact].replace("s0", "s1")
    inflict(home / WHERE[artifact], other)
    remade, said = again()
    stage = "images" if artifact == "factors" else artifact
    assert remade == ({stage} if reason else set())
    if reason and (reason != "missing" or stage == "images"):        # what was never there needs no reason
        assert re.search(reason, said)
    assert tiny.contents(home) == tiny.contents(masters[0])  # byte for byte what it was before


def test_control_nothing_is_made_again_without_damage(run):
    assert run[1]()[0] == set()


CHANGES = {  # fields of the scale: what runs again, and why
    "learning_rate": (2e-3, {"model", "latents", "map"}, "parameter learning_rate changed"),
    "batch": (8, {"model", "latents", "map"}, "parameter batch changed"),
    "epochs_I": (2, {"model", "latents", "map"}, "parameter epochs changed"),
    "train": (48, {"images", "model", "latents", "map"}, "input synthetic-64-s0"),
    "epochs_II": (2, set(), ""),
    "uniform": (7, set(), ""),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_parameter_reruns_what_it_enters(run, monkeypatch, field):
    value, expected, reason = CHANGES[field]
    monkeypatch.setitem(tiny.studies.SCALES, "smoke", tiny.SCALE._replace(**{field: value}))
    remade, said = run[1]()
    assert remade == expected and reason in said


def test_a_changed_parameter_of_one_stage_reruns_that_alone(run):
    remade, said = run[1](components=3)
    assert remade == {"map"} and "tsne-C2-8.npy is made again: parameter components changed" in said


MODULES = {"images/faces": {"images"}, "images/faces_parts": {"images"},
           "network/models": {"model", "latents"}, "network/train": {"model", "latents"},
           "cloud/embed": {"map"}, "figures": set(), "store/progress": set(), "stages": set(),
           "cloud/theory": set()}


@pytest.mark.parametrize("module", MODULES)
def test_an_edited_module_reruns_what_uses_it(run, masters, monkeypatch, module):
    real = artifacts.code_hash
    monkeypatch.setattr(artifacts, "code_hash", lambda name: "edited" if name == module else real(name))
    remade, said = run[1]()
    assert remade == MODULES[module]  # and not what follows: the bytes came out the same
    assert f"lib/{module}.py changed" in said or not remade
    assert tiny.contents(run[0]) == tiny.contents(masters[0])


@pytest.mark.parametrize("module", [name if name in ("images/faces", "cloud/embed")
                                    else pytest.param(name, marks=pytest.mark.whole)
                                    for name in MODULES])
def test_a_comment_in_a_module_reruns_nothing(run, monkeypatch, tmp_path, module):
    library = tmp_path / "lib"
    shutil.copytree(ROOT / "lib", library, ignore=shutil.ignore_patterns("__pycache__"))
    with open(library / f"{module}.py", "a", encoding="utf-8") as file:
        file.write("\n# a comment\n")
    monkeypatch.setattr(artifacts.studies, "ROOT", tmp_path)
    assert run[1]()[0] == set()
    with open(library / f"{module}.py", "a", encoding="utf-8") as file:
        file.write("\nEDITED = True\n")
    assert run[1]()[0] == MODULES[module]                            # control: code is seen


@pytest.mark.parametrize("artifact", ["model", "latents", "map"])
@pytest.mark.parametrize("damage", [name for name, (_, reason) in DAMAGE.items() if reason == CONTENT])
def test_what_only_reads_an_artifact_refuses_a_damaged_one(run, masters, artifact, damage):
    path = run[0] / WHERE[artifact]
    DAMAGE[damage][0](path, masters[1] / WHERE[artifact].replace("s0", "s1"))
    artifacts._file_hash.cache_clear()
    with pytest.raises(FileNotFoundError,
                       match=f"{path.name} is not what was written: run notebook 02 again"):
        artifacts.require(path, "02")


@pytest.mark.parametrize("between", ["sidecar written", "nothing written"])
def test_no_moment_of_saving_a_checkpoint_loses_the_epochs_before(run, masters, monkeypatch, between):
    """A kill after the sidecar of epoch 2 and before its file leaves epoch 1 usable; training goes on."""
    home, again = run
    path = home / WHERE["model"]
    path.unlink()
    real = artifacts.os.replace

    class Killed(BaseException):
        pass

    def replace(source, target):
        last = path.exists() and Path(target) == (path if between == "sidecar written"
                                                  else artifacts.sidecar(path))
        if last:
            raise Killed
        real(source, target)
    monkeypatch.setattr(artifacts.os, "replace", replace)
    with pytest.raises(Killed):
        again()
    monkeypatch.setattr(artifacts.os, "replace", real)
    remade, said = again()
    assert "case I: training goes on after epoch 1" in said and "model" in remade
    assert tiny.contents(home) == tiny.contents(masters[0])


def test_the_checkpoint_before_does_not_hold_for_another_recipe(tmp_path):
    path, old, new = tmp_path / "z.npy", artifacts.recipe("s", {"a": 1}), artifacts.recipe("s", {"a": 2})
    artifacts.save(path, np.zeros(3), old)
    kept = path.read_bytes()
    artifacts.save(path, np.ones(3), new)
    path.write_bytes(kept)  # as if killed between the sidecar and the file
    assert artifacts.why_stale(path, new) == "its content is not what was written"
