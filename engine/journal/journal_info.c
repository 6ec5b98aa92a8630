/*
 * journal_info.c - what a journal is about, and its end
 */
#include "journal_info.h"

#include <stdio.h>
#include <string.h>

#include "disk.h"
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
    g_autofree char *words = NULL;
    if (!medals_store_meta(db, path, "size", &words, error))
        return false;
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

static bool copy_meta(sqlite3 *db, const char *path, const char *key, char *dst,
                      size_t room, GError **error)
{
    g_autofree char *text = NULL;
    if (!medals_store_meta(db, path, key, &text, error))
        return false;
    g_strlcpy(dst, text ? text : "", room);
    return true;
}

/* Sums over tables of which some pages may be damaged. */
static bool fill_sums(sqlite3 *db, const char *path, MedalsJournalInfo *info,
                      GError **error)
{
    return medals_store_bytes(db, path, &info->bytes, error) &&
           medals_store_number(
               db, path,
               "SELECT CAST(value AS INTEGER) FROM meta WHERE key='created'",
               &info->created, error) &&
           medals_store_number(db, path, "SELECT max(time) FROM revision",
                               &info->edited, error);
}

static bool fill_told(sqlite3 *db, const char *path, MedalsJournalInfo *info,
                      GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (!copy_meta(db, path, "image", info->image, sizeof info->image, error) ||
        !copy_meta(db, path, "model", info->model, sizeof info->model, error))
        return false;
    if (fill_sums(db, path, info, &failure))
        return true;
    info->damaged = medals_store_is_damaged(db);
    if (!info->damaged)
        g_propagate_error(error, g_steal_pointer(&failure));
    return info->damaged;
}

static bool fill_info(sqlite3 *db, const char *path, MedalsJournalInfo *info,
                      GError **error)
{
    MedalsJournalRows rows;
    MedalsJournalContent content = {0};
    bool ok =
        read_size(db, path, info->size, error) &&
        medals_journal_load(db, path, info->size, &rows, &content, error) &&
        fill_told(db, path, info, error);
    if (ok) {
        info->revision = content.revision;
        info->steps = content.history->cursor;
        info->redo_steps =
            content.history->steps->len - content.history->cursor;
        info->classes = medals_class_list_count(content.state->classes);
        info->damaged = info->damaged || rows.damaged;
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
    bool ok = db && fill_info(db, path, &out, error);
    sqlite3_close(db);
    if (ok && !medals_versioned_write(info, &out, sizeof out))
        return medals_fail(error, MEDALS_E_USAGE,
                           "info: struct_size %u; expected %zu",
                           info->struct_size, sizeof out);
    return ok;
}

/* Whether a file is the journal's: damaged ones that were kept, one that was
 * to follow them, and what SQLite has beside them hold data of the patient,
 * too. */
static bool is_part(const char *entry)
{
    return g_str_has_prefix(entry, MEDALS_JOURNAL_NAME ".damaged-") ||
           g_str_has_prefix(entry, MEDALS_JOURNAL_NAME ".new") ||
           g_str_has_prefix(entry, MEDALS_JOURNAL_NAME "-");
}

/* The files of a journal but itself; NULL: the folder cannot be read. */
static GPtrArray *parts_of(const char *folder, GError **error)
{
    GDir *listing = medals_disk_may("open folder", folder)
                        ? g_dir_open(folder, 0, NULL)
                        : NULL;
    const char *entry;
    if (!listing) {
        medals_fail(error, MEDALS_E_IO, "%s: cannot be read", folder);
        return NULL;
    }
    GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
    while ((entry = g_dir_read_name(listing)))
        if (is_part(entry))
            g_ptr_array_add(parts, g_build_filename(folder, entry, NULL));
    g_dir_close(listing);
    return parts;
}

/* The journal goes first, and with it all that it holds: its log without it
 * means nothing, but it without its log would be cut. */
static bool remove_files(const char *folder, const char *path, GError **error)
{
    g_autoptr(GPtrArray) parts = parts_of(folder, error);
    bool ok = parts && medals_file_remove(path, error);
    for (guint n = 0; ok && n < parts->len; n++)
        ok = medals_file_remove(parts->pdata[n], error);
    return ok;
}

/* Files of a journal that was not removed to its end. */
static bool has_parts(const char *folder)
{
    g_autoptr(GPtrArray) parts = parts_of(folder, NULL);
    return parts && parts->len > 0;
}

bool medals_journal_remove(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, MEDALS_JOURNAL_NAME, NULL);
    bool left = !g_file_test(path, G_FILE_TEST_EXISTS) && has_parts(folder);
    if (!left && !check_there(path, error))
        return false;
    sqlite3 *db = left ? NULL : medals_store_open(path, false, error);
    if (!left && !db)
        return false;
    bool ok = remove_files(folder, path, error);
    sqlite3_close(db);
    if (ok)
        remove(folder); /* stays when something else is in it */
    return ok;
}
