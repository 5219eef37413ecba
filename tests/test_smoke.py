"""The whole study at the smoke scale, as a user runs it: make, in a copy of the project, with this Python."""
import itertools
import os
import re
import subprocess
import sys

import jupytext
import pandas as pd
import pytest
from PIL import Image

from lib import claims, figures
from lib.store import artifacts
from lib.study import PICTURES, Study
from tests.faults import campaign
from tests.test_report import Outline

pytestmark = pytest.mark.smoke
RUN = "synthetic-smoke-s0"
# every figure of the posts by its id in the list of figures, and those of the trial
FIGURES = (["F1-1", "F2-T", "P2-1", "01-1", "01-2", "01-3", "01-4", "02-1"] + [f"F2-{k}" for k in range(1, 8)]
           + [f"03-{k}" for k in range(1, 6)] + ["04-1", "04-2", "05-1"]
           + [f"P1-{k}" for k in range(1, 6)] + [f"C2-{k}" for k in range(1, 22)]
           + [f"06-{k}" for k in range(1, 5)] + [f"07-{k}" for k in range(1, 14)]
           + [f"08-{k}" for k in range(1, 10)] + [f"09-{k}" for k in range(1, 9)]
           + [f"10-{k}" for k in range(1, 12)])


def make(folder, *arguments):
    """Run make in `folder` without what the calling shell set; return the finished process."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", f"PYTHON={sys.executable}", "SCALE=smoke", *arguments], cwd=folder,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in a path with a space, after `make all`."""
    folder = campaign.copy(tmp_path_factory.mktemp("a study") / "copy")
    finished = make(folder, "all")
    assert finished.returncode == 0, finished.stdout[-4000:]
    return folder


@pytest.mark.parametrize("figure_id", FIGURES)
def test_every_figure_of_the_posts_is_drawn(project, figure_id):
    found = [path for path in (project / "figures" / RUN).glob(f"{figure_id}-*") if path.suffix in PICTURES]
    assert len(found) == 1
    about = figures.about(found[0])
    assert about["Description"] and "scale smoke" in about["Source"]
    with Image.open(found[0]) as image:
        assert len(image.convert("RGB").getcolors(image.width * image.height)) > 2        # not an empty panel


def test_every_claim_has_a_verdict(project):
    table = pd.read_csv(project / "data" / RUN / "claims.csv")
    assert sorted(table.id) == sorted(claim.id for claim in claims.CLAIMS)
    assert set(table.verdict.str.split(":").str[0]) <= set(claims.VERDICTS)
    copies = [(project / place / RUN / "claims.csv").read_bytes() for place in ("data", "figures")]
    assert copies[0] == copies[1] and (project / "figures" / RUN / "claims.md").exists()


def test_no_notebook_shows_a_warning(project):
    for path in (project / "build" / RUN).glob("[0-9]*.ipynb"):
        assert not re.search(r"Warning|Traceback", path.read_text()), path.name


def test_pages_hold_all_code_every_claim_and_each_figure_once_with_its_alt_text(project):
    folder = project / "figures" / RUN
    pages = {path.stem: path.read_text() for path in folder.glob("[0-9][0-9]_*.md")}
    for script in (project / "notebooks").glob("[0-9]*.py"):
        cells = [cell.source for cell in jupytext.read(script).cells if cell.cell_type == "code"]
        assert re.findall(r"^```python\n(.*?)\n```$", pages[script.stem], re.M | re.S) == cells
    table = claims.readable(Study("synthetic", "smoke", 0, home=project),
                            claims.numbers(project / "data" / RUN / "claims.csv"))
    for row in table.itertuples():
        number = claims.BY_ID[row.id].notebook
        assert row.measured in next(page for name, page in pages.items() if name[:2] == number)
    shown = re.findall(r'<img src="([^"]+)" width="\d+" alt="[^"]+">', "".join(pages.values()))
    assert sorted(shown) == sorted(path.name for path in folder.iterdir() if path.suffix in PICTURES)


def test_the_report_holds_every_figure_and_notebook(project):
    page = (project / "build" / "report" / "index.html").read_text()
    for path in (project / "build" / "report").glob("*.html"):
        told = Outline(path.read_text())
        assert told.silent == told.outside == [] and told.headings.count(1) == 1, path.name
        assert all(after <= before + 1 for before, after in itertools.pairwise(told.headings)), path.name
    drawn = [path for path in (project / "figures" / RUN).iterdir() if path.suffix in PICTURES]
    for path in [*drawn, *(project / "notebooks").glob("[0-9]*.py")]:
        assert path.stem in page
    linked = set(re.findall(r'(?:href|src)="(?!http|#)([^"]+)"', page))
    assert all((project / "build" / "report" / name).exists() for name in linked)


def test_a_second_make_does_nothing(project):
    finished = make(project, "all")
    assert finished.returncode == 0
    assert "running" not in finished.stdout and "Nothing to be done" in finished.stdout


def test_a_finished_run_is_whole(project):
    finished = make(project, "verify")
    assert finished.returncode == 0 and f"{RUN} is whole" in finished.stdout


# From here on `make notebooks`: claims and report, which `make all` adds, take a while and are not asked.

def test_a_figure_deleted_by_hand_is_drawn_again(project):
    path = next((project / "figures" / RUN).glob("F2-5-*.webp"))
    before = path.read_bytes()
    path.unlink()
    finished = make(project, "notebooks")
    assert re.findall(r"(\d\d)_\w+: running for", finished.stdout) == ["04"] and path.read_bytes() == before
    assert "Nothing to be done" in make(project, "notebooks").stdout


def test_touching_a_module_reruns_nothing(project):
    (project / "lib" / "cloud" / "theory.py").touch()
    finished = make(project, "notebooks")
    assert finished.returncode == 0 and "running" not in finished.stdout
    assert "05_radius_theory: nothing that matters to it changed" in finished.stdout


def test_editing_a_module_reruns_what_uses_it_and_says_why(project):
    path = project / "lib" / "cloud" / "theory.py"
    path.write_text(path.read_text() + "\nEDITED = True\n")
    finished = make(project, "notebooks")
    assert finished.returncode == 0, finished.stdout
    ran = re.findall(r"(\d\d)_\w+: running for \S+ \(lib/cloud/theory.py changed\)", finished.stdout)
    uses = [script.stem[:2] for script in sorted((project / "notebooks").glob("[0-9]*.py"))
            if "cloud/theory" in artifacts.code_hashes(artifacts.imports(script), plumbing=True)]
    assert sorted(ran) == uses and "01" not in ran


def test_an_unknown_scale_is_refused_in_one_sentence(project):
    finished = make(project, "SCALE=huge", "all")
    assert finished.returncode != 0 and "error: unknown SCALE 'huge': choose one of" in finished.stdout
    assert "Traceback" not in finished.stdout
