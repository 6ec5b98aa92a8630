/*
 * journal_load.c - rows in order, each checked, until one is not whole
 */
#include "journal_load.h"

#include <string.h>
#include <zlib.h>

/* Largest blob that is looked at. */
#define LARGEST (INT64_C(1) << 31)

int64_t medals_journal_crc(const int64_t *numbers, int count, const void *data,
                           size_t size)
{
    uLong crc = crc32(0, NULL, 0);
    for (int n = 0; n < count; n++) {
        Bytef bytes[8];
        for (int i = 0; i < 8; i++)
            bytes[i] = (Bytef) ((uint64_t) numbers[n] >> (8 * i));
        crc = crc32(crc, bytes, sizeof bytes);
    }
    return size ? (int64_t) crc32_z(crc, data, size) : (int64_t) crc;
}

/* One SELECT while its rows are read. */
typedef struct Cursor {
    sqlite3 *db;
    const char *path;
    sqlite3_stmt *row;
    bool damaged;
    GError *failure; /* no memory, no reading: that is no damage */
} Cursor;

/* Only what SQLite calls corrupt is damage. */
static void cursor_note(Cursor *cursor)
{
    if (medals_store_is_damaged(cursor->db))
        cursor->damaged = true;
    else if (!cursor->failure)
        medals_store_fail(cursor->db, cursor->path, &cursor->failure);
}

static Cursor cursor_open(sqlite3 *db, const char *path, const char *sql)
{
    Cursor cursor = {.db = db, .path = path};
    if (sqlite3_prepare_v2(db, sql, -1, &cursor.row, NULL) != SQLITE_OK)
        cursor_note(&cursor);
    return cursor;
}

static bool cursor_next(Cursor *cursor)
{
    if (cursor->damaged || cursor->failure || !cursor->row)
        return false;
    int code = sqlite3_step(cursor->row);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        cursor_note(cursor);
    return code == SQLITE_ROW;
}

/* @param whole whether all rows were; receives whether SQLite's were, too
 * @return false: MEDALS_E_NOMEM, MEDALS_E_IO */
static bool cursor_close(Cursor *cursor, bool *whole, GError **error)
{
    sqlite3_finalize(cursor->row);
    *whole = *whole && !cursor->damaged;
    if (!cursor->failure)
        return true;
    g_propagate_error(error, cursor->failure);
    return false;
}

/* A whole blob in a column after its crc; NULL: it is not whole, or the cursor
 * has failed. Valid until the next row. */
static const void *checked_blob(Cursor *cursor, int crc_column,
                                const int64_t *numbers, int count, size_t *size)
{
    sqlite3_stmt *row = cursor->row;
    const void *data = sqlite3_column_blob(row, crc_column + 1);
    *size = (size_t) sqlite3_column_bytes(row, crc_column + 1);
    if (!data && sqlite3_errcode(cursor->db) == SQLITE_NOMEM)
        cursor_note(cursor);
    if (!data || (int64_t) *size > LARGEST ||
        sqlite3_column_int64(row, crc_column) !=
            medals_journal_crc(numbers, count, data, *size))
        return NULL;
    return data;
}

/* Notes a failure that is no damage; takes the error. */
static void cursor_fail(Cursor *cursor, GError *error)
{
    if (medals_error_code(error) == MEDALS_E_INPUT || cursor->failure)
        g_clear_error(&error);
    else
        cursor->failure = error;
}

static MedalsStep *decode(Cursor *cursor, const void *data, size_t size,
                          const int64_t shape[3])
{
    GError *error = NULL;
    MedalsStep *step =
        data ? medals_step_decode(data, size, shape, &error) : NULL;
    if (error)
        cursor_fail(cursor, error);
    return step;
}

static bool apply_base(Cursor *cursor, const MedalsStep *step,
                       MedalsState *state)
{
    GError *error = NULL;
    if (step && medals_step_apply(step, state, true, &error))
        return true;
    if (error)
        cursor_fail(cursor, error);
    return false;
}

bool medals_journal_load_base(sqlite3 *db, const char *path,
                              const int64_t size[3], int64_t *first,
                              MedalsState *state, bool *whole, GError **error)
{
    Cursor cursor = cursor_open(db, path, "SELECT id, crc, data FROM base");
    *whole = true;
    *first = 0;
    if (cursor_next(&cursor)) {
        *first = sqlite3_column_int64(cursor.row, 0);
        size_t bytes;
        const void *data = checked_blob(&cursor, 1, first, 1, &bytes);
        MedalsStep *step = decode(&cursor, data, bytes, size);
        *whole = apply_base(&cursor, step, state);
        medals_step_free(step);
    }
    return cursor_close(&cursor, whole, error);
}

/* Steps from the first on, without a gap; revisions[n] made step n. */
static bool load_steps(sqlite3 *db, const char *path, const int64_t size[3],
                       int64_t first, MedalsTask *task, MedalsHistory *history,
                       GArray *revisions, bool *whole, GError **error)
{
    Cursor cursor = cursor_open(
        db, path, "SELECT seq, revision, crc, data FROM step ORDER BY seq");
    int64_t next = first;
    *whole = true;
    while (*whole && medals_task_advance(task, 1) && cursor_next(&cursor)) {
        const int64_t numbers[2] = {sqlite3_column_int64(cursor.row, 0),
                                    sqlite3_column_int64(cursor.row, 1)};
        size_t bytes;
        const void *data = checked_blob(&cursor, 2, numbers, 2, &bytes);
        MedalsStep *step =
            numbers[0] == next ? decode(&cursor, data, bytes, size) : NULL;
        *whole = step != NULL;
        if (!*whole)
            break;
        medals_history_push(history, step);
        g_array_append_val(revisions, numbers[1]);
        next++;
    }
    return cursor_close(&cursor, whole, error);
}

