"""The project as a whole: notebook pairs equal, imports pointing down, nothing undeclared, nothing that must not be in git."""
import ast
import re
import subprocess
import sys
import tomllib

import jupytext
import pytest

from lib import artifacts

ROOT = artifacts.ROOT
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
MODULES = sorted(path.stem for path in (ROOT / "lib").glob("[a-z]*.py"))
# A module may import those above it (the table of DESIGN): artifacts know nothing, reports know everything.
ORDER = ["formats", "progress", "disk", "artifacts", "study", "faces_parts", "faces", "sources", "jpegs", "photos", "images", "models",
         "ranks", "train", "health", "latent", "generators", "ladder", "theory", "repulsion", "embed", "planes", "dimensions", "filaments",
         "normality", "probes", "calibration", "pixels", "detection", "claims", "figures", "doctor", "runner", "audit", "report"]
ARRAYS_ONLY = {"health", "latent", "generators", "ladder", "theory", "repulsion", "embed", "planes", "dimensions", "filaments",
               "normality", "probes"}
DISTRIBUTION = {"sklearn": "scikit-learn", "skimage": "scikit-image", "skdim": "scikit-dimension", "PIL": "pillow",
                "openTSNE": "opentsne", "IPython": "ipykernel"}


def packages(path):
    """Top-level packages that a Python file imports, without the standard library and lib."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return {name for name in names if name not in sys.stdlib_module_names and name not in ("lib", "tests", "benchmarks")}


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    every = project["dependencies"] + project["optional-dependencies"]["test"]
    return {re.split(r"[<>=\[ ]", name)[0].lower() for name in every}


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_is_its_script_without_output(script):
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    assert [(c.cell_type, c.source) for c in notebook.cells] == \
           [(c.cell_type, c.source) for c in jupytext.read(script).cells], "run: make pairs"
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_has_the_three_parameters_and_short_cells(script):
    cells = [cell for cell in jupytext.read(script).cells if cell.cell_type == "code"]
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1
    assert max(cell.source.count("\n") + 1 for cell in cells) <= 16


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("__")])
def test_imports_point_down_the_table(module):
    below = ORDER[:ORDER.index(module)]
    assert set(artifacts.imports(ROOT / "lib" / f"{module}.py")) <= set(below)


@pytest.mark.parametrize("module", sorted(ARRAYS_ONLY & set(MODULES)))
def test_the_analysis_knows_arrays_only(module):
    path = ROOT / "lib" / f"{module}.py"
    assert not packages(path) & {"torch", "torchvision", "matplotlib", "seaborn"}
    assert not set(artifacts.imports(path)) - ARRAYS_ONLY


@pytest.mark.parametrize("path", sorted([*ROOT.glob("lib/*.py"), *ROOT.glob("tests/*.py"), *NOTEBOOKS,
                                         *ROOT.glob("benchmarks/*.py")]), ids=lambda path: path.stem)
def test_every_import_is_declared(path):
    assert {DISTRIBUTION.get(name, name).lower() for name in packages(path)} <= declared()


def test_every_declared_package_is_pinned_once():
    pins = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.M)
    assert len(pins) == len(set(pins))
    assert declared() <= {name.lower().replace("_", "-") for name in pins}


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_no_photograph_array_or_weights_in_git():
    files = tracked()
    assert not [path for path in files if path.suffix.lower() in {".jpg", ".jpeg", ".npy", ".npz", ".pt", ".pth", ".zip"}]
    assert not [path for path in files if "celeba-" in path.as_posix() and "figures" in path.parts]


def test_lib_is_tracked():
    assert ROOT / "lib" / "artifacts.py" in tracked()


def test_committed_figures_stay_small():
    sizes = [path.stat().st_size for path in tracked() if path.suffix == ".png"]
    assert sum(sizes) <= 8 * 2 ** 20
