# What a person or CI types. `make help` lists it.
#
# Everything is installed into .venv, with the versions and hashes of requirements/*.txt. A stamp named for
# what was installed makes the second run instant, also after a branch has changed the lists and back.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
# How many tests run at once: some wait, so that there is one more than processors.
JOBS ?= 3
# Goes to the program that a target starts: make run ARGS="--smtp 0.0.0.0:25".
ARGS ?=
# Where packages are built.
DIST ?= dist

# smtp-sink and smtp-source live where PATH of a plain user does not look.
export PATH := $(PATH):/usr/sbin:/sbin
# Where it is set, every process would compile all tests anew: 4 s for each of them.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input -qq
digest = $(shell sha256sum $(1) 2>/dev/null | sha256sum | cut -c1-16)
# The tools' settings in pyproject.toml change nothing that is installed; the folder does, since a virtual
# environment that was moved or copied starts the programs of the place where it came from.
PROJECT := $(shell { echo '$(CURDIR)'; sed '/^\[tool\.ruff\]/,$$d' pyproject.toml; } | sha256sum | cut -c1-16)
RUN_STAMP := $(VENV)/.run-$(call digest,requirements/run.txt requirements/build.txt)-$(PROJECT)
DEV_STAMP := $(VENV)/.dev-$(call digest,requirements/dev.txt)-$(PROJECT)
NODE_STAMP := tests/node/node_modules/.installed-$(call digest,tests/node/package-lock.json)
PEERS := tests/peers/node_modules/.installed-$(call digest,tests/peers/package-lock.json)
SOURCES := .cache/sources/.fetched-$(call digest,requirements/vectors.txt requirements/vectors-build.txt)

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(RUN_STAMP) ## install what is needed and serve on this machine (ARGS="--http 127.0.0.1:0")
	@exec $(VENV)/bin/mailweir serve $(ARGS)

.PHONY: test
test: $(DEV_STAMP) $(NODE_STAMP) $(SOURCES) programs ## install what is needed and run every test
	THOROUGH=1 $(VENV)/bin/pytest -n $(JOBS) $(ARGS)

# What takes a while, a whole machine or processes of its own is left to `make test`.
SLOW := system incidents bench browser fuzz roles cli \
	adapters/test_parser_pool.py adapters/test_sqlite_processes.py \
	architecture/test_manifest_plugin.py architecture/test_imports.py \
	$(addprefix testing/test_, plugin.py failed_tests.py async.py client.py page.py)
CHECKS := check-unit check-types check-imports check-lint check-format check-spelling check-dependencies

.PHONY: check
check: $(DEV_STAMP) ## format, lint, types, imports, spelling, unit tests: under a minute, before each commit
	@$(MAKE) --jobs=3 --output-sync=target --keep-going $(CHECKS)
	@echo "check: all is well"

.PHONY: $(CHECKS)
check-unit: $(DEV_STAMP) # two workers more than processors: some tests wait
	@$(VENV)/bin/pytest -q -n 4 --loop uvloop $(SLOW:%=--ignore=tests/%)
check-types: $(DEV_STAMP)
	@$(VENV)/bin/basedpyright
check-imports: $(DEV_STAMP)
	@$(VENV)/bin/lint-imports
check-lint: $(DEV_STAMP)
	@$(VENV)/bin/ruff check
check-format: $(DEV_STAMP)
	@$(VENV)/bin/ruff format --check
check-spelling: $(DEV_STAMP)
	@$(VENV)/bin/codespell
check-dependencies: $(DEV_STAMP)
	@$(VENV)/bin/deptry src

.PHONY: format
format: $(DEV_STAMP) ## lay the code out and mend what ruff can mend
	@$(VENV)/bin/ruff format
	@$(VENV)/bin/ruff check --fix

.PHONY: documents
documents: $(DEV_STAMP) $(NODE_STAMP) ## write the generated documents anew (a unit test of each says when it is stale)
	@text=$$($(VENV)/bin/mailweir config-reference); printf '%s\n' "$$text" > docs/configuration.md
	@PYTHONPATH=tests $(VENV)/bin/python -m system.compatibility

.PHONY: clients
clients: $(DEV_STAMP) $(NODE_STAMP) ## write typed clients for TypeScript and Python into dist/clients
	@PYTHONPATH=tests $(VENV)/bin/python -m system.clients $(DIST)/clients

.PHONY: manifest
manifest: $(DEV_STAMP) ## write down anew how many tests each suite has
	@$(VENV)/bin/pytest -q --collect-only --write-manifest >/dev/null || $(VENV)/bin/pytest -q --collect-only
	@echo "tests/manifest.json is written: commit it together with the tests"

