"""Two at the same time: one waits and says for whom, a dead holder's lock is taken over, nothing is torn."""
import os
import re
import signal
import subprocess
import sys
import threading
import time

import campaign
import pytest
from filelock import FileLock

from lib.store import artifacts, disk, progress
from lib.study import ROOT

HOLD = """import signal, sys, time; from lib.store import disk
signal.signal(signal.SIGINT, signal.default_int_handler)   # a background job may ignore it
sys.stdout.reconfigure(line_buffering=True)
with disk.held(sys.argv[1]): print('held', flush=True); time.sleep(60)"""
COUNT = """import sys, pathlib; from lib.store import disk
path = pathlib.Path(sys.argv[1])
for _ in range(25):
    with disk.held(path):
        path.write_text(str(int(path.read_text()) + 1))"""
WRITE = """import sys, time; from lib.store import artifacts
with artifacts.atomic(sys.argv[1]) as temporary:
    temporary.write_text('half'); print('writing', flush=True); time.sleep(60)"""
MAKE = """import sys; from lib.store import artifacts
def compute():
    print('computed'); sys.stdin.readline()
    return artifacts.np.full(2, 3.0)
print('read', artifacts.cached(sys.argv[1], compute, 'a stage', {})[0])"""


def start(code, *arguments, **options):
    return subprocess.Popen([sys.executable, "-u", "-c", code, *map(str, arguments)], cwd=ROOT, text=True,
                            **{"stdout": subprocess.PIPE, **options})


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(progress, "log", lines.append)
    monkeypatch.setattr(disk, "SECONDS_BETWEEN_LOOKS", 0.01)
    return lines


def test_the_second_waits_and_says_for_whom(tmp_path, said):
    order, inside = [], threading.Event()

    def first():
        with disk.held(tmp_path / "z.npy"):
            inside.set()
            while not said:
                time.sleep(0.01)
            order.append("first")
    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    with disk.held(tmp_path / "z.npy"):
        order.append("second")
    thread.join()
    assert order == ["first", "second"] and len(said) == 1
    assert said[0].startswith(f"z.npy: waiting for process {os.getpid()} on ") and " since 2" in said[0]
    assert (tmp_path / disk.LOCKS / "z.npy.lock").read_text() == ""       # the lock names nobody any more


def test_different_artifacts_do_not_wait_for_each_other(tmp_path, said):
    with disk.held(tmp_path / "a.npy"), disk.held(tmp_path / "b.npy"):
        assert not said


def test_a_dead_holders_lock_is_taken_over(tmp_path, said):
    process = start(HOLD, tmp_path / "z.npy")
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.wait()
    assert (tmp_path / disk.LOCKS / "z.npy.lock").read_text()             # what the dead leave behind
    with disk.held(tmp_path / "z.npy"):
        pass
    assert len(said) == 1 and said[0].startswith(f"z.npy: taken over from process {process.pid} on ")


