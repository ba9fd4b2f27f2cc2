# Rung: `make demo` to see it, `make test` to trust it, `make help` for the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPEED ?= 60
ONCE ?=
TICKETS ?= 1000
SEED ?= 1
SECONDS ?= 300
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
PYTHON_IMAGE ?= python:3.11-slim-trixie

.DEFAULT_GOAL := help
.PHONY: help install demo test check docs helm helm-tools chart mirror hostile chaos points bench image sbom lock clean

help: ## Show what can be made
	@echo "Rung: one escalation framework over the tools people already use."; echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

# An environment holds what requirements/*.txt pins, checked by hash, and this folder.
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rung needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing $(1) (once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements/$(1).txt
	@printf '%s\n' "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/rung.pth"
	@printf '#!/bin/sh\nexec "%s" -m rung "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/rung && chmod +x $(BIN)/rung
	@touch $@
endef

$(VENV)/.run: requirements/run.txt
	$(call environment,run)

$(VENV)/.dev: requirements/dev.txt
	$(call environment,dev)
	@touch $(VENV)/.run

install: $(VENV)/.run ## Make the command .venv/bin/rung

demo: $(VENV)/.run ## See it work: every part on this machine, a scenario played (SPEED=60, ONCE=1 to play it once and check it)
	@$(BIN)/rung demo --speed $(SPEED) $(if $(ONCE),--once)

# Prometheus and Alertmanager are Debian's, not Python's: where they are missing their tests are left out, and that is said.
REAL_PROMETHEUS := $(shell command -v prometheus >/dev/null && command -v prometheus-alertmanager >/dev/null && echo yes)

# The end-to-end tests have many processes each and real time to keep, so nothing else runs beside them. Those of the
# documents and of the chart belong to `make check` and `make helm`.
test: $(VENV)/.dev ## Run the tests
	@$(if $(REAL_PROMETHEUS),,echo "Left out: the tests with a real Prometheus. To run them too: apt-get install prometheus prometheus-alertmanager")
	@$(BIN)/python -m pytest -n 2 $(or $(TESTS),--ignore=tests/e2e --ignore=tests/helm --ignore=tests/docs $(if $(REAL_PROMETHEUS),,--ignore=tests/alerts) tests)
	@$(if $(TESTS),,$(BIN)/python -m pytest $(if $(REAL_PROMETHEUS),,--ignore=tests/e2e/test_e2e_prometheus.py) tests/e2e)

check: $(VENV)/.dev ## Lint, types, import rules, docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy helm/chartdoc.py
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/docs

docs: $(VENV)/.dev ## Make the documents' site in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Made build/site. To read it: $(BIN)/python -m mkdocs serve"

# helm, helm-unittest and the forms of custom resources, in this checkout alone; helm/tools.txt pins them.
HELM := .helm
$(HELM)/.made: helm/tools.txt
	@command -v go >/dev/null && command -v npm >/dev/null || { echo "make helm needs Go and npm: the one compiles helm, the other holds the forms of custom resources." >&2; exit 1; }
	@echo "Compiling helm and helm-unittest (once, some minutes)..."
	@mkdir -p $(HELM)/bin $(HELM)/forms
	@sed -n 's/^go //p' helm/tools.txt | while read -r one; do GOBIN="$(CURDIR)/$(HELM)/bin" go install "$$one" || exit 1; done
	@cd $(HELM)/forms && sed -n 's/^npm //p' ../../helm/tools.txt | xargs npm pack --silent >/dev/null
	@touch $@

REAL_PROMTOOL := $(shell command -v promtool)
RULES_CHECKED := tests/helm/test_chart_rules.py::test_prometheus_takes_the_rules_of_a_release

helm-tools: $(HELM)/.made

helm: $(VENV)/.dev $(HELM)/.made ## Check the Helm chart: lint, its unit tests, its manifests against Kubernetes' own forms
	@for values in helm/rung/ci/*-values.yaml; do $(HELM)/bin/helm lint --quiet --strict --kube-version 1.34.0 --values $$values helm/rung || exit 1; done
	@$(HELM)/bin/helm-unittest --strict helm/rung
	@$(if $(REAL_PROMTOOL),,echo "Left out: what Prometheus says of the chart's rules. To ask it too: apt-get install prometheus")
	@$(BIN)/python -m pytest -q $(if $(REAL_PROMTOOL),,--deselect $(RULES_CHECKED)) tests/helm

chart: $(VENV)/.dev ## Make the chart's schema and README of its values.yaml
	@$(BIN)/python helm/chartdoc.py

mirror: $(VENV)/.dev ## Mirror tickets between two platforms while everything fails (TICKETS=1000 SEED=1)
	@$(BIN)/python -m tests.mirror --tickets $(TICKETS) --seed $(SEED)

chaos: $(VENV)/.dev ## Kill, stop and cut off Rung's processes at random, and judge what came of it (SECONDS=300 SEED=1)
	@$(BIN)/python -m tests.chaos --seconds $(SECONDS) --seed $(SEED)

POINTS ?= all
points: $(VENV)/.dev ## Kill a worker between any two statements, and see that nothing is lost or done twice (POINTS=all SEED=1)
	@$(BIN)/python -m tests.chaos.points --points $(POINTS) --seed $(SEED)

hostile: $(VENV)/.dev ## Attack Rung with made-up input (SECONDS=300 SEED=1)
	@$(BIN)/python -m tests.hostile --seconds $(SECONDS) --seed $(SEED)

bench: $(VENV)/.dev ## Measure, as ratios within one run
	@$(BIN)/python -m bench

image: ## Build the images rung:VERSION and rung:VERSION-demo on a base pinned by digest (needs Docker; PYTHON_IMAGE=... PYTHON_DIGEST=sha256:...)
	@digest=$${PYTHON_DIGEST:-$$(docker buildx imagetools inspect $(PYTHON_IMAGE) --format '{{.Manifest.Digest}}')} && \
	echo "The base is $(PYTHON_IMAGE)@$$digest" && \
	for target in rung demo; do \
	  docker build --target $$target --build-arg PYTHON_IMAGE=$(PYTHON_IMAGE) --build-arg PYTHON_DIGEST=$$digest \
	    --tag rung:$(VERSION)$$([ $$target = rung ] || echo "-$$target") . || exit 1; \
	done

sbom: $(VENV)/.dev ## Write the bill of materials of what serves to dist/rung-VERSION.cdx.json (CycloneDX)
	@mkdir -p dist
	@$(BIN)/python -W ignore::UserWarning -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible -o dist/rung-$(VERSION).cdx.json requirements/serve.txt
	@echo dist/rung-$(VERSION).cdx.json

lock: ## Pin the dependencies anew, with hashes (needs uv)
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra embedded --extra tracing pyproject.toml -o requirements/run.txt
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra tracing -c requirements/run.txt pyproject.toml -o requirements/serve.txt
	@uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/dev.txt --group build -o requirements/build.txt

clean: ## Remove the environment and the demo's data
	@rm -rf $(VENV) .rung .helm
