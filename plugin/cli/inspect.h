/*
 * inspect.h - the kinds of files that `medals inspect` explains
 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *path;
    const char *series; /* DICOM, or NULL */
    bool labels;        /* count values of any integer image */
    bool json;
} Inspection;

/** Each appends its answer to `out`. @return false: EXIT_INPUT, EXIT_NO_ROOM */
bool inspect_image(const Inspection *inspection, GString *out, GError **error);
bool inspect_series(const Inspection *inspection, GString *out, GError **error);
bool inspect_challenge(const Inspection *inspection, GString *out,
                       GError **error);
bool inspect_model(const Inspection *inspection, GString *out, GError **error);
bool inspect_checkpoint(const Inspection *inspection, GString *out,
                        GError **error);

#endif
