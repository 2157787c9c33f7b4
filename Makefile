# make demo   build it and run the sample exports the whole way
# make test   run the tests that take minutes; test-all: every test
# make test-lake   the tests of the lake (docs/lake.md)
# make        build bin/tranche
# make install   put it, its manual and completion under PREFIX
# make release   what is handed out, in dist/

TAGS    := duckdb_arrow
VERSION ?= $(shell release/version.sh)
GOFLAGS := -tags=$(TAGS) -trimpath
LDFLAGS := -s -w -X main.version=$(VERSION)

# What is handed out and the manual are dated by the last commit.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)

# A test that fails must fail its make, also before a pipe.
SHELL := bash
.SHELLFLAGS := -o pipefail -c

export GOFLAGS SOURCE_DATE_EPOCH
export CGO_ENABLED := 1

.PHONY: build demo test test-all test-lake test-long chaos soak picture dirty-files dictionary analysts feeds bench clean tools install release

build: tools
	@mkdir -p bin
	@go build -ldflags "$(LDFLAGS)" -o bin/tranche ./cmd/tranche

# One sentence for whatever is missing.
tools:
	@command -v go >/dev/null || { echo "Go 1.26 is missing: install it from your distribution or go.dev (Debian: golang-go, from backports if it is older)." >&2; exit 2; }
	@command -v cc >/dev/null || { echo "A C compiler is missing: apt-get install gcc" >&2; exit 2; }
	@command -v c++ >/dev/null || { echo "A C++ compiler is missing: apt-get install g++" >&2; exit 2; }

# Exit code 3 says that something waits for a person: in the sample an unknown
# partner code, a rejected row and a return without a sale do, on purpose.
demo: build
	@bin/tranche init demo
	@bin/tranche run --config demo/config.yaml 2>demo/run.log || [ $$? -eq 3 ] || { cat demo/run.log; exit 1; }
	@echo
	@echo "Three commands to try next:"
	@echo "  bin/tranche rejects list --config demo/config.yaml"
	@echo "  bin/tranche query --config demo/config.yaml \"select partner_id, level, payable from mart.payables where month = '2024-08-01' order by payable desc\""
	@echo "  libreoffice demo/statements/2024-08/statement_P1001.xlsx"
	@[ ! -f demo/serve.pid ] || kill "$$(cat demo/serve.pid)" 2>/dev/null || true
	@setsid timeout 3600 bin/tranche serve --config demo/config.yaml >demo/serve.out 2>demo/serve.log </dev/null & \
	echo $$! >demo/serve.pid; \
	for i in $$(seq 100); do grep -q http demo/serve.out || ! kill -0 $$! 2>/dev/null || { sleep 0.1; continue; }; break; done; \
	echo; if grep -q http demo/serve.out; then cat demo/serve.out; \
	echo "It ends by itself in an hour, or with: kill $$(cat demo/serve.pid)"; \
	else echo "The console could not be opened:"; cat demo/serve.log; fi

# Only lays out what is built, so that `sudo make install` builds nothing as root.
PREFIX ?= /usr/local
BINARY ?= bin/tranche
ZSH    ?= $(PREFIX)/share/zsh/site-functions
install:
	@test -x "$(BINARY)" || { echo "$(BINARY) is not there yet: run make" >&2; exit 2; }
	@umask 022; pages=$$(mktemp -d) && TZ=UTC "$(BINARY)" man "$$pages" && \
	for shell in bash zsh fish; do "$(BINARY)" completion $$shell >"$$pages/$$shell" || exit 1; done && \
	install -D -m 0755 "$(BINARY)" "$(DESTDIR)$(PREFIX)/bin/tranche" && \
	install -d "$(DESTDIR)$(PREFIX)/share/man/man1" && \
	install -m 0644 "$$pages"/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1/" && \
	install -D -m 0644 "$$pages/bash" "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tranche" && \
	install -D -m 0644 "$$pages/zsh" "$(DESTDIR)$(ZSH)/_tranche" && \
	install -D -m 0644 "$$pages/fish" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tranche.fish" && \
	rm -rf "$$pages"

# An archive, a Debian package, the list of what is in them and their checksums, for this
# machine's kind. The same commit gives the same bytes, wherever it lies.
DIST ?= dist
release: tools
	@VERSION="$(VERSION)" release/release.sh "$(DIST)"

# What tells a developer within five minutes. Long tests say so and are left out.
test: tools
	@go vet ./...
	@go test -short -timeout 15m ./...

