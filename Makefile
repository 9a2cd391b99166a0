# make demo | test | test-all | test-core | lint | bench | clean
# Everything goes into a virtual environment in this folder, made at the first call and made again never: a set of
# packages is installed again only where setup.cfg or pyproject.toml changed. Another Python: make demo PYTHON=python3.12;
# each has an environment of its own, .venv-python3.12 here.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: demo test test-all test-core lint bench clean
# a stamp is never an intermediate file to be thrown away
.SECONDARY:

VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(subst /,-,$(PYTHON)))
RUN := $(VENV)/bin/python

# make demo ARGS="mnist --epochs 5"
demo: $(VENV)/installed-demos
	$(RUN) -m demos $(ARGS)

# make test ARGS="-k moons"
test: $(VENV)/installed-test
	$(RUN) -m pytest -n auto $(ARGS)

# the long random runs too, and many more examples in the others
test-all: $(VENV)/installed-test
	$(RUN) -m pytest -n auto -m "" --hypothesis-profile thorough $(ARGS)

# what needs no browser, so few packages: make test-core PYTHON=python3.13
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

# The program itself, where $(PYTHON) is one of pyenv's stand-ins for a version that is installed but not chosen.
PROGRAM = $(shell $(PYTHON) -c '' 2>/dev/null && echo $(PYTHON) || pyenv whence --path $(PYTHON) 2>/dev/null | tail -n 1)

# Two questions to the Python at hand before anything is made: is it new enough, and can it make an environment?
$(VENV)/ready:
	@test -n "$(PROGRAM)" || { \
	  echo "No program called $(PYTHON) here. Install Python 3.10 or newer, or name one: make demo PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(PROGRAM) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "stepgrad needs Python 3.10 or newer; $(PYTHON) is $$($(PROGRAM) --version 2>&1)." >&2; \
	  echo "Name a newer one: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PROGRAM) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment: it lacks venv or ensurepip." >&2; \
	  echo "On Debian or Ubuntu: apt install python3-venv (for a version of its own: python3.12-venv)" >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV) and installing into it: a minute, once."
	@rm -rf $(VENV)
	@$(PROGRAM) -m venv $(VENV)
	@touch $@
