# matinee: a Gemini capsule server for people who write reviews.
#
#   make serve        install what is missing, build, and serve capsule/ at gemini://localhost/
#   make test         install what tests need, build, and run all of them
#   make help         everything else
#
# MODE = release (default), debug or asan. Objects go to build/MODE/.

MODE ?= release
BUILD ?= build
OUT := $(BUILD)/$(MODE)
PREFIX ?= /usr/local
PYTHON ?= python3
PKG_CONFIG ?= pkg-config

# `make serve` and `make test` install packages first; then this file is read again, so that the
# flags below are asked for when pkg-config has an answer.
PACKAGES := libevent libevent_openssl openssl libmagic liburiparser libutf8proc

LIB_SOURCES := $(wildcard src/*/*.c)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wwrite-strings -Wformat=2
ifeq ($(MODE),release)
MODE_CFLAGS := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE_LDFLAGS := -pie -Wl,-z,relro,-z,now
else ifeq ($(MODE),debug)
MODE_CFLAGS := -O0 -g3
else ifeq ($(MODE),asan)
MODE_CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
MODE_LDFLAGS := -fsanitize=address,undefined
else
$(error MODE is release, debug or asan, not $(MODE))
endif
# CI sets WERROR=1: a warning is an error there, and never on a user's machine.
ifdef WERROR
WARNINGS += -Werror
endif

VERSION := 0.1.0
MATINEE_CPPFLAGS = -Isrc -D_GNU_SOURCE -DMATINEE_VERSION='"$(VERSION)"' $(CPPFLAGS)
MATINEE_CFLAGS = -std=gnu17 $(WARNINGS) $(MODE_CFLAGS) $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null) $(CFLAGS)
MATINEE_LDLIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) $(LDLIBS)

LIB := $(OUT)/libmatinee.a
BIN := $(OUT)/matinee
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o)

UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_TESTS := $(UNIT_SOURCES:%.c=$(OUT)/%)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_REPLAYS := $(FUZZ_SOURCES:%.c=$(OUT)/%-replay)

.PHONY: all
all: $(BIN)

$(BIN): $(OUT)/src/main.o $(LIB)
	$(CC) $(MODE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(MATINEE_LDLIBS)

$(LIB): $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(MATINEE_CPPFLAGS) $(MATINEE_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(MATINEE_CPPFLAGS) $(MATINEE_CFLAGS) -MMD -MP $(MODE_LDFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(MATINEE_LDLIBS)

$(OUT)/tests/fuzz/%-replay: tests/fuzz/%.c tests/fuzz/replay.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(MATINEE_CPPFLAGS) $(MATINEE_CFLAGS) -MMD -MP $(MODE_LDFLAGS) $(LDFLAGS) -o $@ $< tests/fuzz/replay.c $(LIB) $(MATINEE_LDLIBS)

MATINEE_TEST_CPPFLAGS = -Itests/unit

-include $(LIB_OBJECTS:.o=.d) $(OUT)/src/main.d

.PHONY: unit
unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

.PHONY: clean
clean:
	rm -rf $(BUILD)