# Every test: also random histories, kills, the Debian package, workbooks in LibreOffice. What is drawn at random is the
# same each time, so that what fails was changed; test-long draws anew.
test-all: export RAPID_SEED = 1
test-all: export RAPID_NOFAILFILE = true
test-all: tools
	@go vet ./...
	@go test -timeout 60m ./pipeline ./transforms ./... # the two that take longest first
	@go test -run '^$$' -bench . -benchtime 1x ./pipeline/ingest/feed ./reports/xlsx >/dev/null
	@for p in soffice xmllint dpkg-deb man systemd-analyze openssl pdftotext; do command -v $$p >/dev/null || \
		echo "SKIPPED: what needs $$p; .ci/run names the package it is in"; done
	@PATH="$$PATH:/usr/sbin:$$HOME/go/bin"; for p in sshd dovecot versitygw chromium npm oidc-example-server; do command -v $$p >/dev/null || \
		echo "SKIPPED: what needs a real $$p; .ci/run installs it"; done
	@/usr/bin/python3 -c 'import openpyxl' 2>/dev/null || echo "SKIPPED: reading workbooks back; it needs openpyxl"

# The lake, on the last version of DuckDB whose extensions PyPI has: the same code with
# other versions of the driver. What is built for use has the version in go.mod.
LAKE_DUCKDB := 1.5.5
LAKE_DRIVER := $(shell echo $(LAKE_DUCKDB) | awk -F. '{printf "%d%02d%02d", $$1, $$2, $$3}')
test-lake: tools
	@pipeline/lake/laketest/extensions.sh $(LAKE_DUCKDB)
	@mkdir -p bin
	@sed -E '/duckdb-go/s/(v[02])\.[0-9]+\.0/\1.$(LAKE_DRIVER).0/' go.mod >bin/lake.mod
	@cat go.sum pipeline/lake/laketest/duckdb-$(LAKE_DUCKDB).sum >bin/lake.sum
	@LAKE=1 go test -modfile=bin/lake.mod -timeout 40m ./pipeline/lake
	@LAKE=1 go test -modfile=bin/lake.mod -timeout 40m -run InTheLake ./pipeline

# Hundreds of random worlds and histories, and every moment of a run broken. Takes hours.
test-long: tools chaos
	@go test -timeout 300m ./transforms -run 'TestTheModels|TestMonths|TestWhatWasStated|TestFiles|TestRules' -rapid.checks=300
	@go test -timeout 300m ./pipeline -run 'TestNoInputThatLoads|TestWhateverArrives' -rapid.checks=300

# Everything that can break a run, broken at every moment: kills, full disks, failing
# syncs and renames, damaged files, two runs at once. Takes an hour; some of it needs root.
chaos: tools
	@CHAOS=full go test -timeout 150m -v ./pipeline/schedule -run 'TestAKilled' | grep --line-buffered -v '^=== '
	@CHAOS=full go test -timeout 150m -v ./pipeline -closings 100 -run 'TestBroken|TestAKilled|TestARunThatIsStopped|TestNobodyElse|TestARollback' | grep --line-buffered -v '^=== '

# Five hundred nights on a small programme: memory, files and open files do not grow.
soak: tools
	@go test -timeout 150m -v ./pipeline/schedule -nights 500 -run TestManyNights | grep --line-buffered -v '^=== '

# The picture in the README, from the real workbook (needs LibreOffice and pdftoppm).
picture: build
	@docs/picture.sh

# The table that compares readers on the dirty files.
dirty-files: tools
	@go test ./pipeline -run TestTheComparisonOfReadersIsTrue -update
	@tail -1 docs/dirty-files.md

# The data dictionary, from the headers of the marts.
dictionary: tools
	@go test ./transforms -run TestTheDataDictionaryIsWhatIsPublished -update
	@grep -c '^## ' docs/data-dictionary.md

# The answers to the questions of docs/analysts.md, from the sample.
analysts: tools
	@go test ./cmd/tranche -run TestTheQuestionsOfAnalysts -update
	@grep -c '^### ' docs/analysts.md

# What comes of the examples in docs/feeds.md.
feeds: tools
	@go test ./cmd/tranche -run TestThePageOfFeeds -update
	@grep -c '^### ' docs/feeds.md

# Every stage and the whole against floors and peers, on the same bytes, as one table:
# make bench SIZE=small|1m|10m|100m. Some of it: WHAT=load,marts.
SIZE ?= small
WHAT ?=
bench: build
	@go run -tags $(TAGS) ./fixtures/bench -size $(SIZE) -what "$(WHAT)"

clean:
	@rm -rf bin demo dist
