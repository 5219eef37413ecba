# make all      every figure, the claims table, pages and report     make help lists the rest
DATASET ?= synthetic
SCALE   ?= laptop
SEED    ?= 0
CELEBA  ?=
CELEBA_TERMS ?=
LFW     ?=
IMAGES  ?=
RUNS    ?=
TORCH   ?=
export CELEBA CELEBA_TERMS LFW IMAGES
export PYTHONDONTWRITEBYTECODE := 1
export PYTHONPATH := $(CURDIR)
unexport PYTHONSAFEPATH PYTHONSTARTUP PYTHONHOME PYTHONWARNINGS PYTHONOPTIMIZE MPLBACKEND MATPLOTLIBRC
# one pool of memory for the networks that are trained side by side, and
# keep freed memory: glibc otherwise gives the big buffers of each training step back and faults them in again (1.1-1.4x)
export MALLOC_ARENA_MAX = 1
export MALLOC_MMAP_MAX_ = 0
export MALLOC_TRIM_THRESHOLD_ = 2000000000
export PYDEVD_DISABLE_FILE_VALIDATION = 1
export JUPYTER_PREFER_ENV_PATH = 1

# Training and encoding take all cores; the other notebooks compute on one, at times two, and take up to 3 GB: two of
# them run at a time, three from four cores on, four from eight on (make -j1: one; longer than all others takes 07 alone).
# GNU make 3 does not tell a makefile of its -j: there it runs one, and as many as are asked for with -j.
ifeq ($(filter 3.%,$(MAKE_VERSION)),)
CORES := $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
MAKEFLAGS += -j$(if $(filter 1 2 3,$(CORES)),2,$(if $(filter 4 5 6 7,$(CORES)),3,4))
endif

# What is given and would change nothing is refused, not passed over: scale=smoke, or CELEBA= for drawn faces.
OPTIONS := DATASET SCALE SEED CELEBA CELEBA_TERMS LFW IMAGES DEVICE TORCH PYTHON SYSTEM ARGS BENCH RUNS
OTHERS  := OMP_NUM_THREADS CUDA_VISIBLE_DEVICES SHELL MAKEFLAGS MAKE_VERSION
GIVEN   := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
ODD     := $(filter-out $(OPTIONS) $(OTHERS),$(GIVEN))
$(if $(ODD),$(error nothing reads $(ODD)=: the options are $(OPTIONS), in capitals))
$(if $(and $(filter CELEBA,$(GIVEN)),$(CELEBA),$(filter-out celeba,$(DATASET))),$(error CELEBA=$(CELEBA) is read with DATASET=celeba only))
$(if $(and $(filter CELEBA_TERMS,$(GIVEN)),$(CELEBA_TERMS),$(filter-out celeba,$(DATASET))),$(error CELEBA_TERMS=$(CELEBA_TERMS) is read with DATASET=celeba only))
$(if $(and $(filter LFW,$(GIVEN)),$(LFW),$(filter-out lfw,$(DATASET))),$(error LFW=$(LFW) is read with DATASET=lfw only))
$(if $(and $(filter IMAGES,$(GIVEN)),$(IMAGES),$(filter-out folder,$(DATASET))),$(error IMAGES=$(IMAGES) is read with DATASET=folder only))
$(if $(filter-out cpu,$(TORCH)),$(error unknown TORCH=$(TORCH): TORCH=cpu installs torch without CUDA, leave it out for the usual one))

