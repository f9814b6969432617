# Each target hands over to bootstrap.py, which first brings .venv and node_modules up to date with their lock files.
# ARGS passes options on: make test ARGS="-k gex". PYTHON picks the interpreter: make PYTHON=python3.12 run
PYTHON ?= python3
ARGS ?=

.PHONY: run test parity lint bench audit setup
.DEFAULT_GOAL := run

run test parity lint bench audit setup:
	@$(PYTHON) bootstrap.py $@ $(ARGS)
