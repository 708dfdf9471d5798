# The kernel's file system as a program of the host (world.h): build/host/fsmount and
# build/host/crashstates.
#
# CRASH_KERNEL is where kernel/ lies (a copy with a fault: tests/crash/mutate), CRASH_OUT where
# objects and programs go.
# SANITIZE=1 compiles with the address and undefined-behaviour sanitizers.
CRASH_KERNEL ?= .
CRASH_OUT    ?= build/host$(if $(call on,$(SANITIZE)),-sanitize)

CRASH_SRCS := $(patsubst $(CRASH_KERNEL)/%,%, \
        $(wildcard $(CRASH_KERNEL)/kernel/fs/*.c $(CRASH_KERNEL)/kernel/mem/*.c)) \
    kernel/dev/disk.c kernel/lib/counter.c
CRASH_WORLD := disk lib locks threads walk world

# Frame pointers, and a frame for each call: disk.c tells flushes apart by the calls that led to
# them.
CRASH_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -pthread -Wall -Wextra -Wshadow \
    -fno-strict-aliasing -fno-omit-frame-pointer -fno-optimize-sibling-calls \
    -fno-partial-inlining -no-pie -DDEBUG -include tests/crash/machine.h -I$(CRASH_KERNEL) -I. \
    $(if $(call on,$(SANITIZE)),-fsanitize=address$(comma)undefined -fno-sanitize=alignment)

CRASH_OBJS := $(patsubst %.c,$(CRASH_OUT)/obj-crash/%.o,$(CRASH_SRCS)) \
    $(patsubst %,$(CRASH_OUT)/obj-crash/tests/crash/%.o,$(CRASH_WORLD))
CRASH_HUNT := calls check crashstates flush judge log model moment states tree work
CRASH_FSCK := fsck fsck_files fsck_dirs journal volume super
CRASH_PROGRAMS := $(CRASH_OUT)/fsmount $(CRASH_OUT)/crashstates

$(CRASH_OUT)/fsmount: $(CRASH_OUT)/obj-crash/tests/crash/fsmount.o $(CRASH_OBJS)
$(CRASH_OUT)/crashstates: $(patsubst %,$(CRASH_OUT)/obj-crash/tests/crash/%.o,$(CRASH_HUNT)) \
    $(patsubst %,$(CRASH_OUT)/obj-crash/mkfs/%.o,$(CRASH_FSCK)) $(CRASH_OBJS)

$(CRASH_PROGRAMS):
	$(call say,HOSTLD $@)$(HOSTCC) $(CRASH_CFLAGS) $(HOSTLDFLAGS) -o $@ $^

$(CRASH_OUT)/obj-crash/kernel/%.o: $(CRASH_KERNEL)/kernel/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(CRASH_CFLAGS) -MMD -MP -c -o $@ $<

# fsck's sources, as a part of crashstates.
$(CRASH_OUT)/obj-crash/mkfs/%.o: mkfs/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(HOSTCFLAGS) -Wno-missing-prototypes \
	    -include tests/crash/fsck_names.h -MMD -MP -c -o $@ $<

$(CRASH_OUT)/obj-crash/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(CRASH_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(CRASH_OUT)/obj-crash/*/*.d $(CRASH_OUT)/obj-crash/*/*/*.d)
