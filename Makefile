# Every target sets up what it needs in .venv, so `make lab` is the first command and the only one.
#   make lab      JupyterLab on the first lesson      (PORT=8888, ARGS="more options of jupyter lab")
#   make lessons  run every lesson, write build/lessons/*.html
#   make gallery  pictures of models that must fit one screen: build/gallery/index.html
#   make catalogue  a page of every layer: build/catalogue/index.html
#   make pictures  redraw README's pictures
#   make lite     the lessons as a site that runs in the browser: build/lite  (PYODIDE=folder: with its
#                 Python beside it, from a folder with the files of Pyodide's release)
#   make site     lessons, gallery, reference, errors, as pages: build/site, with build/lite in it
#   make test     unit tests with and without the JIT, doctests, lessons, browser; of long families of
#                 cases, those that cover the others (ALL=1: all cases; ROOM=layers: one room's only)
#   make rehearsal  lesson 5 as a class of 50 minutes: five seats at once in JupyterLab, and every check
#   make classroom  lesson 5 by 40 simulated students, eight kernels at once, then the page of the class,
#                 compared with what was planted      (ARGS="--students 12 --seed 7")
#   make exercises  every exercise of every lesson failed and solved in JupyterLab (10 minutes)
#   make soak     threads, interrupts, killed saves, damaged files, hostile texts: 200,000 trials (40 minutes)
#   make check    style, types, import rooms, budgets; the scripts of the views, with node
#   make bundle   bundle the scripts of the views again, after a change of one
#   make interop  exchange with a real Keras 2 and 3, ONNX and pickle, in an environment of its own:
#                 models that have every class      (ARGS=--all: all models, hours); then what the
#                 course says, on Keras with TensorFlow, JAX and PyTorch
#   make browsers  forged and saved notebooks in the oldest and the newest JupyterLab and Notebook that
#                 pyproject.toml allows, each in an environment of its own
#   make mutants  put small faults into the code and see whether a test notices (ARGS="--seed 7")
#   make bench    speed and memory                    (PEERS=1: also of an installed Keras;
#                 GROWTH=1: how time grows with batch, width, depth and steps, to build/growth.svg;
#                 CLUSTER=1: a step on workers of a Dask cluster, and from what size on it pays off)

BIN := .venv/bin
LAB := .venv/ready-lab
READY := .venv/ready-test
PORT ?= 8888
# Without bytecode files, each of some hundred processes of a test run would compile funclab again.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
# More than there are processors, as pages, kernels and servers wait for each other; each may take 2 GB.
WORKERS ?= 4
SITE ?= .venv/site
GRADERS := .venv/graders
PLAIN := tests/ops tests/guide/test_guide.py $(wildcard tests/engine/test_*.py) \
         $(filter-out %/test_threads.py %/test_halves.py %/test_recurrent.py, $(wildcard tests/kernels/test_*.py)) \
         $(patsubst %, tests/training/test_%.py, compile data fit losses metrics optimizers streams) \
         --deselect tests/ops/test_tensors.py::test_a_model_of_ops_is_read_back_from_its_file \
         --deselect tests/ops/test_random.py::test_the_stream_of_a_layer_is_saved_with_its_model
NBVAL := -p nbval.plugin -p funclab.teach.notebooks
# What runs twice with ALL only: the forms of loops, which no compiler changes, and the lessons, which
# tests/lessons/test_tries.py runs and compares, too.
REST := $(if $(ALL),notebooks,notebooks/00_start.ipynb --ignore tests/kernels/test_forms.py)

.PHONY: lab lessons gallery catalogue pictures lite site test rehearsal classroom exercises soak check bundle interop browsers mutants bench setup system clean
.DEFAULT_GOAL := lab

setup: $(READY)

