# make install | demo | test | lint | bench | lock        (Python 3.11+, git and make are all it needs)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV_VERSION := 0.13.9

.PHONY: install demo test lint bench screenshots lock clean

install: $(STAMP)

# uv inside the environment installs the locked set in seconds; pip takes its place where uv cannot run.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "MarketBench needs Python 3.11 or newer: make PYTHON=python3.12 install")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION) && \
	  VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock || \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@$(BIN)/marketbench demo

test: install
	$(BIN)/python -m pytest -n auto

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

bench: install
	@missed=; for script in benchmarks/*.py; do \
	  echo "== $$script"; $(BIN)/python $$script || missed="$$missed $$script"; done; \
	  [ -z "$$missed" ] || { echo "limits missed:$$missed"; exit 1; }

screenshots: install
	$(BIN)/python docs/screenshots.py

# Hashes and no index host, so that the lock works from any index.
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --group pyproject.toml:dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache
