# `make demo` and `make test` set up all they need; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash

.PHONY: help demo stack test check lint bench format docs goldens pins fuzz year tools clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

.venv/runtime: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	touch $@

.venv/demo: requirements-demo.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-demo.txt
	touch $@

.venv/development: requirements-dev.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

LISTEN_ADDRESS ?= :10365

demo: .venv/demo ## a simulated company and its metrics on http://localhost:10365 (LISTEN_ADDRESS=:10365)
	@exec $(BIN)/python -m exporter demo --web.listen-address=$(LISTEN_ADDRESS)

stack: ## the demo with Prometheus, Alertmanager and, in containers, Grafana
	@if docker info >/dev/null 2>&1; then exec docker compose up --build; else $(MAKE) --no-print-directory stack-here; fi

stack-here: .venv/development tools
	@exec $(BIN)/python -m tools.stack

TOOLS := promtool prometheus prometheus-alertmanager chromium chromedriver
PACKAGES := prometheus prometheus-alertmanager chromium chromium-driver

tools: # programs that some tests use; Debian's packages where they may be installed
	@for tool in $(TOOLS); do command -v $$tool >/dev/null || missing=1; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "Some of $(TOOLS) are missing, so their tests are skipped; to install them: sudo apt-get install $(PACKAGES)"; fi

check: lint test ## all that CI runs, the quick checks first

test: .venv/development tools ## all tests, and how much of the code they cover
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --cov

lint: .venv/development # all checks but the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.docs --check
	$(BIN)/python -m tools.dashboards --check

format: .venv/development ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/development ## write the generated pages of docs/ and the dashboards again
	$(BIN)/python -m tools.docs
	$(BIN)/python -m tools.dashboards

goldens: .venv/development ## write the expected /metrics of the tests again
	$(BIN)/python -m pytest -q tests --write-goldens -k golden

fuzz: .venv/development ## answers, files and configurations gone bad, for about ten minutes
	$(BIN)/python -m pytest -q tests/fuzz --fuzz 2000 -n 2
	$(BIN)/python -m tools.fuzz 30

year: .venv/development ## walk through every hour around twelve months' ends
	$(BIN)/python -m pytest -q tests/apis/test_year.py --whole-year -n 2

bench: .venv/development requirements-bench.txt ## measure, as ratios against a floor or a peer in the same run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	$(BIN)/python -m bench.ea
	$(BIN)/python -m bench.partner_center

UPGRADE ?= --upgrade
PIN := $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
  --no-emit-find-links --python-version 3.11

pins: ## choose the newest versions of all dependencies, with hashes (UPGRADE= adds new dependencies alone)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(PIN) pyproject.toml -o requirements.txt
	$(PIN) --extra demo -c requirements.txt pyproject.toml -o requirements-demo.txt
	$(PIN) --extra dev --extra demo -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(PIN) --extra bench -c requirements.txt pyproject.toml -o requirements-bench.txt

clean: ## forget everything that was made
	rm -rf .venv .*_cache .coverage .hypothesis dist