# The scripts of the views are copied to where JupyterLab looks for them.
.venv/ready-%: pyproject.toml $(wildcard funclab/view/live/bundle/* funclab/view/live/*.*)
	@sh tools/setup/venv.sh $*

system:
	@sh tools/setup/system.sh

# Trusted, because they are this project's own: JupyterLab then shows their stored outputs.
lab: $(LAB)
	@$(BIN)/jupyter trust notebooks/*.ipynb >/dev/null 2>&1 || true # a home that cannot be written
	@$(BIN)/funclab lab --port $(PORT) $(ARGS)

lessons: $(READY)
	$(BIN)/python -m tools.lessons.render build/lessons

gallery: $(READY) system
	$(BIN)/python -m tools.pictures.gallery build/gallery

catalogue: $(READY)
	$(BIN)/python -m tools.pictures.catalogue build/catalogue

pictures: $(READY) system
	$(BIN)/python -m tools.pictures.readme notebooks/images

# Runs every lesson without what a browser's Python lacks, builds the site, and opens it.
lite: $(READY) $(SITE)/ready system
	$(BIN)/python -m tools.lessons.without notebooks/*.ipynb
	$(SITE)/bin/python -m docs.lite build/lite $(PYODIDE)
	$(BIN)/python -m pytest -q tests/site/check_lite.py

site: $(READY) $(SITE)/ready system build/lite/index.html
	sh tools/scripts/pages.sh
	$(SITE)/bin/python -m docs build/site
	$(BIN)/python -m pytest -q -n $(WORKERS) tests/site/check_site.py

build/lite/index.html:
	@$(MAKE) lite

# Sphinx and JupyterLite are in .venv/site only: nothing else here needs them, and JupyterLite packs
# every extension that it finds in its environment.
$(SITE)/ready: pyproject.toml
	"$$(sh tools/setup/python.sh)" -m venv $(SITE)
	$(SITE)/bin/pip install --quiet --editable ".[site]"
	@touch $@

# The engine once more as in a browser: without numba, h5py, matplotlib and new threads, with no more
# workers than processors, as these wait for nothing; meanwhile the loops are compiled, lest every
# kernel of the tests compiles them at the same time. With ALL, the lessons, whose outputs must not
# depend on what an earlier run has left: they run again with everything; the last line counts
# everything. The files that took longest in the last run are the first, so that no worker is left
# with one at the end (tests/covering.py); every other worker begins with the browser's
# (tests/workers.py).
test: $(READY) $(if $(filter-out teach,$(ROOM)),,$(GRADERS)/ready) system
ifdef ROOM
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	    $(or $(wildcard tests/$(ROOM) funclab/$(ROOM) funclab/$(ROOM).py funclab/engine/$(ROOM)),$(error no room is called $(ROOM)))
else
	$(BIN)/funclab warm > /dev/null & \
	$(BIN)/python -m pytest -q -n auto --maxprocesses $(WORKERS) -p tools.setup.without $(PLAIN) && wait $$!
	$(if $(ALL),$(BIN)/pytest -q -n $(WORKERS) --dist loadfile $(NBVAL) notebooks)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(NBVAL) tests funclab $(REST)
endif

# nbgrader and otter-grader are in .venv/graders only (700 MB): nothing but tests/teach/test_graders.py needs
# them.
$(GRADERS)/ready: pyproject.toml
	"$$(sh tools/setup/python.sh)" -m venv $(GRADERS)
	$(GRADERS)/bin/pip install --quiet --editable ".[graders]"
	@touch $@

# The loops are compiled beforehand, as on a machine that is ready for class. Then the ten-minute
# demonstration; screenshots are in build/screenshots. Ends with an error if a check failed.
rehearsal: $(READY) system
	$(BIN)/funclab warm
	$(BIN)/python -m tools.rehearsal $(ARGS)

# Each student is a kernel that runs the notebook, answers, tries and hands in files, by a plan drawn from
# a seed. Ends with an error if the page of the class says something else.
classroom: $(READY)
	$(BIN)/funclab warm
	$(BIN)/python -m tools.classroom $(ARGS)

# Every exercise in JupyterLab, in a kernel of its own: failed in each anticipated way, solved in three.
exercises: $(READY) system
	EXERCISES=1 $(BIN)/pytest -q -n $(WORKERS) tests/browser/test_teach.py -k solved_from_a_clean_kernel

# The tests with the mark `soak`, which `make test` runs in a short form. Prints what was tried.
soak: $(READY)
	SOAK=1 $(BIN)/pytest -q --timeout 7200 -n $(WORKERS) -m soak tests

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pytest -q tests/project/test_rooms.py tests/project/test_budgets.py
	sh tools/scripts/check.sh

# After a change of a script: what pages load is made from them. Needs node, or the one that pyright brings.
bundle: $(READY)
	sh tools/scripts/bundle.sh
	@$(MAKE) setup

# Keras, TensorFlow, JAX and PyTorch are in .venv/interop only: nothing else here needs them. Most of
# the time goes into JAX's compiler: it does not optimize, and keeps what it has compiled.
interop: .venv/interop/ready $(READY)
	KERAS_BACKEND=jax XLA_FLAGS="--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true" \
	JAX_COMPILATION_CACHE_DIR=build/jax JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 .venv/interop/bin/python -m tools.interop.exchange $(ARGS)
	FUNCLAB_PROGRESS=off .venv/interop/bin/python -m tools.interop.lesson
	KERAS_BACKEND=jax .venv/interop/bin/python -m tools.interop.graphs
	KERAS_BACKEND=jax .venv/interop/bin/python -m tools.interop.applications
	KERAS_BACKEND=jax JAX_COMPILATION_CACHE_DIR=build/jax JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 \
	.venv/interop/bin/python -m tools.interop.examples
	$(BIN)/python -m tools.interop.examples
	for backend in tensorflow jax torch; do \
	    KERAS_BACKEND=$$backend .venv/interop/bin/python -m tests.truth && \
	    KERAS_BACKEND=$$backend .venv/interop/bin/python -m tools.interop.views && \
	    KERAS_BACKEND=$$backend FUNCLAB_PROGRESS=off .venv/interop/bin/python -m tools.interop.learned || exit 1; done

.venv/interop/ready: pyproject.toml
	"$$(sh tools/setup/python.sh)" -m venv .venv/interop
	.venv/interop/bin/pip install --quiet --editable ".[onnx]" "keras>=3.15,<3.16" jax \
	    torch tf_keras tensorflow-cpu onnxruntime cloudpickle joblib
	@touch $@

# The versions are in tests/browser/oldest.txt and newest.txt.
browsers: .venv/browsers-oldest/ready .venv/browsers-newest/ready system
	for end in oldest newest; do \
	    ALL=1 .venv/browsers-$$end/bin/python -m pytest -q tests/browser/test_forged.py tests/browser/test_lasting.py || exit 1; \
	done

.venv/browsers-%/ready: pyproject.toml tests/browser/%.txt
	"$$(sh tools/setup/python.sh)" -m venv .venv/browsers-$*
	.venv/browsers-$*/bin/pip install --quiet --editable ".[lab]" --constraint tests/browser/$*.txt \
	    nbconvert nbformat playwright pytest pytest-timeout
	@touch $@

# mutmut and tree-sitter are in .venv/mutants only: nothing else here needs them.
mutants: .venv/mutants/ready system
	.venv/mutants/bin/python -m tools.mutants $(ARGS)

.venv/mutants/ready: pyproject.toml
	"$$(sh tools/setup/python.sh)" -m venv .venv/mutants
	.venv/mutants/bin/pip install --quiet --editable ".[test]" "mutmut>=3.8,<3.9" \
	    "tree-sitter>=0.25,<0.26" "tree-sitter-javascript>=0.25,<0.26"
	@touch $@

bench: $(READY)
	$(BIN)/python -m bench$(if $(GROWTH),.growth)$(if $(CLUSTER),.cluster)

clean:
	rm -rf build dist .pytest_cache .ruff_cache
