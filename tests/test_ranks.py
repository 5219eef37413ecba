"""Several processes train as one does: the same history and weights at the same batch; one of them writes."""
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from lib.network import models, ranks, train
from lib.study import ROOT

pytestmark = pytest.mark.slow

SCRIPT = """
import json, pathlib, sys
import numpy as np, torch
from lib.network import models, ranks, train
from tests.test_ranks import fitted
ranks.start()
written = []
history, weights = fitted(after_epoch=lambda state: written.append(state["epoch"]), **json.loads(sys.argv[2]))
found = [ranks.count(), history, weights, written]
pathlib.Path(sys.argv[1], f"{ranks.rank()}.json").write_text(json.dumps(found))
ranks.stop()
"""


def fitted(seed=0, batch=8, **arguments):
    """History of two epochs on 32 images, and the norm of each weight."""
    rng = np.random.default_rng(0)
    x = (rng.random((37, 3, 1, 96)) * rng.random((37, 1, 96, 1)) * 255).astype(np.uint8)
    model = models.Autoencoder(models.CASE_I)
    history = train.fit(model, x[:32], x[32:], epochs=2, batch=batch, seed=seed, device=torch.device("cpu"),
                        **arguments)
    return history, [p.detach().norm().item() for p in model.parameters()]


def torchrun(folder, **arguments):
    """What each of two processes saw: count, history, weights, epochs written."""
    (folder / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    finished = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--standalone",
                               "--nproc_per_node=2", folder / "script.py", folder, json.dumps(arguments)],
                              text=True, capture_output=True, cwd=ROOT, env=environment)
    return finished, [json.loads(path.read_text()) for path in sorted(folder.glob("[01].json"))]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    finished, seen = torchrun(tmp_path_factory.mktemp("two"))
    assert finished.returncode == 0, finished.stderr[-3000:]
    return seen


def losses(history):
    return np.array([(row["train"], row["held_out"]) for row in history])


def test_two_processes_have_the_history_of_one(two):
    history, weights = fitted()
    assert [count for count, *_ in two] == [2, 2]
    for _, seen, seen_weights, _ in two:
        np.testing.assert_allclose(losses(seen), losses(history), rtol=1e-4)
        np.testing.assert_allclose(seen_weights, weights, rtol=1e-3, atol=1e-4)
    # control: another order of the images
    assert abs(losses(two[0][1]) / losses(fitted(seed=1)[0]) - 1).max() > 1e-3
    assert abs(losses(two[0][1]) / losses(fitted(batch=4)[0]) - 1).max() > 1e-3  # control: half of the batch


def test_all_have_one_history_and_the_first_writes(two):
    assert two[0][1:3] == two[1][1:3]
    assert [written for *_, written in two] == [[1, 2], []]


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path):
    finished, seen = torchrun(tmp_path, batch=7)
    assert finished.returncode and not seen
    words = "a batch of 7 images cannot be shared equally by 2 processes: choose a multiple of 2"
    assert words in finished.stderr


def test_alone_is_rank_0_of_1():
    batches = torch.arange(6).view(2, 3)
    assert (ranks.rank(), ranks.count()) == (0, 1)
    assert torch.equal(ranks.share(batches), batches) and ranks.mean(torch.tensor(3.0)) == 3


@pytest.mark.parametrize("rank, part", [(0, [[0, 2], [4, 6]]), (1, [[1, 3], [5, 7]])])
def test_shares_are_equal_and_make_the_batch(monkeypatch, rank, part):
    monkeypatch.setattr(ranks, "count", lambda: 2)
    monkeypatch.setattr(ranks, "rank", lambda: rank)
    assert ranks.share(torch.arange(8).view(2, 4)).tolist() == part