def test_no_count_is_lost_among_processes(tmp_path):
    path = tmp_path / "count"
    path.write_text("0")
    processes = [start(COUNT, path) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert path.read_text() == "100" and sorted(os.listdir(tmp_path)) == [disk.LOCKS, "count"]


def test_leftovers_of_the_dead_are_cleared_away_and_those_of_the_living_are_not(tmp_path):
    dead, living = (start(WRITE, tmp_path / "z.txt") for _ in range(2))
    assert dead.stdout.readline() == living.stdout.readline() == "writing\n"
    dead.kill()
    dead.wait()
    (tmp_path / ".z.txt.mine.tmp").write_text("only looks like a leftover")
    artifacts.write(tmp_path / "z.txt", "whole")
    assert sorted(os.listdir(tmp_path)) == [f".z.txt.{living.pid}.tmp", ".z.txt.mine.tmp", "z.txt"]
    living.kill()
    living.wait()
    artifacts.write(tmp_path / "z.txt", "whole again")
    assert sorted(os.listdir(tmp_path)) == [".z.txt.mine.tmp", "z.txt"]


def test_without_locks_in_the_file_system_a_line_says_so(tmp_path, said, monkeypatch):
    def none(handle, operation):
        raise OSError(disk.errno.ENOLCK, "No locks available")
    monkeypatch.setattr("filelock._unix.fcntl.flock", none)
    with disk.held(tmp_path / "z.npy"):
        artifacts.write(tmp_path / "z.txt", "written all the same")
    assert len(said) == 1 and "without locks; start only one run at a time there" in said[0]


def test_two_processes_that_want_one_artifact_make_it_once(tmp_path):
    """Whichever comes first computes until the other has said that it waits: no clock decides."""
    reading, writing = os.pipe()
    together = [start(MAKE, tmp_path / "z.npy", stdin=subprocess.PIPE, stdout=writing) for _ in range(2)]
    os.close(writing)
    with open(reading) as out:
        first = sorted(out.readline() for _ in range(2))
        for process in together:
            process.stdin.write("go on\n")
            process.stdin.close()
        assert first[0] == "computed\n" and re.match(r"z.npy: waiting for (another )?process", first[1])
        assert out.read() == "read 3.0\n" * 2
    assert [process.wait() for process in together] == [0, 0]
    assert sorted(os.listdir(tmp_path)) == [disk.LOCKS, "z.npy", "z.npy.json"]


def test_a_holder_that_has_not_given_its_name_yet_is_waited_for_by_name(tmp_path, said, monkeypatch):
    """Between taking the lock and writing the name in it lies a moment; here it passes in the first sleep."""
    note = tmp_path / disk.LOCKS / "z.npy.lock"
    note.parent.mkdir()
    holder = FileLock(note)
    holder.acquire()
    monkeypatch.setattr(time, "sleep", lambda seconds: note.write_text("process 7 on a machine"))
    monkeypatch.setattr(progress, "log", lambda line: (said.append(line), note.write_text(""),
                                                       holder.release()))
    with disk.held(tmp_path / "z.npy"):
        pass
    assert said == ["z.npy: waiting for process 7 on a machine, which is making it"]


def made(folder, *arguments):
    """Start make in `folder` in a group of its own."""
    with open(folder / f"{' '.join(arguments)}.log", "ab") as log:
        return subprocess.Popen([*campaign.command(2), *arguments], cwd=folder, env=campaign.environment(),
                                stdout=log, stderr=log)


@pytest.mark.whole
def test_two_makes_of_one_run_and_one_of_another_at_the_same_time(tmp_path, tell):
    """Each with `make -j2 all`: no notebook of a run is executed twice, nothing is torn, no deadlock."""
    folder, begun = campaign.copy(tmp_path / "a copy"), time.monotonic()
    three = [made(folder, "SEED=0"), made(folder, "SEED=0", "MAKEFLAGS="), made(folder, "SEED=1")]
    assert [process.wait() for process in three] == [0, 0, 0]
    told = "".join((folder / f"{name}.log").read_text() for name in ("SEED=0", "SEED=0 MAKEFLAGS="))
    ran = re.findall(r"^(\d\d_\w+): done in", told, re.M)
    assert sorted(ran) == [path.stem for path in sorted((folder / "notebooks").glob("[0-9]*.py"))]
    assert "waiting for " in told and campaign.partial(folder) == [] and campaign.checks(folder) == []
    assert not list(folder.rglob(".*.tmp"))
    tell(f"concurrency: three makes with -j2 at the same time, {(time.monotonic() - begun) / 60:.0f} minutes")


def test_an_interrupt_ends_the_waiting(tmp_path):
    with disk.held(tmp_path / "z.npy"):
        waiting = start(HOLD, tmp_path / "z.npy")
        assert waiting.stdout.readline().startswith(f"z.npy: waiting for process {os.getpid()} on ")
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(timeout=600) != 0 and waiting.stdout.read() == ""
