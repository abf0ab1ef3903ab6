# Thin: what a target does is in code/make, one module each. `make` alone lists the targets.
PYTHON  ?= python3
PROFILE ?= quick
PORT    ?= 8000
JOBS    ?=

prepare = @$(PYTHON) code/make/environment.py
run     = @.venv/bin/python code/make

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help book test lint serve lighthouse notebooks pdf epub zip versions wheel sbom release linkcheck bench chapter \
	package lock key colab push report clean distclean

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18
	@echo
	@echo "  make book PROFILE=full   on a GPU if there is one, with the whole datasets"
	@echo "  PYTHON=python3.12        the Python to make .venv with"
	@echo "  JOBS=1                   chapters executed at a time"

book: ## execute the chapters and build _build/html
	$(prepare) book
	$(run)/book.py --profile $(PROFILE) $(if $(JOBS),--jobs $(JOBS))

test: ## make the book, then prove it right: all tests
	$(prepare) test
	$(run)/book.py --profile $(PROFILE) $(if $(JOBS),--jobs $(JOBS))
	@cd code && OMP_NUM_THREADS=1 ../.venv/bin/python -m pytest -n auto

lint: ## style, types, spelling, and the book's own rules
	$(prepare) lint
	$(run)/lint.py

serve: ## show the built book at http://127.0.0.1:8000/ (PORT=8001 for another port)
	$(prepare)
	$(run)/serve.py --port $(PORT)

lighthouse: ## measure every page of the built book with Lighthouse, as on a phone
	$(prepare)
	$(run)/lighthouse.py

notebooks: ## write every chapter as .ipynb into _build/notebooks
	$(prepare) notebooks
	$(run)/book.py --profile $(PROFILE) $(if $(JOBS),--jobs $(JOBS))
	$(run)/notebooks.py

pdf: book ## print the book into _build/release, with Chromium
	$(run)/release.py $@

epub: book ## bind it as an ePub there
	$(run)/release.py $@

zip: book ## pack the site there, to be read from a local server
	$(run)/release.py $@

versions: ## put the sites of released zips, in the folder RELEASES, below the built one
	$(run)/archive.py $(RELEASES)

wheel: ## build the package there
	$(prepare)
	$(run)/release.py $@

sbom: ## list there what the locks let in, as CycloneDX
	$(prepare)
	$(run)/release.py $@

release: pdf epub zip notebooks wheel sbom ## all of these, the notebooks, and checksums
	$(run)/release.py finish

linkcheck: book ## ask other sites whether what the book links to is there
	$(run)/linkcheck.py

bench: ## measure our implementations against the references
	$(prepare) bench
	$(run)/bench.py

chapter: ## begin a chapter: NAME=images/convolution
	$(prepare)
	$(run)/chapter.py "$(NAME)"

package: ## test the package alone, with the newest versions that it allows
	@$(PYTHON) code/make/package.py

lock: ## make requirements.txt and package-lock.json anew
	$(prepare) lock
	$(run)/lock.py

# Steps of workflows.
key:
	$(prepare)
	$(run)/key.py $(PROFILE)

colab: notebooks
	$(run)/colab.py

push:
	@$(PYTHON) code/make/push.py

report:
	@$(PYTHON) code/make/report.py

clean: ## remove what was built; .venv and node_modules stay
	rm -rf _build

distclean: clean ## remove .venv and node_modules as well
	rm -rf .venv node_modules
