# Every target does its own set-up: on a fresh Debian 12 `make demo` or `make test` is all it takes.
PROGRAMS = iiid iiiload relayfloor

.PHONY: help setup build-packages demo-packages
.PHONY: build install run demo test tidy docs bench fuzz format clean

help:
	@echo 'make demo    an engine and workers in C++, Node and Python that call each other'
	@echo 'make build   the release programs, in build/release/bin'
	@echo 'make install the libraries and the engine, to PREFIX=/usr/local'
	@echo 'make run     the engine, for use; ARGS="--config FILE" passes options on'
	@echo 'make test    everything that is checked, as in continuous integration'
	@echo 'make docs    the reference of the public headers, in build/docs/html'
	@echo 'make bench   engine and floor in turn, with ratios'
	@echo 'make fuzz    each fuzz target for 10 minutes; MINUTES=1 for less, TARGETS=config for some'
	@echo 'make tidy    clang-tidy and the rules of tools/tidy'
	@echo 'make format  clang-format over all sources'
	@echo 'make setup   only the packages (docs/dependencies.md)'
	@echo 'make clean   removes build/'

setup:
	@tools/setup test

build-packages:
	@tools/setup build

demo-packages:
	@tools/setup demo

# Later changes of the lists are noticed by the build itself.
build/release/build.ninja: CMakePresets.json | build-packages
	@cmake --preset release
	@touch $@

build: build-packages build/release/build.ninja
	@cmake --build build/release --target $(PROGRAMS)

install: PROGRAMS = iiid iii_product_sdk iii_product_engine iii_product_testing
install: build
	@cmake --install build/release --prefix $(or $(PREFIX),/usr/local)

run: PROGRAMS = iiid
run: build
	@build/release/bin/iiid $(ARGS)

demo: PROGRAMS = iiid example_depot
demo: demo-packages build
	@tools/demo

test:
	@tools/test

tidy: setup
	@tools/tidy
	@tools/clang_tidy

docs: setup
	@tools/docs

bench: build
	@bench/run $(ARGS)

fuzz: setup
	@tools/fuzz --minutes $(or $(MINUTES),10) $(TARGETS)

format: setup
	@tools/format

clean:
	rm -rf build
