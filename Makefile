# matinee: a Gemini capsule server for people who write reviews.
#
#   make serve        install what is missing, build, serve capsule/ at gemini://localhost/
#   make test         install what tests need, build, run all of them
#   make help         everything else
#
# MODE = release (default), debug or asan. Everything that is made goes to build/MODE/.

MODE ?= release
BUILD ?= build
OUT := $(BUILD)/$(MODE)
PREFIX ?= /usr/local
PKG_CONFIG ?= pkg-config
# Debian's own Python, which has Debian's pytest, where there is one.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
VERSION := 0.1.0

LIBRARIES := libevent_core openssl libidn2 libmagic liburiparser libutf8proc libzip sqlite3
# What import and mirror need besides, in a program of their own (src/cmd/elsewhere.h).
BLOG_LIBRARIES := libxml-2.0 jansson libcurl
# Linux alone has it; without it the server runs with its system calls unfiltered, and says so.
ifeq ($(shell $(PKG_CONFIG) --exists libseccomp 2>/dev/null && echo yes),yes)
LIBRARIES += libseccomp
FEATURES += -DMATINEE_SECCOMP
endif

# Every source file by its room; `make lint` says when one is missing here.
base := arena buf diag file folder leftovers pool siphash slice slice_map utf8 utf8_nfc utf8_words
text := date gemtext gemtext_lines header rating settings slug sounds uri uuid xml
gemini := certificate certificate_facts certificate_files client host known_hosts media_type \
	request response self_signed url
model := capsule check facet facet_defs paths related trait
import := address albums archive blog blog_links blog_post comment_thread comments emit entry entry_post \
	entry_store fact_line facts feed feed_draft feed_json feed_words format heading html html_blocks \
	html_builder html_charset html_chrome html_guard html_headings html_links html_media html_page html_style \
	html_table html_text html_tree image_data image_memory image_name images mail_date memory names old_path \
	page_lines page_text phrase plain_page post_images quotation redirects report saved_page shape \
	shape_facts shape_lines shape_quotes shape_tags shape_title source_lines target typed_html unzip \
	written_date xml_stream
web := fetch hosts public_address robots transfer web_url
mirror := feed_address feed_links find_feed mirror mirror_state series short_entry spool web_images
source := body conf conf_areas conf_paths conf_redirects field_lists field_values fields load loaded \
	normalise quotes review slug_map stamp values
pages := atom best body facet feed gemsub home identity link list listing pattern picks quote quotes \
	related results review reviews section site sitemap
gempub := book book_texts gempub packing shelf shelving
search := find index index_rows near passage query rank tokenizer
survey := alike stats survey
export := columns export gopher gopher_item html html_blocks html_style html_text image_size target
server := acceptor admission background backoff books calls channel clock connection first_record gate \
	generation jobs keyring landlock limits listen listen_address loader log log_line master notify outgoing \
	peers prefix presentation process proxy proxy_header route sandbox_linux sandbox_none sandbox_openbsd \
	schedule search served_file server settings signals site state systemd tickets tls wake_one watch wire \
	worker
cmd := address_check build build_folders build_gpub build_options build_page capsule_certificate \
	capsule_folder cert cert_list check check_report command elsewhere get image_sizes import interrupt json \
	link_check mirror new open_capsule path_check plot progress serve server_user start state_folder stats \
	tally telling terminal tree
ROOMS := base text gemini model import web mirror source pages search survey gempub export server cmd
LIB_SOURCES := $(foreach room,$(ROOMS),$(foreach name,$($(room)),src/$(room)/$(name).c))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wwrite-strings -Wformat=2
# CI sets WERROR=1: a warning is an error there, and never on a user's machine.
ifdef WERROR
WARNINGS += -Werror
endif

