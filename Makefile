# Everything a person needs: `make run`, `make test`. Both install what they lack; after `make deps` both work offline.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO ?= cargo
NPM_FLAGS := --no-audit --no-fund --loglevel=error
BIN := target/debug/chowk

.PHONY: help deps playground build run test test-offline import-memory test-engines check fmt schema release-schema smoke smoke-browser test-conformance bench flood fuzz soak-malformed quality quality-lanes quality-recommendations signin-timing clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

deps: playground/node_modules/.package-lock.json tests/conformance/node_modules/.package-lock.json tests/schema/node_modules/.package-lock.json tests/browser/node_modules/.package-lock.json ## fetch everything that run and test need
	$(CARGO) fetch --locked

playground/node_modules/.package-lock.json: playground/package-lock.json
	@if command -v npm >/dev/null; then cd playground && npm ci $(NPM_FLAGS) && touch node_modules/.package-lock.json; else echo "Node.js is missing: the shop will run without GraphiQL"; fi

tests/conformance/node_modules/.package-lock.json: tests/conformance/package-lock.json
	@if command -v npm >/dev/null; then cd tests/conformance && npm ci $(NPM_FLAGS) && touch node_modules/.package-lock.json; fi

tests/schema/node_modules/.package-lock.json: tests/schema/package-lock.json
	@if command -v npm >/dev/null; then cd tests/schema && npm ci $(NPM_FLAGS) && touch node_modules/.package-lock.json; fi

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	@if command -v npm >/dev/null; then cd tests/browser && npm ci $(NPM_FLAGS) && touch node_modules/.package-lock.json; fi

playground: playground/dist/index.html ## build GraphiQL and the demo storefront

playground/dist/index.html: playground/node_modules/.package-lock.json $(shell find playground/src playground/*.html playground/*.js schema/operations -type f 2>/dev/null)
	@if command -v npm >/dev/null; then cd playground && npm run build --silent && touch dist/index.html; fi

build: playground ## build the shop, in the same profile as the tests
	$(CARGO) build --locked --bin chowk

run: build ## the whole shop with demo data on http://127.0.0.1:4000
	$(BIN) seed
	$(BIN) serve

test: ## every test that needs no outside service
	tests/run

test-offline: deps ## the same without a network
	tests/offline tests/run

import-memory: build ## import 500,000 made-up rows and prove that memory stays flat
	tests/import-memory

test-engines: ## the contracts and journeys on real engines: ENGINES=redis,mongodb chooses
	tests/engines/run

check: ## format, lints, licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny --version 0.20.2
	$(CARGO) deny check --hide-inclusion-graph bans licenses sources

fmt: ## format everything
	$(CARGO) fmt --all

schema: build ## export the SDL after a change of the schema
	$(BIN) schema > schema/schema.graphql

release-schema: ## promise the schema as it is to clients (schema/README.md)
	cp schema/schema.graphql schema/released.graphql

smoke: build ## start, search, order, DELIVERED, stop
	tests/smoke

smoke-browser: build tests/browser/node_modules/.package-lock.json ## the playground in headless Chromium
	tests/browser/run

test-conformance: build tests/conformance/node_modules/.package-lock.json tests/schema/node_modules/.package-lock.json ## audits, protocol rules, real clients, limits, generated documents: one table
	tests/conformance/run

bench: ## the storefront's documents under load, beside a bare route (release build)
	tests/bench

flood: ## checkouts while searches pour in: figures beside a quiet shop (release build)
	tests/flood

fuzz: ## each fuzz target for a minute: SECONDS_EACH=600 make fuzz
	tests/fuzz/run-long

soak-malformed: ## a million malformed requests to a shop in release: no 5xx, no panic, flat memory
	tests/soak-malformed

quality: ## search quality over judged queries: ICECAT=folder make quality
	$(CARGO) run --locked --release -p engine-tantivy --example quality -- "$${ICECAT:?set it to the folder with products.jsonl.gz and judgments_dev.csv}"

signin-timing: ## how long sign-ins take for unknown addresses and for wrong passwords
	$(CARGO) run --locked --quiet -p engine-sql --example signin-timing

quality-lanes: ## promises learnt from past shipments beside the shop's own: DATA=folder make quality-lanes
	$(CARGO) run --locked --release -p services --example lanes_learn -- "$${DATA:?set it to the folder with olist}/olist"

quality-recommendations: ## what a later basket hides, found among ten: DATA=folder make quality-recommendations
	$(CARGO) run --locked --release -p services --example recommendations_quality -- "$${DATA:?set it to the folder with online-retail and groceries}"

clean: ## the demo's data (not the build)
	rm -rf data
