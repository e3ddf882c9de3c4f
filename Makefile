# Two commands set everything up on a machine with Python 3.11+, git and make:
#   make demo   the cabinet, on the operator inside
#   make test   every test
# A clean environment is made in .venv; nothing outside this folder is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A shell that forbids .pyc files makes every start four times slower.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint format bench lock clean

demo: $(VENV)/.app
	@$(BIN)/mts-tui demo

test: $(VENV)/.test
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

lint: $(VENV)/.lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks $(ARGS)

# uv resolves for every platform and Python at once; the files name no registry.
lock: $(VENV)/.lint
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/app.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-header --python-version 3.11 --extra server -c requirements/app.txt pyproject.toml -o requirements/server.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-header --python-version 3.11 --group test -c requirements/server.txt -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-header --python-version 3.11 --group lint -c requirements/server.txt -c requirements/test.txt -o requirements/lint.txt

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Нужен Python 3.11 или новее: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: $(VENV)/bin/python pyproject.toml requirements/app.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/app.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.app requirements/server.txt requirements/test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/server.txt -r requirements/test.txt
	@touch $@

$(VENV)/.lint: $(VENV)/.test requirements/lint.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/lint.txt
	@touch $@
