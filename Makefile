# `make help` lists the targets. Each works on a fresh clone.
PYTHON ?= python3
UV := .tools/bin/uv
export UV_LINK_MODE := copy

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv==0.13.9

.venv/dev.stamp: requirements/dev.txt | $(UV)
	@test -x .venv/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python .venv/bin/python requirements/dev.txt
	@touch $@

.PHONY: setup
setup: .venv/dev.stamp ## Install everything, development tools included

.PHONY: lock
lock: | $(UV) ## Compile the hashed requirement files from pyproject.toml
	@$(UV) pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/core.txt
	@$(UV) pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt
