/*
 * journal_file.c - one transaction a revision; what is behind is written anew
 */
#include "journal_file.h"

#include <string.h>
#include <time.h>

#include "file.h"
#include "journal_load.h"

/* Extents that are kept for "what changed since". */
#define REVISIONS_KEPT 100000
/* Parts of the bound that are folded at a time. */
#define FOLD_LEAST 256
#define FOLD_MOST 8

struct MedalsJournalFile {
    sqlite3 *db;
    char *folder, *path;
    int64_t size[3];
    uint64_t limit;
    int64_t first;   /* seq of the history's step 0 */
    bool behind;     /* an append failed: the next one writes everything */
    uint64_t oldest; /* revision to begin with when all is written */
};

void medals_journal_content_clear(MedalsJournalContent *content)
{
    medals_state_free(content->state);
    medals_history_free(content->history);
    g_free(content->model);
    g_free(content->modality);
    g_free(content->locks);
    g_free(content->warning);
    if (content->extents)
        g_array_unref(content->extents);
    *content = (MedalsJournalContent){0};
}

/* ---- opening ------------------------------------------------------------ */

static char *size_words(const int64_t size[3])
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT,
                           size[0], size[1], size[2]);
}

static bool begin_new(MedalsJournalFile *journal, const char *hash,
                      const char *model, GError **error)
{
    g_autofree char *size = size_words(journal->size);
    g_autofree char *now =
        g_strdup_printf("%" G_GINT64_FORMAT, (int64_t) time(NULL));
    sqlite3 *db = journal->db;
    const char *path = journal->path;
    return medals_store_begin(db, path, error) &&
           medals_store_end(
               db, path,
               medals_store_set_meta(db, path, "image", hash, error) &&
                   medals_store_set_meta(db, path, "size", size, error) &&
                   medals_store_set_meta(db, path, "model", model, error) &&
                   medals_store_set_meta(db, path, "created", now, error),
               error);
}

static bool check_image(const MedalsJournalFile *journal, const char *hash,
                        const char *found, GError **error)
{
    g_autofree char *size = size_words(journal->size), *stored = NULL;
    if (!medals_store_meta(journal->db, journal->path, "size", &stored, error))
        return false;
    if (!strcmp(hash, found) && !g_strcmp0(size, stored))
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: the journal of another image (%.12s...); expected "
                       "that of this one (%.12s...)",
                       journal->folder, found, hash);
}

static bool write_all(MedalsJournalFile *journal, uint64_t revision,
                      size_t cursor, const MedalsState *state,
                      const MedalsHistory *history, GError **error);

static void remove_file(const char *path)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal", ""};
    for (size_t n = 0; n < G_N_ELEMENTS(ends); n++) {
        g_autofree char *name = g_strconcat(path, ends[n], NULL);
        medals_file_remove(name, NULL);
    }
}

/* What was read, in a whole file of its own that is on the disk and closed. */
static bool write_fresh(MedalsJournalFile *journal, const char *fresh,
                        const char *hash, const MedalsJournalContent *content,
                        GError **error)
{
    sqlite3 *damaged = journal->db;
    remove_file(fresh);
    journal->db = medals_file_private(fresh, error)
                      ? medals_store_open(fresh, true, error)
                      : NULL;
    bool ok =
        journal->db &&
        begin_new(journal, hash, content->model ? content->model : "", error) &&
        (!content->modality ||
         medals_store_set_meta(journal->db, fresh, "modality",
                               content->modality, error)) &&
        (!content->locks || medals_store_set_meta(journal->db, fresh, "locks",
                                                  content->locks, error)) &&
        write_all(journal, content->revision, content->history->cursor,
                  content->state, content->history, error) &&
        medals_store_run(journal->db, fresh, "PRAGMA wal_checkpoint(TRUNCATE)",
                         error);
    sqlite3_close(journal->db);
    journal->db = damaged;
    return ok;
}

