PYTHON ?= python3
SERVE ?= 1
DEMO := index/demo
QUESTION := What do customers complain about when it comes to delivery?
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: messages release schemas notebooks help run test check docs bench lock sbom clean setup native browser models test-models demo

help:
	@echo "make run     set up, fetch the models, import the example, answer a question, serve the page (SERVE=0: do not)"
	@echo "make native  compile llama.cpp for this very processor, where set-up took a wheel; answers come faster"
	@echo "make test    set up, check the code, run the tests"
	@echo "make check   format, lint, types, layers: what the commit hook and CI call too"
	@echo "make docs    build the documentation into build/docs, without a network; warnings are errors"
	@echo "make bench   measure each stage against peers and the machine's limit; table and JSON in benchmarks/results/"
	@echo "make lock    resolve pyproject.toml into requirements.lock (UPGRADE=1: newest versions)"
	@echo "make release notes, tag, wheel, source archive, bill of materials and hashes into dist/ (DRY=1: no tag)"
	@echo "make sbom    write docs/sbom.cdx.json: what is locked, its licenses, what of it can reach out"
	@echo "make schemas write the JSON Schemas of what --json prints into docs/schemas"
	@echo "make notebooks execute the notebooks of the documentation and keep their outputs"
	@echo "make messages bring the catalogs of the page up to the source (LANGUAGE=de: add one)"
	@echo "make clean   remove .venv and caches; models/ and index/ stay"

# The question is asked the first time, and with SERVE=0; otherwise the page comes up at once.
run: demo
	@if [ "$(SERVE)" = 0 ] || [ ! -e $(DEMO)/.asked ]; then \
		echo 'analyzer ask "$(QUESTION)"'; \
		$(BIN)/analyzer ask "$(QUESTION)" --workspace $(DEMO) && touch $(DEMO)/.asked; \
	fi
	@if [ "$(SERVE)" != 0 ]; then exec $(BIN)/analyzer serve --workspace $(DEMO); fi

# As many workers as there are cores, four at most: each takes a gigabyte of models.
test: setup browser test-models check
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup
	@$(BIN)/sphinx-build -q -W --keep-going -d build/doctrees docs build/docs
	@$(BIN)/python tools/check_site.py build/docs

bench: models
	@$(BIN)/python -W ignore benchmarks/bench.py $(BENCH)

lock:
	@$(PYTHON) tools/lock.py $(if $(UPGRADE),--upgrade)

sbom: setup
	@$(BIN)/python tools/sbom.py

notebooks: models
	@$(BIN)/python tools/notebooks.py

messages: setup
	@$(BIN)/python tools/messages.py $(LANGUAGE)

schemas: setup
	@$(BIN)/python tools/schemas.py

release: check sbom
	@$(BIN)/python tools/release.py $(if $(DRY),--dry-run)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@$(PYTHON) tools/setup_environment.py

native:
	@$(PYTHON) tools/setup_environment.py --native

browser: setup
	@$(PYTHON) tools/install_browser.py

models: setup
	@$(BIN)/analyzer models fetch

test-models: setup
	@$(BIN)/analyzer models fetch --tests

demo: models
	@$(MAKE) -s --no-print-directory $(DEMO)/.imported

# An import of the same file again stores nothing twice, so an interrupted one is simply repeated.
$(DEMO)/.imported: examples/feedback.csv
	@test -f $(DEMO)/workspace.json || $(BIN)/analyzer init --workspace $(DEMO)
	@$(BIN)/analyzer ingest examples/feedback.csv --workspace $(DEMO)
	@touch $@
