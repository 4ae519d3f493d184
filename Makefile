# make demo | test | bench | check    (docs/operate.md and docs/contribute.md say more)
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= .demo
BIN := .venv/bin

.PHONY: help demo test bench check browser-tools messages

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/run.stamp: requirements/run.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/run.stamp ## a site with demo content on http://127.0.0.1:8000 (PORT=, HOST=, DATA=, RESET=1)
	@$(BIN)/consult demo --host "$(HOST)" --port "$(PORT)" --data "$(DATA)" $(if $(RESET),--reset)

check: .venv/dev.stamp ## formatting, lint, types, import rules, templates, catalogues
	@$(BIN)/python tests/checks.py

browser-tools: tests/browser/node_modules/.package-lock.json

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	@cd tests/browser && npm ci --silent --no-audit --no-fund

test: .venv/dev.stamp ## everything: checks, tests on both databases, audits in a browser
	@$(BIN)/python tests/run.py

bench: .venv/dev.stamp ## measure against the limits (QUICK=1 for a short run)
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

messages: .venv/dev.stamp ## collect messages from code and templates into locales/
	@$(BIN)/python tests/messages.py
