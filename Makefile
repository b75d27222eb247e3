# `make help` lists what can be made.

export PKG_CONFIG_PATH := $(CURDIR)/.openvino$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))

# `make test configuration=release` tests what the optimizer makes, and shares one build with `build` and all that needs it.
configuration := debug
# `make build fleet=1`, `make test fleet=1`: with what serves pictures from several machines (see Scripts/nats-server.sh).
fleet :=
traits = $(if $(fleet),--traits Fleet)
testing = $(traits) --configuration $(configuration)
ifeq ($(configuration),release)
testing += -Xswiftc -enable-testing
# The very command of the tests: with other arguments SwiftPM builds everything again.
release = $(testing) --build-tests
else
release = $(traits) --configuration release --product easel
endif

easel := .build/release/easel
demo_picture := outputs/demo.png
demo := $(easel) generate "red apple" --seed 1 --steps 12 --cfg-scale 4 --output $(demo_picture)

# Real servers are killed, paused and waited for: on a loaded machine one may be late, so there is a second try.
fleet_tests = swift test $(testing) --skip-build --filter '^(Bus|Fleet|JetStream)Tests'

.PHONY: help setup fleet-server fleet-demo build demo serve build-tests test test-gpu test-fleet e2e bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## get the libraries and the OpenVINO runtime that the build needs
	@Scripts/setup.sh
	@$(if $(fleet),Scripts/nats-server.sh)

fleet-server: ## get the NATS server and its C client, for the tests and builds of the fleet
	@Scripts/nats-server.sh

build: setup ## build .build/release/easel
	swift build $(release)
	@Scripts/missing-openvino.sh

demo: build ## make a picture with the bundled checkpoint
	@mkdir -p $(dir $(demo_picture))
	$(demo)
	@echo "The picture is $(abspath $(demo_picture))"

serve: build ## listen at http://127.0.0.1:7860
	$(easel) serve

build-tests: setup
	swift build $(testing) --build-tests

# Linux allows a process 65,530 mappings, and OpenVINO takes one or two for each kernel that it compiles: the networks of all tests together
# are too many for one process. Tests that wait for sockets starve beside hundreds of compiles.
test: build-tests ## run all tests
	swift test $(testing) --skip-build --skip '^(Bus|Diffusion|Fidelity|Fleet|Hosting|JetStream|Jobs|Server)Tests'
	swift test $(testing) --skip-build --filter '^DiffusionTests'
	swift test $(testing) --skip-build --filter '^(Fidelity|Hosting)Tests'
	swift test $(testing) --skip-build --filter '^(Jobs|Server)Tests'
	$(fleet_tests) || $(fleet_tests)

test-gpu: build-tests ## run OpenVINO's GPU plugin, on the CPU, through the tests that need a GPU
	@Tests/GPUOnCPU/setup.sh
	EASEL_GPU_ON_CPU=$(CURDIR)/.gpu-on-cpu/gpu_on_cpu.so swift test $(testing) --skip-build --filter EndToEndTests.GPUTests

fleet-demo: fleet := 1
fleet-demo: build ## draw with three workers on this machine, one of which is killed
	@Scripts/fleet-demo.sh

test-fleet: fleet := 1
test-fleet: build-tests ## run the tests that need a NATS server, also with three servers
	EASEL_NATS_CLUSTER=1 $(fleet_tests)

e2e: build-tests ## run clients of A1111 and OpenAI, a browser, and the examples of the documentation, against a server
	@Tests/e2e/setup.sh
	.e2e/bin/python Tests/e2e/run.py --easel $(CURDIR)/.build/$(configuration)/easel

bench: build ## measure speed, memory and agreement against other programs
	swift build $(traits) --configuration release --product easel-bench
	Benchmarks/bench.py

clean: ## remove what was built, but not what was fetched
	rm -rf .build
