# make run    the program, e.g. make run ARGS="train file.json --epochs 100"
# make test   linters, types, import rules, and all tests but the slow ones
# make parity the engine against PyTorch, and exports run by what they are for
# make test-exports  a hundred random networks in every export format
# make bench  the performance table
# make warm   compile the kernels into the cache
# make lint   the linters alone
# make clean  remove .venv and everything generated

PYTHON_VENV := .venv/bin/python
FAST := not parity and not slow
ARGS ?=

.PHONY: run test parity test-exports bench warm lint clean

run:
	@sh scripts/setup.sh run
	@$(PYTHON_VENV) main.py $(ARGS)

# Tests of a real window and of speed run alone: two at a time would disturb each other.
test: lint
	$(PYTHON_VENV) main.py warm
	$(PYTHON_VENV) -m pytest tests --ignore=tests/e2e --ignore=tests/benchmarks --ignore=tests/parity -n 2 -m "$(FAST)"
	$(PYTHON_VENV) -m pytest tests/e2e $(wildcard tests/benchmarks) -m "$(FAST)"

lint:
	@sh scripts/setup.sh test
	$(PYTHON_VENV) -m ruff check .
	$(PYTHON_VENV) -m mypy
	.venv/bin/lint-imports --no-logo

parity:
	@sh scripts/setup.sh parity
	$(PYTHON_VENV) -m pytest tests/parity tests/exports -m "not slow" --junit-xml=build/parity.xml
	@$(PYTHON_VENV) scripts/none_skipped.py build/parity.xml

test-exports:
	@sh scripts/setup.sh parity
	$(PYTHON_VENV) -m pytest tests/exports -n 2 --junit-xml=build/exports.xml
	@$(PYTHON_VENV) scripts/none_skipped.py build/exports.xml

bench:
	@sh scripts/setup.sh parity
	$(PYTHON_VENV) -m tests.benchmarks $(ARGS)

warm:
	@sh scripts/setup.sh run
	@$(PYTHON_VENV) main.py warm

clean:
	rm -rf .venv build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
