"""Killed, interrupted, terminated: it goes on where it was, and ends with the same bytes as ever."""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import campaign
import pytest
import tiny

from lib.store import artifacts
from lib.study import ROOT

MOMENTS = {                                        # a file whose appearance says that a stage is at work
    "cache building": "data/images/.synthetic-80-s0.npy.*.tmp",
    "training": "data/synthetic-smoke-s0/model-I.pt",
    "encoding": "data/synthetic-smoke-s0/.locks/z_train-I.npy.lock",
}
SCRIPT = """# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import time
for beat in range(6_000):
    open("beats", "a").write("x")
    time.sleep(0.1)
"""


def environment():
    return {**{key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))},
            "PYTHONPATH": str(ROOT)}


def start(command, folder):
    """Start `command` as the leader of a process group of its own."""
    return subprocess.Popen([str(part) for part in command], cwd=folder, env=environment(),
                            start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for(folder, pattern, process):
    """Wait until a file like `pattern` is in `folder`, or the process ends."""
    while process.poll() is None and not next(folder.glob(pattern), None):
        time.sleep(0.001)


def test_a_run_killed_in_each_stage_ends_with_the_same_bytes(tmp_path, tell, monkeypatch):
    command = [sys.executable, tiny.__file__]
    killed, chance = 0, random.Random(0)
    for pattern in MOMENTS.values():
        process = start([*command, tmp_path / "killed"], ROOT)
        wait_for(tmp_path / "killed", pattern, process)
        time.sleep(chance.uniform(0, 0.02))
        os.killpg(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert campaign.partial(tmp_path / "killed") == []
    last = start([*command, tmp_path / "killed"], ROOT)
    error = last.communicate()[1]
    assert last.returncode == 0, error
    tiny.shrink(monkeypatch.setitem)
    tiny.make(tiny.study(tmp_path / "straight"))
    assert tiny.contents(tmp_path / "killed") == tiny.contents(tmp_path / "straight")
    assert killed and not list((tmp_path / "killed").rglob(".*.tmp"))
    tell(f"kills, short form: {killed} of {len(MOMENTS)} kills survived")


def test_control_a_partial_file_is_seen(tmp_path):
    path = tmp_path / "data" / "z.npy"
    artifacts.write(path, artifacts.np.zeros(100))
    assert campaign.partial(tmp_path) == []
    path.write_bytes(path.read_bytes()[:-1])
    assert campaign.partial(tmp_path) == ["data/z.npy"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with one notebook, which beats like a heart in the file `beats`."""
    folder = tmp_path_factory.mktemp("a project")
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "05_radius_theory.py").write_text(SCRIPT)
    return folder


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_stopped_notebook_says_one_line_and_its_kernel_dies_with_it(project, number, code):
    (project / "beats").unlink(missing_ok=True)
    process = start([sys.executable, "-m", "lib", "notebook", "05", "-p", "scale", "smoke"], project)
    wait_for(project, "beats", process)
    os.killpg(process.pid, number)
    error = process.communicate(timeout=600)[1]
    assert process.returncode == code
    assert error == ("" if number == signal.SIGKILL
                     else "05: interrupted; run the same command again to go on\n")
    beats = 0
    while beats != (beats := (project / "beats").stat().st_size):
        time.sleep(2)
    assert 0 < beats < 6_000                # it stands still before its end: no orphan goes on writing
    left = {path.name for path in (project / "build" / "synthetic-smoke-s0").iterdir()} - {".locks"}
    if number != signal.SIGKILL:
        assert left == set()
        return
    assert "05_radius_theory.running.ipynb" in left or "05_radius_theory.start.ipynb" in left
    (project / "notebooks" / "05_radius_theory.py").write_text(SCRIPT.replace("6_000", "2"))
    out = subprocess.run([sys.executable, "-m", "lib", "notebook", "05", "-p", "scale", "smoke"], cwd=project,
                         env=environment(), capture_output=True, text=True)
    assert out.returncode == 0 and re.search(rf"taken over from process {process.pid} on ", out.stdout)
    assert {path.name for path in (project / "build" / "synthetic-smoke-s0").iterdir()} == {
        ".locks", "05_radius_theory.ipynb", "05_radius_theory.ipynb.json"}


@pytest.mark.whole
def test_make_all_survives_the_whole_campaign(tmp_path, tell):
    result = campaign.run(tmp_path / "a campaign", kills=20)
    tell(result.summary)
    assert result.finished and result.kills >= 20 and not result.partial
    assert result.different == []
