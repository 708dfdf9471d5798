# The programs of the host: build/host/mkfs, fsck and fsutil.
HOSTCC     ?= cc
HOSTCFLAGS ?= -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -O2 -g -Wall -Wextra -Wshadow \
              -Wmissing-prototypes -I.

HOST_TOOLS  := build/host/mkfs build/host/fsck build/host/fsutil
HOST_COMMON := crc32c diag image super

build/host/mkfs: $(patsubst %,build/host/obj/%.o,mkfs copyin dir volume $(HOST_COMMON))
build/host/fsck: $(patsubst %,build/host/obj/%.o, \
    fsck fsck_files fsck_dirs journal volume $(HOST_COMMON))
build/host/fsutil: $(patsubst %,build/host/obj/%.o, \
    fsutil copyin dir volume journal old $(HOST_COMMON))

$(HOST_TOOLS):
	$(call say,HOSTLD $@)$(HOSTCC) $(HOSTCFLAGS) $(HOSTLDFLAGS) -o $@ $^

build/host/obj/%.o: mkfs/%.c
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(HOSTCFLAGS) -MMD -c -o $@ $<

-include $(wildcard build/host/obj/*.d)
