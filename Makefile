# Everything a contributor runs. PYTHON picks the interpreter (3.11 to 3.14), VENV the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# The JavaScript packages are built and tested where npm is installed; without it their tests are skipped.
NPM := $(shell command -v npm)
NODE_FOLDERS := packages examples/onnxruntime-node
NODE_MODULES := $(NODE_FOLDERS:%=%/node_modules/.package-lock.json)

.PHONY: setup check unit test docs packages javascript browser generated format bundle release-check

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
unit: setup packages
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test: check unit javascript

# packages/nasport-js and packages/playground, built into their dist/ folders, and what examples/onnxruntime-node needs.
packages: $(if $(NPM),$(NODE_MODULES))
	$(if $(NPM),npm run build --prefix packages,@echo 'npm is not installed: packages/ is neither built nor tested')

%/node_modules/.package-lock.json: %/package-lock.json
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund
	touch $@

javascript: packages
	$(if $(NPM),npm test --prefix packages)

# Chromium for the tests of the playground, on Debian as root; without Chromium these tests are skipped.
browser:
	command -v chromium || (apt-get update && apt-get install --yes --no-install-recommends chromium)

# The documentation as a site in site/; the build fails on a broken link.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

$(VENV)/.docs: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# Builds dist/, checks it and runs the wheel in a new environment of every Python that is found (some minutes).
release-check: setup
	$(BIN)/python tests/release_check.py

# Everything that is computed from the code and committed.
generated: setup
	$(BIN)/python -m nasport.schemas.generate
	$(BIN)/python -m vectors.make
	$(BIN)/python -m nasport.export.reference_files nasport/models/pretrained/*/
	$(BIN)/python -m tests.spec_examples
	$(BIN)/python -m nasport.export.package_texts
	for cases in packages/nasport-js/test/*_cases.py; do $(BIN)/python $$cases; done

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# make bundle NAME=tgnas-nb101 NASPORT_DATA=folder: train, export and prove the bundle anew.
bundle: setup
	$(BIN)/nasport train $(NAME) --out nasport/models/pretrained/$$($(BIN)/python -c \
		'from nasport.runtime.aliases import bundle_name; print(bundle_name("$(NAME)"))')
