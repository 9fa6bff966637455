# make setup | demo | test | check | bench    (Python 3.10-3.12 and nothing else is needed)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test test-slow check bench constraints clean

setup: $(READY)

$(BIN)/python:
	@python=$$(PYTHON="$(PYTHON)" scripts/find-python) && "$$python" -m venv $(VENV)

$(READY): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/syncline demo $(if $(PLATE),"$(PLATE)") $(if $(AUDIO),--audio "$(AUDIO)") -o "$(or $(OUT),out/demo)" --force

test: $(READY)
	$(BIN)/python -m pytest

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m benchmarks all

constraints: $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.10 \
		--no-emit-index-url --no-header --quiet -o constraints.txt

clean:
	rm -rf $(VENV) out build dist
