PYTHON ?= python3
# The one environment that every target shares; the developer's set-up stands on the user's.
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help study replication test check slow format docs lock peers clean

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

study: $(VENV)/run.stamp ## set up, run the paper's study and print where its report lies; ARGS="--quick" shortens it
	$(BIN)/eligo study run paper $(ARGS)

replication: $(VENV)/run.stamp ## write docs/replication.md from the stored results in replication/results
	$(BIN)/python -m replication

test: check ## set up, check, and run the fast tests and the doctests; ARGS="-k query" picks
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/dev.stamp ## lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

slow: $(VENV)/dev.stamp ## the tests that take minutes, and the property tests on examples drawn anew
	$(BIN)/python -m pytest -m "slow or hypothesis" --hypothesis-profile=search $(ARGS)

format: $(VENV)/dev.stamp ## format the code and mend what the linter can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# Warnings are errors: a link that leads nowhere, a name that is not there. Examples run once for each state of the package.
docs: $(VENV)/docs.stamp ## build the documentation into build/site, without a network
	$(BIN)/python -m sphinx -b html -W --keep-going -q -d build/doctrees docs build/site
	@echo "build/site/index.html"

# Keeps the locked versions that still fit; ARGS="--upgrade" looks for newer ones. One version serves every Python
# ("fewest"), so that a study's numbers do not depend on the interpreter's.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
lock: $(VENV)/dev.stamp ## solve pyproject.toml into requirements/*.txt, with hashes; ARGS="--upgrade" renews
	$(COMPILE) $(ARGS) pyproject.toml --group build --output-file requirements/run.txt
	$(COMPILE) $(ARGS) pyproject.toml --group dev --constraints requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) $(ARGS) pyproject.toml --group docs --constraints requirements/dev.txt --output-file requirements/docs.txt

# An environment of their own: they ask for other versions than eligo's lock holds.
PEERS := .venv-peers
peers: $(PEERS)/run.stamp ## set up .venv-peers, the libraries that benchmarks/querying.py compares eligo with

clean: ## remove the environments, caches and builds, never a study
	rm -rf $(VENV) $(PEERS) build dist docs/generated .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A set-up is done once, and again when its lock or pyproject.toml changes; the developer's stands on the user's.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing eligo and what it needs into $(VENV): about a minute"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "Installing the developer's tools into $(VENV)"
	@$(INSTALL) --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@

$(VENV)/docs.stamp: requirements/docs.txt $(VENV)/run.stamp
	@echo "Installing what builds the site into $(VENV)"
	@$(INSTALL) --require-hashes --no-build-isolation -r requirements/docs.txt
	@touch $@

# modAL comes without its dependencies: it asks for skorch 0.9, which scikit-activeml cannot use, and runs without.
$(PEERS)/run.stamp: benchmarks/peers.txt | $(BIN)/python
	@echo "Installing peers of eligo into $(PEERS): some minutes"
	@$(BIN)/python -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check -r $<
	@$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --no-deps modAL-python==0.4.2.1
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: eligo needs Python 3.11 or newer, and \`$(PYTHON)\` is not; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
