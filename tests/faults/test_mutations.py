"""Thousands of damaged photos and zips: no crash, no hang, no writing elsewhere, no image but whole ones."""
import multiprocessing
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from lib.images import cache, photos, sources
from lib.store import progress
from lib.study import Study
from tests.faults import mutations
from tests.trees import encoded, put, smooth

# Pillow tells what it skips of bad EXIF data
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
SECONDS = 600              # for one file: this is a hang, not a slow machine; the slowest take 1
# 2470, 3588: the last chunk of a PNG has another checksum; 554: an entry without a name
WERE_FAULTS = {"try_photo": [2470, 3588], "try_zip": [554]}
COUNTS = {"try_photo": (300, 4_200), "try_zip": (100, 1_400)}               # in the short form, whole


@pytest.fixture
def worker(tmp_path):
    """`ask(function, number)` -> what a process of its own answers; "crashed" or "hung" when it does not."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=mutations.work, args=(there, tmp_path), daemon=True)
    process.start()
    there.close()

    def ask(function, number):
        here.send((function, number))
        try:
            return here.recv() if here.poll(SECONDS) else ("?", "?", "hung")
        except EOFError:
            return "?", "?", "crashed"
    yield ask
    process.kill()
    process.join()


@pytest.mark.parametrize("name", COUNTS)
def test_damaged_files_are_refused_or_whole(name, worker, request, tell):
    count = COUNTS[name][request.config.getoption("whole")]
    outcomes, faults = Counter(), []
    for number in sorted({*range(count), *WERE_FAULTS[name]}):
        kind, way, outcome = worker(getattr(mutations, name), number)
        outcomes[outcome if outcome in ("accepted", "quarantined", "refused") else "faults"] += 1
        if outcome not in ("accepted", "quarantined", "refused"):
            faults.append(f"{name} {number} ({kind}, {way}): {outcome}")
        if outcome in ("hung", "crashed"):
            break                                                            # nobody answers any more
    tell(f"{name.removeprefix('try_')}s damaged: {outcomes.total():,}, "
         + ", ".join(f"{n:,} {what}" for what, n in outcomes.items()))
    assert not faults, "\n".join(faults[:10])
    # both ends seen
    assert min(outcomes["accepted"], outcomes["quarantined"] + outcomes["refused"]) > count // 50


def broken_decoder(data):
    """Pillow without its checks: what it accepts must be noticed."""
    from PIL import Image, ImageFile
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image = Image.open(mutations.BytesIO(data)).convert("RGB")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return np.asarray(image.resize((96, 96))).transpose(2, 0, 1)


def test_a_lenient_decoder_would_be_caught(monkeypatch, tmp_path):
    """Negative control of the campaign."""
    monkeypatch.setattr(photos, "_attempts",
                        lambda block, read: ([broken_decoder(read(photo)) for photo in block], [], []))
    truncated = [number for number in range(200)
                 if mutations.WAYS[np.random.default_rng([1, number]).integers(len(mutations.WAYS))]
                 == "truncate"]
    outcomes = []
    for number in truncated:
        try:
            outcomes.append(mutations.try_photo(number, tmp_path)[2])
        except Exception:  # the decoder raised: seen as well
            continue
    assert any(outcome.startswith("accepted, but broken") for outcome in outcomes)


@pytest.mark.parametrize("lenient", [True, False], ids=["all may be broken", "0.1 % may be broken"])
def test_damaged_files_through_the_cache(lenient, monkeypatch, tmp_path):
    rng, sound = np.random.default_rng(7), mutations.samples()
    monkeypatch.setattr(progress, "log", lambda line: None)
    given = {f"{i:03d}.jpg": encoded(smooth(rng, (60, 60))) for i in range(100)}
    names = [name for name in sound if name != "jpeg large"]  # which is not exact
    for i in range(140):
        given[f"x{i:03d}.jpg"], _ = mutations.mutant(sound[names[i % len(names)]], list(sound.values()), rng)
    monkeypatch.setenv("IMAGES", str(put(tmp_path / "source", given)))
    study = Study("folder", "smoke", 0, tmp_path / "home")
    if not lenient:
        with pytest.raises(sources.SourceError, match="do not decode, more than 0.1 %"):
            cache.prepare(study)
        assert not list(tmp_path.rglob("*.npy"))
        return
    monkeypatch.setattr(cache, "BAD_SHARE", 1)
    cache.prepare(study)
    x = cache.load(study)
    bad = set(pd.read_csv(next((tmp_path / "home/data/images").glob("*-quarantine.csv")))["file"])
    whole = Counter(mutations.strict(data).tobytes() for name, data in given.items() if name not in bad)
    got = Counter(image.tobytes() for part in (x.train, x.held_out) for image in part)
    assert not got - whole and got.total() >= 0.9 * whole.total() and len(bad) > 30
