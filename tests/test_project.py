"""The project as a whole: wings whose arrows run down, nothing undeclared, nothing barred in git."""
import ast
import itertools
import re
import subprocess
import sys
import tomllib

import pytest

from lib.store import artifacts
from lib.study import PICTURES, ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
MODULES = sorted(path.relative_to(ROOT / "lib").with_suffix("").as_posix()
                 for path in (ROOT / "lib").rglob("*.py") if not path.stem.startswith("__"))
# The wings from below up, as lib/__init__.py names them: a module may import from its own and those before.
WINGS = ["study", "store", "cloud", "trial", "figures", "claims", "network", "images", "stages", "run"]
DISTRIBUTION = {"sklearn": "scikit-learn", "skimage": "scikit-image", "skdim": "scikit-dimension",
                "PIL": "pillow", "markdown_it": "markdown-it-py", "openTSNE": "opentsne",
                "IPython": "ipykernel", "jupyter_server": "jupyter-server", "pillow_heif": "pillow-heif"}


def wing(module):
    return module.split("/")[0]


def reached(module):
    """The lib modules that `module` imports."""
    return artifacts.imports(ROOT / "lib" / f"{module}.py")


def packages(path):
    """Top-level packages that a Python file imports, without the standard library and lib."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"lib", "tests", "benchmarks"}


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    every = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    return {re.split(r"[<>=\[ ;]", name)[0].lower() for name in every}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down_the_wings(module):
    allowed = WINGS[:WINGS.index(wing(module)) + 1]
    assert {wing(name) for name in reached(module)} <= set(allowed)


def test_within_a_wing_imports_run_in_no_circle():
    rest = {module: {name for name in reached(module) if name != module} for module in MODULES}
    while free := [module for module, needs in rest.items() if not needs & set(rest)]:
        for module in free:
            del rest[module]
    assert not rest


@pytest.mark.parametrize("module", [name for name in MODULES if wing(name) in ("cloud", "trial")])
def test_cloud_and_trial_know_arrays_only(module):
    assert not packages(ROOT / "lib" / f"{module}.py") & {"torch", "torchvision", "matplotlib", "seaborn"}
    assert {wing(name) for name in reached(module)} <= {"cloud", "trial"}
    source = (ROOT / "lib" / f"{module}.py").read_text()
    assert not re.search(r"\bopen\(|\bPath\b|read_text|write_text", source)


@pytest.mark.parametrize("module", [name for name in MODULES if wing(name) == "network"])
def test_the_network_knows_no_files(module):
    assert {name for name in reached(module) if wing(name) != "network"} <= {"store/progress", "study"}


def test_the_wings_are_told_where_one_looks_first():
    told = (ROOT / "lib" / "__init__.py").read_text()
    assert set(WINGS) == {wing(module) for module in MODULES}
    assert [name for name in re.findall(r"^    (\w+)", told, re.M) if name in WINGS] == WINGS[::-1]


@pytest.mark.parametrize("path", sorted([*ROOT.glob("lib/**/*.py"), *ROOT.glob("tests/*.py"), *NOTEBOOKS,
                                         *ROOT.glob("benchmarks/*.py")]), ids=lambda path: path.stem)
def test_every_import_is_declared(path):
    assert {DISTRIBUTION.get(name, name).lower() for name in packages(path)} <= declared()


def pins(name):
    """{package: version} of a lock; each line pins one exactly."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith(("#", "-r "))]
    found = dict(re.fullmatch(r"([a-z0-9._-]+)==([^ ]+)( ; .*)?", line).groups()[:2] for line in lines)
    assert len(found) == len(lines)
    return found


def test_every_declared_package_is_pinned_once_where_it_is_needed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    users, tests = pins("requirements.txt"), pins("requirements-test.txt")
    assert not set(users) & set(tests) and declared() <= {*users, *tests}
    assert {re.split(r"[<>=\[ ;]", name)[0].lower() for name in project["dependencies"]} <= set(users)


def test_no_lock_pins_a_pre_release_or_one_maker_s_graphics_card():
    """torch brings what its own build needs of CUDA; else 5 GB go where there is no card."""
    every = pins("requirements.txt") | pins("requirements-test.txt")
    assert [version for version in every.values() if re.search("[a-z]", version.replace("post", ""))] == []
    assert [name for name in every if re.match("cuda-|nvidia-|triton", name)] == []


def test_the_pythons_that_fit_are_said_alike():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted == ">=3.11,<3.15"
    assert "(3, 11) <= v[:2] <= (3, 14)" in (ROOT / "Makefile").read_text()
    for name in ("README.md", "Makefile", "lib/__main__.py"):
        assert "Python 3.11 to 3.14" in (ROOT / name).read_text(), name


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_no_photograph_array_or_weights_in_git():
    files, barred = tracked(), {".jpg", ".jpeg", ".npy", ".npz", ".pt", ".pth", ".zip"}
    assert not [path for path in files if path.suffix.lower() in barred]
    faces = {path.parent.name.split("-")[0] for path in files if path.match("figures/*/*.faces.webp")}
    assert faces <= {"synthetic"}


def test_lib_is_tracked():
    assert ROOT / "lib" / "store" / "artifacts.py" in tracked()


def test_what_a_committed_page_links_is_committed():
    files = tracked()
    held, pages = {*files, *(folder for path in files for folder in path.parents)}, 0
    for page in (path for path in files if path.suffix == ".md" and "templates" not in path.parts):
        prose = re.sub(r"(?ms)^```.*?^```", "", page.read_text())
        links = re.findall(r'\]\(([^)#\s]+)|(?:src|href)="([^"#]+)"', prose)
        local = {first or second for first, second in links if not re.match(r"\w+:", first or second)}
        lost = [link for link in sorted(local) if page.parent.joinpath(link).resolve() not in held]
        assert not lost, f"{page.name} links what is not committed: {lost}"
        pages += bool(local)
    assert pages >= 10                                               # README and the reference run's


def test_committed_figures_stay_small():
    sizes = [path.stat().st_size for path in tracked() if path.suffix in PICTURES]
    assert sum(sizes) <= 16 * 2 ** 20


def test_committed_pages_stay_small():
    assert sum(path.stat().st_size for path in tracked() if path.match("figures/*/*.md")) <= 1.5 * 2 ** 20


def test_a_clone_with_other_line_ends_holds_the_same_bytes(tmp_path):
    tracked()                                                        # skips where there is no checkout
    clone = tmp_path / "clone"
    subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "-q", str(ROOT), str(clone)], check=True)
    for path in sorted((clone / "data").glob("*/*.csv")):
        assert artifacts.require(path, "08").shape[0] > 0            # its content is what its sidecar says


def test_ruff_finds_nothing():
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "."]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_package_names_every_wing():
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "lib").rglob("*.py")}
    assert {name.replace(".", "/") for name in packages} == folders
