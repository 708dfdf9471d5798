# The kernel's file system as a program of the host (world.h): build/host/fsmount and build/host/crashstates.
#
# CRASH_KERNEL is where kernel/ lies (a copy with a fault: tests/crash/mutate), CRASH_OUT where objects and programs go.
# SANITIZE=1 compiles with the address and undefined-behaviour sanitizers.
CRASH_KERNEL ?= .
CRASH_OUT    ?= build/host$(if $(call on,$(SANITIZE)),-sanitize)

CRASH_SRCS := $(patsubst $(CRASH_KERNEL)/%,%,$(wildcard $(CRASH_KERNEL)/kernel/fs/*.c $(CRASH_KERNEL)/kernel/mem/*.c)) \
    kernel/lib/counter.c
CRASH_WORLD := disk lib locks threads walk

# Frame pointers, and a frame for each call: disk.c tells flushes apart by the calls that led to them.
CRASH_CFLAGS := -std=gnu11 -O2 -g -pthread -Wall -Wextra -Wshadow -fno-strict-aliasing -fno-omit-frame-pointer \
    -fno-optimize-sibling-calls -fno-builtin-sleep -DDEBUG -include tests/crash/machine.h -I$(CRASH_KERNEL) -I. \
    $(if $(call on,$(SANITIZE)),-fsanitize=address$(comma)undefined -fno-sanitize=alignment)

CRASH_OBJS := $(patsubst %.c,$(CRASH_OUT)/obj-crash/%.o,$(CRASH_SRCS)) \
    $(patsubst %,$(CRASH_OUT)/obj-crash/tests/crash/%.o,$(CRASH_WORLD))
CRASH_PROGRAMS := $(CRASH_OUT)/fsmount

$(CRASH_OUT)/fsmount: $(CRASH_OUT)/obj-crash/tests/crash/fsmount.o $(CRASH_OBJS)

$(CRASH_PROGRAMS):
	$(call say,HOSTLD $@)$(HOSTCC) $(CRASH_CFLAGS) $(HOSTLDFLAGS) -o $@ $^

$(CRASH_OUT)/obj-crash/kernel/%.o: $(CRASH_KERNEL)/kernel/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(CRASH_CFLAGS) -MMD -MP -c -o $@ $<

$(CRASH_OUT)/obj-crash/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(CRASH_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(CRASH_OUT)/obj-crash/*/*.d $(CRASH_OUT)/obj-crash/*/*/*.d)
