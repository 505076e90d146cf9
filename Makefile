# What a developer does here. Needs make and Python 3.11 or newer; what else is missing comes with the first target.

CASES ?=
SHIFTS ?=
TESTS ?=
ARGS ?=

python := .venv/bin/python
ready := .venv/.ready
machine := .venv/.machine

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up test check format lock bench clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(ready) $(machine) ## See Roger work: stand-in systems, cases, robots [CASES=… SHIFTS=…]
	@.venv/bin/roger demo $(if $(CASES),--cases $(CASES)) $(if $(SHIFTS),--shifts $(SHIFTS))

up: $(ready) $(machine) ## Start everything on this machine and leave it running until Ctrl-C
	@.venv/bin/roger up

test: $(ready) $(machine) ## Run the tests [TESTS=tests/unit ARGS="-x -k lease"]
	@$(python) -m pytest --quiet --durations=10 $(ARGS) $(TESTS)

check: $(ready) ## Check style, formatting and types
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m basedpyright

format: $(ready) ## Format the code
	@$(python) -m ruff format

lock: $(ready) ## Write requirements.lock anew from pyproject.toml [ARGS=--upgrade]
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--all-extras -p 3.11 pyproject.toml -o requirements.lock $(ARGS)

bench: $(ready) $(machine) ## Measure how fast everything is
	@$(python) -m bench $(ARGS)

clean: ## Remove .venv and caches; the data of `make up` in .roger stay
	@rm -rf .venv .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ready): requirements.lock scripts/venv.sh
	@scripts/venv.sh
	@touch $@

$(machine): scripts/machine.sh | $(ready)
	@scripts/machine.sh
	@touch $@
