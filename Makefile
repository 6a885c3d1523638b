# Two commands do everything: `make run` and `make test`. Both are quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test lint

run: $(STAMP)
	$(BIN)/python -m bot serve --demo

test: $(STAMP) lint
	$(BIN)/pytest -n 2

lint: $(STAMP)
	$(BIN)/ruff check bot directory tests
	$(BIN)/mypy
	$(BIN)/lint-imports

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing: on Debian run apt-get install python3-venv, then again."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@
