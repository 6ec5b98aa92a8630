/*
 * journal_store.c - a careful SQLite: exclusive, bounded, no surprises
 */
#include "journal_store.h"

#include <string.h>

/* "MdlS": PRAGMA application_id of a journal. */
#define APPLICATION 0x4d646c53
#define VERSION 1

static const char *const tables[] = {
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE base (id INTEGER PRIMARY KEY, crc INTEGER, data BLOB)",
    "CREATE TABLE step (seq INTEGER PRIMARY KEY, revision INTEGER,"
    " crc INTEGER, data BLOB)",
    "CREATE TABLE revision (revision INTEGER PRIMARY KEY, cursor INTEGER,"
    " time INTEGER, i0 INTEGER, i1 INTEGER, j0 INTEGER, j1 INTEGER,"
    " k0 INTEGER, k1 INTEGER, crc INTEGER)"};

bool medals_store_fail(sqlite3 *db, const char *path, GError **error)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    if (code == SQLITE_IOERR_NOMEM)
        code = SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: in use by another process; expected a journal "
                           "that nobody has open",
                           path);
    case SQLITE_NOTADB:
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: no SQLite file; expected a journal", path);
    case SQLITE_FULL:
        return medals_fail(error, MEDALS_E_NOSPACE, "%s: the disk is full",
                           path);
    case SQLITE_NOMEM:
        return medals_fail(error, MEDALS_E_NOMEM, "%s: no memory", path);
    default:
        return medals_fail(error, MEDALS_E_IO, "%s: %s", path,
                           sqlite3_errmsg(db));
    }
}

bool medals_store_is_damaged(sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool medals_store_run(sqlite3 *db, const char *path, const char *sql,
                      GError **error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           medals_store_fail(db, path, error);
}

bool medals_store_number(sqlite3 *db, const char *path, const char *sql,
                         int64_t *value, GError **error)
{
    sqlite3_stmt *row = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK;
    if (ok && sqlite3_step(row) == SQLITE_ROW &&
        sqlite3_column_type(row, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64(row, 0);
    ok = sqlite3_finalize(row) == SQLITE_OK && ok;
    return ok || medals_store_fail(db, path, error);
}

/* A file of another program, or of a later one of ours, is left alone. */
static bool check_owner(sqlite3 *db, const char *path, bool make, bool *fresh,
                        GError **error)
{
    int64_t application = 0, version = 0, entries = 0;
    if (!medals_store_number(db, path, "PRAGMA application_id", &application,
                             error) ||
        !medals_store_number(db, path, "PRAGMA user_version", &version,
                             error) ||
        !medals_store_number(db, path, "SELECT count(*) FROM sqlite_schema",
                             &entries, error))
        return false;
    *fresh = application == 0 && version == 0 && entries == 0;
    if (*fresh && make)
        return true;
    if (application != APPLICATION)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: a file of another program; expected a journal",
                           path);
    if (version <= VERSION)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: a journal of version %d; expected at most %d, "
                       "which this program writes",
                       path, (int) version, VERSION);
}

/* Just our tables, word for word: nobody else's triggers and columns. */
static bool check_tables(sqlite3 *db, const char *path, GError **error)
{
    sqlite3_stmt *row = NULL;
    size_t count = 0;
    bool same = true;
    bool ok = sqlite3_prepare_v2(db,
                                 "SELECT sql FROM sqlite_schema"
                                 " WHERE sql IS NOT NULL ORDER BY rowid",
                                 -1, &row, NULL) == SQLITE_OK;
    for (; ok && same && sqlite3_step(row) == SQLITE_ROW; count++) {
        const char *sql = (const char *) sqlite3_column_text(row, 0);
        ok = sql != NULL;
        same =
            ok && count < G_N_ELEMENTS(tables) && !strcmp(sql, tables[count]);
    }
    ok = (!ok || !same || sqlite3_errcode(db) == SQLITE_DONE) && ok;
    if (!ok)
        medals_store_fail(db, path, error);
    sqlite3_finalize(row);
    if (!ok || (same && count == G_N_ELEMENTS(tables)))
        return ok;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: its tables are not those of a journal; expected "
                       "what a session writes",
                       path);
}

