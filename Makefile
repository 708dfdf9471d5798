# Twofold: build, run, debug, test. `make help` lists the targets and variables.
#
# The first `make` runs tools/setup, which installs what the machine lacks, and tools/configure,
# which finds the compiler and writes what it found to build/config*.mk; make then reads its own
# files again with that included. Objects lie in build/VARIANT (plain, debug, ktest, ...), so
# that builds with different settings live side by side. A new source below kernel/ or user/
# needs no edit here.

CPUS    ?= 3
MEM     ?= 128M
ISOLATE ?= 0
REGISTERS ?= 0
SCHED   ?=
DEBUG   ?= 0
KTEST   ?= 0
COVERAGE ?= 0
LLVM    ?= 0
NOINLINE ?= 0
BUG     ?=
FLUSHES ?= 0
WERROR  ?= 0
V       ?= 0

.DEFAULT_GOAL := default
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -r
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
endif

on = $(filter-out 0 no,$(1))
empty :=
space := $(empty) $(empty)
comma := ,
ifeq ($(call on,$(V)),)
Q := @
say = @echo '  $(1)';
else
say =
endif

# --- The tools -----------------------------------------------------------------------------------

# These targets need no compiler.
TOOLLESS := help clean print-gdbport format check gdb .gdbinit distclean setup setup-test book
ifneq ($(if $(MAKECMDGOALS),$(filter-out $(TOOLLESS),$(MAKECMDGOALS)),default),)
CONFIG := build/config$(if $(call on,$(LLVM)),-llvm)$(if $(CROSS),-$(notdir $(CROSS))).mk
include $(CONFIG)

$(CONFIG): tools/setup tools/configure
	@LLVM=$(call on,$(LLVM)) CROSS=$(CROSS) tools/setup
	@mkdir -p build
	@LLVM=$(call on,$(LLVM)) CROSS=$(CROSS) tools/configure > $@.$$$$ && mv $@.$$$$ $@

# A tool that has gone since: look again.
ifneq ($(HOSTCC),)
TOOLS := $(firstword $(CC)) $(HOSTCC) $(QEMU) python3
ifneq ($(words $(shell for t in $(TOOLS); do command -v $$t; done)),4)
$(shell rm -f $(CONFIG))
endif
endif
endif

# --- Settings of this build ----------------------------------------------------------------------

VARIANT := $(subst $(space),-,$(strip $(if $(call on,$(WERROR)),werror) \
             $(if $(call on,$(LLVM)),llvm) $(if $(call on,$(KTEST)),ktest) \
             $(if $(call on,$(DEBUG)),debug) $(if $(call on,$(COVERAGE)),coverage) \
             $(if $(call on,$(NOINLINE)),noinline) $(BUG)))
VARIANT := $(or $(VARIANT),plain)
$(if $(filter-out dirtycow,$(BUG)),$(error BUG=$(BUG): there is only BUG=dirtycow))
B := build/$(VARIANT)
UB := build/$(if $(call on,$(WERROR)),werror-)$(if $(call on,$(LLVM)),llvm-)user

WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes $(if $(call on,$(WERROR)),-Werror)
FREESTANDING := -std=gnu2x -ffreestanding -nostdinc $(if $(CC_INCLUDE),-isystem $(CC_INCLUDE)) \
    -fno-common -fno-stack-protector -fno-pie -fno-strict-aliasing -fno-omit-frame-pointer \
    -fno-jump-tables -fno-delete-null-pointer-checks -fno-asynchronous-unwind-tables $(CC_EXTRA)

# Counters of gcov without its runtime: tests/lib/coverage.py takes them from the machine's memory.
COVERAGE_CFLAGS := -fprofile-arcs -ftest-coverage -fprofile-update=atomic -fprofile-info-section \
    -fno-early-inlining

KCFLAGS := -O2 -g $(WARNINGS) -march=$(KERNEL_MARCH) -mabi=lp64 -mcmodel=medany \
    $(FREESTANDING) -I. $(if $(BUG),-DBUG_$(BUG)) $(if $(call on,$(DEBUG)),-DDEBUG) \
    $(if $(call on,$(COVERAGE)),$(COVERAGE_CFLAGS)) $(if $(call on,$(NOINLINE)),-fno-inline)
KASFLAGS := -g -march=$(KERNEL_MARCH) -mabi=lp64 -mcmodel=medany $(CC_EXTRA) -I.

