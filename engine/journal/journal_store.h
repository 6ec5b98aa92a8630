/*
 * journal_store.h - the SQLite file of a journal: tables, rows, transactions
 *
 * JOURNAL.md has the format. Nothing here knows what a step means.
 */
#ifndef MEDALS_JOURNAL_STORE_H
#define MEDALS_JOURNAL_STORE_H

#include <sqlite3.h>

#include "error.h"

#define MEDALS_JOURNAL_NAME "journal.sqlite"

/** What SQLite's last failure was, with the journal's path in front.
 *  Returns false. */
bool medals_store_fail(sqlite3 *db, const char *path, GError **error);
/** @return whether SQLite's last failure means damaged pages. */
bool medals_store_is_damaged(sqlite3 *db);

/**
 * Opens the file with an exclusive lock, checks whose it is and makes the
 * tables when it is new.
 * @param make false: the file must be there
 * @return NULL: MEDALS_E_INPUT no journal, a newer version, in use by another
 *         process; MEDALS_E_IO, MEDALS_E_NOSPACE
 */
sqlite3 *medals_store_open(const char *path, bool make, GError **error);

bool medals_store_run(sqlite3 *db, const char *path, const char *sql,
                      GError **error);
/** The first column of a statement's first row.
 * @param value stays when there is no row, or NULL in it */
bool medals_store_number(sqlite3 *db, const char *path, const char *sql,
                         int64_t *value, GError **error);
/** A text of the meta table. @param value g_free; NULL: there is none */
bool medals_store_meta(sqlite3 *db, const char *path, const char *key,
                       char **value, GError **error);
bool medals_store_set_meta(sqlite3 *db, const char *path, const char *key,
                           const char *value, GError **error);
/** Inserts or replaces one row: numbers into its first columns, then a blob
 * (or NULL). @param sql with count + (blob ? 1 : 0) parameters */
bool medals_store_put(sqlite3 *db, const char *path, const char *sql,
                      const int64_t *numbers, int count, const void *blob,
                      size_t size, GError **error);
/** Begins a transaction; one that could not be ended goes first. */
bool medals_store_begin(sqlite3 *db, const char *path, GError **error);
/** Ends it: what was done is kept, or, when `ok` is false or that fails,
 * taken back. @return whether it is kept */
bool medals_store_end(sqlite3 *db, const char *path, bool ok, GError **error);
/** Bytes of the file that are in use. */
bool medals_store_bytes(sqlite3 *db, const char *path, uint64_t *bytes,
                        GError **error);

#endif
