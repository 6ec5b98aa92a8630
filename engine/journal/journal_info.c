/*
 * journal_info.c - what a journal is about, and its end
 */
#include "journal_info.h"

#include <stdio.h>
#include <string.h>

#include "file.h"
#include "journal_load.h"
#include "versioned.h"

static bool check_there(const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return true;
    return medals_fail(error, MEDALS_E_IO, "%s: not there; expected a journal",
                       path);
}

static bool read_size(sqlite3 *db, const char *path, int64_t size[3],
                      GError **error)
{
    g_autofree char *words = medals_store_meta(db, "size");
    g_auto(GStrv) part = g_strsplit(words ? words : "", " ", 4);
    bool ok = g_strv_length(part) == 3;
    for (int x = 0; ok && x < 3; x++)
        ok =
            g_ascii_string_to_signed(part[x], 10, 1, INT32_MAX, &size[x], NULL);
    return ok || medals_fail(error, MEDALS_E_INPUT,
                             "%s: it names no image size; expected a journal "
                             "that a session wrote",
                             path);
}

static void copy_text(char *dst, size_t room, char *text)
{
    g_strlcpy(dst, text ? text : "", room);
    g_free(text);
}

static int64_t time_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *row = NULL;
    int64_t value = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        value = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return value;
}

static bool fill(sqlite3 *db, const char *path, MedalsJournalInfo *info,
                 GError **error)
{
    MedalsJournalRows rows;
    MedalsJournalContent content = {0};
    bool ok = read_size(db, path, info->size, error) &&
              medals_journal_load(db, path, info->size, &rows, &content, error);
    if (ok) {
        copy_text(info->image, sizeof info->image,
                  medals_store_meta(db, "image"));
        copy_text(info->model, sizeof info->model,
                  medals_store_meta(db, "model"));
        info->revision = content.revision;
        info->steps = content.history->cursor;
        info->redo_steps =
            content.history->steps->len - content.history->cursor;
        info->classes = medals_class_list_count(content.state->classes);
        info->bytes = medals_store_bytes(db);
        info->created = time_of(
            db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='created'");
        info->edited = time_of(db, "SELECT max(time) FROM revision");
        info->damaged = rows.damaged;
    }
    medals_journal_content_clear(&content);
    return ok;
}

bool medals_journal_info(const char *folder, MedalsJournalInfo *info,
                         GError **error)
{
    g_autofree char *path = g_build_filename(folder, MEDALS_JOURNAL_NAME, NULL);
    MedalsJournalInfo out = {0};
    sqlite3 *db =
        check_there(path, error) ? medals_store_open(path, false, error) : NULL;
    bool ok = db && fill(db, path, &out, error);
    sqlite3_close(db);
    if (ok && !medals_versioned_write(info, &out, sizeof out))
        return medals_fail(error, MEDALS_E_USAGE,
                           "info: struct_size %u; expected %zu",
                           info->struct_size, sizeof out);
    return ok;
}

/* Damaged files that were kept, and one that was to follow them: they hold
 * data of the patient, too. */
static bool remove_damaged(const char *folder, GError **error)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    const char *entry;
    bool ok = true;
    while (ok && listing && (entry = g_dir_read_name(listing))) {
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        if ((g_str_has_prefix(entry, MEDALS_JOURNAL_NAME ".damaged-") ||
             g_str_has_prefix(entry, MEDALS_JOURNAL_NAME ".new")) &&
            remove(path) != 0)
            ok = medals_fail(error, MEDALS_E_IO, "%s: cannot be deleted", path);
    }
    if (listing)
        g_dir_close(listing);
    return ok;
}

bool medals_journal_remove(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, MEDALS_JOURNAL_NAME, NULL);
    if (!check_there(path, error))
        return false;
    sqlite3 *db = medals_store_open(path, false, error);
    if (!db)
        return false;
    static const char *const ends[] = {"-wal", "-shm", ""};
    bool ok = remove_damaged(folder, error);
    for (size_t n = 0; ok && n < G_N_ELEMENTS(ends); n++) {
        g_autofree char *name = g_strconcat(path, ends[n], NULL);
        if (g_file_test(name, G_FILE_TEST_EXISTS) && remove(name) != 0)
            ok = medals_fail(error, MEDALS_E_IO, "%s: cannot be deleted", name);
    }
    sqlite3_close(db);
    if (ok)
        remove(folder); /* stays when something else is in it */
    return ok;
}
