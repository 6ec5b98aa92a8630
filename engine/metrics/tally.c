/*
 * tally.c - runs, sorted and joined whenever the room is used up
 */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static int compare_keys(const void *a, const void *b)
{
    uint64_t left = ((const MedalsTallyEntry *) a)->key;
    uint64_t right = ((const MedalsTallyEntry *) b)->key;
    return left < right ? -1 : left > right;
}

void medals_tally_sort(MedalsTally *tally)
{
    MedalsTallyEntry *entries = tally->entries;
    size_t kept = 0;
    if (tally->count == 0)
        return;
    qsort(entries, tally->count, sizeof *entries, compare_keys);
    for (size_t i = 1; i < tally->count; i++)
        if (entries[i].key == entries[kept].key)
            entries[kept].count += entries[i].count;
        else
            entries[++kept] = entries[i];
    tally->count = kept + 1;
}

/* Room for one more: by joining, and by growing when that frees too little. */
static bool make_room(MedalsTally *tally, GError **error)
{
    medals_tally_sort(tally);
    if (tally->count < tally->room / 2)
        return true;
    size_t room = MAX(2 * tally->room, 4096);
    MedalsTallyEntry *grown =
        medals_alloc(room, sizeof *grown, "label counts", error);
    if (!grown)
        return false;
    if (tally->count)
        memcpy(grown, tally->entries, tally->count * sizeof *grown);
    medals_free(tally->entries);
    tally->entries = grown;
    tally->room = room;
    return true;
}

bool medals_tally_add(MedalsTally *tally, uint64_t key, uint64_t count,
                      GError **error)
{
    MedalsTallyEntry *last =
        tally->count ? &tally->entries[tally->count - 1] : NULL;
    if (last && last->key == key) {
        last->count += count;
        return true;
    }
    if (tally->count == tally->room && !make_room(tally, error))
        return false;
    tally->entries[tally->count++] = (MedalsTallyEntry){key, count};
    return true;
}

size_t medals_tally_find(const MedalsTally *tally, uint64_t key, size_t *hint)
{
    if (*hint < tally->count && tally->entries[*hint].key == key)
        return *hint;
    MedalsTallyEntry wanted = {key, 0};
    const MedalsTallyEntry *found =
        tally->count ? bsearch(&wanted, tally->entries, tally->count,
                               sizeof wanted, compare_keys)
                     : NULL;
    *hint = found ? (size_t) (found - tally->entries) : tally->count;
    return *hint;
}

void medals_tally_clear(MedalsTally *tally)
{
    medals_free(tally->entries);
    *tally = (MedalsTally){0};
}
