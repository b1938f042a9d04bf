# `make demo` and `make test` install everything they need. `make help` lists all targets.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash

.PHONY: help demo stack coverage test check lint bench format docs goldens pins site fuzz soak faults year resize tools linters lowest version release clean

help: ## list all targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

.venv/runtime: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is required: make PYTHON=python3.11")'
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

demo: .venv/demo ## run the exporter with a simulated company on http://localhost:10365 (LISTEN_ADDRESS=:10365)
	@exec $(BIN)/python -m exporter demo --web.listen-address=$(LISTEN_ADDRESS)

# Ports of `make stack`, for example: make stack PROMETHEUS_PORT=9091
PORTS := EXPORTER_PORT PROMETHEUS_PORT ALERTMANAGER_PORT
export EXPORTER_PORT PROMETHEUS_PORT ALERTMANAGER_PORT GRAFANA_PORT

stack: ## run the demo with Prometheus, Alertmanager and, in containers, Grafana (PROMETHEUS_PORT=9090, …)
	@if docker info >/dev/null 2>&1; \
	then $(PYTHON) -m tools.ports $(PORTS) GRAFANA_PORT && exec docker compose up --build; \
	else $(PYTHON) -m tools.ports $(PORTS) && exec $(MAKE) --no-print-directory stack-here; fi

stack-here: .venv/development tools
	@exec $(BIN)/python -m tools.local_stack

TOOLS := promtool prometheus prometheus-alertmanager chromium chromedriver
PACKAGES := prometheus prometheus-alertmanager chromium chromium-driver

GRAFANA := tests/prometheus/grafana

.venv/grafana/installed: $(GRAFANA)/package.json $(GRAFANA)/package-lock.json
	@mkdir -p $(@D) && cp $^ $(GRAFANA)/.npmrc $(@D)
	@if ! command -v npm >/dev/null; then echo "npm is missing, so tests with Grafana's transformations are skipped."; \
	elif npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; then touch $@; \
	else echo "Grafana's packages could not be installed, so tests with its transformations are skipped."; fi

tools: .venv/grafana/installed # programs that some tests use; installed from Debian's packages if possible
	@for tool in $(TOOLS); do command -v $$tool >/dev/null || missing=1; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "Some of $(TOOLS) are missing, so their tests are skipped. To install them: sudo apt-get install $(PACKAGES)"; fi

LINTERS := github.com/grafana/dashboard-linter github.com/cloudflare/pint/cmd/pint helm.sh/helm/v3/cmd/helm

linters: ## install the linters of rules and dashboards, and helm, that some tests use, if Go is available
	@command -v go >/dev/null || { echo "Go is not installed; our own checks of the same rules still run"; exit 0; }; \
	for module in $(LINTERS); do \
	  GOBIN=$(CURDIR)/.tools go install $$module@latest || echo "$$module: not installed, so its tests are skipped"; \
	done

check: lint coverage ## run everything that CI runs, the quick checks first

# As tests/distribution.py groups and sorts them.
AT_ONCE := -n 2 --dist loadscope --no-loadscope-reorder

test: .venv/development tools ## run all tests
	$(BIN)/python -m pytest -q $(AT_ONCE)

coverage: .venv/development tools ## run all tests, and check how much of the code they cover
	$(BIN)/python -m pytest -q $(AT_ONCE) --cov

lint: .venv/development # everything in `check` except the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.docs --check
	$(BIN)/python -m tools.dashboards --check
	$(BIN)/python -m tools.rules --check
	$(BIN)/python -m tools.charts --check

format: .venv/development ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/development ## generate the pages of docs/, config.example.yaml, the dashboards and the rules
	$(BIN)/python -m tools.docs
	$(BIN)/python -m tools.dashboards
	$(BIN)/python -m tools.rules
	$(BIN)/python -m tools.charts

site: .venv/development ## build the documentation as a static site in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

goldens: .venv/development ## generate the expected /metrics of the tests
	$(BIN)/python -m pytest -q tests --write-goldens -k golden

