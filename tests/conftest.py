"""Options of the tests, and the figures that they tell at the end."""
import pytest

TOLD = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true",
                     help="the fault campaigns at full length, not in the short form")


def pytest_collection_modifyitems(config, items):
    left_out = {item for item in items if item.get_closest_marker("whole")
                and not config.getoption("--whole")}
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def tell(request):
    """`tell(line)`: show a line after all tests."""
    return request.config.stash.setdefault(TOLD, []).append


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)
