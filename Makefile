# Parley. `make help` lists the targets.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: setup
setup: $(STAMP) ## virtual environment and packages (the other targets do this by themselves)

$(STAMP): requirements/dev.txt pyproject.toml scripts/setup.sh
	@bash scripts/setup.sh $(VENV)
	@touch $@

.PHONY: demo
demo: $(STAMP) ## two real nodes play the exercise al-tanf-2022, side by side
	@$(BIN)/parley demo

.PHONY: test
test: $(STAMP) ## the tests, under ten minutes on two cores
	$(BIN)/pytest -q -n 2 -m "not slow"

.PHONY: test-all
test-all: $(STAMP) ## the tests and the slow ones
	$(BIN)/pytest -q -n 2

.PHONY: lint
lint: $(STAMP) ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(STAMP) ## put the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(STAMP) ## measure against the floor: a table, and JSON in bench/results/
	$(BIN)/python bench/run.py

.PHONY: bench-imports
bench-imports: $(STAMP) ## 100,000 places from each kind of file into a running node: seconds and memory
	$(BIN)/python bench/imports.py

.PHONY: bench-readme
bench-readme: $(STAMP) ## as `make bench`, and write the tables into README.md
	$(BIN)/python bench/run.py --readme

.PHONY: bench-tracks
bench-tracks: $(STAMP) ## measure how many reported positions a second pass through tracking
	$(BIN)/python bench/tracks.py

.PHONY: bench-spatial
bench-spatial: $(STAMP) ## measure the index of volumes, with PostGIS beside it if it is installed
	@bash scripts/setup_postgis.sh
	$(BIN)/python bench/spatial.py

.PHONY: bench-spatial-readme
bench-spatial-readme: $(STAMP) ## as `make bench-spatial`, and write the table into README.md
	@bash scripts/setup_postgis.sh
	$(BIN)/python bench/spatial.py --readme

.PHONY: docs
docs: $(STAMP) ## redraw what the docs take from the code
	$(BIN)/python scripts/draw_docs.py
	$(BIN)/python scripts/draw_commands.py

.PHONY: picture
picture: $(STAMP) ## draw the README's picture of the demo again
	$(BIN)/python scripts/draw_demo.py

.PHONY: check-picture
check-picture: $(STAMP) ## draw the picture of docs/check.md again
	$(BIN)/python scripts/draw_check.py

.PHONY: vectors
vectors: $(STAMP) ## write the vectors again from the code
	$(BIN)/python scripts/make_vectors.py

.PHONY: lock
lock: $(STAMP) ## resolve the locked versions again, with hashes and without addresses
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras -o requirements/run.txt pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml

.PHONY: wheel
wheel: $(STAMP) ## build sdist and wheel into dist/
	$(BIN)/python -m hatchling build

.PHONY: check-wheel
check-wheel: $(STAMP) ## the wheel carries its data: phrase books, scenarios, licence
	@bash scripts/check_wheel.sh $(BIN)

.PHONY: clean
clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis bench/results
