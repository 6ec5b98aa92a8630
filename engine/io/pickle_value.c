/*
 * pickle_value.c - looking at what a pickle holds
 */
#include <string.h>

#include "pickle.h"

const MedalsPickleValue *medals_pickle_lookup(const MedalsPickleValue *dict,
                                              const char *key)
{
    const MedalsPickleValue *found = NULL;
    if (!dict || dict->kind != MEDALS_PICKLE_DICT)
        return NULL;
    for (size_t i = 0; i + 1 < dict->count; i += 2) {
        const MedalsPickleValue *k = dict->items[i];
        if (k->kind == MEDALS_PICKLE_TEXT && !strcmp(k->text, key))
            found = dict->items[i + 1];
    }
    return found;
}

bool medals_pickle_is_call(const MedalsPickleValue *value, const char *global)
{
    return value && value->kind == MEDALS_PICKLE_CALL &&
           !strcmp(value->items[0]->text, global);
}

const MedalsPickleValue *medals_pickle_item(const MedalsPickleValue *value,
                                            size_t index, MedalsPickleKind kind)
{
    if (!value || index >= value->count ||
        (value->kind != MEDALS_PICKLE_TUPLE &&
         value->kind != MEDALS_PICKLE_LIST))
        return NULL;
    const MedalsPickleValue *item = value->items[index];
    return item->kind == kind ? item : NULL;
}
