# Threeflow: `make help` lists what there is. Needs Python 3.11 or later and make, nothing else.

VENV    ?= .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
ARGS    ?=
SECONDS ?= 60
REQUESTS ?= 10000
MINUTES ?= 2
ROLES   ?= customs:export customs:import customs:transit hub sub-platform overseas-node \
           issuer:platform issuer:payment issuer:carrier issuer:declarant
# A pyenv shim may exist and still not run, so each candidate is asked for its version.
PYTHON  ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
             $$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

# Models first: a tool that imports the packages needs them.
GENERATORS := $(wildcard tools/generate_*.py tools/requirements.py tools/*_page.py)

.DEFAULT_GOAL := help
.PHONY: bench-stored chaos-store clients sandbox engines migration help install demo test test-long chaos chaos-network check format-check lint types imports proto drift table requirements format generate artefacts compat bench docs wheel clean

help: ## say what can be made
	@echo "Threeflow 三流合一. make TARGET [ARGS='…'] [VENV=.venv] [PYTHON=python3.11]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' Makefile | while IFS='|' read -r t d; do printf '  %-14s %s\n' "$$t" "$$d"; done

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Threeflow needs Python 3.11 or later with venv; none was found. Install it, or say: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "==> $(VENV): installing the pinned versions of constraints.txt with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[gateway,dev,docs,conformance,fuzz]'
	@touch $@

install: $(STAMP) ## create .venv with pinned dependencies (every target does this first)

demo: $(STAMP) ## two countries, real gateways on loopback, every order accounted for (ARGS='--orders FILE --limit N')
	@echo "==> threeflow demo --out out/demo $(ARGS)"
	@$(BIN)/threeflow demo --out out/demo $(ARGS)

test: $(STAMP) ## run the tests, all but the long proofs (ARGS='-k word')
	@echo "==> pytest -m 'not long' -n auto --dist loadfile $(ARGS)"
	@$(BIN)/python -m pytest -m 'not long' -n auto --dist loadfile $(ARGS)

test-long: $(STAMP) ## run the long proofs: every role, kills, faults of network, disk and clock (ARGS='-k word')
	@echo "==> pytest -m long -n auto --dist loadfile $(ARGS)"
	@$(BIN)/python -m pytest -m long -n auto --dist loadfile $(ARGS)

chaos-network: $(STAMP) ## cut, delay, double and reorder what the demo's nodes send each other (ARGS='--faults 500 --invoices 500 --orders FILE')
	@echo "==> pytest tests/system/test_network.py $(ARGS)"
	@$(BIN)/python -m pytest tests/system/test_network.py -q -s $(ARGS)

chaos: $(STAMP) ## kill the exporting nodes at random moments of a run (ARGS='--kills 60 --invoices 200 --orders FILE --chaos-seed 7')
	@echo "==> pytest tests/system/test_kill.py $(ARGS)"
	@$(BIN)/python -m pytest tests/system/test_kill.py -q $(ARGS)

.PHONY: fuzz fuzz-readers fuzz-ports fuzz-described
fuzz: fuzz-readers fuzz-ports fuzz-described ## odd octets for the readers of strangers' texts and for a node's ports (SECONDS=60 REQUESTS=10000)

fuzz-readers: $(STAMP)
	@echo "==> python tests/fuzz/guided.py --seconds $(SECONDS)"
	@$(BIN)/python -W ignore tests/fuzz/guided.py --seconds $(SECONDS)

fuzz-ports: $(STAMP)
	@echo "==> python tests/fuzz/ports.py --requests $$(($(REQUESTS) * 9 / 10))"
	@$(BIN)/python -W ignore tests/fuzz/ports.py --requests $$(($(REQUESTS) * 9 / 10))

fuzz-described: $(STAMP)
	@echo "==> python tests/fuzz/described.py --requests $$(($(REQUESTS) / 10))"
	@$(BIN)/python -W ignore tests/fuzz/described.py --requests $$(($(REQUESTS) / 10))

.PHONY: soak
bench-stored: $(STAMP) ## start-up and cost of a submit with 1,000,000 documents stored (ARGS='--stored 20000')
	@echo "==> python -m benchmarks.stored $(ARGS)"
	@$(BIN)/python -W ignore -m benchmarks.stored $(ARGS)

soak: $(STAMP) ## a gateway at half of its measured peak, for long (MINUTES=2)
	@echo "==> python -m benchmarks.soak --minutes $(MINUTES)"
	@$(BIN)/python -W ignore -m benchmarks.soak --minutes $(MINUTES) $(ARGS)

conformance: $(STAMP) ## certify the reference gateway and the SDK's client in every role, in out/conformance (ROLES='hub customs:import')
	@for role in $(ROLES); do echo "==> threeflow-conformance run --role $$role"; \
	  $(BIN)/python conformance/certify_reference.py --role $$role --out out/conformance/$$(echo $$role | tr : -) $(ARGS) || exit $$?; done

mutation: $(STAMP) ## how many faulty nodes the suite tells, by requirement (ARGS='--only NAME --record')
	@echo "==> python tests/conformance/mutation.py $(ARGS)"
	@$(BIN)/python tests/conformance/mutation.py $(ARGS)

chaos-store: $(STAMP) ## kill a node's processes and PostgreSQL 200 times each under load (ARGS='--store-kills 20')
	@echo "==> pytest tests/system/test_kill_store.py --store-kills 200 $(ARGS)"
	@$(BIN)/python -m pytest tests/system/test_kill_store.py -q -s --store-kills 200 $(ARGS)

check: format-check lint types imports proto drift table compat requirements ## formatting, lint, types, imports, protos, drift, every state's cause, compatibility, requirement coverage
	@echo "==> check: clean"

format-check: $(STAMP)
	@echo "==> ruff format --check"
	@$(BIN)/ruff format --check .

lint: $(STAMP)
	@echo "==> ruff check"
	@$(BIN)/ruff check .

types: $(STAMP)
	@echo "==> mypy --strict"
	@$(BIN)/mypy --strict

imports: $(STAMP)
	@echo "==> lint-imports"
	@$(BIN)/lint-imports

proto: $(STAMP)
	@echo "==> buf lint, buf format, buf breaking against the last release"
	@cd proto && $(abspath $(BIN))/buf lint && $(abspath $(BIN))/buf format --diff --exit-code
	@released=$$(mktemp -d) && trap 'rm -rf "$$released"' EXIT && \
	  tar -xJf "$$(ls spec/releases/*.tar.xz | sort -V | tail -n 1)" -C "$$released" proto && \
	  cd proto && $(abspath $(BIN))/buf breaking --against "$$released/proto"

drift: $(STAMP)
	@for tool in $(GENERATORS); do echo "==> $$tool --check"; $(BIN)/python $$tool --check || exit 1; done

table: $(STAMP)
	@echo "==> tools/check_table.py"
	@$(BIN)/python tools/check_table.py > /dev/null

requirements: $(STAMP) ## which requirements no test is tied to
	@echo "==> tools/coverage.py"
	@$(BIN)/python tools/coverage.py $(ARGS)
	@echo "==> threeflow-conformance list --gaps"
	@$(BIN)/threeflow-conformance list --gaps

format: $(STAMP) ## rewrite the sources as ruff formats them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: $(STAMP) ## write every generated file anew
	@for tool in $(GENERATORS); do echo "==> $$tool"; $(BIN)/python $$tool || exit 1; done

migration: $(STAMP) ## draft the migration to the tables as they are declared now (ARGS='"what it does"')
	@$(BIN)/python tools/new_migration.py $(ARGS)

artefacts: $(STAMP) ## the standard for other people's tools, in dist-spec/: OpenAPI, schemas, protos, a collection, checksums
	@echo "==> python -m tools.artefacts"
	@$(BIN)/python -m tools.artefacts $(ARGS)

compat: $(STAMP) ## what changed in the standard since its last release, and whether it is additive (ARGS='--json')
	@echo "==> python -m tools.compat"
	@$(BIN)/python -m tools.compat $(ARGS)

clients: $(STAMP) ## clients of other languages, generated, compiled and run against the gateway (ARGS='--only go')
	@echo "==> python -m tools.clients $(ARGS)"
	@$(BIN)/python -m tools.clients $(ARGS)

sandbox: $(STAMP) ## one node on loopback, customs at work behind it, for trying a client by hand (ARGS='FOLDER')
	@$(BIN)/python -m tools.clients --serve $(or $(ARGS),out/sandbox)

engines: $(STAMP) ## the rules' vectors in Go and JavaScript too (needs go, node and npm)
	@echo "==> npm ci, in examples/rules/js"
	@cd examples/rules/js && npm ci --no-audit --no-fund --silent
	@echo "==> pytest tests/sdk/rules/test_engines.py, with every engine required"
	@THREEFLOW_ENGINES=required $(BIN)/python -m pytest -q tests/sdk/rules/test_engines.py

.PHONY: go-node
GO_NODE := examples/nodes/go-import
go-node: $(STAMP) ## the customs node in Go: its tests, and certified as customs:import in out/conformance/go-import (needs go)
	@echo "==> gofmt, go vet, go test, in $(GO_NODE)"
	@test -z "$$(gofmt -l $(GO_NODE) examples/rules/go)" || { gofmt -d $(GO_NODE) examples/rules/go; exit 1; }
	@cd $(GO_NODE) && go vet ./... && go test ./...
	@echo "==> go build -o out/go-node/go-import"
	@cd $(GO_NODE) && go build -trimpath -o $(abspath out/go-node/go-import) .
	@echo "==> threeflow-conformance run --role customs:import $(ARGS)"
	@$(BIN)/python $(GO_NODE)/certify.py --node out/go-node/go-import --out out/conformance/go-import $(ARGS)

bench: $(STAMP) ## CPU cost of one submit beside what it cannot avoid, and of all rules on one case
	@echo "==> python -m benchmarks.rules"
	@$(BIN)/python -m benchmarks.rules
	@echo "==> python -m benchmarks.bindings"
	@$(BIN)/python -m benchmarks.bindings
	@echo "==> python -m benchmarks.submit $(ARGS)"
	@$(BIN)/python -m benchmarks.submit $(ARGS)

docs: $(STAMP) ## the site, in site/
	@echo "==> mkdocs build --strict"
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site
	@echo "site/index.html"

wheel: $(STAMP) ## the wheel, in dist/
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## remove what was built (the environment and the demo's output too)
	rm -rf $(VENV) build dist dist-spec site out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
