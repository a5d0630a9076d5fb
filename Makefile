# make book    build the book strictly: any warning, failing cell, broken or refuted formula stops it
# make verify  judge every displayed formula anew, and print what became of each, the totals and the times
# make serve   show it on http://localhost:8000; what is saved is built, and the browser shows it by itself
# make test    build it, then run every test
# make test-all  the same with thousands of random formulas where make test tries some; says what took longest
# make release  refuse if the checker changed after make mutants, else run make test-all and freeze the site as a version
# make pdf     print the book as one PDF, _build/backpropagation-verified.pdf, by Chromium
# make site    lay out what is published in _build/site: the book and its PDF, and every frozen version under v/
# make class    build the book without its solutions in _build/class; make solutions  lay them out apart, to print
# make rests PAGE=book/layers/sigmoid   say what rests on a page, before it is taken out
# make mutants  change every formula by one slip at a time, and see whether the checker notices (an hour on two cores)
# make bench   time training beside other libraries, building, and the checker; half an hour on an idle machine
# make lock    resolve requirements*.txt anew        make vendor  fetch KaTeX, Pyodide, MiniSearch, icons and faces anew
# make clean   remove what was built                 (PYTHON=python3.13 make … chooses the interpreter)

# The first interpreter that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
SLOWEST ?= 10

# The locks hold every version and its hash: whatever constraints this machine sets for pip have no say.
PIP = PIP_CONSTRAINT=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --quiet
BENCH_PIP = $(subst .venv/,.venv-bench/,$(PIP))
SELF = $(PIP) --no-deps --no-build-isolation --editable .

.PHONY: book verify mutants bench serve test test-all release pdf site class solutions rests lock vendor clean

# Sphinx finds out what changed, and only that is made again (book/_ext/freshness.py).
book: .venv/book.stamp
	.venv/bin/jupyter-book build . -W --keep-going
	@echo "The book is in _build/html/index.html. Open that file, or run: make serve"

# From no cache, so that the times are those of judging.
verify: .venv/book.stamp
	.venv/bin/python -m nncore.verify --book book

# Writes book/reference/mutants.json, which the ledger shows.
mutants: .venv/book.stamp
	.venv/bin/python -m mutation.run

# Writes book/reference/speed.json and building.json, which the page "How fast is it?" shows.
bench: .venv-bench/stamp .venv/book.stamp
	.venv-bench/bin/python -m benchmarks
	.venv/bin/python -m benchmarks.building
	.venv/bin/python -m nncore.verify --book book

