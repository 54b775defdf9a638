# Everything a contributor runs. PYTHON picks the interpreter (3.11 to 3.14), VENV the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: setup check unit test docs node format bundle release-check

setup: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[cpu,train,gennas,search,ray,draw,dev]'
	touch $@

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# On all cores; one file is faster in one process: python -m pytest tests/test_spaces.py
unit: setup
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test: check unit

# The documentation as a site in site/; the build fails on a broken link.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

$(VENV)/.docs: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# Builds dist/, checks it and runs the wheel in a new environment of every Python that is found (some minutes).
release-check: setup
	$(BIN)/python tests/release_check.py

# What the tests of examples/node need, where npm is at hand; without it they are skipped.
node:
	npm ci --prefix examples/node --ignore-scripts

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# make bundle NAME=tgnas-nb101 NASPORT_DATA=folder: train, export and prove the bundle anew.
bundle: setup
	$(BIN)/nasport train $(NAME) --out nasport/models/pretrained/$$($(BIN)/python -c \
		'from nasport.runtime.aliases import bundle_name; print(bundle_name("$(NAME)"))')
