# make demo: a month of traffic in a dashboard. make test: every test. Both need Rust, Node and
# make; the tests also Chromium with chromedriver.

NEXTEST := $(shell cargo nextest --version 2>/dev/null)

.PHONY: audit demo build engine reference dist deb test-dist test test-fast test-clients test-superset test-pages test-cluster test-crash test-power simulate lint typos unused doc bench-attribution bench-collector bench-draining bench-funnel bench-growth bench-journals bench-scale bench-services bench-syncing bench-upkeep calibrate clean

demo: engine build
	cargo run --locked --quiet -- demo

build: engine
	cargo build --locked

# The embedded ClickHouse, pinned and checksummed by package-lock.json.
engine: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

test: engine
	@command -v chromedriver >/dev/null || \
		{ echo "make test needs Chromium and chromedriver (Debian: chromium chromium-driver)"; exit 1; }
ifdef NEXTEST
	cargo nextest run --locked
else
	cargo test --locked
endif

# What needs neither engine nor browser, for the inner loop: half a minute once it is built.
test-fast:
	cargo nextest run --locked -E 'kind(lib) | binary(it) & test(/^(analysis_oracle|documents|erased_bodies|imports|journal_damage|journal_lost|layers|payloads|references|routes|upkeep_oracle)::/)'

# The references of commands, settings and metrics, from the program's own tables. `make test` compares them.
reference:
	MESSENGER_FUNNEL_WRITE_REFERENCE=1 cargo test --locked --quiet --test it references::

# dist/messenger-funnel-VERSION-linux-x64.tar.gz: program, engine, unit, settings, man pages, completions, licences, SBOM.
# Needs Python 3.11. Minutes more than a build, half an hour on two cores if nothing is built.
dist: engine
	cargo build --release --locked --bin messenger-funnel
	packaging/dist

# A Debian package of the same: needs cargo-deb and dpkg-dev.
deb: dist
	packaging/deb

# Installs archive and package in a Debian without Rust and Node, and tries them: needs root and debootstrap.
test-dist: deb
	tests/dist.sh

# Real clients of BI tools, and schemathesis over the API's description: needs Python 3.11.
CLIENTS := $(or $(CARGO_TARGET_DIR),target)/clients
test-clients: engine build
	test -x $(CLIENTS)/bin/python || python3 -m venv $(CLIENTS)
	$(CLIENTS)/bin/pip install --quiet -r tests/clients/requirements.txt
	cd tests/clients/typescript && npm ci --no-audit --no-fund
	MESSENGER_FUNNEL_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target)/debug/messenger-funnel) \
		$(CLIENTS)/bin/pytest -q tests/clients

# Superset itself, with the dashboard imported, each chart compared with the API: needs Python 3.11, and minutes to install.
SUPERSET := $(or $(CARGO_TARGET_DIR),target)/superset
test-superset: engine build
	test -x $(SUPERSET)/bin/python || python3 -m venv $(SUPERSET)
	$(SUPERSET)/bin/pip install --quiet -r tests/superset/requirements.txt
	MESSENGER_FUNNEL_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target)/debug/messenger-funnel) \
		$(SUPERSET)/bin/pytest -q tests/superset

# Lighthouse over every page of the demo: needs Chromium.
test-pages: engine build
	cd tests/pages && npm ci --no-audit --no-fund
	CHROME_PATH=$${CHROME_PATH:-$$(command -v chromium)} node tests/pages/lighthouse.mjs \
		$(abspath $(or $(CARGO_TARGET_DIR),target)/debug/messenger-funnel) $(abspath $(wildcard node_modules/@chdb/lib-*/libchdb.so))

# ClickHouse as a cluster of several engines, and many processes on one. `make test` runs these tests too.
test-cluster: engine
	cargo test --locked --test it -- cluster:: many:: roles::

# The crash test at length: 200 kills, about five minutes.
test-crash: engine
	MESSENGER_FUNNEL_TEST_KILLS=200 cargo test --locked --test it crash -- --nocapture

# 100 power cuts under load over ext4, XFS and btrfs: needs root, loop devices, xfsprogs and btrfs-progs. About
# half an hour.
test-power: engine
	MESSENGER_FUNNEL_TEST_CUTS=100 cargo test --locked --test it power -- --nocapture