/* The damaged file gets a second name, then the fresh one takes the first. At
 * any moment one of them has it. */
static bool take_place(MedalsJournalFile *journal, const char *fresh,
                       GError **error)
{
    if (!medals_store_run(journal->db, journal->path,
                          "PRAGMA wal_checkpoint(TRUNCATE)", error))
        return false;
    sqlite3_close(journal->db);
    journal->db = NULL;
    g_autofree char *wal = g_strconcat(journal->path, "-wal", NULL);
    if (!medals_file_remove(wal, error) ||
        !medals_file_replace(journal->path, fresh, ".damaged-", error))
        return false;
    journal->db = medals_store_open(journal->path, true, error);
    return journal->db != NULL;
}

/* What was read of a damaged journal becomes a whole one. */
static bool rebuild(MedalsJournalFile *journal, const char *hash,
                    const MedalsJournalRows *rows,
                    MedalsJournalContent *content, GError **error)
{
    MedalsHistory *history = content->history;
    while (history->steps->len > history->cursor)
        g_ptr_array_remove_index(history->steps, history->steps->len - 1);
    content->warning =
        g_strdup_printf("%s: damaged; opened up to revision %" G_GUINT64_FORMAT
                        ", the last whole one, %" G_GUINT64_FORMAT
                        " lost; the damaged file was kept",
                        journal->path, content->revision, rows->lost);
    g_autofree char *fresh = g_strconcat(journal->path, ".new", NULL);
    bool ok = write_fresh(journal, fresh, hash, content, error) &&
              take_place(journal, fresh, error);
    if (!ok)
        remove_file(fresh);
    return ok;
}

