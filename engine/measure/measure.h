/*
 * measure.h - timings of the network and of its layers (medals/bench.h)
 *
 * Options are complete, results the caller's; all as the public functions of
 * the same name say.
 */
#ifndef MEDALS_MEASURE_H
#define MEDALS_MEASURE_H

#include "context_data.h"
#include "medals/bench.h"

bool medals_measure_peak(const MedalsContext *context, MedalsBenchPeak *peak,
                         GError **error);
bool medals_measure_network(const MedalsContext *context,
                            const MedalsBenchOptions *options,
                            MedalsBenchResult *result, GError **error);
bool medals_measure_classes(const MedalsContext *context,
                            const MedalsBenchOptions *options,
                            MedalsBenchClasses *result, GError **error);
bool medals_measure_layers(const MedalsContext *context,
                           const MedalsBenchOptions *options,
                           MedalsBenchLayerFn fn, void *cookie, GError **error);

#endif