# A file that holds the flags of a compilation and is new when they changed.
define flags-file
	@mkdir -p $(@D)
	@echo '$(strip $(1))' | cmp -s - $@ || echo '$(strip $(1))' > $@
endef

$(B)/kernel.flags: FORCE
	$(call flags-file,$(CC) $(KCFLAGS) / $(KASFLAGS) / $(LD))

# --- The kernel ----------------------------------------------------------------------------------

KDIRS := $(sort $(dir $(wildcard kernel/*/*.[cS] kernel/*/*/*.[cS])))
ifeq ($(call on,$(KTEST)),)
KDIRS := $(filter-out kernel/ktest/,$(KDIRS))
endif
KSRCS := $(sort $(wildcard $(addsuffix *.c,$(KDIRS)) $(addsuffix *.S,$(KDIRS))))
# x.c becomes x.o, x.S becomes x.S.o: both may exist.
KOBJS := $(addprefix $(B)/,$(addsuffix .o,$(KSRCS:.c=)))
KLDFLAGS := -z max-page-size=4096 -nostdlib --no-dynamic-linker --build-id=none $(LD_EXTRA) \
    $(if $(call on,$(COVERAGE)),--defsym=__gcov_merge_add=0)

$(B)/kernel/%.o: kernel/%.c $(B)/kernel.flags
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(KCFLAGS) -MMD -MP -c -o $@ $<

$(B)/kernel/%.S.o: kernel/%.S $(B)/kernel.flags
	@mkdir -p $(@D)
	$(call say,AS $<)$(CC) $(KASFLAGS) -MMD -MP -c -o $@ $<

# The switch over all system calls: a table of addresses instead of some comparisons for each call.
$(B)/kernel/sys/dispatch.o: private KCFLAGS += -fjump-tables

# The one file with floating-point instructions.
$(B)/kernel/arch/fpu.S.o: private KASFLAGS := \
    $(subst -march=$(KERNEL_MARCH),-march=rv64gc,$(KASFLAGS))

# The kernel is linked twice: the addresses of its functions, taken from the first pass, become
# the table that backtraces read. The table lies behind the text, so it moves no function.
$(B)/kernel.pass1: kernel/kernel.ld $(KOBJS)
	$(Q)$(LD) $(KLDFLAGS) -T $< -o $@ $(KOBJS)

$(B)/ksyms.S: $(B)/kernel.pass1 tools/ksyms
	$(Q)$(NM) -n $< | tools/ksyms > $@

$(B)/ksyms.o: $(B)/ksyms.S
	$(Q)$(CC) $(KASFLAGS) -c -o $@ $<

$(B)/kernel.elf: $(B)/ksyms.o kernel/kernel.ld $(KOBJS)
	$(call say,LD $@)$(LD) $(KLDFLAGS) -T kernel/kernel.ld -o $@ $(KOBJS) $(B)/ksyms.o

# The kernel that `make qemu` boots, of whichever variant was built last, and its symbols.
kernel/kernel: $(B)/kernel.elf FORCE
	$(Q)cmp -s $< $@ || cp $< $@

kernel/kernel.sym: kernel/kernel
	$(Q)$(NM) -n $< | awk 'length($$1) == 16 { print $$1, $$3 }' > $@

-include $(KOBJS:.o=.d)

# --- User programs, host tools, disk image -------------------------------------------------------

ifneq ($(HOSTCC),)
include user/rules.mk mkfs/rules.mk labs/thread/rules.mk
-include tests/crash/rules.mk # copies of the tree for mutants and graders have no tests
endif

FSSIZE ?= 64M
IMAGE_FILES := README $(USER_PROGS) $(wildcard user/files/*)

build/image.list: FORCE
	$(call flags-file,$(FSSIZE) $(IMAGE_FILES))

# The image is rebuilt when a program changed; what was on the old one is kept as fs.img.bk.
fs.img: build/host/mkfs build/image.list $(IMAGE_FILES)
	@if test -f $@; then mv -f $@ $@.bk; fi
	$(call say,MKFS $@)build/host/mkfs $@ -s $(FSSIZE) $(IMAGE_FILES)

# --- Running -------------------------------------------------------------------------------------

# What is booted, and on which image. A grader gives each of its runs its own image and port.
KERNEL ?= kernel/kernel
FSIMG  ?= fs.img
GDBPORT ?= $(shell expr `pwd -P | cksum | cut -d' ' -f1` % 10000 + 20000)
APPEND = $(if $(call on,$(ISOLATE)),isolate=1) $(if $(call on,$(REGISTERS)),registers=1) \
    $(if $(SCHED),sched=$(SCHED))
QEMUOPTS = -machine virt -bios none -kernel $(KERNEL) -m $(MEM) -smp $(CPUS) -nographic \
    -global virtio-mmio.force-legacy=false \
    -drive file=$(FSIMG),if=none,format=raw,id=x0 \
    -device virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0 \
    $(if $(strip $(APPEND)),-append '$(strip $(APPEND))') $(QEMUEXTRA)

.PHONY: default qemu qemu-fs qemu-gdb gdb print-gdbport test test-all usertests usertests-table \
    mutants diskfaults grade grade-selftest bench check book format clean distclean setup \
    setup-test help FORCE

default: kernel/kernel kernel/kernel.sym fs.img

# `exec`: a signal to make reaches QEMU.
qemu: kernel/kernel kernel/kernel.sym fs.img
	@exec $(QEMU) $(QEMUOPTS)

qemu-fs: kernel/kernel kernel/kernel.sym
	@test -f $(FSIMG) || { echo "there is no $(FSIMG): make fs.img" >&2; exit 1; }
	@exec $(QEMU) $(QEMUOPTS)

qemu-gdb: kernel/kernel kernel/kernel.sym .gdbinit $(if $(wildcard $(FSIMG)),,fs.img)
	@echo "*** Now run 'make gdb' in another window."
	@exec $(QEMU) $(QEMUOPTS) -S -gdb tcp::$(GDBPORT)

print-gdbport:
	@echo $(GDBPORT)

# Always made: the checkout may have moved, and its port with it.
.gdbinit: .gdbinit.tmpl FORCE
	@sed 's/@GDBPORT@/$(GDBPORT)/' $< > $@

gdb: .gdbinit
	@gdb=$$(tools/find-gdb) || \
	    { echo "no gdb for RISC-V found: install gdb-multiarch" >&2; exit 1; }; \
	exec $$gdb -q -iex "set auto-load local-gdbinit off" -x .gdbinit

# --- Tests and tools -----------------------------------------------------------------------------

# Everything that the tests boot or run.
TEST_BUILD = +$(Q)for v in "" DEBUG=1 KTEST=1 "KTEST=1 DEBUG=1" $(TEST_BUGS); do \
	    $(MAKE) --no-print-directory $$v test-kernel || exit 1; done

.PHONY: test-kernel compile
test-kernel: $(B)/kernel.elf

# All that the compiler has to say.
compile: $(B)/kernel.elf $(USER_PROGS)

test: default $(HOST_TOOLS) $(CRASH_PROGRAMS)
	$(TEST_BUILD)
	@QEMU=$(QEMU) tests/run $(TESTS)

test-all: TEST_BUGS := BUG=dirtycow
test-all: default $(HOST_TOOLS) $(CRASH_PROGRAMS)
	$(TEST_BUILD)
	@QEMU=$(QEMU) tests/run --all $(TESTS)

# With the machine of CPUS, MEM, ISOLATE and DEBUG.
usertests: default test-kernel
	@QEMU=$(QEMU) tests/usertests --cpus $(CPUS) --mem $(MEM) --build $(VARIANT) \
	    $(if $(call on,$(ISOLATE)),--isolate) $(UT)

usertests-table: default
	@QEMU=$(QEMU) tests/usertests-table

# What the tests execute of the kernel, on kernels that count; these are slower.
.PHONY: coverage
coverage: default $(HOST_TOOLS)
	+$(Q)for v in "" KTEST=1; do \
	    $(MAKE) --no-print-directory COVERAGE=1 $$v test-kernel || exit 1; done
	@QEMU=$(QEMU) GCOV=$(CC:gcc=gcov) TIMEOUT=$(or $(TIMEOUT),2) tests/coverage --run \
	    $(if $(call on,$(ALL)),--all) $(TESTS)

# Power cuts: the states that they leave, on the host (tests/crash/). STATES, SEED, and STATE for
# one of them alone; FLUSHES=1: each flush of the journal left out in turn; MUTANTS=all or names:
# each fault of tests/crash/mutants.
.PHONY: crashstates
crashstates: $(CRASH_PROGRAMS) build/host/mkfs
	@tests/crashstates $(if $(STATES),--states $(STATES)) $(if $(SEED),--seed $(SEED)) \
	    $(if $(STATE),--state $(STATE)) $(if $(call on,$(FLUSHES)),--flushes) \
	    $(if $(MUTANTS),--mutants $(filter-out all,$(MUTANTS)))

# Whether usertests notices small faults in the kernel.
mutants: default
	@QEMU=$(QEMU) tests/mutate $(MUTANTS)

# Each request of each load of a failing disk, or of the cases and loads named in CASES.
diskfaults: default $(HOST_TOOLS)
	+$(Q)for v in "" DEBUG=1; do $(MAKE) --no-print-directory $$v test-kernel || exit 1; done
	@QEMU=$(QEMU) tests/diskfaults $(CASES)

# The labs' graders, all or those of LAB. GRADEFLAGS are a grader's arguments: filters, -j 2, -v.
grade: default
	@exec tools/grade $(if $(LAB),--lab "$(LAB)") $(GRADEFLAGS)

# Whether the graders notice small faults, and that a lab was not done.
grade-selftest: default
	@exec tests/grade-selftest $(if $(LAB),--lab "$(LAB)") $(MUTANTS)

bench: default
	@QEMU=$(QEMU) tests/bench $(ROWS)

check:
	@tools/check

# HTML and PDF from docs/book/, in build/book/.
book:
	@tools/setup book
	@tools/book

format:
	@tools/format

setup:
	@tools/setup

setup-test:
	@tools/setup test

clean:
	rm -rf build fs.img fs.img.bk kernel/kernel kernel/kernel.sym .gdbinit

define HELP
make                 build the kernel and the disk image
make qemu            build what is needed and boot to a shell; `poweroff` or Ctrl-A X leaves
make qemu-fs         the same, with the disk image as it is
make qemu-gdb        the same, stopped, waiting for a debugger
make gdb             the debugger, set up, in another window
make test            everything that a change must pass; ends with "N passed, N failed", and
                     how many were skipped, for want of a tool
                     TESTS="name ..." runs those whose names contain one of these
                     TIMEOUT=2 doubles all time limits
make test-all        the same and the long ones: crashes, load, memory failures;
                     SOAK_MINUTES=10: how long each load lasts, 2 if it is not given
make crashstates     power cuts at every moment of random work, judged on the host;
                     STATES=10000, SEED=1; FLUSHES=1: whether each flush of the journal is
                     needed; MUTANTS=all: small faults
make usertests       boots and runs the program usertests; UT="-q" and other options
make usertests-table writes build/usertests.md, the list of what they check
make coverage        which lines and branches of the kernel `make test` executes, by file;
                     ALL=1 with the long tests, TESTS= as above
make mutants         whether usertests notices small faults in the kernel; MUTANTS="-j 4 name ..."
make diskfaults      every request of ten loads fails, on a disk of their own;
                     CASES="rename-write ..."
make grade           all labs' graders; ends with a table and "N passed, N failed"
                     LAB=cow is one; GRADEFLAGS=sleep: the tests with such a title; "-j 2 -v"
                     ANSWERS=1 asks for answers-LAB.txt and time.txt, too
make grade-selftest  whether the graders notice small faults; LAB=cow, MUTANTS="-j 2 name ..."
make bench           what operations cost, as a table; ROWS="name ..."
make check           rules of the source: includes, sizes, formatting, names in documents
make book            the book (docs/book/) as HTML and PDF, in build/book/
make format          formats the sources with clang-format
make ph barrier      the thread lab's programs of the host: build/host/ph and build/host/barrier
make fs.img          the disk image alone; its predecessor becomes fs.img.bk
make print-gdbport   the port of qemu-gdb in this checkout
make setup           installs what the build needs and is missing here; the first make does it, too
make setup-test      the same, and what only some tests need: a gdb for RISC-V, clang, clang-format
make clean           removes all that was built

CPUS=3  MEM=128M     harts (up to 8) and memory of the machine
FSIMG=fs.img         disk image, GDBPORT=n port of qemu-gdb, QEMUEXTRA="..." more options of QEMU
ISOLATE=1            user mode on page tables without the kernel
SCHED=decay          another scheduling policy (kernel/thread/policy_*.c; fifo if none is named)
REGISTERS=1          all registers beside the message about a program that ends by a fault
DEBUG=1              with the checkers: lock order, page tables, memory
KTEST=1              a kernel that tests itself at boot
BUG=dirtycow         a kernel with that historical mistake (labs/dirtycow)
COVERAGE=1           a kernel that counts what it executes (GCC)
LLVM=1  CROSS=prefix another compiler: clang and ld.lld, or the tools with that prefix
WERROR=1             a warning is an error
V=1                  shows the commands
endef

help:
	$(info $(HELP))@:

FORCE:
