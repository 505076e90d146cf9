# What a developer does here. Needs make and Python 3.11 or newer; what else is missing comes with the first target.

SERVICE ?=
CASES ?=
SHIFTS ?=
TESTS ?=
SEED ?=
MINUTES ?=
ONLY ?=
ARGS ?=

python := .venv/bin/python
ready := .venv/.ready
machine := .venv/.machine
provider := .venv/provider/.ready
# What a developer picks runs in one process, for -x, -s and --pdb.
side_by_side := $(if $(TESTS),,-n 2 --dist loadscope)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up test test-containers check format lock chaos bench dashboards clean

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

demo: $(ready) $(machine) ## See Roger work: stand-in systems, cases, robots [SERVICE=health CASES=… SHIFTS=…]
	@.venv/bin/roger demo $(SERVICE) $(if $(CASES),--cases $(CASES)) $(if $(SHIFTS),--shifts $(SHIFTS))

up: $(ready) $(machine) ## Start everything of a service on this machine and leave it running until Ctrl-C [SERVICE=health]
	@.venv/bin/roger up $(SERVICE)

test: $(ready) $(machine) $(provider) ## Run the tests, side by side or those picked [TESTS=tests/unit ARGS="-x -k lease"]
	@$(python) -m pytest --quiet --durations=10 $(side_by_side) $(ARGS) $(TESTS)

test-containers: $(ready) ## Build the images, start docker-compose.yml and perform a case in it; takes minutes
	@scripts/containers.sh
	@$(python) -m pytest --quiet --durations=10 $(ARGS) tests/deployment/containers.py

check: $(ready) ## Check style, formatting and types
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m basedpyright

format: $(ready) ## Format the code
	@$(python) -m ruff format

lock: $(ready) ## Write requirements.lock anew from pyproject.toml [ARGS=--upgrade]
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--all-extras -p 3.11 pyproject.toml -o requirements.lock $(ARGS)

chaos: $(ready) $(machine) ## Kill, freeze and trouble every part at random while cases flow [SEED=7 MINUTES=5 ONLY=worker]
	@$(python) -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ONLY),--only "$(ONLY)")

bench: $(ready) $(machine) ## Measure how fast everything is
	@$(python) -m bench $(ARGS)

dashboards: $(ready) ## Write Grafana's dashboards anew from their code
	@$(python) -m dashboards

clean: ## Remove .venv and caches; the data of `make up` in .roger stay
	@rm -rf .venv .ruff_cache .pytest_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ready): requirements.lock scripts/venv.sh
	@scripts/venv.sh
	@touch $@

$(machine): scripts/machine.sh | $(ready)
	@scripts/machine.sh
	@touch $@

# The identity provider of the tests, and what their pages are held to (axe-core); outside the tree, for what npm fetches is not ours to check.
$(provider): tests/identity/provider/package-lock.json | $(machine)
	@mkdir -p $(@D) && cp tests/identity/provider/package*.json $(@D)/
	@if command -v npm >/dev/null; then cd $(@D) && npm ci --silent --no-audit --no-fund --ignore-scripts && touch .ready; fi
