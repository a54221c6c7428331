# `make demo` needs Python 3.11 or later and a package index; nothing else has to be set up first.
# To use another interpreter: make PYTHON=python3.12 demo

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# Also pins what builds the package.
INSTALL_SELF := $(INSTALL) --build-constraint constraints.txt

.PHONY: help demo test node-apps lab-proof lint docs golden bench lock clean

help:
	@echo "make demo   a complete audit against the embedded emulator; its reports go to out/"
	@echo "make test   the tests, without the slow ones (.ci/run runs those too)"
	@echo "make node-apps  what the applications in tests/apps need from npm; without it, their tests are skipped"
	@echo "make lab-proof  run those applications through the lab, with each fault, and write docs/lab-proof.md; takes a while"
	@echo "make lint   formatter, linter and type checker; they change nothing"
	@echo "make docs   write docs/checks.md, docs/schema/ and the README's help block again"
	@echo "make golden write the reports that tests compare with again; read the difference before committing it"
	@echo "make bench  measure what is promised about speed"
	@echo "make lock   write constraints.txt again, from the newest releases"

demo: .venv/run.stamp
	@mkdir -p out
	$(BIN)/readiness run sample_configs/demo.yaml -o html=out/report.html -o md=out/report.md -o json=out/report.json

test: .venv/dev.stamp
	$(BIN)/pytest -n 2 -m "not slow"

node-apps: tests/apps/node_axios/node_modules/.package-lock.json

tests/apps/node_axios/node_modules/.package-lock.json: tests/apps/node_axios/package-lock.json
	npm ci --no-audit --no-fund --ignore-scripts --prefix tests/apps/node_axios < /dev/null

lab-proof: .venv/dev.stamp node-apps
	$(BIN)/python -m tests.lab.matrix

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: .venv/dev.stamp
	$(BIN)/python docs/generate.py

golden: .venv/dev.stamp
	$(BIN)/python -m tests.report.rebaseline

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.run_demo
	$(BIN)/python -m benchmarks.critical_path
	$(BIN)/python -m benchmarks.lab_time
	$(BIN)/python -m benchmarks.emulator_throughput
	$(BIN)/python -m benchmarks.scan_tree
	$(BIN)/python -m benchmarks.scan_history
	$(BIN)/python -m benchmarks.scan_texts
	$(BIN)/python -m benchmarks.scan_recall

lock: .venv/made.stamp
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable . --group dev
	@{ echo "# Made by \`make lock\`: the releases that the tests run with. What may be installed stands in pyproject.toml."; \
	   $(BIN)/python -m pip freeze --all --exclude-editable | grep -iv '^setuptools=='; } > constraints.txt

clean:
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp is newer than what it was made from, so nothing is installed twice.
.venv/made.stamp:
	@command -v $(PYTHON) > /dev/null || { echo "readiness needs Python 3.11 or later, and there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "readiness needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version)." >&2; \
	  echo "With another one: make PYTHON=python3.12 $(or $(MAKECMDGOALS),demo)" >&2; exit 1; }
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || { echo "Setting up .venv"; $(PYTHON) -m venv --clear .venv; }
	@touch $@

.venv/run.stamp: .venv/made.stamp pyproject.toml constraints.txt
	@echo "Installing readiness into .venv"
	@$(INSTALL) pip
	@$(INSTALL_SELF) --editable .
	@touch $@

.venv/dev.stamp: .venv/made.stamp pyproject.toml constraints.txt
	@echo "Installing readiness and the development tools into .venv"
	@$(INSTALL) pip
	@$(INSTALL_SELF) --editable . --group dev
	@touch $@ .venv/run.stamp
