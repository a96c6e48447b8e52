# Every command makes the environment it needs in .venv. Another Python: make PYTHON=python3.12 book

PYTHON ?= python3
PORT ?= 8000
PAPER ?= A4
SOLUTIONS ?= yes
STYLE ?= yes
NOTEBOOKS ?=
MUTATE ?=
FUZZ ?=
EXAMPLES ?= 30000
PYTHONS ?=
UPGRADE ?= no
VERSION ?=
CHAPTER ?=
NAME ?=
SKIPS ?= no
MARKED = $(if $(filter no,$(STYLE)),-m "not style")
BIN := .venv/bin
READY := .venv/ready
# What opens pages, runs notebooks, trains, or draws thousands of cases: not needed to see that the library is right.
SLOW := assignments benchmarks book browser pages_* dependencies explorer* export files firefox frameworks grading grading_cluster \
    grading_values jupyterlab landing lecture* minutes mutate names nbgrader offline palette pdf plots properties prose \
    published questions runtime search sheet solutions style training
TOOLS := _build/tools
JAVASCRIPT := tools/javascript
COMPILE := $(TOOLS)/bin/uv pip compile --generate-hashes --universal --quiet --python-version 3.11 \
    --no-emit-package cnn-course --no-annotate --custom-compile-command "make lock"
# A book for a class has a folder of its own, which tools/make_book.py names too.
PAGES := $(if $(filter no,$(SOLUTIONS)),_build/without-solutions/_build/html,_build/html)
# The products here are small: two threads hinder each other more than they help.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help exercise book pdf release serve links quick library test exercises fuzz lint lint-js notebooks frameworks browser instructor bench \
    lock audit test-matrix mutate clean

help:
	@echo "make book         build the book and say where its first page is (SOLUTIONS=no: without solutions of exercises)"
	@echo "make pdf          print the book as one PDF (PAPER=Letter for that paper)"
	@echo "make release      pack the pages and the PDF with what CHANGELOG.md says of a version (VERSION=0.2.0)"
	@echo "make serve        build the book and serve it on 127.0.0.1:$(PORT)"
	@echo "make links        build the book and see that every link in it leads somewhere"
	@echo "make quick        lint, and test the library: the first thing to run after a change, a minute"
	@echo "make test         run every test (STYLE=no: in a changed copy, only those that guard what is true; SKIPS=yes: as far" \
	    "as this machine has what they need)"
	@echo "make exercises    try every solution and wrong answer under 100 seeds, where make test takes 5"
	@echo "make fuzz         feed damaged files to everything that reads one, a quarter of an hour (FUZZ=weights for one kind)"
	@echo "make lint         check the style, the format and the types of the code"
	@echo "make lint-js      check the JavaScript of the book; needs Node, which nothing else does"
	@echo "make notebooks    run the notebooks and store them (NOTEBOOKS=book/04-padding.ipynb for one)"
	@echo "make exercise     write the skeleton of an exercise (CHAPTER=6 NAME=crop)"
	@echo "make frameworks   add PyTorch and Keras, which some tests compare with"
	@echo "make bench        time the library beside PyTorch, if it is installed, and the pages"
	@echo "make browser      find or install the Chromium and Firefox that browser tests need"
	@echo "make instructor   add what grading needs: a sandbox (bubblewrap), nbgrader, and what a cluster needs"
	@echo "make lock         work out what the pinned versions need, for the lock files (UPGRADE=yes: in the newest versions)"
	@echo "make audit        ask for known vulnerabilities in what is pinned"
	@echo "make test-matrix  test with the oldest and newest dependencies (PYTHONS=\"3.11 3.12\" for some Pythons)"
	@echo "make mutate       plant one small bug at a time and see whether the tests notice (MUTATE=\"conv pool\" for some)"
	@echo "make clean        remove the environment and everything built"

book: $(READY)
	$(BIN)/python tools/make_book.py --solutions $(SOLUTIONS)
	@echo "The book is built. Open $(CURDIR)/$(PAGES)/index.html"

pdf: book browser
	$(BIN)/python tools/pdf.py --paper $(PAPER) --pages $(PAGES)

# The tag, the library and the changelog name the same version, or there is no release.
release: pdf
	$(BIN)/python tools/release.py $(VERSION)

serve: book
	@echo "Serving the book on http://127.0.0.1:$(PORT)/ (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(PAGES)

links: book
	$(BIN)/python tools/links.py $(PAGES)

quick: $(READY)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint library || \
		{ echo "make quick failed: lint spoke first, above the dots; make lint says it again"; exit 1; }

library: $(READY)
	$(BIN)/python -m pytest --quiet $(MARKED) tests cnn_course $(SLOW:%=--ignore-glob='tests/test_%.py')