/* A word that is kept beside the steps; damaged pages are no failure. */
static bool take_word(MedalsJournalFile *journal, const char *key, char **word,
                      bool *whole, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (medals_store_meta(journal->db, journal->path, key, word, &failure))
        return true;
    *whole = false;
    if (medals_store_is_damaged(journal->db))
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool load_journal(MedalsJournalFile *journal, const char *hash,
                         MedalsJournalContent *content, GError **error)
{
    MedalsJournalRows rows;
    bool whole = true;
    if (!take_word(journal, "model", &content->model, &whole, error) ||
        !take_word(journal, "modality", &content->modality, &whole, error) ||
        !take_word(journal, "locks", &content->locks, &whole, error) ||
        !medals_journal_load(journal->db, journal->path, journal->size, &rows,
                             content, error))
        return false;
    rows.damaged = rows.damaged || !whole;
    journal->first = rows.first;
    content->resumed = content->revision > 0 || rows.damaged;
    if (content->extents->len)
        journal->oldest =
            g_array_index(content->extents, MedalsRevisionExtent, 0).revision;
    return !rows.damaged || rebuild(journal, hash, &rows, content, error);
}

/* The name of the image comes with the tables: where it is missing nothing
 * else may be there. */
static bool check_empty(MedalsJournalFile *journal, GError **error)
{
    int64_t rows = 0;
    if (!medals_store_number(journal->db, journal->path,
                             "SELECT (SELECT count(*) FROM meta)"
                             " + (SELECT count(*) FROM base)"
                             " + (SELECT count(*) FROM step)"
                             " + (SELECT count(*) FROM revision)",
                             &rows, error))
        return false;
    return rows == 0 || medals_fail(error, MEDALS_E_INPUT,
                                    "%s: it names no image; expected a journal "
                                    "that a session wrote",
                                    journal->path);
}

static bool settle(MedalsJournalFile *journal, const char *hash,
                   const char *model, MedalsJournalContent *content,
                   GError **error)
{
    g_autofree char *found = NULL;
    if (!medals_store_meta(journal->db, journal->path, "image", &found, error))
        return false;
    if (!found)
        return check_empty(journal, error) &&
               begin_new(journal, hash, model, error);
    return check_image(journal, hash, found, error) &&
           load_journal(journal, hash, content, error) &&
           medals_store_set_meta(journal->db, journal->path, "model", model,
                                 error);
}

MedalsJournalFile *
medals_journal_file_open(const char *folder, const char *hash,
                         const int64_t size[3], const char *model,
                         uint64_t limit, MedalsTask *task,
                         MedalsJournalContent *content, GError **error)
{
    *content = (MedalsJournalContent){.task = task};
    MedalsJournalFile *journal = g_new0(MedalsJournalFile, 1);
    journal->folder = g_strdup(folder);
    journal->path = g_build_filename(folder, MEDALS_JOURNAL_NAME, NULL);
    journal->limit = limit;
    memcpy(journal->size, size, sizeof journal->size);
    if (medals_folder_private(folder, error) &&
        medals_file_private(journal->path, error) &&
        (journal->db = medals_store_open(journal->path, true, error)) &&
        settle(journal, hash, model, content, error))
        return journal;
    medals_journal_content_clear(content);
    medals_journal_file_close(journal);
    return NULL;
}

void medals_journal_file_close(MedalsJournalFile *journal)
{
    if (!journal)
        return;
    sqlite3_close(journal->db);
    g_free(journal->folder);
    g_free(journal->path);
    g_free(journal);
}

/* ---- writing ------------------------------------------------------------ */

static bool put_step(MedalsJournalFile *journal, int64_t seq, uint64_t revision,
                     const MedalsStep *step, GError **error)
{
    g_auto(MedalsBuffer) bytes = {0};
    int64_t numbers[3] = {seq, (int64_t) revision};
    if (!medals_step_encode(step, &bytes, error))
        return false;
    numbers[2] = medals_journal_crc(numbers, 2, bytes.data, bytes.size);
    return medals_store_put(journal->db, journal->path,
                            "REPLACE INTO step VALUES (?1, ?2, ?3, ?4)",
                            numbers, 3, bytes.data, bytes.size, error);
}

static bool put_revision(MedalsJournalFile *journal, uint64_t revision,
                         int64_t cursor, const int64_t extent[6],
                         GError **error)
{
    int64_t numbers[10] = {(int64_t) revision, cursor, (int64_t) time(NULL)};
    memcpy(numbers + 3, extent, 6 * sizeof *extent);
    numbers[9] = medals_journal_crc(numbers, 9, NULL, 0);
    return medals_store_put(journal->db, journal->path,
                            "REPLACE INTO revision VALUES"
                            " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                            numbers, 10, NULL, 0, error);
}

/* A state as the step from nothing to it. */
static bool put_base(MedalsJournalFile *journal, int64_t first,
                     const MedalsState *state, GError **error)
{
    MedalsState *nothing = medals_state_new(journal->size, error);
    MedalsStep *step =
        nothing ? medals_step_between(nothing, state, "base", error) : NULL;
    g_auto(MedalsBuffer) bytes = {0};
    bool ok = step && medals_step_encode(step, &bytes, error);
    if (ok) {
        int64_t numbers[2] = {first};
        numbers[1] = medals_journal_crc(numbers, 1, bytes.data, bytes.size);
        ok = medals_store_run(journal->db, journal->path, "DELETE FROM base",
                              error) &&
             medals_store_put(journal->db, journal->path,
                              "INSERT INTO base VALUES (?1, ?2, ?3)", numbers,
                              2, bytes.data, bytes.size, error);
    }
    medals_step_free(step);
    medals_state_free(nothing);
    return ok;
}

/* The state before the first step of a history, from the one at its cursor. */
static MedalsState *state_before(const MedalsState *state,
                                 const MedalsHistory *history, GError **error)
{
    MedalsState *base = medals_state_copy(state, error);
    for (size_t n = history->cursor; base && n > 0; n--)
        if (!medals_step_apply(history->steps->pdata[n - 1], base, false,
                               error))
            g_clear_pointer(&base, medals_state_free);
    return base;
}

static bool write_rows(MedalsJournalFile *journal, uint64_t revision,
                       size_t cursor, const MedalsState *state,
                       const MedalsHistory *history, GError **error)
{
    const int64_t none[6] = {0};
    MedalsState *base = state_before(state, history, error);
    bool ok =
        base &&
        medals_store_run(journal->db, journal->path,
                         "DELETE FROM step; DELETE FROM revision", error) &&
        put_base(journal, 0, base, error);
    for (guint n = 0; ok && n < history->steps->len; n++)
        ok = put_step(journal, n, revision, history->steps->pdata[n], error);
    medals_state_free(base);
    return ok && (revision == 0 || put_revision(journal, revision,
                                                (int64_t) cursor, none, error));
}

static bool write_all(MedalsJournalFile *journal, uint64_t revision,
                      size_t cursor, const MedalsState *state,
                      const MedalsHistory *history, GError **error)
{
    bool ok = medals_store_begin(journal->db, journal->path, error) &&
              medals_store_end(
                  journal->db, journal->path,
                  write_rows(journal, revision, cursor, state, history, error),
                  error);
    if (ok)
        journal->first = 0;
    return ok;
}

static bool write_entry(MedalsJournalFile *journal,
                        const MedalsJournalEntry *entry, GError **error)
{
    int64_t cursor = journal->first + (int64_t) entry->cursor;
    const int64_t last[1] = {cursor - 1};
    const int64_t old[1] = {(int64_t) entry->revision - REVISIONS_KEPT};
    bool ok = true;
    if (entry->step)
        ok = medals_store_put(journal->db, journal->path,
                              "DELETE FROM step WHERE seq >= ?1", last, 1, NULL,
                              0, error) &&
             put_step(journal, cursor - 1, entry->revision, entry->step, error);
    if (ok && entry->modality)
        ok = medals_store_set_meta(journal->db, journal->path, "modality",
                                   entry->modality, error);
    if (ok && old[0] > 0 && old[0] % 1000 == 0)
        ok = medals_store_put(journal->db, journal->path,
                              "DELETE FROM revision WHERE revision <= ?1", old,
                              1, NULL, 0, error);
    return ok &&
           put_revision(journal, entry->revision, cursor, entry->extent, error);
}

/* A file that was deleted or replaced would swallow what is written to it. */
static bool check_there(MedalsJournalFile *journal, GError **error)
{
    if (g_file_test(journal->path, G_FILE_TEST_EXISTS))
        return true;
    return medals_fail(error, MEDALS_E_IO,
                       "%s: gone; expected the journal to stay where it is",
                       journal->path);
}

bool medals_journal_file_append(MedalsJournalFile *journal,
                                const MedalsJournalEntry *entry,
                                const MedalsState *state,
                                const MedalsHistory *history, GError **error)
{
    bool ok = check_there(journal, error);
    if (ok && journal->behind)
        ok = write_all(journal, entry->revision, entry->cursor, state, history,
                       error);
    else if (ok)
        ok = medals_store_begin(journal->db, journal->path, error) &&
             medals_store_end(journal->db, journal->path,
                              write_entry(journal, entry, error), error);
    if (ok && journal->behind && entry->modality)
        ok = medals_store_set_meta(journal->db, journal->path, "modality",
                                   entry->modality, error);
    if (ok && journal->behind)
        ok = medals_store_set_meta(journal->db, journal->path, "locks",
                                   entry->locks ? entry->locks : "", error);
    journal->behind = !ok;
    return ok;
}

void medals_journal_file_locks(MedalsJournalFile *journal, const char *locks)
{
    if (!medals_store_set_meta(journal->db, journal->path, "locks", locks,
                               NULL))
        journal->behind = true;
}

/* ---- compaction --------------------------------------------------------- */

static uint64_t step_bytes(const MedalsHistory *history, size_t n)
{
    return medals_step_bytes(history->steps->pdata[n]);
}

/* What is folded at a time: the base is written anew with it, so not much less
 * than that; never so much that a click must wait for it. */
static bool fold_part(const MedalsJournalFile *journal, uint64_t *part,
                      GError **error)
{
    int64_t base = 0;
    bool ok =
        medals_store_number(journal->db, journal->path,
                            "SELECT length(data) FROM base", &base, error);
    *part = CLAMP((uint64_t) MAX(base, 0), journal->limit / FOLD_LEAST,
                  journal->limit / FOLD_MOST);
    return ok;
}

/* How many of the oldest steps go now; the newest one never does. A journal
 * that is far too large gets smaller from click to click. */
static size_t surplus(const MedalsJournalFile *journal,
                      const MedalsHistory *history, uint64_t bytes,
                      uint64_t part)
{
    if (history->cursor < 2)
        return 0;
    uint64_t newest = step_bytes(history, history->cursor - 1);
    uint64_t wanted = MIN(bytes - journal->limit, part + newest) + part;
    uint64_t folded = 0;
    size_t count = 0;
    while (folded < wanted && count + 1 < history->cursor)
        folded += step_bytes(history, count++);
    return count;
}

/* The base as it stands, and the oldest steps on top of it. */
static bool base_after(MedalsJournalFile *journal, const MedalsHistory *history,
                       size_t count, MedalsState *base, GError **error)
{
    bool whole;
    int64_t first;
    if (!medals_journal_load_base(journal->db, journal->path, journal->size,
                                  &first, base, &whole, error))
        return false;
    if (!whole || first != journal->first) {
        journal->behind = true; /* the next revision writes it anew */
        return medals_fail(error, MEDALS_E_IO,
                           "%s: its oldest state is damaged; expected what was "
                           "written there",
                           journal->path);
    }
    for (size_t n = 0; n < count; n++)
        if (!medals_step_apply(history->steps->pdata[n], base, true, error))
            return false;
    return true;
}

/* The base moves forward over `count` steps, which then go. */
static bool fold(MedalsJournalFile *journal, const MedalsHistory *history,
                 size_t count, GError **error)
{
    sqlite3 *db = journal->db;
    const char *path = journal->path;
    int64_t first = journal->first + (int64_t) count;
    MedalsState *base = medals_state_new(journal->size, error);
    bool ok =
        base && base_after(journal, history, count, base, error) &&
        medals_store_begin(db, path, error) &&
        medals_store_end(db, path,
                         put_base(journal, first, base, error) &&
                             medals_store_put(db, path,
                                              "DELETE FROM step WHERE seq < ?1",
                                              &first, 1, NULL, 0, error),
                         error);
    medals_state_free(base);
    if (ok)
        journal->first = first;
    return ok;
}

/* Pages that are free are written to again. Only of a file that was made under
 * a larger bound some go; one that was made before files could shrink stays. */
static void shrink(MedalsJournalFile *journal, uint64_t part)
{
    int64_t pages = 0, size = 0;
    if (!medals_store_number(journal->db, journal->path, "PRAGMA page_count",
                             &pages, NULL) ||
        !medals_store_number(journal->db, journal->path, "PRAGMA page_size",
                             &size, NULL) ||
        size <= 0 ||
        (uint64_t) pages * (uint64_t) size <= journal->limit + 2 * part)
        return;
    g_autofree char *sql =
        g_strdup_printf("PRAGMA incremental_vacuum(%" G_GUINT64_FORMAT ")",
                        2 * part / (uint64_t) size + 1);
    medals_store_run(journal->db, journal->path, sql, NULL);
}

size_t medals_journal_file_compact(MedalsJournalFile *journal,
                                   const MedalsHistory *history, GError **error)
{
    uint64_t bytes, part;
    if (journal->behind ||
        !medals_store_bytes(journal->db, journal->path, &bytes, error) ||
        bytes <= journal->limit || !fold_part(journal, &part, error))
        return 0;
    size_t count = surplus(journal, history, bytes, part);
    if (count == 0 || !fold(journal, history, count, error))
        return 0;
    shrink(journal, part);
    return count;
}
