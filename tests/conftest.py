"""Options of the tests, their order, and the figures that they tell at the end."""
import sys

import numpy as np
import pytest

TOLD = "told"                                                        # a test's property of this name


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true",
                     help="the fault campaigns at full length, not in the short form")


def pytest_collection_modifyitems(config, items):
    left_out = {item for item in items if item.get_closest_marker("whole")
                and not config.getoption("--whole")}
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    # of two processes one begins with the smoke run, the longest, so that both end together
    items[:] = sorted((item for item in items if item not in left_out),
                      key=lambda item: not item.get_closest_marker("smoke"))


@pytest.fixture(autouse=True)
def _few_photos_will_do(monkeypatch):
    """Tests of images take few photos; what notebooks need is tried in tests/faults/test_few_photos.py."""
    if cache := sys.modules.get("lib.images.cache"):
        monkeypatch.setattr(cache, "MIN_TRAIN", 64)
        monkeypatch.setattr(cache, "MIN_HELD_OUT", 16)


@pytest.fixture(scope="module")
def jpegs():
    """{name: bytes} of smooth JPEGs, no two alike, under CelebA's names."""
    from tests.trees import NAMES, encoded, smooth  # torch, only where it is needed
    rng = np.random.default_rng(0)
    return {name: encoded(smooth(rng)) for name in NAMES}


@pytest.fixture
def tell(record_property):
    """`tell(line)`: show a line after all tests."""
    return lambda line: record_property(TOLD, line)


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, line in report.user_properties:
            if name == TOLD and report.when == "call":
                terminalreporter.write_line(line)
