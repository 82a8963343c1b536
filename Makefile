# Everything that AIBT's people do often. Each target sets up what is missing in .venv first.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8080

.PHONY: run demo test lint check bench clean help

help:   ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (about a minute the first time)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade pip
	@$(BIN)/python -m pip install -qq -c constraints.txt torch
	@$(BIN)/python -m pip install -qq -c constraints.txt -e '.[dev]'
	@touch $@

run: $(READY)   ## Start the platform in the foreground; Ctrl-C stops all of it
	@PORT=$(PORT) $(BIN)/python -m serve_app

demo: $(READY)   ## Train a bot on EURUSD hourly bars, live in the terminal, with no network
	@$(BIN)/aibt demo

test: $(READY)   ## Every test there is
	@$(BIN)/python -m pytest

lint: $(READY)   ## Style, types and architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo > /dev/null || $(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

check: lint   ## Lint, and the tests that need no Ray: before every commit
	@$(BIN)/python -m pytest -q -m 'not ray'

bench: $(READY)   ## Benchmarks, printed beside what they are compared to, and saved
	@$(BIN)/python -m benchmarks

clean:   ## Forget the virtual environment
	@rm -rf $(VENV)
