# `make help` lists the targets. Each works on a fresh clone.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
TESTS ?= tests
export UV_LINK_MODE := copy
export PIP_ROOT_USER_ACTION := ignore
# The same settings a production machine would have, for `check --deploy`; nothing here opens anything.
PRODUCTION := DEBUG=false PUBLIC_URL=https://gridline.example ALLOWED_HOSTS=gridline.example \
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") \
	TOKEN_KEYS=k1:$$($(BIN)/python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())") \
	DATABASE_URL=postgres://gridline@127.0.0.1/gridline REDIS_URL=redis://127.0.0.1:6379/0 \
	EMAIL_URL=smtp://127.0.0.1:25 INSTAGRAM_APP_ID=1 INSTAGRAM_APP_SECRET=unused META_APP_ID=1 META_APP_SECRET=unused \
	META_WEBHOOK_VERIFY_TOKEN=unused

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gridline needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Choose another with: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv==0.13.9

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv

# Whoever develops keeps the development tools: the core set never takes them away again.
.venv/core.stamp: requirements/core.txt | .venv/bin/python
	@if test -e .venv/dev.stamp; then $(MAKE) -s .venv/dev.stamp; \
	else $(UV) pip sync --quiet --python $(BIN)/python requirements/core.txt; fi
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/bin/python
	@$(UV) pip sync --quiet --python $(BIN)/python requirements/dev.txt
	@touch $@

.PHONY: run
run: .venv/core.stamp ## Run everything on this machine: web, workers, dispatcher, Redis, sandbox
	@$(BIN)/python -m config.supervisor

.PHONY: manage
manage: .venv/core.stamp ## Run a management command in the same environment: make manage ARGS="migrate --plan"
	@$(BIN)/python -m config.supervisor manage $(ARGS)

.PHONY: shell
shell: .venv/core.stamp ## Open a Python shell in the same environment
	@$(BIN)/python -m config.supervisor manage shell

.PHONY: setup
setup: .venv/dev.stamp ## Install everything, development tools included

.PHONY: test
test: setup lint test-full test-sqlite ## Everything the CI runs

.PHONY: test-full
test-full: setup ## The whole suite, on PostgreSQL and a real Redis where they are there or can be started
	@$(BIN)/python -m tests.servers pytest -n 2 --dist loadgroup -q $(TESTS)

.PHONY: test-sqlite
test-sqlite: setup ## Tenancy, publishing and smoke tests on SQLite
	@TEST_DATABASE_URL= $(BIN)/pytest -n 2 -q -m "not processes and not browser" --ignore=tests/publishing/model \
		$(wildcard tests/workspaces tests/architecture/test_scoping.py tests/publishing tests/smoke)

.PHONY: test-fast
test-fast: setup ## The suite on SQLite without processes and browser
	@$(BIN)/pytest -n 2 -q -m "not processes and not browser" $(TESTS)

.PHONY: lint
lint: setup ## Style, types, import rules, migrations, deployment checks, templates
	@mkdir -p -m 700 var; failed=; \
	$(BIN)/ruff check -q . || failed="$$failed style"; \
	$(BIN)/ruff format -q --check . || failed="$$failed format"; \
	$(BIN)/lint-imports --no-cache > var/imports.log || { cat var/imports.log; failed="$$failed imports"; }; \
	env $(PRODUCTION) DATABASE_URL=sqlite:///var/nothing.sqlite3 $(BIN)/python manage.py makemigrations --check --dry-run > var/migrations.log || { cat var/migrations.log; failed="$$failed migrations"; }; \
	env $(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING > /dev/null || failed="$$failed deployment"; \
	$(BIN)/djlint --lint --quiet templates || failed="$$failed templates"; \
	env $(PRODUCTION) $(BIN)/mypy . || failed="$$failed types"; \
	if [ -n "$$failed" ]; then echo "Not in order:$$failed"; exit 1; fi

.PHONY: format
format: setup ## Format the code
	@$(BIN)/ruff check -q --fix-only .
	@$(BIN)/ruff format -q .

.PHONY: screenshots
screenshots: setup ## Walk through the product in Chromium and keep a picture of every screen in var/screenshots/
	@SCREENSHOTS=var/screenshots $(BIN)/python -m tests.servers pytest -q -m browser $(TESTS)

.PHONY: lock
lock: | $(UV) ## Compile the hashed requirement files from pyproject.toml
	@$(UV) pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/core.txt
	@$(UV) pip compile pyproject.toml --group dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt

.PHONY: clean
clean: ## Remove what tools left behind; your data in var/ stays
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results var/test
