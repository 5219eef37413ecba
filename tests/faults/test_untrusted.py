"""Files from elsewhere: a pickle planted anywhere is refused in one sentence, and does not run."""
import io
import json
import pickle

import numpy as np
import pandas as pd
import pytest
import torch

from lib import stages
from lib import study as studies
from lib.images import cache
from lib.network import models
from lib.store import artifacts, formats
from lib.study import Study

pytestmark = pytest.mark.filterwarnings("ignore:Detected pickle protocol")
TINY = models.Config("I", (2, 2, 2, 2), (3, 3, 3, 3), (2, 2, 2, 3), (3, 3, 3, 3))
REFUSED = (ValueError, FileNotFoundError)


class Payload:
    """Unpickling it makes the file `marker`."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run with images, a checkpoint, latents and a table, all current."""
    study = Study("synthetic", "smoke", 0, tmp_path_factory.mktemp("run"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(studies.SCALES, "smoke",
                      studies.SCALES["smoke"]._replace(train=64, held_out=16, epochs_I=1))
        patch.setitem(models.CASES, "I", TINY)
        cache.prepare(study)
        stages.network(study, "I")
        stages.latents(study, "I", "train")
        artifacts.cached(study.data / "radii.csv", lambda: pd.DataFrame({"r": [1.0, 2.0]}), "radii", {})
        yield study


PLACES = {"checkpoint": (lambda study: study.checkpoint("I"), lambda study: stages.load_network(study, "I")),
          "checkpoint to go on from": (lambda study: study.checkpoint("I"),
                                       lambda study: stages.network(study, "I")),
          "latents": (lambda study: study.latents("I", "train"),
                      lambda study: stages.latents(study, "I", "train")),
          "latents of a notebook": (lambda study: study.latents("I", "train"),
                                    lambda study: artifacts.require(study.latents("I", "train"),
                                                                    "02_encode_celeba")),
          "image cache": (lambda study: cache.paths(study)[0], cache.load),
          "factors": (lambda study: cache.paths(study)[1], cache.load),
          "table": (lambda study: study.data / "radii.csv",
                    lambda study: artifacts.require(study.data / "radii.csv", "02_encode_celeba"))}


def in_bytes(save, *given, **options):
    file = io.BytesIO()
    save(file, *given, **options)
    return file.getvalue()


def objects(payload):
    return np.array([[payload, 1.0]], dtype=object)


PAYLOADS = {"pickle": lambda payload: pickle.dumps(payload),
            "pickle of a tuple": lambda payload: pickle.dumps({"model": {}, "epoch": 1, "history": payload}),
            "array of objects": lambda payload: in_bytes(np.save, objects(payload), allow_pickle=True),
            "npz": lambda payload: in_bytes(lambda file, x: np.savez(file, x), objects(payload)),
            "torch": lambda payload: in_bytes(lambda file, x: torch.save(x, file),
                                              {"model": payload, "epoch": 1}),
            "torch, old format": lambda payload: in_bytes(lambda file, x: torch.save(
                x, file, _use_new_zipfile_serialization=False), {"model": payload}),
            "nothing": lambda payload: b"", "web page": lambda payload: b"<html>\xff quota, exceeded</html>"}


@pytest.fixture
def plant(run):
    """`plant(path, data)` puts `data` there with a sidecar that calls it right; then all is as before."""
    before = {}

    def put(path, data, **facts):
        for each in (path, artifacts.sidecar(path)):
            before.setdefault(each, each.read_bytes())
        recorded = artifacts.facts(path)
        path.write_bytes(data)
        artifacts._file_hash.cache_clear()
        artifacts.sidecar(path).write_text(json.dumps(recorded | {"sha256": artifacts.file_hash(path)}
                                                      | facts))
    yield put
    for path, data in before.items():
        path.write_bytes(data)
    artifacts._file_hash.cache_clear()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("place, use", PLACES.values(), ids=PLACES)
def test_a_planted_pickle_is_refused_and_does_not_run(place, use, payload, run, plant, tmp_path):
    path, marker = place(run), tmp_path / "it ran"
    plant(path, payload(Payload(marker)))
    with pytest.raises(REFUSED) as refusal:
        use(run)
    assert not marker.exists()
    said = str(refusal.value)
    assert path.name in said and "\n" not in said and len(said) < 400


@pytest.mark.parametrize("payload", [name for name in PAYLOADS if name not in ("nothing", "web page", "npz")])
def test_the_payload_runs_for_who_lets_it(payload, tmp_path):
    """Negative control: the careless way of reading runs the very same bytes."""
    data = PAYLOADS[payload](Payload(tmp_path / "it ran"))
    if payload.startswith("torch"):
        torch.load(io.BytesIO(data), weights_only=False)
    else:
        np.load(io.BytesIO(data), allow_pickle=True)
    assert (tmp_path / "it ran").exists()


@pytest.mark.parametrize("place, use", PLACES.values(), ids=PLACES)
def test_what_was_written_is_used(place, use, run):
    """Negative control of the refusals."""
    assert place(run).exists() and use(run) is not None


SOUND = {"stage": "radii", "params": {}, "inputs": {}, "code": {}, "sha256": "0" * 64}
SIDECARS = {"pickle": None, "nothing": b"", "cut": json.dumps(SOUND).encode()[:40],
            "not UTF-8": b"\xff\xfe{}", "a list": b"[]", "a number": b"7", "null": b"null",
            "no fields": b"{}", "nested": b"[" * 100_000,
            "nested deep but closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
            "a long number": b'{"seconds": ' + b"9" * 100_000 + b"}",
            "large": b" " * (formats.MAX_SIDECAR + 1),
            **{f"{name} is {value!r}": json.dumps(SOUND | {name: value}).encode() for name, value in (
                ("stage", 1), ("stage", None), ("params", []), ("inputs", ["z.npy"]),
                ("inputs", {"z.npy": {}}), ("code", "x"), ("code", {"train": 1}), ("sha256", 5),
                ("seconds", "1"), ("seconds", float("nan")), ("epoch", "2"), ("epoch", True), ("train", "64"),
                ("train", 0.5), ("shape", 3), ("peak_mb", "<script>"))}}


@pytest.mark.parametrize("data", SIDECARS.values(), ids=SIDECARS)
def test_a_sidecar_that_is_none_is_refused(data, tmp_path):
    path, marker = tmp_path / "z.npy", tmp_path / "it ran"
    artifacts.write(path, np.zeros(3))
    artifacts.sidecar(path).write_bytes(pickle.dumps(Payload(marker)) if data is None else data)
    for use in (artifacts.facts, lambda path: artifacts.require(path, "02_encode_celeba")):
        with pytest.raises(REFUSED, match="z.npy.json is not .* delete it, it will be made again") as refusal:
            use(path)
        assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 400
    assert artifacts.why_stale(path, artifacts.recipe("radii", {})) == "its sidecar cannot be read"
    assert not marker.exists()


def test_a_sound_sidecar_is_read(tmp_path):
    artifacts.sidecar(tmp_path / "z.npy").write_text(json.dumps(SOUND | {"anything": [1, {}]}))
    assert artifacts.facts(tmp_path / "z.npy")["anything"] == [1, {}]


def weights(**changes):
    model = models.Autoencoder(TINY, 1)
    state = {"model": model.state_dict(), "optimizer": torch.optim.Adam(model.parameters()).state_dict(),
             "epoch": 1, "history": [{"epoch": 1, "train": 0.1, "held_out": 0.1}]}
    return in_bytes(lambda file, x: torch.save(x, file), state | changes)


FOREIGN = {"of another network": {"model": models.Autoencoder(models.CASE_II).state_dict()},
           "no weights": {"model": {}}, "a list": {"model": [1]}, "epoch in words": {"epoch": "one"},
           "history of numbers": {"history": [1]},
           "loss in words": {"history": [{"epoch": 1, "train": "x", "held_out": 1}]},
           "no optimizer": {"optimizer": None}}


@pytest.mark.parametrize("changes", FOREIGN.values(), ids=FOREIGN)
def test_tensors_that_are_no_checkpoint_are_refused(changes, run, plant):
    plant(run.checkpoint("I"), weights(**changes))
    with pytest.raises(ValueError,
                       match="model-I.pt is no checkpoint of case I: delete it and run notebook 01"):
        stages.load_network(run, "I")


def test_a_foreign_checkpoint_is_used_as_weights(run, plant):
    """Negative control: right tensors with a right sidecar are weights, whoever made them."""
    plant(run.checkpoint("I"), weights())
    with torch.no_grad():
        assert torch.equal(next(stages.load_network(run, "I").parameters()),
                           next(models.Autoencoder(TINY, 1).parameters()))


ARRAYS = {"floats": np.zeros((80, 3, 96, 96)), "other size": np.zeros((80, 3, 64, 64), np.uint8),
          "fewer": np.zeros((79, 3, 96, 96), np.uint8), "numbers": np.zeros(5, np.uint8),
          "text": np.array(["a"])}


@pytest.mark.parametrize("x", ARRAYS.values(), ids=ARRAYS)
def test_a_cache_of_something_else_is_refused(x, run, plant):
    plant(cache.paths(run)[0], in_bytes(np.save, x))
    with pytest.raises(ValueError, match="which this study did not write: delete it"):
        cache.load(run)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a\n" + "=cmd|' /C calc'!A0\n" * 80],
                         ids=["other rows", "formulas"])
def test_factors_of_something_else_are_refused(text, run, plant):
    plant(cache.paths(run)[1], text.encode())
    with pytest.raises(ValueError, match="holds no table of 80 rows of numbers"):
        cache.load(run)
