/*
 * label_names.h - the names of a label map's values, wherever they are kept
 */
#ifndef CLI_LABEL_NAMES_H
#define CLI_LABEL_NAMES_H

#include <glib.h>

#include "labelmap.h"

/** Names from the segments of a .seg.nrrd, else from NAME.label.txt beside the
 * file (ITK-SNAP's label description); empty if there are none.
 * @param labelmap read from path, or NULL
 * @return value -> name; owned, g_hash_table_unref() */
GHashTable *label_names_find(const char *path, const MedalsLabelmap *labelmap);
/** @return the name of a value, or NULL. Borrowed. */
const char *label_names_get(GHashTable *names, uint32_t value);

#endif
