# `just --list` shows what there is.

# Everything that must be green before a commit lands.
check: fmt clippy tidy test docs deny

fmt:
    cargo fmt --all --check

clippy:
    cargo clippy --all-targets -- -D warnings

tidy:
    cargo nextest run --test tidy

# Unit tests and scenarios on virtual time.
test:
    cargo nextest run

# Tests against SIPp and baresip; needs what `tests/run-all` installs.
judges:
    cargo build && tests/judges/run

docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

deny:
    command -v cargo-deny >/dev/null && cargo deny check bans licenses sources || echo "cargo-deny is not installed: cargo install cargo-deny"

# The demo centre with its callers.
run *ARGS:
    cargo run -- demo {{ARGS}}

# Load figures against SIPp: table, CSV, SVG.
bench *ARGS:
    benches/sipp/run {{ARGS}}

# How soon a freed seat is rung again.
handover *ARGS:
    benches/handover/run {{ARGS}}

# The full figures of the long tests, in release; the report goes to docs/soak.
soak:
    tests/soak
