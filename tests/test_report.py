"""The report's own arithmetic; that it holds every figure and notebook is seen in test_smoke."""
import pytest

from lib.run import report
from lib.store import artifacts


@pytest.mark.parametrize("runs, seconds", [
    ([("10:00:30", 30)], 30),
    ([("10:00:30", 30), ("10:02:00", 60)], 90),  # one after the other, a pause between them
    # the second begins before, the third ends within it
    ([("10:00:30", 30), ("10:01:00", 50), ("10:00:40", 5)], 60),
    ([("10:01:00", 60), ("10:01:00", 60)], 60),                      # both at the same time
])
def test_notebooks_that_run_at_the_same_time_count_once(tmp_path, runs, seconds):
    pages = [tmp_path / f"{k:02}_page.ipynb" for k in range(len(runs))]
    for page, (made, took) in zip(pages, runs, strict=True):
        page.write_text("{}")
        artifacts.seal(page, artifacts.recipe("notebook", {}), seconds=took)
        artifacts.write(artifacts.sidecar(page), artifacts.facts(page) | {"made": f"2026-01-01T{made}Z"})
    assert report._seconds(pages) == pytest.approx(seconds)