# How often verdicts are wrong on traffic without a trend, by PAIRS of periods, and how often alerts are, by ALERT_DAYS of
# generated history; `make test` does some of both, of another seed: methods were made while looking at that one.
PAIRS := 200
SEED := 1000
ALERT_DAYS := 365
calibrate: engine
	MESSENGER_FUNNEL_TEST_PAIRS=$(PAIRS) MESSENGER_FUNNEL_TEST_SEED=$(SEED) \
	MESSENGER_FUNNEL_TEST_ALERT_DAYS=$(ALERT_DAYS) \
		cargo nextest run --locked --profile calibrate -E 'test(/calibration|ads_expected/)'

# The whole way simulated with its faults: SEEDS of them from FIRST on; `make test` runs some.
SEEDS := 100000
FIRST := 1
simulate:
	MESSENGER_FUNNEL_TEST_SEEDS=$(SEEDS) MESSENGER_FUNNEL_TEST_FIRST_SEED=$(FIRST) \
		cargo test --locked --test sim nothing_that_was_acknowledged -- --nocapture

# What syncing costs: freshness and throughput with clickhouse.sync_writes on and off. About three minutes.
bench-syncing: engine
	cargo build --release --locked
	benches/syncing/run

# Requests, latency, memory, freshness and draining beside a server without a disk and beside nginx
# with a log; BENCHMARKS.md has the tables. Takes a release build and about ten minutes.
bench-collector: engine
	cargo build --release --locked
	benches/collector/run

# A backlog's way into ClickHouse beside the bare clickhouse crate.
bench-draining: engine
	cargo bench --locked --bench draining

# New events beside a small and a large history, and a rebuild. About fifteen minutes.
bench-upkeep: engine
	cargo bench --locked --bench upkeep

# Bytes, rates, pages and memory at 1 and 10 million events. About a quarter of an hour.
bench-scale: engine
	cargo build --release --locked
	benches/scale/run 1 10

# The same traffic through services as one would write them: FastAPI, express, nginx with a log. About six minutes.
bench-services: engine
	cargo build --release --locked
	benches/peers/services/run

# Funnels beside windowFunnel by hand. About twelve minutes.
bench-funnel: engine
	cargo bench --locked --bench funnel

# Pages beside a small and a large history, and their memory. About fifteen minutes.
bench-growth: engine
	cargo bench --locked --bench growth

# Attribution beside the Python libraries: needs Python 3.11 and a C++ compiler for them.
ATTRIBUTION_PEERS := $(or $(CARGO_TARGET_DIR),target)/attribution-peers
bench-attribution:
	test -x $(ATTRIBUTION_PEERS)/bin/python || python3 -m venv $(ATTRIBUTION_PEERS)
	$(ATTRIBUTION_PEERS)/bin/pip install --quiet -r benches/peers/attribution/requirements.txt
	$(ATTRIBUTION_PEERS)/bin/python benches/peers/attribution/speed.py \
		--ours "$$(benches/peers/attribution/build)" --paths tests/paths/common.csv.gz

# The journal beside SQLite, fjall and redb.
bench-journals:
	cd benches/journals && cargo run --release --locked -- --folder .

# Spelling, form and clippy.
lint: typos
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

# Spelling, with the words of .typos.toml: by the typos on the PATH, else by the one of PyPI.
SPELLING := $(or $(CARGO_TARGET_DIR),target)/spelling-1.52.0
TYPOS := $(or $(shell command -v typos),$(SPELLING)/bin/typos)
typos: $(TYPOS)
	$(TYPOS)

$(SPELLING)/bin/typos:
	@python3 -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "spelling needs Python 3 with venv (Debian: python3-venv), or typos (cargo install typos-cli --locked)"; exit 1; }
	python3 -m venv $(SPELLING)
	$(SPELLING)/bin/pip install --quiet typos==1.52.0

# Dependencies that nothing imports: needs cargo-machete, which takes minutes to build, so that lint does without.
unused:
	@cargo machete --version >/dev/null 2>&1 || \
		{ echo "make unused needs cargo-machete (cargo install cargo-machete --locked)"; exit 1; }
	cargo machete

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Licences, bans, sources and advisories of what we depend on: needs cargo-deny. Fails if advisories cannot be fetched;
# ADVISORY_DB=FOLDER takes a clone of RustSec's advisory-db.
audit:
	.ci/audit

clean:
	rm -rf target node_modules dist
