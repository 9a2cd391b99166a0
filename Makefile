# make demo | test | test-all | test-core | lint | bench | clean
# Everything goes into a virtual environment in this folder, which the first call makes. Packages are installed again
# only after setup.cfg or pyproject.toml changes. To use another Python: make demo PYTHON=python3.12; each Python has an
# environment of its own, here .venv-python3.12.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: demo test test-all test-core lint bench clean
# keep the stamps: make would delete them as intermediate files
.SECONDARY:

VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(subst /,-,$(PYTHON)))
RUN := $(VENV)/bin/python

# make demo ARGS="mnist --epochs 5"
demo: $(VENV)/installed-demos
	$(RUN) -m demos $(ARGS)

# make test ARGS="-k moons"
test: $(VENV)/installed-test
	$(RUN) -m pytest -n auto $(ARGS)

# also the long random runs, and many more random examples in the other tests
test-all: $(VENV)/installed-test
	$(RUN) -m pytest -n auto -m "" --hypothesis-profile thorough $(ARGS)

# tests without a browser, which need few packages: make test-core PYTHON=python3.13
test-core: $(VENV)/installed-core
	$(RUN) -m pytest -n auto --ignore tests/browser $(ARGS)

lint: $(VENV)/installed-lint $(VENV)/installed-test
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/oxlint autograd demos

bench: $(VENV)/installed-bench
	$(RUN) -m benchmarks $(ARGS)

clean:
	rm -rf .venv .venv-* out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-%: setup.cfg pyproject.toml | $(VENV)/ready
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

# The Python program; if $(PYTHON) is a pyenv shim for a version that is installed but not selected, the real one.
PROGRAM = $(shell $(PYTHON) -c '' 2>/dev/null && echo $(PYTHON) || pyenv whence --path $(PYTHON) 2>/dev/null | tail -n 1)

# Check that Python is new enough and can make an environment before making anything.
$(VENV)/ready:
	@test -n "$(PROGRAM)" || { \
	  echo "Found no program $(PYTHON). Install Python 3.10 or newer, or name one: make demo PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PROGRAM) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "stepgrad needs Python 3.10 or newer; $(PYTHON) is $$($(PROGRAM) --version 2>&1)." >&2; \
	  echo "Name a newer one: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PROGRAM) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment: it lacks venv or ensurepip." >&2; \
	  echo "On Debian or Ubuntu: apt install python3-venv (for a specific version: python3.12-venv)" >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV) and installing packages. This takes a minute, once."
	@rm -rf $(VENV)
	@$(PROGRAM) -m venv $(VENV)
	@touch $@
