"""A full disk and a read-only folder: one sentence before any work, no damage, and on it goes with room."""
import errno
import os
import subprocess

import jupyter_core.paths
import matplotlib.pyplot as plt
import pytest
import tiny

from lib import figures, stages
from lib.images import cache
from lib.network import train
from lib.run import runner
from lib.store import artifacts, disk

SENTENCE = (r"^the disk is full: {name} needs [\d.]+ (bytes|kB|MB), and [\d.]+ (bytes|kB|MB) are free in .*; "
            r"make room and run the same command again$")
FORBIDDEN = ("^{name} cannot be written: .* is read-only or not yours; "
             "allow writing there and run the same command again$")


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The artifacts of a run on a disk with room."""
    home = tmp_path_factory.mktemp("roomy")
    with pytest.MonkeyPatch.context() as patch:
        tiny.shrink(patch.setitem)
        tiny.make(tiny.study(home))
    return tiny.contents(home)


@pytest.fixture
def mounted(tmp_path, monkeypatch):
    """A file system of 16 MB of its own, as the home of a tiny run."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)],
                          capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a file system to fill needs the right to mount one: {done.stderr.strip()}")
    tiny.shrink(monkeypatch.setitem)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder, left):
    """Fill the disk under `folder` until `left` bytes are free; return the ballast."""
    ballast = folder / "ballast"
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.shutil.disk_usage(folder).free - left)
    return ballast


def unharmed(home):
    """Whether no file is partial: each loads, is what its sidecar says; no temporary one or lock is left."""
    names = [path.name for path in home.rglob("*")]
    for path in tiny.contents(home):
        artifacts.read(home / path)
        assert artifacts.facts(home / path)["sha256"] == artifacts.file_hash(home / path)
    return not [name for name in names if name.endswith(".tmp")]


