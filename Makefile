# make run    the program, e.g. make run ARGS="train file.json --epochs 100"
# make test   linters, types, import rules, and all tests but the slow ones
# make parity the engine against PyTorch
# make bench  the performance table
# make warm   compile the kernels into the cache
# make lint   the linters alone
# make clean  remove .venv and everything generated

PYTHON_VENV := .venv/bin/python
FAST := not parity and not slow
ARGS ?=

.PHONY: run test parity bench warm lint clean

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
	$(PYTHON_VENV) -m pytest tests/parity --junit-xml=build/parity.xml
	@$(PYTHON_VENV) scripts/none_skipped.py build/parity.xml

bench:
	@sh scripts/setup.sh parity
	$(PYTHON_VENV) -m tests.benchmarks $(ARGS)

warm:
	@sh scripts/setup.sh run
	@$(PYTHON_VENV) main.py warm

clean:
	rm -rf .venv build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