.venv-bench/stamp: requirements-bench.txt pyproject.toml | .venv/bin/python
	$(PYTHON) -m venv .venv-bench
	$(BENCH_PIP) --requirement requirements-bench.txt
	$(BENCH_PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The first build begins when sphinx-autobuild watches: a source that is saved before would be missed. A change of
# _config.yml starts it, and each build begins by writing conf.py anew if the settings changed.
serve: .venv/book.stamp
	@rm -f _build/begun; mkdir -p _build; \
	(while kill -0 $$$$ && test ! -e _build/begun; do sleep 1; touch _config.yml; done) 2>/dev/null & \
	PYTHONPATH=book/_ext:$$PYTHONPATH exec .venv/bin/sphinx-autobuild . _build/serve -W --keep-going -t serve --port $(PORT) --no-initial \
	  --pre-build "touch _build/begun" --pre-build "$(MAKE) --silent conf.py" \
	  --ignore _build --ignore conf.py --ignore "*/.*" --ignore "*/__pycache__/*" --ignore "*~"

# The settings in the form that Sphinx itself reads.
conf.py: _config.yml
	.venv/bin/jupyter-book config sphinx .

test: .venv/test.stamp
	@begin=$$(date +%s); $(MAKE) --no-print-directory book || exit; built=$$(date +%s); \
	.venv/bin/ruff check . && .venv/bin/mypy --no-error-summary || exit; \
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations $(SLOWEST) --durations-min 5 || exit; \
	echo "The book took $$((built - begin)) s, the tests $$(($$(date +%s) - built)) s."

test-all:
	ALL_TESTS=1 $(MAKE) test SLOWEST=40

# Refuses if the table of slips is not that of this checker, that of other sources not of its free spelling, or the
# version cannot be frozen.
release: .venv/book.stamp
	.venv/bin/python -m mutation.run --current
	.venv/bin/python -m nncore.verify.spelling --current book/reference/other-sources.yml
	.venv/bin/python -m releases check
	$(MAKE) test-all
	.venv/bin/python -m releases freeze

# No PDF is written if a link of it leads nowhere, or something is cut off.
pdf: book .venv/test.stamp
	.venv/bin/python -m printing

site: pdf
	.venv/bin/python -m releases site

class: .venv/book.stamp
	.venv/bin/python -m classroom without-solutions

solutions: book
	.venv/bin/python -m classroom solutions

rests: .venv/book.stamp
	@.venv/bin/python book/_ext/what_rests.py $(PAGE)

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found; try: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Python 3.11 or newer is needed; \
	$(PYTHON) is %d.%d" % v[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  $(PYTHON) -c 'import sys; print("This Python cannot make environments. On Debian or Ubuntu, run: apt install \
	python%d.%d-venv" % sys.version_info[:2])'; exit 1; }
	$(PYTHON) -m venv .venv

# Installed again only when a lock or pyproject.toml changed.
.venv/book.stamp: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --requirement requirements.lock
	$(SELF)
	@touch $@

.venv/test.stamp: requirements-test.lock pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --requirement requirements-test.lock
	$(SELF)
	@touch $@ .venv/book.stamp

# One resolution for all Pythons from 3.11 on. nncore itself (`-e .`) has no place in a lock.
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-package backpropagation-verified --custom-compile-command "make lock" --no-cache
lock: | .venv/bin/python
	$(PIP) uv==0.13.9
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements-test.txt --constraint requirements.lock --output-file requirements-test.lock

# KaTeX from npm: the script that runs at build time, the style sheet without the two older font formats, the fonts.
# Font Awesome from npm, in the version of the theme: of its fonts the icons in icons.txt. They are named like those of the
# theme, and so take their place. The faces of the text from npm. What a page needs of them and of KaTeX's fonts is cut out
# by book/_ext/cut_fonts.py.
KATEX = 0.19.1
FONTAWESOME = 6.5.2
SOURCE_SERIF = 5.3.1
SOURCE_SANS = 5.3.1
ICONS = book/_vendor/vendor/fontawesome
FACES = book/_vendor/fonts
# MiniSearch from npm for the search page, and the stems of English words; as scripts, for a file may load no modules.
# A package is taken if packages.sha256 has its digest, which a new version has to bring; what becomes of them is the same
# at each run, and files.sha256 has its digests (tests/test_vendored.py).
MINISEARCH = 7.2.0
STEMMER = 2.0.1
# Pyodide from npm: a Python that runs in a page, for the checker. Its license is kept, for npm's package brings none.
PYODIDE = 314.0.7
PYODIDE_FILES = pyodide.mjs pyodide.asm.mjs pyodide.asm.wasm python_stdlib.zip
# unpack <package> <version> <name of its folder>
UNPACK = unpack() { file=$$(npm pack --silent $$1@$$2) && grep "  $$file" ../../book/_vendor/packages.sha256 | \
  sha256sum --check --quiet && rm -rf $$3 && tar -xzf $$file && mv package $$3; }; unpack
vendor: .venv/test.stamp
	rm -rf _build/npm && mkdir -p _build/npm
	cd _build/npm && $(UNPACK) katex $(KATEX) katex
	cd _build/npm && $(UNPACK) @fortawesome/fontawesome-free $(FONTAWESOME) fontawesome
	cd _build/npm && $(UNPACK) @fontsource-variable/source-serif-4 $(SOURCE_SERIF) source-serif-4
	cd _build/npm && $(UNPACK) @fontsource/source-serif-4 $(SOURCE_SERIF) source-serif-4-italic
	cd _build/npm && $(UNPACK) @fontsource-variable/source-sans-3 $(SOURCE_SANS) source-sans-3
	cd _build/npm && $(UNPACK) minisearch $(MINISEARCH) minisearch
	cd _build/npm && $(UNPACK) stemmer $(STEMMER) stemmer
	cd _build/npm && $(UNPACK) pyodide $(PYODIDE) pyodide
	rm -rf book/_vendor/katex $(ICONS)/webfonts && mkdir -p book/_vendor/katex/fonts $(ICONS)/webfonts
	rm -rf book/_vendor/minisearch book/_vendor/stemmer && mkdir -p book/_vendor/minisearch book/_vendor/stemmer
	cp _build/npm/katex/LICENSE _build/npm/katex/dist/katex.min.js book/_vendor/katex/
	cp _build/npm/katex/dist/fonts/*.woff2 book/_vendor/katex/fonts/
	sed -E 's/,url\([^)]*\.(woff|ttf)\) format\("[a-z]+"\)//g' _build/npm/katex/dist/katex.min.css > book/_vendor/katex/katex.min.css
	echo $(KATEX) > book/_vendor/katex/VERSION
	for font in solid-900 regular-400 brands-400; do .venv/bin/pyftsubset _build/npm/fontawesome/webfonts/fa-$$font.woff2 \
	  --unicodes-file=$(ICONS)/icons.txt --flavor=woff2 --no-hinting --layout-features= --notdef-outline \
	  --output-file=$(ICONS)/webfonts/fa-$$font.woff2 || exit; done
	cp _build/npm/fontawesome/LICENSE.txt $(ICONS)/LICENSE
	echo $(FONTAWESOME) > $(ICONS)/VERSION
	.venv/bin/python book/_ext/cut_fonts.py _build/npm book/_vendor
	for face in source-serif-4 source-sans-3; do cp _build/npm/$$face/LICENSE $(FACES)/LICENSE-$$face || exit; done
	printf 'Source Serif 4 %s\nSource Sans 3 %s\n' $(SOURCE_SERIF) $(SOURCE_SANS) > $(FACES)/VERSION
	sed '/^\/\/# sourceMappingURL/d' _build/npm/minisearch/dist/umd/index.js > book/_vendor/minisearch/minisearch.js
	cp _build/npm/minisearch/LICENSE.txt book/_vendor/minisearch/LICENSE
	echo $(MINISEARCH) > book/_vendor/minisearch/VERSION
	sed 's/^export //' _build/npm/stemmer/index.js > book/_vendor/stemmer/stemmer.js
	cp _build/npm/stemmer/license book/_vendor/stemmer/LICENSE
	echo $(STEMMER) > book/_vendor/stemmer/VERSION
	cd _build/npm/pyodide && sed -i '/^\/\/# sourceMappingURL/d' *.mjs && chmod 644 $(PYODIDE_FILES)
	cd _build/npm/pyodide && cp $(PYODIDE_FILES) ../../../book/_vendor/pyodide/
	echo $(PYODIDE) > book/_vendor/pyodide/VERSION
	cd book/_vendor && find . -type f ! -name "*.sha256" | LC_ALL=C sort | xargs sha256sum ../_ext/cut_fonts.py > files.sha256

clean:
	rm -rf _build