ifeq ($(MODE),release)
MODE_CFLAGS := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE_LDFLAGS := -pie -Wl,-z,relro,-z,now
else ifeq ($(MODE),debug)
MODE_CFLAGS := -O0 -g3
MODE_LDFLAGS :=
else ifeq ($(MODE),asan)
MODE_CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
MODE_LDFLAGS := -fsanitize=address,undefined
else
$(error MODE is release, debug or asan, not $(MODE))
endif

ALL_LIBRARIES := $(LIBRARIES) $(BLOG_LIBRARIES)
LIBRARY_CFLAGS := $(FEATURES) $(shell $(PKG_CONFIG) --cflags $(ALL_LIBRARIES) 2>/dev/null)
SERVER_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES) 2>/dev/null) -lm
BLOG_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(BLOG_LIBRARIES) 2>/dev/null) -lm
LIBRARY_LIBS := $(shell $(PKG_CONFIG) --libs $(ALL_LIBRARIES) 2>/dev/null) -lm
COMPILE = $(CC) -std=gnu17 -D_GNU_SOURCE -Isrc -DMATINEE_VERSION='"$(VERSION)"' $(CPPFLAGS) \
	$(WARNINGS) $(MODE_CFLAGS) $(LIBRARY_CFLAGS) $(CFLAGS) -MMD -MP
LINK_FLAGS = $(MODE_LDFLAGS) $(LDFLAGS)

LIB := $(OUT)/libmatinee.a
BIN := $(OUT)/matinee
BLOG := $(OUT)/matinee-blog
OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o) $(OUT)/src/main.o $(OUT)/src/main_blog.o
UNIT_TESTS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/test_*.c))
BENCH_PROGRAMS := $(foreach name,changes client hold probe report search tls_floor write_capsule,$(OUT)/tests/bench/$(name))
BENCH_SHARED := $(foreach name,exchange floor process sockets words,$(OUT)/tests/bench/$(name).o)
BENCH_SIMPLE := $(foreach name,count_client count_load measure,$(OUT)/tests/bench/$(name))
FUZZ_TARGETS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=%-replay)

.PHONY: all
all: $(BIN) $(BLOG)

# Who builds the first program wants its commands to be there.
$(BIN): $(OUT)/src/main.o $(LIB) | $(BLOG)
	$(CC) $(MODE_CFLAGS) $(LINK_FLAGS) -o $@ $^ $(SERVER_LIBS) $(LDLIBS)

$(BLOG): $(OUT)/src/main_blog.o $(LIB)
	$(CC) $(MODE_CFLAGS) $(LINK_FLAGS) -o $@ $^ $(BLOG_LIBS) $(LDLIBS)

$(LIB): $(LIB_SOURCES:%.c=$(OUT)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(OUT)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LINK_FLAGS) -lcmocka $(LIBRARY_LIBS) $(LDLIBS)

# Programs of the bench that others than the one with their name are part of as well.
$(BENCH_PROGRAMS): $(OUT)/tests/bench/%: tests/bench/%.c $(BENCH_SHARED) $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(BENCH_SHARED) $(LIB) $(LINK_FLAGS) $(LIBRARY_LIBS) $(LDLIBS)

$(BENCH_SIMPLE): $(OUT)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LINK_FLAGS) $(LIBRARY_LIBS) $(LDLIBS)

$(OUT)/tests/fuzz/%-replay: tests/fuzz/%.c tests/fuzz/replay.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< tests/fuzz/replay.c $(LIB) $(LINK_FLAGS) $(LIBRARY_LIBS) $(LDLIBS)

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:%=%.d) $(BENCH_PROGRAMS:%=%.d) $(BENCH_SHARED:.o=.d) $(BENCH_SIMPLE:%=%.d)

# --- for people who read -------------------------------------------------------------------------

# On the machine itself only: nothing is offered to a network before somebody decides to.
.PHONY: serve
serve:
	@.ci/packages run
	@$(MAKE) --no-print-directory all
	@exec $(BIN) serve capsule --certs certs --listen 127.0.0.1:1965 --listen '[::1]:1965'

.PHONY: check
check: all
	$(BIN) check capsule

