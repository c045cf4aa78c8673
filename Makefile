# make demo: a month of traffic in a dashboard. make test: every test. Both need Rust, Node and
# make; the tests also Chromium with chromedriver.

NEXTEST := $(shell cargo nextest --version 2>/dev/null)

.PHONY: demo build engine test lint doc clean

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

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

clean:
	rm -rf target node_modules
