# Python 3.11 and make are all that is needed beforehand; everything else goes into .venv.

VENV := .venv
BIN := $(VENV)/bin
NAME ?= new

RIVALS := linear mean-beat unet unet-metadata nakanishi nakanishi-metadata

.PHONY: help app test check train rivals bench fuzz load lock audit
FILES ?= 20000
VISITORS ?= 20
SECONDS ?= 300

help: ## Show these commands
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1	/p' Makefile

app: $(VENV)/.app ## Start the dashboard and print its address
	$(BIN)/streamlit run dashboard/server.py

test: $(VENV)/.dev ## Run every test (the browser tests need Chromium)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --ignore tests/browser
	$(BIN)/python -m pytest tests/browser

check: $(VENV)/.dev ## Check format, lint, types, import contracts and the public names
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/test_public_api.py

train: $(VENV)/.app ## Train on PTB-XL: make train DATA=folder [NAME=model]
	@test -n "$(DATA)" || { echo "No data given; expected the PTB-XL folder: make train DATA=path/to/ptb-xl [NAME=model]." >&2; exit 2; }
	$(BIN)/ecg-core train --data "$(DATA)" --out "checkpoints/$(NAME)"

rivals: $(VENV)/.app ## Train the networks it is compared with: make rivals DATA=folder [RIVALS="unet linear"]
	@test -n "$(DATA)" || { echo "No data given; expected the PTB-XL folder: make rivals DATA=path/to/ptb-xl." >&2; exit 2; }
	for name in $(RIVALS); do $(BIN)/ecg-core train --network $$name --data "$(DATA)" --out "checkpoints/$$name" || exit; done

bench: $(VENV)/.dev ## Measure speed
	$(BIN)/python -m pytest -o addopts="--strict-markers" --ignore=tests/benchmarks/test_load.py tests/benchmarks

load: $(VENV)/.dev ## Many visitors at once on one server: make load [VISITORS=20] [SECONDS=300]
	ECG_LOAD_VISITORS=$(VISITORS) ECG_LOAD_SECONDS=$(SECONDS) $(BIN)/python -m pytest -o addopts="--strict-markers" \
	  --import-mode=importlib -s tests/benchmarks/test_load.py

fuzz: $(VENV)/.dev ## Read thousands of damaged files: make fuzz [FILES=20000]
	$(BIN)/python -m tests.benchmarks.fuzz --files $(FILES)

lock: $(BIN)/python ## Write .requirements.lock: every package with version and hashes, for Python 3.11 on Linux
	$(BIN)/python -m pip install --quiet 'uv~=0.13.9'
	$(BIN)/uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11 \
	  --python-platform x86_64-manylinux_2_28 $(patsubst %,--find-links %,$(WHEELS)) \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file .requirements.lock

audit: $(BIN)/python ## Ask the advisory services for known faults of what is in .requirements.lock
	$(BIN)/python -m pip install --quiet 'pip-audit~=2.10.1'
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --no-deps --requirement .requirements.lock || \
	{ echo "pip-audit found faults, or no advisory service could be reached: see above." >&2; exit 1; }

# torch is named with its exact version in the dependencies, so that one pip command settles on one build of it.
$(VENV)/.app: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --editable '.[dev]'
	@touch $@ $(VENV)/.app

$(BIN)/python:
	@python=python3.11; $$python -c '' 2>/dev/null || python=python3; \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Found $$($$python --version 2>&1 || true); expected Python 3.11 or newer: install it and run make again." >&2; exit 2; }; \
	$$python -m venv $(VENV)