.PHONY: bench load incidents fuzz
bench: $(DEV_STAMP) $(NODE_STAMP) $(PEERS) programs ## measure beside other servers (ONLY=latency, AGAINST=host:port)
	@exec env PYTHONPATH=tests $(VENV)/bin/python -m bench $(ARGS)
load: $(DEV_STAMP) ## send mail to a server and look it up (ARGS="127.0.0.1:1025 --verify 127.0.0.1:8025")
	@exec env PYTHONPATH=tests $(VENV)/bin/python -m load $(ARGS)
incidents: $(DEV_STAMP) $(NODE_STAMP) programs ## play the outages again that Mailweir must stand (FULL=1 [ONLY=kill9])
	@exec env PYTHONPATH=tests $(VENV)/bin/python -m incidents $(ARGS)
fuzz: $(DEV_STAMP) ## feed hostile input to every parser (ARGS="--seconds 600 --only mime", ARGS=plant)
	@env PYTHONPATH=tests $(VENV)/bin/python -m fuzz $(ARGS)
	@$(if $(ARGS),,env PYTHONPATH=tests $(VENV)/bin/python -m fuzz plant)

# uv resolves for every platform at once, which pip cannot. It keeps the versions that the lists name;
# ARGS=--upgrade takes the newest. The lists must not tell where the packages came from.
LOCK := .cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS)

.PHONY: lock
lock: ## resolve requirements/*.txt anew (ARGS=--upgrade for the newest versions)
	@$(PYTHON) -m venv .cache/lock
	@.cache/lock/bin/python -m pip --disable-pip-version-check -qq install uv
	@$(LOCK) pyproject.toml --output-file requirements/run.txt
	@$(LOCK) pyproject.toml --extra oidc --group dev --output-file requirements/dev.txt
	@$(LOCK) requirements/build.in --output-file requirements/build.txt

# Whoever builds a commit gets the same octets: the tools are pinned, and every file has one date and one mode.
# requirements.txt names the wheel and all that it needs by hash, so that pip takes nothing else.
.PHONY: wheel
wheel: $(RUN_STAMP) ## build the wheel, the source package and what they need into dist/
	@mkdir -p $(DIST)
	@rm -f $(DIST)/mailweir-*.whl $(DIST)/mailweir-*.tar.gz $(DIST)/requirements.txt
	@git status --porcelain 2>/dev/null | sed 's/^/make wheel: not committed, and built as it is: /' >&2 || true
	@env -u SOURCE_DATE_EPOCH $(VENV)/bin/hatchling build --directory $(DIST)
	@cd $(DIST) && { sha256sum mailweir-*.whl | sed -E 's,^([0-9a-f]+) .(.*),./\2 --hash=sha256:\1,'; \
		cat $(CURDIR)/requirements/run.txt; } > requirements.txt

.PHONY: clean
clean: ## remove what was installed and built (never mail: mailweir-data stays)
	@rm -rf $(VENV) .cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build tests/*/node_modules
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP):
	@echo "Installing what Mailweir needs into $(VENV) …" >&2
	@grep -qs '$(CURDIR)/$(VENV)/bin/python' $(VENV)/bin/pip || $(MAKE) venv
	@$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.run-*
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Installing what its tests and checks need into $(VENV) …" >&2
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@rm -f $(VENV)/.dev-*
	@touch $@

$(NODE_STAMP):
	@if command -v npm >/dev/null; then \
		echo "Installing mail clients, compilers and real mail into tests/node …" >&2; \
		npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	else \
		echo "npm is not here: tests that need it will fail; install Node.js 20 or newer" >&2; \
	fi

$(PEERS):
	@echo "Installing servers to measure beside into tests/peers …" >&2
	@npm ci --prefix tests/peers --ignore-scripts --omit=optional --no-audit --no-fund --silent
	@touch $@

.PHONY: sources
sources: $(SOURCES) ## fetch the test suites of two HTML sanitisers, whose attacks our tests repeat

# pip cannot hand over a source package without asking it for its metadata, which runs its setup: all that
# runs then is pinned by hash too, and nothing is built or installed.
$(SOURCES): $(RUN_STAMP)
	@echo "Fetching the test suites of two HTML sanitisers into $(@D) …" >&2
	@rm -rf $(@D)
	@$(PIP) install --target $(@D)/backend --require-hashes --no-deps -r requirements/vectors-build.txt
	@PYTHONPATH=$(CURDIR)/$(@D)/backend $(PIP) download --require-hashes --no-deps --no-binary :all: \
		--no-build-isolation --dest $(@D) -r requirements/vectors.txt
	@rm -rf $(@D)/backend
	@touch $@

.PHONY: programs
programs:
	@tests/programs.sh

.PHONY: venv
venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Mailweir needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
		|| { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
