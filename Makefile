# Two commands set everything up by themselves on a machine with Python 3.11+, pip and make:
#   make demo   reviews a packaged example patient
#   make test   passes all tests
# make check is what a contributor runs before a commit: format, lint, types, imports, tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-header --no-annotate --quiet

.PHONY: demo test check format lint types imports bench lock docs clean

demo: $(READY)
	@$(BIN)/apothecary demo

test: $(READY_DEV)
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: format lint types imports test

format: $(READY_DEV)
	$(BIN)/ruff format --check .

lint: $(READY_DEV)
	$(BIN)/ruff check .

types: $(READY_DEV)
	$(BIN)/mypy

imports: $(READY_DEV)
	$(BIN)/lint-imports

bench: $(READY_DEV)
	$(BIN)/python bench/review.py
	$(BIN)/python bench/kinetics.py
	$(BIN)/python bench/service.py
	$(BIN)/python bench/population.py

docs: $(READY_DEV)  ## rewrites the pages that are made from the knowledge
	$(BIN)/python -m docs.make

lock:  ## renews both lock files from pyproject.toml (needs uv); the second holds to the versions of the first
	$(LOCK) --group build --extra kinetics --extra plot --extra parquet --extra service --extra population -o requirements.lock
	$(LOCK) --group dev --all-extras -c requirements.lock -o requirements-dev.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=python3.x") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): requirements-dev.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