STAGES = {                       # what is there already, bytes left, the file that has no room
    "image cache": (lambda study: None, 1_000_000, "synthetic-80-s0.npy"),
    "checkpoint": (cache.prepare, 1_000_000, "model-I.pt"),
    "latents": (lambda study: (cache.prepare(study), stages.network(study, "I")), 40_960, "z_train-I.npy"),
    "map": (lambda study: (cache.prepare(study), stages.network(study, "I"), stages.latents(study, "I")), 0,
            "tsne-C2-8.npy"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_stops_a_stage_before_it_begins(mounted, expected, stage, monkeypatch):
    prepare, left, name = STAGES[stage]
    study = tiny.study(mounted)
    study.data.mkdir(parents=True)
    with tiny.threads():
        prepare(study)
    ballast = fill(mounted, left)
    if stage == "checkpoint":
        monkeypatch.setattr(train, "fit",
                            lambda *given, **named: pytest.fail("trained without room for a checkpoint"))
    with pytest.raises(disk.Unwritable, match=SENTENCE.format(name=name)):
        tiny.make(study)
    monkeypatch.undo()
    tiny.shrink(monkeypatch.setitem)
    ballast.unlink()
    assert unharmed(mounted)
    tiny.make(study)
    assert tiny.contents(mounted) == expected


def test_a_disk_that_fills_up_during_training_keeps_the_epochs_before(mounted, expected, monkeypatch):
    study, real = tiny.study(mounted), artifacts.save

    def save(path, value, *given, **named):
        real(path, value, *given, **named)
        if not (mounted / "ballast").exists():
            fill(mounted, 8_192)
    monkeypatch.setattr(artifacts, "save", save)
    with pytest.raises(disk.Unwritable, match=SENTENCE.format(name="model-I.pt")):
        tiny.make(study)
    monkeypatch.undo()
    tiny.shrink(monkeypatch.setitem)
    assert artifacts.read(study.checkpoint("I"))["epoch"] == 1
    (mounted / "ballast").unlink()
    assert unharmed(mounted)
    told = []
    with tiny.threads():
        stages.network(study, "I", say=told.append)
    assert told == ["case I: training goes on after epoch 1"]
    tiny.make(study)
    assert tiny.contents(mounted) == expected


def test_a_figure_without_room_keeps_the_old_one(mounted):
    study = tiny.study(mounted)
    fig, ax = plt.subplots()
    path = figures.save(fig, study, "X-1", "empty", "An empty panel.")
    before = path.read_bytes()
    ax.imshow([[k % 7 for k in range(j, j + 300)] for j in range(300)])
    fill(mounted, 0)
    with pytest.raises(disk.Unwritable,
                       match="the disk is full: X-1-empty.webp needs more than the .* that are free"):
        figures.save(fig, study, "X-1", "empty", "A full panel.")
    plt.close(fig)
    assert path.read_bytes() == before and os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("stage", ["checkpoint", *(pytest.param(stage, marks=pytest.mark.whole)
                                                  for stage in STAGES if stage != "checkpoint")])
def test_a_read_only_folder_stops_a_stage_before_it_begins(mounted, expected, stage):
    prepare, _, name = STAGES[stage]
    study = tiny.study(mounted)
    study.data.mkdir(parents=True)
    (mounted / "data" / "images").mkdir(exist_ok=True)
    with tiny.threads():
        prepare(study)
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    with pytest.raises(disk.Unwritable, match=FORBIDDEN.format(name=name)):
        tiny.make(study)
    subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)
    assert unharmed(mounted)
    tiny.make(study)
    assert tiny.contents(mounted) == expected


def test_a_finished_run_can_be_used_where_nothing_can_be_written(mounted, expected):
    tiny.make(tiny.study(mounted))
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    tiny.make(tiny.study(mounted))
    assert tiny.contents(mounted) == expected


@pytest.mark.parametrize("left, options, words", [
    (8_192, "rw", "^the disk is full: 05_radius_theory.ipynb needs 21.0 MB, and [48].. kB are free in"),
    (8_192, "ro", "^05_radius_theory.ipynb cannot be written: .* is read-only or not yours")])
def test_a_notebook_says_so_before_it_runs(mounted, monkeypatch, left, options, words):
    study = tiny.study(mounted)
    study.build.mkdir(parents=True)
    fill(mounted, left)
    subprocess.run(["mount", "-o", f"remount,{options}", str(mounted)], check=True)
    monkeypatch.setattr(runner.studies, "named", lambda given: study)
    monkeypatch.setattr(runner, "_execute", lambda *given: pytest.fail("ran"))
    with pytest.raises(disk.Unwritable, match=words):
        runner.run("05", {"scale": "smoke"})
    assert set(os.listdir(study.build)) <= {disk.LOCKS}


@pytest.mark.parametrize("number", sorted(disk.FULL | disk.FORBIDDEN))
def test_errors_of_other_files_are_passed_on(tmp_path, number):
    with pytest.raises(OSError) as caught, disk.explained(tmp_path / "a" / "z.npy"):
        raise OSError(number, "no", "/elsewhere/photo.jpg")
    assert isinstance(caught.value, disk.Unwritable) is (number in disk.FULL)
    with pytest.raises(disk.Unwritable), disk.explained(tmp_path / "z.npy"):         # control: of this folder
        raise OSError(number, "no", str(tmp_path / ".z.npy.tmp"))
    with pytest.raises(FileNotFoundError), disk.explained(tmp_path / "z.npy"):
        raise FileNotFoundError(errno.ENOENT, "no")


def test_a_disk_without_modes_will_do(tmp_path, monkeypatch):
    """As exFAT and many network shares, where chmod is refused and every file is everyone's."""
    def refused(*given, **named):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    for name in ("chmod", "fchmod", "lchmod"):
        monkeypatch.setattr(os, name, refused, raising=False)
    tiny.shrink(monkeypatch.setitem)
    study = tiny.study(tmp_path)
    cache.prepare(study)
    assert unharmed(tmp_path)
    with pytest.raises(PermissionError):                                     # negative control
        (tmp_path / "any").touch()
        (tmp_path / "any").chmod(0o600)


def test_the_keys_of_a_kernel_lie_where_files_have_modes(tmp_path):
    with runner.room(tmp_path / "build/01.ipynb", "01", tmp_path / "elsewhere"):
        assert jupyter_core.paths.jupyter_runtime_dir() == str(tmp_path / "elsewhere")
