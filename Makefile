# `make` alone lists the targets. Every target sees to `setup` itself.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARK_READY := .venv-spark/.ready

list: ## list the targets (default)
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock
	$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e . && $(BIN)/oncohort init
	@touch $(READY)

$(SPARK_READY): requirements-spark.lock
	$(PYTHON) -m venv .venv-spark && .venv-spark/bin/python -m pip install --require-hashes -r requirements-spark.lock
	@touch $(SPARK_READY)

setup: $(READY) ## make .venv from requirements.lock (again only when the lock changes)

study: $(READY) ## extracts to report: all studies, published (the main job)
	@$(BIN)/oncohort refresh

test: lint ## lint, then every test on all cores; says what did not run and why
	@$(BIN)/python -m pytest -n auto --dist loadfile

test-spark: study $(SPARK_READY) ## the same rows and results on Apache Spark (wants Java 17; docs/scale.md)
	@$(BIN)/python tests/spark/both_engines.py

check: test build ## what must be green before a commit

lint: $(READY) ## ruff and sqlfluff
	@$(BIN)/ruff check python tests bench && $(BIN)/ruff format --check python tests bench
	@PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --processes 2 models studies macros tests/sql
	@PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --templater placeholder analyses

format: $(READY) ## let ruff and sqlfluff put the code in shape
	@$(BIN)/ruff check --fix python tests bench; $(BIN)/ruff format python tests bench
	@$(BIN)/sqlfluff fix --processes 2 models studies

build: $(READY) ## dbt build on what has landed
	@$(BIN)/oncohort build

bench: $(READY) ## statistics, warehouse, receive and a dirty delivery; writes docs/benchmarks*.md
	@$(BIN)/python bench/against_peers.py && $(BIN)/python bench/warehouse.py
	@$(BIN)/python bench/receive.py && $(BIN)/python bench/dirty_delivery.py

synthesize: $(READY) ## make the made-up extracts anew from the default seed
	@$(BIN)/oncohort synthesize --out .

lock: $(READY) ## resolve requirements*.in into requirements*.lock
	@$(BIN)/python -m pip install uv && $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras requirements.in requirements-dev.in -o requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras requirements-bench.in -c requirements.lock -o requirements-bench.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras requirements-spark.in -o requirements-spark.lock

clean: ## remove everything made from the extracts (landing, warehouse, report)
	@rm -rf landing warehouse .spark report target logs .pytest_cache .ruff_cache .hypothesis

.PHONY: list setup study test test-spark check lint format build bench synthesize lock clean
