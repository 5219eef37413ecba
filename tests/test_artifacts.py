"""Artifacts: nothing partial under a final name, and nothing used but what its recipe would make now."""
import json

import numpy as np
import pandas as pd
import pytest
import torch

from lib.store import artifacts


@pytest.fixture
def made(tmp_path):
    """An artifact made from one input and one module, and the recipe that made it."""
    source, path = tmp_path / "source.npy", tmp_path / "z.npy"
    artifacts.write(source, np.arange(5))

    def recipe(**params):
        return artifacts.recipe("square", {"power": 2, **params}, [source], ["cloud/theory"])
    artifacts.write(path, np.arange(5) ** 2)
    artifacts.seal(path, recipe())
    return source, path, recipe


@pytest.mark.parametrize("name, value", [
    ("z.npy", np.arange(6, dtype=np.float32).reshape(2, 3)),
    ("facts.json", {"b": [1, 2], "a": None}),
    ("note.md", "one line\n"),
])
def test_read_returns_what_was_written(tmp_path, name, value):
    artifacts.write(tmp_path / name, value)
    np.testing.assert_equal(artifacts.read(tmp_path / name), value)


def test_weights_are_the_same_bytes_whenever_they_are_written(tmp_path):
    for name in ("a.pt", "b.pt"):
        artifacts.write(tmp_path / name, {"weight": torch.arange(4.0), "epoch": 2})
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()
    assert artifacts.read(tmp_path / "a.pt")["weight"].tolist() == [0, 1, 2, 3]


def test_a_table_keeps_its_named_index_only(tmp_path):
    table = pd.DataFrame({"mu": [0.1, 1 / 3]})
    artifacts.write(tmp_path / "t.csv", table)
    pd.testing.assert_frame_equal(artifacts.read(tmp_path / "t.csv"), table)
    artifacts.write(tmp_path / "t.csv", table.rename_axis("component"))
    assert list(artifacts.read(tmp_path / "t.csv").columns) == ["component", "mu"]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "note.md"
    artifacts.write(path, "old")
    with pytest.raises(RuntimeError), artifacts.atomic(path) as temporary:
        temporary.write_text("half of the n")
        raise RuntimeError("killed")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_sentence_and_no_half_file(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(artifacts.os, "fsync", full)
    with pytest.raises(OSError, match="the disk is full: z.npy needs 152 bytes, and .* are free in"):
        artifacts.write(tmp_path / "z.npy", np.zeros(3))
    assert list(tmp_path.iterdir()) == []


def test_pickles_are_refused(tmp_path):
    np.save(tmp_path / "z.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        artifacts.read(tmp_path / "z.npy")


def test_what_was_just_made_is_current(made):
    _, path, recipe = made
    assert artifacts.why_stale(path, recipe()) is None


def test_touching_does_not_make_stale(made):
    source, path, recipe = made
    source.touch()
    path.touch()
    assert artifacts.why_stale(path, recipe()) is None


def flip_a_byte(source, path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


STALE = {
    "missing": lambda source, path: path.unlink(),
    "no sidecar": lambda source, path: artifacts.sidecar(path).unlink(),
    "sidecar cannot be read": lambda source, path: artifacts.sidecar(path).write_text("{"),
    "input source.npy changed": lambda source, path: artifacts.write(source, np.arange(6)),
    "content is not what was written": flip_a_byte,
}


@pytest.mark.parametrize("reason", STALE)
def test_stale_says_why(made, reason):
    source, path, recipe = made
    STALE[reason](source, path)
    recipe = artifacts.recipe("square", {"power": 2}, [source], ["cloud/theory"])
    assert reason in artifacts.why_stale(path, recipe)


def test_a_changed_parameter_is_named(made):
    _, path, recipe = made
    assert artifacts.why_stale(path, recipe(power=3)) == "parameter power changed"


def test_a_changed_module_is_named(made, monkeypatch):
    _, path, recipe = made
    monkeypatch.setattr(artifacts, "code_hash", lambda module: "another")
    assert artifacts.why_stale(path, recipe()) == "lib/cloud/theory.py changed"


@pytest.mark.parametrize("edit, same", [
    ("# a comment\n", True), ('"""Other words."""\n', True), ("y = 2\n", False),
])
def test_code_hash_sees_code_and_not_comments(tmp_path, edit, same):
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text('"""Words."""\nx = 1\n')
    second.write_text(edit + ("x = 1\n" if '"""' in edit else '"""Words."""\nx = 1\n'))
    hashes = [artifacts._parsed_file(str(path), 0)[0] for path in (first, second)]
    assert (hashes[0] == hashes[1]) is same


# What Pythons from 3.11 on write or store in different ways: f-strings, fields added later, constants.
KINDS = '''"""Words."""
import os
def f(x, *, y=1.5) -> "T": return f"{x!r:>{y}} of {x:.2f}" f"{y}" "" "." u"\\u00e4", b"\\xff"
class C:
    """Words."""
    async def g(self): return [f"a{x=}b{{c}}" for x in await self if (y := x)]
match os:
    case {"a": [1, *rest]} | None: pass
try: pass
except* ValueError as e: raise
'''


def test_code_hash_is_the_same_under_every_python(tmp_path):
    (tmp_path / "kinds.py").write_text(KINDS, encoding="utf-8")
    stored = "d9c19f3bb66c2fad49c416fd54d80da07c604ba8670b0bb603c8a66d72ffefd0"
    assert artifacts._parsed_file(str(tmp_path / "kinds.py"), 0)[0] == stored


def test_cached_computes_once_and_again_when_a_parameter_changes(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return np.ones(3)
    for power in (1, 1, 2):
        artifacts.cached(tmp_path / "z.npy", compute, "ones", {"power": power})
    assert len(calls) == 2


def test_require_names_the_notebook_to_run(tmp_path, made):
    with pytest.raises(FileNotFoundError, match="run notebook 02_encode_celeba first"):
        artifacts.require(tmp_path / "none.npy", "02_encode_celeba")
    _, path, _ = made
    flip_a_byte(None, path)
    with pytest.raises(FileNotFoundError, match="run notebook 02 again"):
        artifacts.require(path, "02")


def test_the_sidecar_says_who_made_it(made):
    _, path, _ = made
    facts = json.loads(artifacts.sidecar(path).read_text())
    assert {"stage", "params", "inputs", "code", "sha256", "versions", "made", "bytes"} <= set(facts)


@pytest.mark.parametrize("platform, peak", [("linux", 3 * 2 ** 20), ("darwin", 3 * 2 ** 30)])
def test_peak_memory_is_in_megabytes_everywhere(platform, peak, monkeypatch):
    monkeypatch.setattr(artifacts.sys, "platform", platform)
    monkeypatch.setattr(artifacts.resource, "getrusage", lambda who: type("Usage", (), {"ru_maxrss": peak}))
    assert artifacts.peak_mb(artifacts.resource.RUSAGE_SELF) == 3 * 2 ** 10
