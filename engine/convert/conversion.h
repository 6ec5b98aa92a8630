/*
 * conversion.h - making a model package (medals/convert.h)
 */
#ifndef MEDALS_CONVERSION_H
#define MEDALS_CONVERSION_H

#include "context_data.h"
#include "medals/convert.h"

/** @param options complete
 *  @param report the caller's; undefined on failure
 *  @return false: as medals_convert() */
bool medals_conversion_run(const MedalsContext *context,
                           const MedalsConvertOptions *options,
                           MedalsConvertReport *report, GError **error);

#endif
