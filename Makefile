# Two commands do everything: `make run` and `make test`. Both are quick the second time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests
BENCHES := $(VENV)/.bench
MINISEARCH := build/minisearch/.whole
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

# What Python has compiled is kept: the processes that tests start need not do it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint campaign bench model

run: $(RUNS)
	$(BIN)/python -m bot serve --demo

test: $(TESTS) lint
	$(BIN)/pytest -n 2 --dist worksteal

lint: $(TESTS)
	$(BIN)/ruff check bot directory tests migrations
	$(BIN)/mypy
	$(BIN)/lint-imports

# Long fault, load and property campaigns; CAMPAIGN_SCALE=0.1 for a quick look. Results: docs/measurements.md
campaign: $(TESTS)
	$(BIN)/python -m pytest tests/campaign -o python_files='campaign_*.py' -o timeout=1500 -s -q

# Our speed and quality beside named peers, in one run.
bench: $(BENCHES) $(MINISEARCH)
	$(BIN)/python -m bot bench

# A peer of our search that runs in Node; left out where there is no npm.
$(MINISEARCH): bot/commands/minisearch/package-lock.json
	mkdir -p build/minisearch
	cp bot/commands/minisearch/package.json bot/commands/minisearch/package-lock.json build/minisearch
	{ npm ci --prefix build/minisearch --ignore-scripts --no-audit --no-fund && touch $@; } || \
	  echo "MiniSearch could not be fetched (npm): left out."

# Trains the model of understanding again from tests/examples/authors (minutes); the same examples give the same file.
model: $(BENCHES)
	OMP_NUM_THREADS=1 $(BIN)/python -m bot learn tests/examples/authors

$(BIN)/pip:
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing: on Debian run apt-get install python3-venv, then again."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNS): requirements.lock | $(BIN)/pip
	$(PIP) -r requirements.lock
	touch $@

$(TESTS): requirements-dev.lock | $(BIN)/pip
	$(PIP) -r requirements-dev.lock
	touch $@ $(RUNS)

$(BENCHES): requirements-bench.lock | $(BIN)/pip
	$(PIP) -r requirements-bench.lock
	touch $@ $(TESTS) $(RUNS)
