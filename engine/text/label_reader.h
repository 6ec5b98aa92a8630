/*
 * label_reader.h - one object of labels.json becomes classes
 */
#ifndef MEDALS_LABEL_READER_H
#define MEDALS_LABEL_READER_H

#include <cjson/cJSON.h>

#include "label_table.h"

/** @param where names the entry in messages, e.g. "labels.json: entry 3"
 *  @param classes of MedalsClass *, appended to; each is freed with
 *         medals_class_free()
 *  @return false: MEDALS_E_INPUT */
bool medals_label_read(const cJSON *entry, const char *where,
                       GPtrArray *classes, GError **error);
void medals_class_free(MedalsClass *info);

#endif
