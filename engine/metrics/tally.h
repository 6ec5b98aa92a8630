/*
 * tally.h - how often does each key occur
 *
 * Keys come as runs (the same key many times in a row, as labels along an
 * image row do). Memory follows the number of different keys, not of voxels.
 */
#ifndef MEDALS_TALLY_H
#define MEDALS_TALLY_H

#include "error.h"

typedef struct MedalsTallyEntry {
    uint64_t key, count;
} MedalsTallyEntry;

typedef struct MedalsTally {
    MedalsTallyEntry *entries;
    size_t count, room;
} MedalsTally;

/** Adds to the last entry when the key is the same.
 *  @return false: MEDALS_E_NOMEM */
bool medals_tally_add(MedalsTally *tally, uint64_t key, uint64_t count,
                      GError **error);
/** Sorts by key and joins equal keys. Call it before reading entries. */
void medals_tally_sort(MedalsTally *tally);
/** Position of a key in a sorted tally; tally->count when absent. `hint` is
 * where to look first and receives the answer. */
size_t medals_tally_find(const MedalsTally *tally, uint64_t key, size_t *hint);
void medals_tally_clear(MedalsTally *tally);

#endif