test: $(READY) browser instructor
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(MARKED) \
	    $(if $(filter yes,$(SKIPS)),,--no-skips)

exercises: $(READY)
	SEEDS=100 $(BIN)/python -m pytest tests/test_exercises.py --quiet --capture=no -k every_seed

fuzz: $(READY)
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/test_fuzz.py --quiet -k "$(FUZZ)"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Whatever of Node is found, or Debian's: nothing else here needs it.
lint-js:
	@command -v npm > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && \
	    apt-get update --quiet=2 && apt-get install --quiet=2 --yes nodejs npm; } || \
	    { echo "npm was not found: please install Node.js 20.19 or newer (for example: sudo apt install nodejs npm)."; exit 1; }
	@cd $(JAVASCRIPT) && npm ci --loglevel=error --no-audit --no-fund
	$(JAVASCRIPT)/node_modules/.bin/tsc --project $(JAVASCRIPT)/explorers.json
	$(JAVASCRIPT)/node_modules/.bin/tsc --project $(JAVASCRIPT)/pages.json
	$(JAVASCRIPT)/node_modules/.bin/tsc --project $(JAVASCRIPT)/worker.json
	$(JAVASCRIPT)/node_modules/.bin/eslint --config $(JAVASCRIPT)/eslint.config.js .

notebooks: $(READY)
	$(BIN)/python tools/notebooks.py $(NOTEBOOKS)

exercise: $(READY)
	$(BIN)/python tools/exercise.py $(CHAPTER) $(NAME)

frameworks: $(READY)
	$(BIN)/python -m pip install --quiet -r requirements-frameworks.txt

browser: $(READY)
	@have() { for name; do if command -v $$name > /dev/null; then return; fi; done; return 1; }; \
	add() { [ "$$(id -u)" = 0 ] && have apt-get && apt-get update --quiet=2 && apt-get install --quiet=2 --yes $$1; }; \
	have chromium-headless-shell chromium chromium-browser google-chrome || add chromium-headless-shell || add chromium || \
	$(BIN)/playwright install --only-shell chromium || \
	echo "Tests of pages would be skipped, so make test fails (SKIPS=yes allows it): please install Chromium (for example: sudo apt install chromium)."; \
	have firefox firefox-esr || add firefox-esr || \
	echo "One test will be skipped: please install Firefox (for example: sudo apt install firefox-esr)."

instructor: $(READY)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-instructor.lock
	@command -v bwrap > /dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update --quiet=2 && apt-get install --quiet=2 --yes bubblewrap && exit 0; \
	fi; \
	echo "Students' code has no sandbox, and tests of it will be skipped: please install bubblewrap" \
	    "(for example: sudo apt install bubblewrap)."

# The page that shows the measurements is stored and built anew, or it would show those of another machine.
bench: $(READY)
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python tools/notebooks.py book/speed.ipynb
	@$(MAKE) --no-print-directory book browser
	$(BIN)/python benchmarks/pages.py $(PAGES)

lock: $(TOOLS)/ready
	for name in requirements requirements-tools requirements-instructor; do \
	    shared=; [ $$name != requirements-instructor ] || shared="--constraint requirements.lock"; \
	    $(COMPILE) $$name.txt --output-file $$name.lock $(if $(filter yes,$(UPGRADE)),--upgrade) $$shared || exit 1; \
	done
	$(COMPILE) binder/requirements.in --output-file binder/requirements.txt --constraint requirements.lock

# Strict: a version that the database of vulnerabilities does not know fails too, as does a database out of reach.
audit: $(TOOLS)/ready
	@status=0; for file in requirements.lock requirements-tools.lock requirements-instructor.lock requirements-frameworks.txt; do \
	    echo "$$file:"; \
	    $(TOOLS)/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r $$file || status=1; \
	done; exit $$status

test-matrix: $(TOOLS)/ready
	$(TOOLS)/bin/python tools/matrix.py $(PYTHONS)

mutate: $(READY)
	nice -n 19 $(BIN)/python tools/mutate.py $(MUTATE)

clean:
	rm -rf .venv _build build dist $(JAVASCRIPT)/node_modules

$(TOOLS)/ready: requirements-tools.lock
	@$(PYTHON) -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --require-hashes -r requirements-tools.lock
	@touch $@

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) > /dev/null || \
	    { echo "$(PYTHON) was not found: install Python 3.11 or newer, or name yours: make PYTHON=..."; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	    { echo "$(PYTHON) is $$($(PYTHON) --version), the book needs 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2> /dev/null || \
	    { echo "$(PYTHON) lacks the module venv: on Debian and Ubuntu, sudo apt install python3-venv"; exit 1; }
	@echo "Making the environment in .venv (some minutes, once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@
