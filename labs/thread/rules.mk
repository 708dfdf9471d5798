# The thread lab's programs, which run on the host: build/host/ph and build/host/barrier.
THREAD_LAB := build/host/ph build/host/barrier

.PHONY: ph barrier
ph barrier: %: build/host/%

build/host/ph: labs/thread/ph.c labs/thread/load.c labs/thread/load.h
build/host/barrier: labs/thread/barrier.c

$(THREAD_LAB):
	@mkdir -p $(@D)
	$(call say,HOSTCC $@)$(HOSTCC) $(HOSTCFLAGS) -pthread $(HOSTLDFLAGS) -o $@ $(filter %.c,$^)
