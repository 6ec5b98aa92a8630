/*
 * cpu.c - instruction set levels by CPUID, and the cores of this process
 */
#define _GNU_SOURCE
#include "cpu.h"

#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"ref", "avx2", "avx512", "avx512_bf16",
                                    "amx"};

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>

static bool bit(uint32_t value, int n)
{
    return value >> n & 1;
}

/* The parts of the register file that the system saves (XCR0). */
static uint64_t saved_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t) high << 32 | low;
}

/* Linux gives the 8 kB of tile state only to who asks. */
static bool amx_permitted(void)
{
#if defined(__linux__)
    enum { ARCH_REQ_XCOMP_PERM_ = 0x1023, XFEATURE_XTILEDATA_ = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM_, XFEATURE_XTILEDATA_) ==
           0;
#else
    return false;
#endif
}

MedalsIsa medals_cpu_best(void)
{
    uint32_t a, b, c, d, b7, c7, d7, a71 = 0, unused;
    if (!__get_cpuid(1, &a, &b, &c, &d) ||
        !__get_cpuid_count(7, 0, &a, &b7, &c7, &d7))
        return MEDALS_ISA_REF;
    bool os_saves = bit(c, 27);
    uint64_t state = os_saves ? saved_state() : 0;
    bool avx2 = (state & 0x6) == 0x6 && bit(b7, 5) && bit(c, 12) && bit(c, 29);
    if (!avx2)
        return MEDALS_ISA_REF;
    bool avx512 = (state & 0xe6) == 0xe6 && bit(b7, 16) && bit(b7, 17) &&
                  bit(b7, 30) && bit(b7, 31);
    if (!avx512)
        return MEDALS_ISA_AVX2;
    if (a >= 1)
        __get_cpuid_count(7, 1, &a71, &unused, &unused, &unused);
    if (!bit(a71, 5))
        return MEDALS_ISA_AVX512;
    bool amx = (state & 0x60000) == 0x60000 && bit(d7, 22) && bit(d7, 24);
    return amx && amx_permitted() ? MEDALS_ISA_AMX : MEDALS_ISA_AVX512_BF16;
}
#else
MedalsIsa medals_cpu_best(void)
{
    return MEDALS_ISA_REF;
}
#endif

const char *medals_isa_name(MedalsIsa isa)
{
    return names[isa];
}

bool medals_isa_choose(const char *name, MedalsIsa *isa, GError **error)
{
    MedalsIsa best = medals_cpu_best();
    const char *origin = name ? "instruction set" : "MEDALS_ISA";
    if (!name)
        name = g_getenv("MEDALS_ISA");
    if (!name || !*name) {
        *isa = best;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        if (i > best)
            return medals_fail(error, MEDALS_E_USAGE,
                               "%s: %s is not of this processor; expected at "
                               "most %s",
                               origin, name, names[best]);
        *isa = (MedalsIsa) i;
        return true;
    }
    return medals_fail(error, MEDALS_E_USAGE,
                       "%s: \"%s\"; expected ref, avx2, avx512, avx512_bf16 "
                       "or amx",
                       origin, name);
}

unsigned medals_cpu_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned) CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned) online : 1;
}