static bool make_tables(sqlite3 *db, const char *path, GError **error)
{
    g_autofree char *words =
        g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                        APPLICATION, VERSION);
    bool ok = medals_store_begin(db, path, error);
    if (!ok)
        return false;
    for (size_t n = 0; ok && n < G_N_ELEMENTS(tables); n++)
        ok = medals_store_run(db, path, tables[n], error);
    return medals_store_end(
        db, path, ok && medals_store_run(db, path, words, error), error);
}

static bool prepare(sqlite3 *db, const char *path, bool make, GError **error)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_busy_timeout(db, 0);
    bool fresh = false;
    if (!medals_store_run(db, path, "PRAGMA locking_mode = EXCLUSIVE", error) ||
        !check_owner(db, path, make, &fresh, error) ||
        /* pages that are free can go one by one */
        (fresh && !medals_store_run(
                      db, path, "PRAGMA auto_vacuum = INCREMENTAL", error)) ||
        !medals_store_run(db, path,
                          "PRAGMA journal_mode = WAL;"
                          "PRAGMA synchronous = FULL;"
                          "PRAGMA cell_size_check = ON;"
                          "BEGIN EXCLUSIVE; COMMIT",
                          error))
        return false;
    return fresh ? make_tables(db, path, error) : check_tables(db, path, error);
}

sqlite3 *medals_store_open(const char *path, bool make, GError **error)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX |
                (make ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        medals_store_fail(db, path, error);
        sqlite3_close(db);
        return NULL;
    }
    if (prepare(db, path, make, error))
        return db;
    sqlite3_close(db);
    return NULL;
}

bool medals_store_meta(sqlite3 *db, const char *path, const char *key,
                       char **value, GError **error)
{
    sqlite3_stmt *row = NULL;
    *value = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = ?1",
                                 -1, &row, NULL) == SQLITE_OK &&
              sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC) == SQLITE_OK;
    if (ok && sqlite3_step(row) == SQLITE_ROW)
        *value = g_strdup((const char *) sqlite3_column_text(row, 0));
    ok = sqlite3_finalize(row) == SQLITE_OK && ok;
    if (ok)
        return true;
    g_clear_pointer(value, g_free);
    return medals_store_fail(db, path, error);
}

bool medals_store_set_meta(sqlite3 *db, const char *path, const char *key,
                           const char *value, GError **error)
{
    sqlite3_stmt *row = NULL;
    bool ok = sqlite3_prepare_v2(db, "REPLACE INTO meta VALUES (?1, ?2)", -1,
                                 &row, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
        sqlite3_bind_text(row, 2, value, -1, SQLITE_STATIC);
        ok = sqlite3_step(row) == SQLITE_DONE;
    }
    ok = sqlite3_finalize(row) == SQLITE_OK && ok;
    return ok || medals_store_fail(db, path, error);
}

bool medals_store_put(sqlite3 *db, const char *path, const char *sql,
                      const int64_t *numbers, int count, const void *blob,
                      size_t size, GError **error)
{
    sqlite3_stmt *row = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK;
    for (int n = 0; ok && n < count; n++)
        ok = sqlite3_bind_int64(row, n + 1, numbers[n]) == SQLITE_OK;
    if (ok && blob)
        ok = sqlite3_bind_blob64(row, count + 1, blob, size, SQLITE_STATIC) ==
             SQLITE_OK;
    ok = ok && sqlite3_step(row) == SQLITE_DONE;
    ok = sqlite3_finalize(row) == SQLITE_OK && ok;
    return ok || medals_store_fail(db, path, error);
}

bool medals_store_begin(sqlite3 *db, const char *path, GError **error)
{
    if (!sqlite3_get_autocommit(db) &&
        !medals_store_run(db, path, "ROLLBACK", error))
        return false;
    return medals_store_run(db, path, "BEGIN", error);
}

bool medals_store_end(sqlite3 *db, const char *path, bool ok, GError **error)
{
    if (ok && medals_store_run(db, path, "COMMIT", error))
        return true;
    if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool medals_store_bytes(sqlite3 *db, const char *path, uint64_t *bytes,
                        GError **error)
{
    int64_t pages = 0, unused = 0, size = 0;
    if (!medals_store_number(db, path, "PRAGMA page_count", &pages, error) ||
        !medals_store_number(db, path, "PRAGMA freelist_count", &unused,
                             error) ||
        !medals_store_number(db, path, "PRAGMA page_size", &size, error))
        return false;
    *bytes = pages > unused && size > 0
                 ? (uint64_t) (pages - unused) * (uint64_t) size
                 : 0;
    return true;
}
