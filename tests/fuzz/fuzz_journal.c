/*
 * fuzz_journal.c - any bytes in a journal's file: open, read, one edit, close
 *
 *   byte 0..1  which of the journals made here, how it is changed
 *   then       4 bytes each: where, and what is written there
 *
 * The journals are real ones, so that what is changed is pages, cells and rows
 * of them; a changed row may have the checksum of what it became, as one who
 * wants to be believed would write it. A journal that opens is whole: it takes
 * an edit, and opens again with it. Bytes that begin as an SQLite file does are
 * taken as they are.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "fault_fixture.h"
#include "fuzz_place.h"
#include "journal_file.h"
#include "journal_info.h"
#include "journal_load.h"

#define JOURNALS 4
#define ROOM (UINT64_C(1) << 30)

static const int64_t volume[3] = {40, 33, 20};
static GBytes *journals[JOURNALS];
static char *folder, *path;

/* ---- real journals ------------------------------------------------------ */

static void remove_all(void)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    const char *name;
    while (listing && (name = g_dir_read_name(listing))) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_unlink(file);
    }
    if (listing)
        g_dir_close(listing);
    g_rmdir(folder);
}

/* What one session holds. */
typedef struct Held {
    MedalsJournalFile *file;
    MedalsState *state;
    MedalsHistory *history;
    uint64_t revision;
    bool damaged;
} Held;

static bool held_open(Held *held, uint64_t limit)
{
    MedalsJournalContent content;
    g_autoptr(GError) error = NULL;
    *held =
        (Held){.file = medals_journal_file_open(folder, "00ff", volume, "model",
                                                limit, NULL, &content, &error)};
    if (!held->file) {
        g_assert_true(error && !strchr(error->message, '\n') &&
                      medals_error_code(error) != MEDALS_E_INTERNAL);
        return false;
    }
    held->revision = content.revision;
    held->damaged = content.warning != NULL;
    held->state = content.resumed ? g_steal_pointer(&content.state)
                                  : medals_state_new(volume, NULL);
    held->history = content.resumed ? g_steal_pointer(&content.history)
                                    : medals_history_new();
    medals_journal_content_clear(&content);
    return true;
}

static void held_close(Held *held)
{
    medals_journal_file_close(held->file);
    medals_state_free(held->state);
    medals_history_free(held->history);
}

/* A class, its mark, a prompt and some voxels. @return whether it is saved */
static bool held_edit(Held *held, uint8_t n)
{
    const int64_t box[6] = {n % 30, n % 30 + 9, n % 20, n % 20 + 5, 2, 9};
    uint8_t voxels[9 * 5 * 7];
    MedalsState *next = medals_state_copy(held->state, NULL);
    memset(voxels, 1 + n % 2, sizeof voxels);
    voxels[n] = 0;
    if (medals_class_list_count(next->classes) < 6)
        medals_class_list_add(next->classes, NULL, NULL, 0, NULL);
    if (medals_class_list_count(next->classes) > 0) {
        medals_state_mark(next, 0, box, NULL, MEDALS_MARK_IN, NULL);
        medals_state_answer(next, 0, box, voxels, true, NULL);
        medals_state_add_prompt(next, 0, MEDALS_PROMPT_BOX, true, box, NULL);
    }
    MedalsStep *step = medals_step_between(held->state, next, "box", NULL);
    g_assert_true(step != NULL);
    medals_history_push(held->history, step);
    MedalsJournalEntry entry = {.revision = ++held->revision,
                                .step = step,
                                .cursor = held->history->cursor,
                                .modality = "mri",
                                .locks = "1"};
    bool saved = medals_journal_file_append(held->file, &entry, next,
                                            held->history, NULL);
    medals_state_free(held->state);
    held->state = next;
    if (saved)
        medals_history_forget(
            held->history,
            medals_journal_file_compact(held->file, held->history, NULL));
    return saved;
}

/* A short one, a longer one, one with steps to redo, one that was folded. */
static GBytes *make_journal(int which)
{
    static const int edits[JOURNALS] = {2, 12, 7, 30};
    Held held;
    char *bytes;
    gsize size;
    remove_all();
    g_assert_true(held_open(&held, which == 3 ? 40000 : ROOM));
    for (int n = 0; n < edits[which]; n++)
        g_assert_true(held_edit(&held, (uint8_t) (7 * n)));
    if (which == 2) {
        uint64_t done;
        g_assert_true(
            medals_history_undo(held.history, held.state, 3, &done, NULL));
        MedalsJournalEntry entry = {.revision = ++held.revision,
                                    .cursor = held.history->cursor};
        g_assert_true(medals_journal_file_append(held.file, &entry, held.state,
                                                 held.history, NULL));
    }
    held_close(&held);
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    return g_bytes_new_take(bytes, size);
}

