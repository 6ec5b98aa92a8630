/*
 * bench_api.c - timings for callers
 */
#include "medals/bench.h"

#include "error_api.h"
#include "measure.h"
#include "versioned.h"

static bool read_options(MedalsBenchOptions *full, const MedalsContext *context,
                         const MedalsBenchOptions *options, GError **error)
{
    return medals_check_given(context, "context", error) &&
           medals_versioned_read(full, sizeof *full, options, "options", error);
}

MedalsStatus medals_bench_peak(MedalsContext *context, MedalsBenchPeak *peak,
                               MedalsError **error)
{
    GError *inner = NULL;
    MedalsBenchPeak out = {0};
    medals_versioned_clear(peak, sizeof *peak);
    if (!medals_check_given(context, "context", &inner) ||
        !medals_check_given(peak, "peak", &inner) ||
        !medals_measure_peak(context, &out, &inner))
        return medals_error_take(inner, error);
    medals_versioned_write(peak, &out, sizeof out);
    return MEDALS_OK;
}

MedalsStatus medals_bench_network(MedalsContext *context,
                                  const MedalsBenchOptions *options,
                                  MedalsBenchResult *result,
                                  MedalsError **error)
{
    MedalsBenchOptions full = MEDALS_BENCH_OPTIONS_INIT;
    GError *inner = NULL;
    MedalsBenchResult out = {0};
    medals_versioned_clear(result, sizeof *result);
    if (!read_options(&full, context, options, &inner) ||
        !medals_check_given(result, "result", &inner) ||
        !medals_measure_network(context, &full, &out, &inner))
        return medals_error_take(inner, error);
    medals_versioned_write(result, &out, sizeof out);
    return MEDALS_OK;
}

MedalsStatus medals_bench_classes(MedalsContext *context,
                                  const MedalsBenchOptions *options,
                                  MedalsBenchClasses *result,
                                  MedalsError **error)
{
    MedalsBenchOptions full = MEDALS_BENCH_OPTIONS_INIT;
    GError *inner = NULL;
    MedalsBenchClasses out = {0};
    medals_versioned_clear(result, sizeof *result);
    if (!read_options(&full, context, options, &inner) ||
        !medals_check_given(result, "result", &inner) ||
        !medals_measure_classes(context, &full, &out, &inner))
        return medals_error_take(inner, error);
    medals_versioned_write(result, &out, sizeof out);
    return MEDALS_OK;
}

MedalsStatus medals_bench_layers(MedalsContext *context,
                                 const MedalsBenchOptions *options,
                                 MedalsBenchLayerFn fn, void *cookie,
                                 MedalsError **error)
{
    MedalsBenchOptions full = MEDALS_BENCH_OPTIONS_INIT;
    GError *inner = NULL;
    bool ok = read_options(&full, context, options, &inner) &&
              medals_check_given((const void *) fn, "fn", &inner) &&
              medals_measure_layers(context, &full, fn, cookie, &inner);
    return ok ? MEDALS_OK : medals_error_take(inner, error);
}