# --- for people who change it ---------------------------------------------------------------------

.PHONY: test
test:
	@.ci/packages test
	@$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
run-tests: $(BIN) $(UNIT_TESTS) $(FUZZ_REPLAYS) $(OUT)/tests/bench/write_capsule
	@$(PYTHON) tests/run.py --out $(OUT) --mode $(MODE)

.PHONY: test-long
test-long:
	@.ci/packages test
	@$(MAKE) --no-print-directory $(BIN)
	@$(PYTHON) tests/run.py --out $(OUT) --mode $(MODE) --long

# Hostile clients for minutes, under the sanitizers with MODE=asan: make soak MODE=asan MINUTES=10
MINUTES ?= 10
.PHONY: soak
soak:
	@.ci/packages test
	@$(MAKE) --no-print-directory $(BIN)
	@MATINEE=$(OUT)/matinee MATINEE_MODE=$(MODE) $(PYTHON) tests/long/soak.py \
		--seconds $$(( $(MINUTES) * 60 ))

# Rewrites what the golden tests expect: look at `git diff tests/golden` afterwards.
.PHONY: bless
bless: $(BIN)
	$(PYTHON) tests/golden/run.py --bless --matinee $(BIN)

.PHONY: lint
lint:
	@.ci/packages lint
	@tests/lint/run $(LIB_SOURCES) src/main.c src/main_blog.c

