# Every target installs what is missing into .venv by itself. Needed: Python 3.11 or newer with pip, make.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
CODE := hubbub sandbox tests manage.py hatch_build.py web/build.py $(wildcard facebook_integration benchmarks)
PRODUCT := hubbub sandbox $(wildcard facebook_integration)
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check
IN_TESTS := HUBBUB_ENV=test HUBBUB_DATA_DIR=var/test

WEB := $(BIN)/python web/build.py

.PHONY: help run test check fix bench chaos fuzz clean format-check lint types imports security audit migrations stale web web-check screenshots

help:
	@echo 'make run     start everything on this machine (PORT=8000, HUBBUB_DATA_DIR=var, HOST=127.0.0.1)'
	@echo 'make test    all tests, on the real embedded Postgres (ARGS="-k webhook" passes on to pytest)'
	@echo 'make check   format, lint, types, import contracts, security, migrations, generated files'
	@echo 'make web     build the web app when it is stale (make run and make test do)'
	@echo 'make fix     format, fix what can be fixed, write the generated files anew'
	@echo 'make bench   measure against the yardsticks (ARGS="--json out.json")'
	@echo 'make screenshots  pictures of every screen in var/screenshots (TO=folder)'
	@echo 'make chaos   kill everything again and again, and count what was lost (CHAOS=long)'
	@echo 'make fuzz    250,000 odd bodies for the parsers (ARGS="--runs 200000 --only line"; needs Linux on x86_64)'
	@echo 'make clean   remove the environment and what tests and tools left; your data in var/ stays'

run: $(VENV)/installed-run
	@$(WEB) || echo 'The web app could not be built (see above); everything else starts.'
	@exec $(BIN)/python -m hubbub.processes run $(foreach host,$(HOST),--host $(host))

test: $(VENV)/installed-dev web
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS); code=$$?; \
	$(BIN)/python -m hubbub.processes stop-database --if-idle --data-dir var/test; exit $$code

check: format-check lint types imports security audit migrations stale web-check
	@echo 'All checks passed.'

format-check: $(VENV)/installed-dev
	@echo '== format'
	@$(BIN)/ruff format --check $(CODE)

lint: $(VENV)/installed-dev
	@echo '== lint'
	@$(BIN)/ruff check $(CODE)

types: $(VENV)/installed-dev
	@echo '== types'
	@$(IN_TESTS) $(BIN)/mypy $(CODE)

imports: $(VENV)/installed-dev
	@echo '== import contracts'
	@$(BIN)/lint-imports

security: $(VENV)/installed-dev
	@echo '== security'
	@$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml $(PRODUCT)

# A known hole fails the check; a list of holes that cannot be reached does not.
audit: $(VENV)/installed-dev
	@echo '== known holes in dependencies'
	@out=$$($(BIN)/pip-audit --skip-editable --progress-spinner off --timeout 15 2>&1) && code=0 || code=$$?; \
	if [ $$code -eq 0 ]; then echo 'None known.'; \
	elif echo "$$out" | grep -q 'known vulnerabilit'; then echo "$$out"; exit 1; \
	else echo 'Skipped: the list of known holes cannot be reached.'; fi

migrations: $(VENV)/installed-dev
	@echo '== migrations'
	@$(IN_TESTS) $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

stale: $(VENV)/installed-dev
	@echo '== generated files'
	@$(IN_TESTS) $(BIN)/python -c 'import pathlib, sys; \
	from hubbub.settings.example import render_env_example as wanted; \
	sys.exit(".env.example is stale: run make fix." if pathlib.Path(".env.example").read_text() != wanted() else 0)'
	@wanted=$$(mktemp) && trap 'rm -f "$$wanted"' EXIT && $(IN_TESTS) $(BIN)/python manage.py openapi --to "$$wanted" >/dev/null \
	&& { cmp -s "$$wanted" openapi.json || { echo 'openapi.json is stale: run make fix.'; exit 1; }; }

# The bundle, when anything in web/ changed since it was built. HUBBUB_SKIP_WEB=1 leaves all of it out.
web: | $(BIN)/python
	@$(WEB)

web-check: | $(BIN)/python
	@echo '== web app'
	@$(WEB) npm --silent run types
	@$(WEB) npm --silent run lint
	@[ -n '$(HUBBUB_SKIP_WEB)' ] || { wanted=$$(mktemp) && trap 'rm -f "$$wanted"' EXIT \
	&& $(WEB) npm --silent run api -- "$$wanted" >/dev/null \
	&& { cmp -s "$$wanted" web/src/api/schema.d.ts || { echo 'web/src/api/schema.d.ts is stale: run make fix.'; exit 1; }; }; }

fix: $(VENV)/installed-dev
	@$(BIN)/ruff check --fix-only --quiet $(CODE)
	@$(BIN)/ruff format $(CODE)
	@$(IN_TESTS) $(BIN)/python -m hubbub.settings.example
	@$(IN_TESTS) $(BIN)/python manage.py openapi
	@$(WEB) npm --silent run api -- src/api/schema.d.ts >/dev/null
	@$(WEB) npm --silent run fix

bench: $(VENV)/installed-bench
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: $(VENV)/installed-dev web
	@PROPERTY_CASES=10000 $(BIN)/python -m pytest -q -n auto --timeout 1800 tests/inbound/test_any_order.py
	@SOCKET_DROPS=100 $(BIN)/python -m pytest -q --timeout 1800 tests/e2e/test_realtime.py -k drops
	@$(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(VENV)/installed-fuzz
	@$(BIN)/python -m tests.fuzz $(ARGS)

screenshots: $(VENV)/installed-dev web
	@$(BIN)/python -m tests.e2e.screenshots $(or $(TO),var/screenshots)

clean:
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m hubbub.processes stop-database --data-dir var/test 2>/dev/null || true
	rm -rf $(VENV) var/test build dist hubbub/webapp/dist* web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PRODUCT) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed-run: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV) …'
	@HUBBUB_SKIP_WEB=1 $(PIP) --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV), with the tools for development …'
	@HUBBUB_SKIP_WEB=1 $(PIP) --editable '.[dev]'
	@touch $(VENV)/installed-run $@

$(VENV)/installed-bench: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV), with the yardsticks …'
	@HUBBUB_SKIP_WEB=1 $(PIP) --editable '.[dev,bench]'
	@touch $(VENV)/installed-run $(VENV)/installed-dev $@

$(VENV)/installed-fuzz: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV), with the fuzzer …'
	@HUBBUB_SKIP_WEB=1 $(PIP) --editable '.[dev,fuzz]'
	@touch $(VENV)/installed-run $(VENV)/installed-dev $@

# Debian ships venv without ensurepip: there the pip outside installs one inside; else virtualenv makes the whole.
$(BIN)/python:
	@[ -n '$(PYTHON)' ] || { echo 'Python 3.11 or newer is needed: install it, or run make with PYTHON=/path/to/python.'; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 \
	|| { $(PYTHON) -m venv --clear --without-pip $(VENV) >/dev/null 2>&1 \
	     && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; } \
	|| { rm -rf $(VENV); $(PYTHON) -m virtualenv --quiet $(VENV); } \
	|| { rm -rf $(VENV); echo 'No environment can be made: install python3-venv (or pip install virtualenv).'; exit 1; }