fuzz: .venv/development ## fuzz responses, files and configurations for about ten minutes
	$(BIN)/python -m pytest -q tests/fuzz --fuzz 2000 -n 2
	$(BIN)/python -m tools.fuzz 30

soak: .venv/development ## reload the configuration 100 times while the APIs work, throttle and fail
	$(BIN)/python -m pytest -q tests/commands/test_soak.py --soak

faults: .venv/development ## kill 200 processes while they store collections, and damage 300 stored files
	$(BIN)/python -m pytest -q tests/runtime/test_archive_kills.py tests/runtime/test_archive_damage.py --kills 200 --damages 300 -n 2

resize: .venv/development tools ## resize 3 shards with 200 accounts to 4 and back, and kill one, with a real Prometheus
	$(BIN)/python -m pytest -q -s tests/sharding/test_resize.py --resize

year: .venv/development ## test every hour around the ends of twelve months
	$(BIN)/python -m pytest -q tests/apis/test_year.py --whole-year -n 2

bench: .venv/development requirements-bench.txt ## run the benchmarks; results are ratios to a baseline in the same run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	$(BIN)/python -m bench.ea
	$(BIN)/python -m bench.backfill
	$(BIN)/python -m bench.waiting
	$(BIN)/python -m bench.exports
	$(BIN)/python -m bench.partner_center
	$(BIN)/python -m bench.b2c
	$(BIN)/python -m bench.accounts
	$(BIN)/python -m bench.archive
	$(BIN)/python -m bench.publishing
	$(BIN)/python -m bench.start
	$(BIN)/python -m bench.serving
	$(BIN)/python -m bench.dashboards
	$(BIN)/python -m bench.rules

LOWEST := .venv/lowest/bin/python
LOWEST_TESTS := tests/auth tests/config tests/transport tests/web tests/commands/test_once.py tests/commands/test_serving.py \
  tests/apis/test_goldens.py tests/apis/test_exports_parquet.py

lowest: ## test with the lowest versions that pyproject.toml allows (PYTHON=python3.11)
	test -x $(LOWEST) || $(PYTHON) -m venv .venv/lowest
	$(LOWEST) -m pip install --quiet -r requirements-lowest.txt
	$(LOWEST) -m pip install --quiet -c requirements-lowest.txt pytest pytest-timeout pytest-xdist hypothesis
	$(LOWEST) -m pytest -q -n 2 --dist loadfile $(LOWEST_TESTS)

version: ## write VERSION= into the package and the changelog, to be committed before the release
	$(PYTHON) -m tools.release version "$(VERSION)"

.venv/release/installed: requirements-release.txt
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --require-hashes -r requirements-release.txt
	touch $@

PYTHONS ?=

release: .venv/release/installed ## build VERSION= in dist, with SBOM and checksums, and try it (PYTHONS="python3.11 …")
	.venv/release/bin/python -m tools.release build "$(VERSION)" $(PYTHONS)

UPGRADE ?= --upgrade
PIN := $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
  --no-emit-find-links --python-version 3.11

LOWEST_PIN := $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --resolution lowest-direct --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --python-version 3.11

pins: ## pin the newest versions of all dependencies, with hashes (UPGRADE= adds new dependencies only)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(PIN) pyproject.toml -o requirements.txt
	$(PIN) --extra demo -c requirements.txt pyproject.toml -o requirements-demo.txt
	$(PIN) --extra parquet -c requirements.txt pyproject.toml -o requirements-parquet.txt
	$(PIN) --extra remote-write -c requirements.txt pyproject.toml -o requirements-remote-write.txt
	$(PIN) --extra dev --extra demo --extra parquet --extra remote-write -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(PIN) --extra bench --extra parquet -c requirements.txt pyproject.toml -o requirements-bench.txt
	$(PIN) --extra release pyproject.toml -o requirements-release.txt
	$(LOWEST_PIN) --extra demo --extra parquet pyproject.toml -o requirements-lowest.txt

clean: ## remove everything that make created
	rm -rf .venv .tools .*_cache .coverage .hypothesis build dist
