"""Options of the tests."""


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="the fault campaigns at full length, not in the short form")