/* A row of the table of revisions. */
typedef struct RevisionRow {
    int64_t revision, cursor;
    MedalsRevisionExtent extent;
} RevisionRow;

static bool good_extent(const int64_t extent[6], const int64_t size[3])
{
    bool empty = true;
    for (int x = 0; x < 6; x++)
        empty = empty && extent[x] == 0;
    for (int x = 0; !empty && x < 3; x++)
        if (extent[2 * x] < 0 || extent[2 * x] >= extent[2 * x + 1] ||
            extent[2 * x + 1] > size[x])
            return false;
    return true;
}

static bool load_revisions(sqlite3 *db, const char *path, const int64_t size[3],
                           GArray *list, bool *all_whole, GError **error)
{
    Cursor cursor =
        cursor_open(db, path,
                    "SELECT revision, cursor, time, i0, i1, j0, j1, k0, k1, crc"
                    " FROM revision ORDER BY revision");
    bool whole = true;
    while (whole && cursor_next(&cursor)) {
        int64_t numbers[9];
        for (int n = 0; n < 9; n++)
            numbers[n] = sqlite3_column_int64(cursor.row, n);
        RevisionRow row = {.revision = numbers[0],
                           .cursor = numbers[1],
                           .extent.revision = (uint64_t) numbers[0]};
        memcpy(row.extent.extent, numbers + 3, sizeof row.extent.extent);
        whole = numbers[0] > 0 && good_extent(numbers + 3, size) &&
                sqlite3_column_int64(cursor.row, 9) ==
                    medals_journal_crc(numbers, 9, NULL, 0);
        if (whole)
            g_array_append_val(list, row);
    }
    *all_whole = *all_whole && whole;
    return cursor_close(&cursor, all_whole, error);
}

/* The last revision whose steps are all there, and are those that it knew. */
static guint last_whole(const GArray *rows, const GArray *made_by,
                        int64_t first)
{
    for (guint n = rows->len; n > 0; n--) {
        const RevisionRow *row = &g_array_index(rows, RevisionRow, n - 1);
        int64_t steps = row->cursor - first;
        bool whole = steps >= 0 && steps <= (int64_t) made_by->len;
        for (int64_t s = 0; whole && s < steps; s++)
            whole = g_array_index(made_by, int64_t, s) <= row->revision;
        if (whole)
            return n;
    }
    return 0;
}

/* Does the steps up to a cursor again. *done receives how many fit.
 * @return false: MEDALS_E_CANCELLED, MEDALS_E_NOMEM */
static bool replay(MedalsJournalContent *content, int64_t steps, guint *done,
                   GError **error)
{
    MedalsHistory *history = content->history;
    history->cursor = 0;
    for (*done = 0; *done < steps; (*done)++) {
        g_autoptr(GError) failure = NULL;
        uint64_t one;
        bool fits =
            medals_history_redo(history, content->state, 1, &one, &failure);
        if (!fits && medals_error_code(failure) == MEDALS_E_INPUT)
            return true;
        if (!fits)
            g_propagate_error(error, g_steal_pointer(&failure));
        if (!fits || !medals_task_advance(content->task, 1))
            return fits && medals_task_check(content->task, error);
    }
    return true;
}

/* The state before the first step, anew. */
static bool restart(sqlite3 *db, const char *path, const int64_t size[3],
                    bool base, MedalsJournalContent *content, GError **error)
{
    int64_t first;
    bool whole;
    medals_state_free(content->state);
    content->state = medals_state_new(size, error);
    return content->state &&
           (!base || medals_journal_load_base(db, path, size, &first,
                                              content->state, &whole, error));
}

static void take_extents(MedalsJournalContent *content, const GArray *rows,
                         guint count)
{
    content->extents = g_array_new(FALSE, FALSE, sizeof(MedalsRevisionExtent));
    for (guint n = 0; n < count; n++)
        g_array_append_val(content->extents,
                           g_array_index(rows, RevisionRow, n).extent);
}

bool medals_journal_load(sqlite3 *db, const char *path, const int64_t size[3],
                         MedalsJournalRows *rows, MedalsJournalContent *content,
                         GError **error)
{
    *rows = (MedalsJournalRows){0};
    content->history = medals_history_new();
    content->state = medals_state_new(size, error);
    if (!content->state)
        return false;
    g_autoptr(GArray) made_by = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(RevisionRow));
    bool base, whole = false;
    if (!medals_journal_load_base(db, path, size, &rows->first, content->state,
                                  &base, error) ||
        (base && !load_steps(db, path, size, rows->first, content->task,
                             content->history, made_by, &whole, error)) ||
        /* what was not read is not damaged */
        !medals_task_check(content->task, error) ||
        !load_revisions(db, path, size, list, &whole, error))
        return false;
    guint last = base ? last_whole(list, made_by, rows->first) : 0;
    rows->damaged = !whole || last < list->len;
    if (!base && !restart(db, path, size, false, content, error))
        return false;
    for (;;) {
        const RevisionRow *row =
            last ? &g_array_index(list, RevisionRow, last - 1) : NULL;
        int64_t steps = row ? row->cursor - rows->first : 0;
        guint done;
        if (!replay(content, steps, &done, error))
            return false;
        content->revision = row ? (uint64_t) row->revision : 0;
        if (done == steps)
            break;
        /* a step that fits nothing is no step, whatever its checksum says */
        rows->damaged = true;
        g_array_set_size(made_by, done);
        last = last_whole(list, made_by, rows->first);
        if (!restart(db, path, size, base, content, error))
            return false;
    }
    if (list->len > last)
        rows->lost = (uint64_t) g_array_index(list, RevisionRow, list->len - 1)
                         .revision -
                     content->revision;
    take_extents(content, list, last);
    return true;
}