VENV   := .venv
SYSTEM ?= python3
PYTHON ?= $(VENV)/bin/python
SETUP  := $(if $(filter $(VENV)/bin/python,$(PYTHON)),$(VENV)/.ready)
TESTING := $(if $(SETUP),$(VENV)/.ready-tests)
# an environment whose Python is gone, or another one since the system was upgraded, is made again
SOUND  := $(VENV)/bin/python -I -c 'import pip' 2>/dev/null
$(if $(wildcard $(SETUP)),$(shell $(SOUND) || { echo "the Python of $(VENV) is gone: it is made again" >&2; rm -rf $(VENV); }))
RUN    := $(DATASET)-$(SCALE)-s$(SEED)
B      := build/$(RUN)
LIB    := $(PYTHON) -m lib
P      := -p dataset '$(DATASET)' -p scale '$(SCALE)' -p seed '$(SEED)'
DONE   := $(patsubst notebooks/%.py,$(B)/%.ipynb,$(sort $(wildcard notebooks/[0-9][0-9]_*.py)))
CODE   := $(wildcard lib/*.py lib/*/*.py lib/*.mplstyle lib/*.svg)

# make compares times only; this names what was deleted or changed by hand since it was made, by size, time and then content
GOALS   := $(filter all notebooks claims report readme,$(or $(MAKECMDGOALS),all))
READY   := $(if $(SETUP),$(wildcard $(SETUP)),yes)
DAMAGED := $(if $(and $(GOALS),$(READY),$(wildcard $(B)/*.ipynb.json)),$(shell env -u PYTHONSAFEPATH -u PYTHONHOME PYTHONPATH='$(CURDIR)' $(LIB) damaged $(P)))

.PHONY: all data notebooks claims report readme compare status verify test quick faults lab pairs calibration controls bench bench-setup doctor clean help setup FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: report ## train, encode, run all notebooks, write every figure, the claims table, the pages and the report

report: build/report/$(RUN).done ## the pages in figures/RUN, the HTML report in build/report/
notebooks: $(DONE)               ## run all notebooks headless
claims: figures/$(RUN)/claims.md ## the claims table from what the notebooks recorded
setup: $(SETUP)                  ## the virtual environment alone

PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH),--extra-index-url https://download.pytorch.org/whl/cpu)
$(VENV)/.ready: requirements.txt
	@$(SYSTEM) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v[:2] <= (3, 14) and "error: Python 3.11 to 3.14 is needed, and this is %d.%d: give one with make SYSTEM=python3.12" % v[:2])'
	@$(SOUND) || $(SYSTEM) -m venv $(VENV) || { echo "error: $(SYSTEM) cannot make a virtual environment: install its venv (Debian: apt install python3-venv), or run $(SYSTEM) -m pip install -r requirements.txt and then make PYTHON=$(SYSTEM) all" >&2; exit 1; }
	$(PIP) -r requirements.txt
	@touch $@
$(VENV)/.ready-tests: requirements-test.txt $(VENV)/.ready
	$(PIP) -r requirements-test.txt
	@touch $@

# Photos are listed anew on every call, drawn faces only when their code changes; the file changes when the images do.
$(B)/images.txt: $(wildcard lib/images/*.py) lib/study.py $(if $(filter synthetic,$(DATASET)),,FORCE) | $(SETUP)
	@$(LIB) data $(P)
	@$(if $(filter synthetic,$(DATASET)),touch $@)
data: $(B)/images.txt ## the image cache alone (for CelebA and LFW: tries to download, or says which files to put where)

# One rule for all notebooks: make sees times of change, the runner compares contents and says why it runs.
$(B)/%.ipynb: notebooks/%.py $(CODE) | $(SETUP)
	@$(LIB) notebook $* $(P)

# Who waits for whom. 05 reads nothing, but beside training it would take longer than both one after the other.
$(B)/01_train_ae.ipynb: $(B)/images.txt
$(B)/02_encode_celeba.ipynb: $(B)/01_train_ae.ipynb
$(B)/03_component_distributions.ipynb: $(B)/02_encode_celeba.ipynb
$(B)/04_uniform_vs_celeba.ipynb: $(B)/02_encode_celeba.ipynb
$(B)/05_radius_theory.ipynb: | $(B)/02_encode_celeba.ipynb
$(B)/06_pca_tsne_filaments.ipynb: $(B)/02_encode_celeba.ipynb
$(B)/07_faces_from_random_vectors.ipynb: $(B)/02_encode_celeba.ipynb
$(B)/08_filaments_on_trial.ipynb: $(B)/06_pca_tsne_filaments.ipynb
$(B)/09_how_gaussian.ipynb: $(B)/02_encode_celeba.ipynb
$(B)/10_whose_coordinates.ipynb: $(B)/02_encode_celeba.ipynb

# the longest first, so that those that run at a time end together
figures/$(RUN)/claims.md: $(B)/06_pca_tsne_filaments.ipynb $(B)/07_faces_from_random_vectors.ipynb $(DONE)
	@$(LIB) claims $(P)
build/report/$(RUN).done: figures/$(RUN)/claims.md lib/run/report.py lib/run/pages.py $(wildcard lib/run/templates/*)
	@$(LIB) report $(P)
$(DAMAGED): FORCE

compare: $(SETUP) ## claims of several runs side by side: RUNS="synthetic-laptop-s0 synthetic-laptop-s1 ..."
	@$(LIB) compare $(RUNS)

status: $(SETUP) ## every stage of a run: current, stale (why) or missing
	@$(LIB) status $(P)

verify: $(SETUP) ## recheck every hash of a finished run, and its claims against their numbers
	@$(LIB) verify $(P)

# Two processes, a file of tests at a time; each computes on one core, else four threads would stand in each other's way.
PYTEST := OMP_NUM_THREADS=1 $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test: $(TESTING) ## all tests, with the smoke run of every notebook (ARGS="-n 8": on more cores)
	$(PYTEST) $(ARGS)

quick: $(TESTING) ## the tests that take a minute: no run, no kills, no maps
	$(PYTEST) -m "not slow" --ignore=tests/faults --ignore=tests/test_smoke.py $(ARGS)

faults: $(TESTING) ## the long form of the fault tests: kills, full disks, stale files (half an hour)
	$(PYTHON) -m pytest tests/faults --whole $(ARGS)

lab: $(SETUP) ## the notebooks, interactively (ARGS="--no-browser" and the like go to JupyterLab)
	@$(LIB) pairs
	STUDY_THREADS=$$OMP_NUM_THREADS OMP_NUM_THREADS=1 JUPYTER_PATH= $(PYTHON) -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) --ContentsManager.pre_save_hook=lib.run.pairs.strip $(ARGS) notebooks

pairs: $(SETUP) ## make the two halves of each notebook equal, as the one saved last
	@$(LIB) pairs

readme: report ## write findings, figure and claims of this run into the README
	@$(LIB) readme $(P)

BENCH  := training under_load step_profile options encoding intake radii rendering scaling tsne
bench: $(SETUP) ## how fast is it, against floors and peers? A table, also in benchmarks/README.md (20 minutes; BENCH=training for one)
	@for name in $(BENCH); do $(PYTHON) -m benchmarks.$$name || exit 1; done
	@$(PYTHON) -m benchmarks.table
bench-setup: build/bench-venv/.ready ## the peers that only the benchmarks need, in an environment of their own
build/bench-venv/.ready: benchmarks/requirements.txt
	$(SYSTEM) -m venv build/bench-venv
	build/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

calibration: $(SETUP) ## false-positive rates and power of the instruments of notebook 08 (an hour; committed in data/calibration)
	@$(LIB) calibration

controls: $(SETUP) ## do optimizers choose the axes? trainings for notebook 10 (half an hour; committed in data/controls)
	@$(LIB) controls

doctor: $(SETUP) ## is this machine fit for the chosen DATASET and SCALE?
	@$(LIB) doctor $(P)

clean: ## remove build/ and caches; keeps data/raw, image caches, checkpoints and figures
	rm -rf build .pytest_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

help: ## this list
	@echo "make TARGET [DATASET=synthetic|celeba|lfw|folder] [SCALE=smoke|laptop|desktop|paper] [SEED=0] [CELEBA=path] [CELEBA_TERMS=accepted] [LFW=path] [IMAGES=path] [DEVICE=cpu|cuda|mps] [PYTHON=python] [TORCH=cpu]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-13s%s\n", $$1, $$2}' Makefile
