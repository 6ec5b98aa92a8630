/*
 * click_cases.h - the scans and organs of the click benchmark
 */
#ifndef CLICK_CASES_H
#define CLICK_CASES_H

#include "error.h"

typedef struct ClickCase {
    char *name, *image, *truth; /* paths */
    MedalsModality modality;
    size_t count;
    const char *const *texts; /* [count]; a NULL text: known by clicks alone */
    const uint8_t *values;    /* [count] in the truth */
} ClickCase;

/**
 * @param data "ct", "hippocampus", "pet", "pet-clicks" or "head"
 * @param shared folder of the volumes, but for "head"
 * @param limit at most that many
 * @return ClickCase *, owned; empty: the folder is not there
 */
GPtrArray *click_cases(const char *data, const char *shared, size_t limit);

#endif
