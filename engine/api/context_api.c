/*
 * context_api.c - the compute lane and its instruction set
 */
#include "clock.h"
#include "context_data.h"
#include "error_api.h"
#include "memory.h"
#include "program.h"
#include "versioned.h"

#ifndef MEDALS_VERSION
#error "the build names the version"
#endif

/* More threads than this are a mistake. */
#define MAX_THREADS 1024

const char *medals_version(void)
{
    return MEDALS_VERSION;
}

static MedalsContext *context_create(const MedalsContextOptions *options,
                                     GError **error)
{
    MedalsIsa isa;
    if (!medals_isa_choose(options->isa, &isa, error))
        return NULL;
    if (options->threads > MAX_THREADS) {
        medals_fail(error, MEDALS_E_USAGE, "threads: %u; expected at most %d",
                    options->threads, MAX_THREADS);
        return NULL;
    }
    MedalsContext *context =
        medals_alloc_zero(1, sizeof *context, "context", error);
    if (!context)
        return NULL;
    context->isa = isa;
    context->log = (MedalsLog){options->log, options->log_cookie};
    context->kernels = medals_kernels_get(isa);
    context->lane = medals_lane_new(
        options->threads ? options->threads : medals_cpu_cores(), error);
    if (!context->lane)
        medals_context_free(&context);
    return context;
}

MedalsStatus medals_context_new(MedalsContext **out,
                                const MedalsContextOptions *options,
                                MedalsError **error)
{
    MedalsContextOptions full = MEDALS_CONTEXT_OPTIONS_INIT;
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_versioned_read(&full, sizeof full, options, "options", &inner))
        *out = context_create(&full, &inner);
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

void medals_context_free(MedalsContext **context)
{
    if (!context || !*context)
        return;
    medals_lane_free((*context)->lane);
    medals_free(*context);
    *context = NULL;
}

const char *medals_context_isa(const MedalsContext *context)
{
    return context ? medals_isa_name(context->isa) : NULL;
}

uint32_t medals_context_threads(const MedalsContext *context)
{
    return context ? medals_lane_threads(context->lane) : 0;
}

bool medals_context_has_bf16(const MedalsContext *context)
{
    return context && context->isa >= MEDALS_ISA_AVX512_BF16;
}

uint64_t medals_peak_rss_bytes(void)
{
    return medals_peak_rss();
}

uint64_t medals_available_memory_bytes(void)
{
    return medals_available_memory();
}

const char *medals_program_folder(void)
{
    return medals_program_place();
}