.PHONY: format
format:
	clang-format -i src/*.c src/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.[ch]

# Coverage-guided fuzzing of one parser: make fuzz TARGET=request SECONDS=60
TARGET ?= request
SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
.PHONY: fuzz
fuzz:
	@.ci/packages lint
	@mkdir -p $(BUILD)/fuzz/$(TARGET) tests/fuzz/regressions/$(TARGET)
	clang -std=gnu17 -D_GNU_SOURCE -Isrc -DMATINEE_VERSION='"$(VERSION)"' $(FUZZ_FLAGS) \
		$(LIBRARY_CFLAGS) -o $(BUILD)/fuzz/fuzz_$(TARGET) tests/fuzz/fuzz_$(TARGET).c \
		$(LIB_SOURCES) $(LIBRARY_LIBS)
	$(BUILD)/fuzz/fuzz_$(TARGET) -max_total_time=$(SECONDS) -rss_limit_mb=2048 \
		-artifact_prefix=tests/fuzz/regressions/$(TARGET)/ \
		$(BUILD)/fuzz/$(TARGET) tests/fuzz/corpus/$(TARGET)

.PHONY: cov
cov:
	$(MAKE) --no-print-directory BUILD=$(BUILD)/cov MODE=debug CFLAGS=--coverage LDFLAGS=--coverage run-tests
	cd $(BUILD)/cov/debug && find . -name '*.gcda' -path '*src*' -exec gcov -n {} + 2>/dev/null | \
		awk '/^File .*src\// { file = $$2 } /^Lines executed/ && file { print $$2, file; file = "" }' | sort -t: -k2 -n

# Ratios to others and to what cannot be done without: docs/performance.md, "How to measure". PARTS chooses
# (tests/bench/PART.sh), ROUNDS is how often each variant has its turn, QUICK=1 is for a look.
.PHONY: bench
bench:
	@.ci/packages bench
	@$(MAKE) --no-print-directory $(BIN) $(BENCH_PROGRAMS) $(BENCH_SIMPLE)
	@OUT=$(OUT) tests/bench/run

.PHONY: bench-programs
bench-programs: $(BENCH_PROGRAMS) $(BENCH_SIMPLE)

# Instructions and system calls of a request and of a review, which no other work on the machine changes, and
# those of tests/bench/baseline.json: says what has become dearer by more than 3 per cent. COUNT is a pattern
# for some of them alone: make bench-compare COUNT=load/
COUNT ?= .
.PHONY: bench-compare
bench-compare:
	@.ci/packages bench
	@$(MAKE) --no-print-directory $(BIN) $(BENCH_SIMPLE) $(OUT)/tests/bench/write_capsule
	@tests/bench/counts.sh $(OUT) '$(COUNT)'
	@tests/bench/baseline.sh $(OUT) compare

.PHONY: bench-baseline
bench-baseline:
	@.ci/packages bench
	@$(MAKE) --no-print-directory $(BIN) $(BENCH_SIMPLE) $(OUT)/tests/bench/write_capsule
	@tests/bench/counts.sh $(OUT)
	@tests/bench/baseline.sh $(OUT) write

# --- for people who package it --------------------------------------------------------------------

# Everything that a system needs to run it: completions, and what systemd and the user want to know. Empty
# UNITDIR or SYSUSERSDIR: without these. Configuration is an example; nothing is put into SYSCONFDIR.
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
SHARE := $(DESTDIR)$(PREFIX)/share
DOC := $(SHARE)/doc/matinee
BASH_COMPLETIONS := $(SHARE)/bash-completion/completions
ZSH_COMPLETIONS := $(SHARE)/zsh/site-functions
FISH_COMPLETIONS := $(SHARE)/fish/vendor_completions.d
FILL_IN := sed -e 's|@BINDIR@|$(PREFIX)/bin|' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|'
PACKAGING := docs/packaging

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/man/man5 $(DOC)/examples \
		$(SHARE)/matinee $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS)
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/matinee
	install -d $(DESTDIR)$(PREFIX)/libexec/matinee
	install -m 755 $(BLOG) $(DESTDIR)$(PREFIX)/libexec/matinee/matinee-blog
	install -m 644 docs/man/*.1 $(SHARE)/man/man1/
	install -m 644 docs/man/*.5 $(SHARE)/man/man5/
	install -m 644 README.md LICENSE CHANGELOG.md docs/*.md docs/*.png $(DOC)/
	install -m 644 $(PACKAGING)/matinee.conf $(PACKAGING)/matinee.logrotate $(DOC)/examples/
	cp -R capsule $(SHARE)/matinee/
	chmod -R a+rX,u+w,go-w $(SHARE)/matinee
	install -m 644 $(PACKAGING)/completions/matinee.bash $(BASH_COMPLETIONS)/matinee
	install -m 644 $(PACKAGING)/completions/_matinee $(ZSH_COMPLETIONS)/
	install -m 644 $(PACKAGING)/completions/matinee.fish $(FISH_COMPLETIONS)/
ifneq ($(UNITDIR),)
	install -d $(DESTDIR)$(UNITDIR)
	$(FILL_IN) $(PACKAGING)/matinee.service.in >$(DESTDIR)$(UNITDIR)/matinee.service
	install -m 644 $(PACKAGING)/matinee.socket $(DESTDIR)$(UNITDIR)/
	$(FILL_IN) $(PACKAGING)/matinee-mirror@.service.in >$(DESTDIR)$(UNITDIR)/matinee-mirror@.service
	install -m 644 $(PACKAGING)/matinee-mirror@.timer $(DESTDIR)$(UNITDIR)/
	chmod 644 $(DESTDIR)$(UNITDIR)/matinee.service $(DESTDIR)$(UNITDIR)/matinee-mirror@.service
endif
ifneq ($(SYSUSERSDIR),)
	install -d $(DESTDIR)$(SYSUSERSDIR)
	install -m 644 $(PACKAGING)/matinee.sysusers $(DESTDIR)$(SYSUSERSDIR)/matinee.conf
endif

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/matinee $(BASH_COMPLETIONS)/matinee $(ZSH_COMPLETIONS)/_matinee \
		$(FISH_COMPLETIONS)/matinee.fish
	cd docs/man && for page in *; do rm -f "$(SHARE)/man/man$${page##*.}/$$page"; done
	rm -rf $(DOC) $(SHARE)/matinee $(DESTDIR)$(PREFIX)/libexec/matinee
ifneq ($(UNITDIR),)
	rm -f $(DESTDIR)$(UNITDIR)/matinee.service $(DESTDIR)$(UNITDIR)/matinee.socket \
		$(DESTDIR)$(UNITDIR)/matinee-mirror@.service $(DESTDIR)$(UNITDIR)/matinee-mirror@.timer
endif
ifneq ($(SYSUSERSDIR),)
	rm -f $(DESTDIR)$(SYSUSERSDIR)/matinee.conf
endif

# A Debian package of this folder as it is, build/matinee_VERSION_ARCH.deb: the sources are copied to
# build/deb and get a folder debian/ there, in which the files have the names that debhelper looks for.
DEB := $(BUILD)/deb/matinee-$(VERSION)
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),$(shell date +%s))
.PHONY: deb
deb:
	@.ci/packages deb
	rm -rf $(BUILD)/deb
	mkdir -p $(DEB)
	cp -R capsule docs src Makefile README.md LICENSE CHANGELOG.md $(DEB)/
	cp -R $(PACKAGING)/debian $(DEB)/
	cp $(PACKAGING)/matinee.logrotate $(PACKAGING)/matinee.socket $(PACKAGING)/matinee.sysusers $(DEB)/debian/
	sed -e 's|@BINDIR@|/usr/bin|' -e 's|@SYSCONFDIR@|/etc|' $(PACKAGING)/matinee.service.in \
		>$(DEB)/debian/matinee.service
	sed -e 's|@BINDIR@|/usr/bin|' '$(PACKAGING)/matinee-mirror@.service.in' \
		>'$(DEB)/debian/matinee.matinee-mirror@.service'
	cp '$(PACKAGING)/matinee-mirror@.timer' '$(DEB)/debian/matinee.matinee-mirror@.timer'
	printf '%s\n\n  * %s\n\n -- %s  %s\n' 'matinee ($(VERSION)) unstable; urgency=medium' \
		'Version $(VERSION): see CHANGELOG.md.' "$$(sed -n 's/^Maintainer: //p' $(DEB)/debian/control)" \
		"$$(date -R -u -d @$(SOURCE_DATE_EPOCH))" >$(DEB)/debian/changelog
	cd $(DEB) && env -u MAKEFLAGS -u MAKELEVEL -u MODE -u BUILD \
		SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) dpkg-buildpackage --build=binary --no-sign \
		--ignore-builtin-builddeps
	mv $(BUILD)/deb/matinee_$(VERSION)_*.deb $(BUILD)/
	@ls $(BUILD)/matinee_$(VERSION)_*.deb

.PHONY: dist
dist:
	@mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=matinee-$(VERSION)/ -o $(BUILD)/matinee-$(VERSION).tar.gz HEAD

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'make serve      install what is missing, build, serve capsule/ at gemini://localhost/'
	@echo 'make check      every problem of capsule/, every link of its pages'
	@echo 'make            build build/release/matinee'
	@echo 'make test       install what tests need, run all of them; MODE=asan under ASan and UBSan'
	@echo 'make test-long  the rest: large capsules'
	@echo 'make soak      hostile clients for MINUTES=10; MODE=asan under ASan and UBSan'
	@echo 'make bless      accept what golden tests give now'
	@echo 'make lint       format, static analysis, include layers, scripts, manual pages'
	@echo 'make format     format the sources'
	@echo 'make fuzz       fuzz one parser: TARGET=request SECONDS=60'
	@echo 'make cov        lines covered by the tests, file by file'
	@echo 'make bench      measure, print ratios: PARTS=held ROUNDS=5 QUICK=1; docs/performance.md'
	@echo 'make bench-compare  count instructions, say what has become dearer; bench-baseline: from now on'
	@echo 'make install    PREFIX (/usr/local) and DESTDIR are honoured; make uninstall takes it back'
	@echo 'make deb        a Debian package, build/matinee_VERSION_ARCH.deb'
	@echo 'make dist       a tar archive of what is committed'
	@echo 'make clean'
