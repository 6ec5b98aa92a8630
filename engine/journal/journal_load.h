/*
 * journal_load.h - what a journal's rows bring back, as far as they are whole
 */
#ifndef MEDALS_JOURNAL_LOAD_H
#define MEDALS_JOURNAL_LOAD_H

#include "journal_file.h"
#include "journal_store.h"

typedef struct MedalsJournalRows {
    int64_t first; /* seq of the history's step 0 */
    bool damaged;  /* some rows were not whole */
    uint64_t lost; /* revisions after the last whole one; if known */
} MedalsJournalRows;

/** CRC-32 over numbers (little-endian) and bytes. */
int64_t medals_journal_crc(const int64_t *numbers, int count, const void *data,
                           size_t size);

/**
 * Reads base, steps and revisions up to the last whole revision.
 * @return false: MEDALS_E_NOMEM, MEDALS_E_IO; damage is no failure
 */
bool medals_journal_load(sqlite3 *db, const char *path, const int64_t size[3],
                         MedalsJournalRows *rows, MedalsJournalContent *content,
                         GError **error);

/**
 * The state that the steps begin from, in its own row: a step from nothing.
 * @param first receives the number of the first step
 * @param state is empty; receives it
 * @param whole receives whether the row was whole
 * @return false: MEDALS_E_NOMEM, MEDALS_E_IO
 */
bool medals_journal_load_base(sqlite3 *db, const char *path,
                              const int64_t size[3], int64_t *first,
                              MedalsState *state, bool *whole, GError **error);

#endif