static void begin(void)
{
    fault_init();
    folder = g_build_filename(fuzz_place(), "journal", NULL);
    path = g_build_filename(folder, MEDALS_JOURNAL_NAME, NULL);
    for (int n = 0; n < JOURNALS; n++)
        journals[n] = make_journal(n);
    remove_all();
}

/* ---- changes ------------------------------------------------------------ */

/* Later bytes of the input over those of a journal. */
static GByteArray *changed_file(const uint8_t *data, size_t size)
{
    gsize length;
    const uint8_t *real =
        g_bytes_get_data(journals[data[0] % JOURNALS], &length);
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, real, (guint) length);
    for (data += 2, size -= 2; size >= 4; data += 4, size -= 4) {
        size_t at = data[0] | (size_t) data[1] << 8 | (size_t) data[2] << 16;
        bytes->data[at % length] = data[3];
    }
    return bytes;
}

static void put_file(const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    g_assert_true(file && fwrite(data, 1, size, file) == size);
    fclose(file);
}

/* One byte of a row's blob, and the checksum that it then has. */
static void lie_in_row(sqlite3 *db, bool base, const uint8_t change[4])
{
    sqlite3_stmt *row = NULL;
    const char *read = base ? "SELECT id, 0, data FROM base"
                            : "SELECT seq, revision, data FROM step"
                              " ORDER BY seq LIMIT 1 OFFSET ?1";
    const char *write = base ? "UPDATE base SET crc = ?1, data = ?2"
                             : "UPDATE step SET crc = ?1, data = ?2"
                               " WHERE seq = ?3";
    sqlite3_prepare_v2(db, read, -1, &row, NULL);
    if (!base)
        sqlite3_bind_int(row, 1, change[0] % 32);
    if (sqlite3_step(row) != SQLITE_ROW) {
        sqlite3_finalize(row);
        return;
    }
    const int64_t numbers[2] = {sqlite3_column_int64(row, 0),
                                sqlite3_column_int64(row, 1)};
    size_t size = (size_t) sqlite3_column_bytes(row, 2);
    g_autofree uint8_t *blob = g_memdup2(sqlite3_column_blob(row, 2), size);
    sqlite3_finalize(row);
    if (size == 0)
        return;
    blob[(change[1] | (size_t) change[2] << 8) % size] = change[3];
    sqlite3_prepare_v2(db, write, -1, &row, NULL);
    sqlite3_bind_int64(row, 1,
                       medals_journal_crc(numbers, base ? 1 : 2, blob, size));
    sqlite3_bind_blob(row, 2, blob, (int) size, SQLITE_STATIC);
    if (!base)
        sqlite3_bind_int64(row, 3, numbers[0]);
    sqlite3_step(row);
    sqlite3_finalize(row);
}

/* Rows that say what they should not, with the right checksum. */
static void lie(const uint8_t *data, size_t size)
{
    sqlite3 *db = NULL;
    g_assert_true(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_exec(db,
                 "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF",
                 NULL, NULL, NULL);
    bool base = data[1] & 2;
    for (data += 2, size -= 2; size >= 4; data += 4, size -= 4)
        lie_in_row(db, base, data);
    sqlite3_close(db);
}

/* @return whether there is something to open */
static bool lay(const uint8_t *data, size_t size)
{
    remove_all();
    g_mkdir(folder, 0700);
    if (size >= 16 && memcmp(data, "SQLite format 3", 16) == 0) {
        put_file(data, size);
        return true;
    }
    if (size < 2)
        return false;
    if (data[1] & 1) {
        gsize length;
        const uint8_t *real =
            g_bytes_get_data(journals[data[0] % JOURNALS], &length);
        put_file(real, length);
        lie(data, size);
    } else {
        g_autoptr(GByteArray) bytes = changed_file(data, size);
        put_file(bytes->data, bytes->len);
    }
    return true;
}

/* ---- one run ------------------------------------------------------------ */

static void read_history(Held *held)
{
    uint64_t back, forth;
    uint64_t steps = held->history->cursor;
    MedalsState *state = medals_state_copy(held->state, NULL);
    g_assert_true(
        medals_history_undo(held->history, state, UINT64_MAX, &back, NULL));
    g_assert_true(back == steps);
    g_assert_true(
        medals_history_redo(held->history, state, steps, &forth, NULL));
    g_assert_true(forth == steps);
    medals_state_free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsJournalInfo info = {.struct_size = sizeof info};
    Held held;
    if (!folder)
        begin();
    if (!lay(data, size))
        return 0;
    medals_journal_info(folder, &info, NULL);
    if (held_open(&held, ROOM)) {
        read_history(&held);
        bool saved = held_edit(&held, 100);
        uint64_t revision = held.revision;
        held_close(&held);
        /* damage that nobody has read yet may be in the way of a write */
        if (saved) {
            g_assert_true(held_open(&held, ROOM));
            g_assert_true(held.revision == revision);
            held_close(&held);
        }
    }
    remove_all();
    return 0;
}
