# pptpgrade: how exposed is a PPTP server? `make help` lists the targets.
VERSION := 0.1.0

# SAN=1: ASan and UBSan; SAN=thread: TSan.
B      := build$(if $(SAN),/$(if $(filter thread,$(SAN)),tsan,san))
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
V      ?= 0
Q      := $(if $(filter 1,$(V)),,@)
say     = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2))

CC     ?= cc
CLANG  ?= clang
CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
          -Wmissing-prototypes -Wundef -Wvla $(if $(CI)$(SAN),-Werror)
COMMA  := ,
# One word: a blank within it would end the option.
SANITIZER := $(if $(filter thread,$(SAN)),thread,address$(COMMA)undefined)
SANITIZE := $(if $(SAN),-fsanitize=$(SANITIZER))
HARDEN := $(if $(SAN),$(SANITIZE) -fno-sanitize-recover=undefined \
            -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2) -fstack-protector-strong
LINK   := -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DPPTP_RELEASE='"$(VERSION)"' -Inative \
          -fPIC -fvisibility=hidden $(WARN) $(HARDEN) $(CFLAGS)

core   := $(patsubst %.c,$(B)/%.o,$(wildcard native/format/*.c native/core/*.c native/scan/*.c))
net    := $(patsubst %.c,$(B)/%.o,$(wildcard native/net/*.c native/read/*.c))
cli    := $(patsubst %.c,$(B)/%.o,$(wildcard native/cli/*.c))
units  := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
fuzzers := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
modules := $(B)/lua/5.3/pptpgrade/core.so $(B)/lua/5.4/pptpgrade/core.so \
          $(B)/lua/5.4/pptpgrade/net.so
specs  := $(sort $(wildcard tests/lua/*_spec.lua))
portable := $(filter-out $(wildcard tests/lua/*net_spec.lua),$(specs))
systems := $(sort $(wildcard tests/system/*.t))
# Three at once: they mostly wait. Those with real servers share one guest's image
# and take turns; so do those with the lab, whose clocks are a server's.
guests := $(shell grep -l '^[^\#]*bed_up' $(systems))
labs   := $(filter-out $(guests),$(filter tests/system/7%,$(systems)))
EMPTY  :=
lane    = --rules 'seq={$(subst $(EMPTY) ,$(COMMA),$(strip $(1)))}'
lanes  := --jobs 3 $(call lane,$(guests)) $(call lane,$(labs)) \
          --rules 'seq=tests/system/*'

export PPTP_BUILD := $(if $(filter /%,$(B)),,$(CURDIR)/)$(B)
export PPTP_SAN := $(SAN)
# For what hangs: how long a test takes on a busy machine says nothing.
export CK_DEFAULT_TIMEOUT := 120
PROVE  := prove --failures --timer

.PHONY: all help deps check system test demo bench lint fuzz install \
        uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/pptp-probe $(B)/pptp-wire $(B)/pptpgrade $(modules) ## build both programs and the Lua modules

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14
	@echo "  V=1 shows commands; SAN=1 builds with ASan and UBSan into build/san;"
	@echo "  SAN=thread with TSan into build/tsan (unit tests, pptp-probe);"
	@echo "  PREFIX=$(PREFIX), LIBDIR=$(LIBDIR) and DESTDIR= say where install puts things"

deps: ## install what building and testing need (Debian, root)
	$(Q)tests/deps

# Without that library nothing else has to wait.
have_check := $(shell pkg-config --exists check 2>/dev/null && echo yes)
check: all $(if $(have_check),$(units)) ## tests without root, network or apt
	$(Q)$(if $(have_check),$(PROVE) --exec '' $(units),\
		echo "SKIPPED: unit tests in C need check (libcheck)")
	$(Q)$(PROVE) --exec 'tests/lua/busted lua5.4' $(specs)
	$(Q)$(PROVE) --exec 'tests/lua/busted lua5.3' $(portable)

system: all $(B)/pptp-lab $(B)/pptp-calls $(B)/bench-farend ## tests with namespaces and real servers (root)
	$(Q)$(PROVE) $(lanes) --exec '' $(systems)

test: deps ## everything: deps, check, fuzz for a short time, system
	$(Q)$(MAKE) --no-print-directory check
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=2
	$(Q)$(MAKE) --no-print-directory system

# In a folder that only root may enter, with a blank: see tests/box.
.PHONY: bookworm trixie
bookworm: ## demo and all tests on Debian 12, in a box under build/ (root)
	$(Q)tests/box test bookworm
trixie: ## demo and all tests on Debian 13, in a box under build/ (root)
	$(Q)tests/box test trixie

demo: deps ## grade real servers and print what they deserve (root)
	$(Q)$(MAKE) --no-print-directory all $(B)/pptp-lab
	$(Q)tests/system/demo

# Of the page that make demo leaves; it stands in README.md.
.PHONY: picture
picture: docs/report.png
docs/report.png: $(B)/demo.html
	$(call say,PNG,$@)
	$(Q)tests/system/picture $< $@

bench: deps ## speed and memory, beside nmap, zmap, masscan in the same run (root); PARTS="records live sweep"
	$(Q)$(MAKE) --no-print-directory all $(B)/pptp-lab $(B)/bench-bare \
		$(B)/bench-bare-send $(B)/bench-farend $(B)/bench-replies \
		$(B)/bench-pieces
	$(Q)tests/bench/run $(PARTS)

# They have nothing of the project in them.
$(B)/bench-bare: tests/bench/bare.c
$(B)/bench-bare-send: tests/bench/bare_send.c
$(B)/bench-farend: tests/bench/farend.c tests/bench/halfopen.c tests/bench/halfopen.h
$(B)/bench-replies: tests/bench/replies.c
$(B)/bench-bare $(B)/bench-bare-send $(B)/bench-farend $(B)/bench-replies:
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -Inative,$(ALL_CFLAGS)) -Itests -o $@ $(filter %.c,$^) $(LINK)

# The project's own pieces, without a wire.
$(B)/bench-pieces: tests/bench/pieces.c $(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(filter %.a,$^) $(LINK) -lpcap

lint: ## formatting, warnings as errors, clang-tidy, luacheck, shellcheck
	$(Q)tests/lint

.PHONY: mutate
MUTANTS ?= 60
SECONDS ?= 600
SEED ?= 1
mutate: ## MUTANTS small faults in a copy of the tree, one at a time: who notices
	$(Q)MUTANTS=$(MUTANTS) SECONDS=$(SECONDS) SEED=$(SEED) tests/mutate/run $(MODULES)

# What has threads: looking up names, and a sweep. A race is a failure.
threaded := lookup_queue prober_raw ring sweep sweeper target_file targets
.PHONY: threads threads-run
threads: ## unit tests and sweeps that have threads, under the thread sanitizer (root)
	$(Q)$(MAKE) --no-print-directory SAN=thread threads-run
threads-run: $(threaded:%=$(B)/unit/test_%) $(B)/pptp-probe $(B)/pptp-lab
	$(Q)$(PROVE) --exec '' $(threaded:%=$(B)/unit/test_%)
	$(Q)$(PROVE) --exec '' $(filter %/91-scan-faults.t %/92-scan-families.t,$(systems))

# The core without optimization, and counted; the tests as ever, for their speed.
.PHONY: coverage
coverage: ## lines and branches of the core that its unit tests reach, and those not
	$(Q)$(MAKE) --no-print-directory B=build/coverage HARDEN= \
		MEASURE='-O0 --coverage -fprofile-update=atomic' LDFLAGS=--coverage measured
	$(Q)tests/coverage build/coverage

.PHONY: measured
measured: $(units)
$(B)/native/%.o: ALL_CFLAGS += $(MEASURE)

FUZZ_SECONDS ?= 10
fuzz: $(fuzzers) ## every fuzz target for FUZZ_SECONDS, or RUNS executions; KEEP=1 keeps inputs
	$(Q)tests/fuzz/run $(if $(RUNS),RUNS:$(RUNS),$(FUZZ_SECONDS)) $(if $(KEEP),-k) $(fuzzers)

# What a shell completes, from the parser of the command line itself.
completions := $(B)/completion/pptpgrade $(B)/completion/_pptpgrade
$(B)/completion/pptpgrade: shell := bash
$(B)/completion/_pptpgrade: shell := zsh
$(completions): lua/pptpgrade/cli/options.lua native/completion
	$(call say,SHELL,$@)
	@mkdir -p $(@D)
	$(Q)native/completion $(shell) > $@.new && mv $@.new $@
all: $(completions)

install: all ## into $(DESTDIR)$(PREFIX)
	$(Q)native/install $(B) "$(DESTDIR)$(PREFIX)" "$(PREFIX)" "$(LIBDIR)"

.PHONY: deb
deb: ## Debian packages, under build/deb
	$(Q)native/package/deb

.PHONY: rock
rock: ## an archive and rockspecs for LuaRocks, under build/rock
	$(Q)native/package/rock

uninstall: ## take away what install put
	$(Q)native/install --remove "$(DESTDIR)$(PREFIX)"

clean: ## remove build/
	$(Q)rm -rf build

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libpptp-core.a: $(core)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libpptp-net.a: $(net)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# What may send: it has the capability, the programs need none.
wire   := $(patsubst %.c,$(B)/%.o,$(wildcard native/wire/*.c) \
          native/cli/privilege.c native/cli/say.c)
$(B)/pptp-wire: $(wire) $(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ -lpcap

$(B)/pptp-probe: $(cli) $(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ -lpcap -lmd

# It names this folder, which may have been moved since. With SAN=1 the modules
# are instrumented and the interpreter is not: a wrapper loads the sanitizers'
# runtime first. What Lua leaves at exit is not ours.
launcher := $(B)/pptpgrade$(if $(SAN),.lua)
$(launcher): lua/bin/pptpgrade native/launcher FORCE
	@mkdir -p $(@D)
	@native/launcher "$$(pwd -P)/lua" "$$PPTP_BUILD/lua" > $@.new
	@cmp -s $@.new $@ || { chmod 755 $@.new && mv $@.new $@; }
	@rm -f $@.new
.PHONY: FORCE

ifdef SAN
$(B)/pptpgrade: $(launcher)
	$(Q)printf '#!/bin/sh\nexport LD_PRELOAD="%s:%s" ASAN_OPTIONS=detect_leaks=0\nexec lua5.4 "$$0.lua" "$$@"\n' \
		"$$($(CC) -print-file-name=libasan.so)" "$$($(CC) -print-file-name=libubsan.so)" > $@
	$(Q)chmod 755 $@
endif

# One source a module, one build a Lua version; never linked to a Lua library,
# and nothing but luaopen_* is exported: see docs/architecture.md.
$(B)/native/binding/%-5.3.o: native/binding/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $$(pkg-config --cflags lua5.3) -MMD -MP -c -o $@ $<

$(B)/native/binding/%-5.4.o: native/binding/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $$(pkg-config --cflags lua5.4) -MMD -MP -c -o $@ $<

core_parts := arguments conversation core decode encode fields json kinds options \
          packet plan record sink system
net_parts := apart arguments capture host net plan prober sender sink sweep targets
binding = $(foreach m,$(1),$(B)/native/binding/$(m)-$*.o)
.SECONDEXPANSION:
$(B)/lua/%/pptpgrade/core.so: $$(call binding,$(core_parts)) \
		$(B)/native/net/guard.o $(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(LINK) -Wl,-Bsymbolic,--exclude-libs,ALL -o $@ $^

# Never unloaded: a second SIGINT may come when Lua has closed its modules.
$(B)/lua/%/pptpgrade/net.so: $$(call binding,$(net_parts)) \
		$(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(LINK) -Wl,-Bsymbolic,--exclude-libs,ALL,-z,nodelete -o $@ $^ -lpcap -lmd

$(B)/unit/%: tests/unit/%.c tests/unit/harness.h $(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -o $@ $< $(filter %.a,$^) $(LINK) \
		$$(pkg-config --cflags --libs check) -lpcap -lmd

# Files of pptp-probe without its main(); what it says, they keep.
cli_units := $(patsubst %,$(B)/unit/test_scan_%,exclude files meta options)
said   := $(filter-out %/main.o %/say.o,$(cli))
$(cli_units): $(B)/unit/%: tests/unit/%.c tests/unit/harness.h $(said) \
		$(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -o $@ $< $(filter %.o %.a,$^) \
		$(LINK) $$(pkg-config --cflags --libs check) -lpcap -lmd

# There is no sweep behind these.
$(B)/unit/test_scan_exclude: LINK += -Wl,--wrap=pptp_sweep_run_exclude
$(B)/unit/test_scan_meta: LINK += -Wl,--wrap=pptp_sweep_run_sweeper \
		-Wl,--wrap=pptp_sweep_run_low -Wl,--wrap=pptp_sweeper_stand \
		-Wl,--wrap=pptp_sweeper_facts

# Its helper is a child of the test.
$(B)/unit/test_sweeper_remote: LINK += -Wl,--wrap=pptp_wire_helper_start

# They count how often a header is decoded.
$(B)/unit/test_packet_once $(B)/unit/test_prober_intake: LINK += -Wl,--wrap=pptp_ip_decode

# Instrumented once, linked into every fuzz target.
fuzz_flags := -std=c11 -D_GNU_SOURCE -DPPTP_RELEASE='"$(VERSION)"' -g -O1 \
          -Inative -Itests -fsanitize=address,undefined \
          -fno-sanitize-recover=undefined -MMD -MP
fuzz_objects := $(patsubst %.c,$(B)/fuzz/%.o,$(wildcard native/format/*.c \
          native/core/*.c native/scan/*.c \
          native/read/*.c native/net/target*.c) \
          native/net/grow.c native/net/lines.c native/net/lookup.c \
          native/net/lookup_queue.c native/net/spec.c native/net/timer.c \
          native/net/wire.c native/net/wire_batch.c native/net/wire_messages.c \
          native/net/wire_policy.c native/net/wire_serve.c native/net/demux.c \
          native/net/sweeper.c native/net/sweeper_messages.c \
          native/net/sweeper_serve.c native/net/sweeper_targets.c \
          native/net/sweep_out.c native/net/gateway.c \
          native/net/call_ids.c native/net/capture_filter.c \
          native/net/random.c)

$(B)/fuzz/native/%.o: native/%.c
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(fuzz_flags) -fsanitize=fuzzer-no-link -c -o $@ $<

$(B)/fuzz/%: tests/fuzz/%.c $(fuzz_objects)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(fuzz_flags) -fsanitize=fuzzer -o $@ $< $(fuzz_objects) -lpcap

# ---- the server model of the tests, and virtual time ------------------------
lab_objects := $(patsubst %,$(B)/tests/lab/%.o,box choice kernel ppp server stacks truth world)
lab_module := $(B)/lua/5.4/pptplab.so
AUDITS ?= 1000000

.PHONY: matrix
check system: $(lab_module)

matrix: $(modules) $(lab_module) ## two million simulated audits against the truth, and their records weakened
	$(Q)tests/lab/matrix -n $(AUDITS)
	$(Q)tests/lab/matrix -k quirks -n $$(( $(AUDITS) / 10 ))
	$(Q)tests/lab/matrix -k boxes -n $(AUDITS)
	$(Q)PPTP_MONOTONE=$$(( $(AUDITS) / 250 )) tests/lua/busted lua5.4 \
		tests/lua/monotone_net_spec.lua

$(B)/tests/lab/%.o: tests/lab/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests $$(pkg-config --cflags lua5.4) -MMD -MP -c -o $@ $<

$(lab_module): $(B)/tests/lab/binding.o $(lab_objects) \
		$(B)/native/binding/sink-5.4.o $(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared $(LINK) -Wl,-Bsymbolic,--exclude-libs,ALL -o $@ $^

# The same model on a wire, each address another server.
lab_wire := $(patsubst %,$(B)/tests/lab/%.o,loss population queue silent)
$(B)/pptp-lab: $(patsubst %,$(B)/tests/lab/%.o,frames main wire) $(lab_wire) $(lab_objects) \
		$(B)/native/net/timer.o $(B)/libpptp-core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK) -o $@ $^

# What native/read makes of captures, for tests.
$(B)/pptp-calls: $(B)/tests/lab/calls.o $(B)/libpptp-net.a $(B)/libpptp-core.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ -lpcap

$(B)/unit/test_lab $(B)/unit/test_box $(B)/unit/test_lab_wire: $(B)/unit/%: \
		tests/unit/%.c tests/unit/harness.h $(lab_wire) $(lab_objects) \
		$(B)/libpptp-core.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -o $@ $< $(filter %.o %.a,$^) \
		$(LINK) $$(pkg-config --cflags --libs check)

# ---- inside Nmap: build/nmap is a data directory for nmap --datadir ---------
nmap_tree := $(B)/nmap/nselib/pptpgrade/manifest

.PHONY: install-nmap uninstall-nmap
all: $(nmap_tree)

$(nmap_tree): nse/pptp-exposure.nse nse/install $(shell find lua -name '*.lua') \
		$(filter %/core.so,$(modules))
	$(call say,NSE,$(B)/nmap)
	$(Q)nse/install --tree $(B)

install-nmap: $(nmap_tree) ## the script into the installed Nmap
	$(Q)nse/install $(B) "$(DESTDIR)"

uninstall-nmap: ## take the script out of Nmap again
	$(Q)nse/install --remove "$(DESTDIR)"

# Not what lies in the folders of the tests' own Debians.
-include $(shell find $(B) \( -path '*/realserver' -o -path '*/box' -o -path '*/test' \) -prune -o \
		-type f -name '*.d' -print 2>/dev/null)
