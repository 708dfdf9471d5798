# User programs: the library and one program for each of
#
#     user/{bin,labs,tests,bench}/NAME.c        a program in one file
#     user/{bin,labs,tests,bench}/NAME/*.c      a program in several
#
# as build/user/_NAME. USER_PROGS lists them all. The Makefile gives CC, AR, UB (build/user) and
# FREESTANDING.
UCFLAGS = -O2 -g $(WARNINGS) -march=rv64gc -mabi=lp64d -mcmodel=medany $(FREESTANDING) -I.
ULDFLAGS = -static -nostdlib -no-pie -T user/user.ld -Wl,-z,max-page-size=4096 -Wl,--build-id=none

ULIB := $(UB)/lib.a
ULIB_OBJS := $(patsubst user/%.c,$(UB)/%.o,$(wildcard user/lib/*.c))

UPROG_GROUPS := bin labs tests bench
UPROG_FILES := $(wildcard $(UPROG_GROUPS:%=user/%/*.c))
UPROG_DIRS := $(patsubst %/,%,$(sort $(dir $(wildcard $(UPROG_GROUPS:%=user/%/*/*.c)))))
USER_PROGS := $(addprefix $(UB)/_,$(sort $(notdir $(basename $(UPROG_FILES))) $(notdir $(UPROG_DIRS))))

.PHONY: user
user: $(USER_PROGS)

# A program's line: its name, its objects.
define user_program
$(UB)/_$(1): $(2) $(ULIB) user/user.ld
	$$(call say,LD $$@)$$(CC) $$(UCFLAGS) $$(ULDFLAGS) -o $$@ $(2) $(ULIB)
USER_OBJS += $(2)
endef
user_objs = $(patsubst user/%.c,$(UB)/%.o,$(1))

$(foreach f,$(UPROG_FILES),$(eval $(call user_program,$(notdir $(basename $(f))),$(call user_objs,$(f)))))
$(foreach d,$(UPROG_DIRS),$(eval $(call user_program,$(notdir $(d)),$(call user_objs,$(wildcard $(d)/*.c)))))

$(ULIB): $(ULIB_OBJS)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(UB)/user.flags: FORCE
	$(call flags-file,$(CC) $(UCFLAGS))

$(UB)/%.o: user/%.c $(UB)/user.flags
	@mkdir -p $(@D)
	$(call say,CC $<)$(CC) $(UCFLAGS) -MMD -MP -c -o $@ $<

-include $(ULIB_OBJS:.o=.d) $(USER_OBJS:.o=.d)
