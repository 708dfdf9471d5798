# User programs: the library and one program for each of
#
#     user/{bin,labs,tests,bench}/NAME.c        a program in one file
#     user/{bin,labs,tests,bench}/NAME/*.[cS]   a program in several
#
# as build/user/_NAME. USER_PROGS lists them all. The Makefile gives CC, AR, UB (build/user) and
# FREESTANDING.
UCFLAGS = -O2 -g $(WARNINGS) -march=rv64gc -mabi=lp64d -mcmodel=medany $(FREESTANDING) -I.
ULDFLAGS = -static -nostdlib -no-pie -T user/user.ld -Wl,-z,max-page-size=4096 -Wl,--build-id=none
UASFLAGS = -g -march=rv64gc -mabi=lp64d $(CC_EXTRA) -I.

ULIB := $(UB)/lib.a
ULIB_OBJS := $(patsubst user/%.c,$(UB)/%.o,$(wildcard user/lib/*.c))

UPROG_GROUPS := bin labs tests bench
UPROG_FILES := $(wildcard $(UPROG_GROUPS:%=user/%/*.c))
UPROG_DIRS := $(patsubst %/,%,$(sort $(dir $(wildcard $(UPROG_GROUPS:%=user/%/*/*.[cS])))))
USER_PROGS := $(addprefix $(UB)/_, \
    $(sort $(notdir $(basename $(UPROG_FILES))) $(notdir $(UPROG_DIRS))))

.PHONY: user
user: $(USER_PROGS)

# A program's line: its name, its objects.
define user_program
$(UB)/_$(1): $(2) $(ULIB) user/user.ld
	$$(call say,LD $$@)$$(CC) $$(UCFLAGS) $$(ULDFLAGS) -o $$@ $(2) $(ULIB)
USER_OBJS += $(2)
endef
# x.c becomes x.o, x.S becomes x.S.o, as in the kernel.
user_objs = $(patsubst user/%,$(UB)/%.o,$(1:.c=))

$(foreach f,$(UPROG_FILES), \
    $(eval $(call user_program,$(notdir $(basename $(f))),$(call user_objs,$(f)))))
$(foreach d,$(UPROG_DIRS), \
    $(eval $(call user_program,$(notdir $(d)),$(call user_objs,$(wildcard $(d)/*.[cS])))))

$(ULIB): $(ULIB_OBJS)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(UB)/user.flags: FORCE
	$(call flags-file,$(CC) $(UCFLAGS) / $(UASFLAGS))

$(UB)/%.o: user/%.c $(UB)/user.flags
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(UCFLAGS) -MMD -MP -c -o $@ $<

$(UB)/%.S.o: user/%.S $(UB)/user.flags
	@mkdir -p $(@D)
	$(call say,AS $<)$(CC) $(UASFLAGS) -MMD -MP -c -o $@ $<

-include $(ULIB_OBJS:.o=.d) $(USER_OBJS:.o=.d)
