"""CelebA from Kaggle, from a server on this machine: whole, cut off and gone on with, refused, never half."""
import http.server
import sys
import threading
import types

import numpy as np
import pytest

from lib.images import cache, downloads, sources
from lib.store import progress
from lib.study import Study
from tests.trees import HELD_OUT, NAMES, TRAIN, encoded, kaggle_zip, smooth, stacked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def jpegs():
    rng = np.random.default_rng(0)
    return {name: encoded(smooth(rng)) for name in NAMES}


@pytest.fixture(scope="module")
def whole(jpegs, tmp_path_factory):
    return kaggle_zip(tmp_path_factory.mktemp("kaggle"), jpegs).read_bytes()


class Host(http.server.BaseHTTPRequestHandler):
    """Sends `data` from where it is asked, but stops after `stops` bytes; notes where each answer began."""
    data, stops, code, kind, ranges, began = b"", None, 200, "application/zip", True, []

    def do_GET(self):
        if self.code != 200:
            return self.send_error(self.code)
        start = int(self.headers.get("Range", "bytes=0-")[6:-1]) if self.ranges else 0
        self.began.append(start)
        if start >= len(self.data):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", self.kind)
        self.send_header("Content-Length", str(len(self.data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.data) - 1}/{len(self.data)}")
        self.end_headers()
        self.wfile.write(self.data[start:self.stops])

    def log_message(self, *_):
        pass


@pytest.fixture
def host(whole, monkeypatch):
    class Here(Host):
        data, began = whole, []
    server = http.server.HTTPServer(("127.0.0.1", 0), Here)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("CELEBA_TERMS", "accepted")
    monkeypatch.setattr(sources, "MOUNTED", ())
    monkeypatch.delenv("CELEBA", raising=False)
    monkeypatch.setattr(downloads, "URL", f"http://127.0.0.1:{server.server_port}/celeba")
    monkeypatch.setattr(downloads, "PHOTOS", len(NAMES))
    monkeypatch.setattr(downloads, "BYTES", 10 * len(whole))
    yield Here
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def no_torchvision(monkeypatch):
    def fails(root, **_):
        raise RuntimeError("refused there, too")
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", types.SimpleNamespace(CelebA=fails))


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "data/raw").rglob("*")
                  if path.is_file() and ".locks" not in path.parts)


def test_a_whole_download_is_read_in_place(host, jpegs, tmp_path):
    study = Study("celeba", "smoke", 0, tmp_path)
    cache.download(study)
    assert files(tmp_path) == ["celeba-dataset.zip"]                  # not unpacked, and no half file left
    cache.prepare(study)
    x = cache.load(study)
    np.testing.assert_array_equal(x.train, stacked(jpegs, TRAIN))
    np.testing.assert_array_equal(x.held_out, stacked(jpegs, HELD_OUT))
    host.code = 500
    cache.download(study)                                             # it is there: nothing to do


@pytest.mark.parametrize("ranges, begins", [(True, [0, 5_000]), (False, [0, 0])], ids=["goes on", "anew"])
def test_what_was_cut_off_goes_on(ranges, begins, host, whole, tmp_path):
    host.stops, host.ranges = 5_000, ranges
    with pytest.raises(sources.SourceError, match=f"cut off at 5,000 of {len(whole):,} bytes; the same"):
        downloads.kaggle_zip(tmp_path / "data/raw/celeba")
    assert files(tmp_path) == [".celeba-dataset.zip.part"]
    assert sources.find(Study("celeba", "smoke", 0, tmp_path)) is None           # half of it is not found
    host.stops = None
    assert downloads.kaggle_zip(tmp_path / "data/raw/celeba").read_bytes() == whole
    assert host.began == begins and files(tmp_path) == ["celeba-dataset.zip"]


def test_a_download_killed_after_its_last_byte_is_kept(host, whole, tmp_path):
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/.celeba-dataset.zip.part").write_bytes(whole)
    assert downloads.kaggle_zip(tmp_path / "data/raw/celeba").read_bytes() == whole


UNFIT = {"page": ({"kind": "text/html", "data": b"<html>sign in</html>"}, "a page .text/html. in place of"),
         "refused": ({"code": 403}, "refused the download .403"),
         "no zip": ({"data": b"nothing of use" * 99}, "sent is no zip, or a damaged one: it was removed"),
         "other photos": ({}, "sent holds 120 photos and not 121: it was removed")}


@pytest.mark.parametrize("change, says", UNFIT.values(), ids=UNFIT)
def test_what_is_no_celeba_is_refused_and_not_kept(change, says, host, tmp_path, monkeypatch, no_torchvision):
    for name, value in change.items():
        setattr(host, name, value)
    if not change:
        monkeypatch.setattr(downloads, "PHOTOS", len(NAMES) + 1)
    with pytest.raises(sources.SourceError, match=says):
        downloads.kaggle_zip(tmp_path / "data/raw/celeba")
    assert files(tmp_path) == []
    said = []
    monkeypatch.setattr(progress, "log", said.append)
    with pytest.raises(sources.SourceError, match="refused there, too.*Get img_align_celeba.zip"):
        cache.download(Study("celeba", "smoke", 0, tmp_path))         # torchvision is tried, then what to do
    assert any("trying torchvision" in line for line in said)


def test_a_truncated_zip_of_the_right_size_is_refused(host, whole, tmp_path):
    host.data = whole[:-2_000] + bytes(2_000)
    with pytest.raises(sources.SourceError, match="is no zip, or a damaged one"):
        downloads.kaggle_zip(tmp_path / "data/raw/celeba")


def test_a_host_that_is_not_there(monkeypatch, tmp_path, host):
    monkeypatch.setattr(downloads, "URL", "http://127.0.0.1:9/")
    with pytest.raises(sources.SourceError, match="was cut off .*refused.*; the same command goes on"):
        downloads.kaggle_zip(tmp_path / "data/raw/celeba")


@pytest.mark.parametrize("given, answer, accepted", [("accepted", None, True), ("", "yes", True),
                                                     ("", "no", False), ("", None, False)])
def test_nothing_is_downloaded_before_the_terms_are_accepted(given, answer, accepted, monkeypatch, tmp_path,
                                                             host, no_torchvision):
    said = []
    monkeypatch.setattr(progress, "log", said.append)
    monkeypatch.setattr(progress, "headless", lambda: False)
    monkeypatch.setenv("CELEBA_TERMS", given)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: answer is not None})())
    monkeypatch.setattr("builtins.input", lambda question: answer)
    if accepted:
        cache.download(Study("celeba", "smoke", 0, tmp_path))
    else:
        with pytest.raises(sources.SourceError, match="refused there, too"):
            cache.download(Study("celeba", "smoke", 0, tmp_path))
    assert bool(host.began) == accepted and "non-commercial research only" in said[0]


def test_other_words_do_not_accept(monkeypatch):
    monkeypatch.setenv("CELEBA_TERMS", "maybe")
    with pytest.raises(ValueError, match="unknown CELEBA_TERMS=maybe: CELEBA_TERMS=accepted accepts"):
        downloads.terms_accepted()
