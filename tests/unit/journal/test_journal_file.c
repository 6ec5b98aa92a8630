/*
 * test_journal_file.c - bounded journals, and memory that is out while one is
 * opened
 */
#include "journal_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fault_fixture.h"
#include "file.h"
#include <sqlite3.h>

#include "journal_info.h"
#include "journal_load.h"
#include "memory.h"
#include "state_fixture.h"

static char *folder;

/* One edit, and what is to be folded is. */
static void edit(Work *work, uint64_t *seed)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(work_edit(work, seed, &error));
    work_compact(work, &error);
    g_assert_no_error(error);
}

static void fill(int edits, uint64_t limit)
{
    Work work;
    uint64_t seed = 7;
    g_assert_true(work_open(&work, folder, limit, NULL));
    for (int n = 0; n < edits; n++)
        edit(&work, &seed);
    work_close(&work);
}

static bool is_there(const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* A quarter goes, not nearly all; what is left undoes, also when reopened. */
static void test_compaction(void)
{
    const uint64_t limit = 1 << 19;
    Work work;
    uint64_t seed = 5, done;
    size_t most = 0, least = SIZE_MAX, folds = 0;
    g_assert_true(work_open(&work, folder, limit, NULL));
    for (int n = 0; n < 400; n++) {
        size_t before = work.history->cursor + 1;
        edit(&work, &seed);
        most = MAX(most, before);
        if (work.history->cursor < before) {
            folds++;
            least = MIN(least, work.history->cursor);
        }
    }
    g_test_message("%zu folds, %zu to %zu steps", folds, least, most);
    g_assert_cmpuint(folds, >, 0);
    g_assert_cmpuint(3 * least, >, most);
    size_t steps = work.history->cursor;
    MedalsState *last = g_steal_pointer(&work.state);
    work_close(&work);
    g_assert_true(work_open(&work, folder, limit, NULL));
    g_assert_cmpuint(work.history->cursor, ==, steps);
    fixture_assert_equal(work.state, last);
    g_assert_true(
        medals_history_undo(work.history, work.state, steps, &done, NULL));
    g_assert_cmpuint(done, ==, steps);
    medals_state_free(last);
    work_close(&work);
    g_assert_true(medals_journal_remove(folder, NULL));
}

/* A click that folds reads and writes a small part of the journal. */
static void test_fold_work(void)
{
    const uint64_t limit = 1 << 21;
    Work work;
    uint64_t seed = 5, worst = 0, all = 0;
    size_t folds = 0;
    g_assert_true(work_open(&work, folder, limit, NULL));
    for (int n = 0; n < 1200; n++) {
        size_t before = work.history->cursor + 1;
        uint64_t moved = fault_bytes_moved();
        edit(&work, &seed);
        moved = fault_bytes_moved() - moved;
        worst = MAX(worst, moved);
        all += moved;
        folds += work.history->cursor < before;
    }
    g_test_message("%zu folds, at most %" G_GUINT64_FORMAT
                   " bytes in a click, %" G_GUINT64_FORMAT " in all",
                   folds, worst, all);
    g_assert_cmpuint(folds, >, 0);
    g_assert_cmpuint(worst, <, limit);
    work_close(&work);
    g_assert_true(medals_journal_remove(folder, NULL));
}

/* Memory that is out is no damage: nothing is cut, nothing put aside. */
static void test_no_memory(void)
{
    fill(12, UINT64_C(1) << 30);
    for (int64_t n = 0, left = -1; left < 0; n++) {
        Work work;
        g_autoptr(GError) error = NULL;
        medals_alloc_fail_after(n);
        bool opened = work_open(&work, folder, UINT64_C(1) << 30, &error);
        left = medals_alloc_fail_after(-1);
        if (opened) {
            g_assert_cmpuint(work.revision, ==, 12);
            work_close(&work);
        } else {
            g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        }
        g_assert_false(is_there("journal.sqlite.damaged-1"));
    }
    g_assert_true(medals_journal_remove(folder, NULL));
}

/* Changes the journal with SQL. */
static void change(const char *sql)
{
    g_autofree char *path = g_build_filename(folder, "journal.sqlite", NULL);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL),
        ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

/* A damaged journal is opened up to its last whole revision; the file that is
 * kept goes with the journal. */
static void test_damaged(void)
{
    fill(8, UINT64_C(1) << 30);
    change("UPDATE step SET crc = crc + 1 WHERE seq = 5");
    Work work;
    g_assert_true(work_open(&work, folder, UINT64_C(1) << 30, NULL));
    g_assert_nonnull(work.warning);
    g_assert_cmpuint(work.revision, ==, 5);
    g_assert_true(is_there("journal.sqlite.damaged-1"));
    g_assert_false(is_there("journal.sqlite.new"));
    uint64_t seed = 9;
    edit(&work, &seed);
    work_close(&work);
    g_assert_true(work_open(&work, folder, UINT64_C(1) << 30, NULL));
    g_assert_null(work.warning);
    g_assert_cmpuint(work.revision, ==, 6);
    work_close(&work);
    g_assert_true(medals_journal_remove(folder, NULL));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

/* SQL that says what the bytes of a step are in the row of another, with the
 * checksum that they have there. */
static char *misplace(int from, int to)
{
    g_autofree char *path = g_build_filename(folder, "journal.sqlite", NULL);
    g_autofree char *read =
        g_strdup_printf("SELECT data FROM step WHERE seq = %d", from);
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, read, -1, &row, NULL);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    const int64_t numbers[2] = {to, to + 1};
    int64_t crc = medals_journal_crc(numbers, 2, sqlite3_column_blob(row, 0),
                                     (size_t) sqlite3_column_bytes(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(db);
    return g_strdup_printf("UPDATE step SET crc = %" G_GINT64_FORMAT
                           ", data = (SELECT data FROM step WHERE seq = %d)"
                           " WHERE seq = %d",
                           crc, from, to);
}

/* A step that fits nothing ends what is believed, though its row is whole. */
static void test_misfit(void)
{
    Work work;
    fill(8, UINT64_C(1) << 30);
    g_autofree char *sql = misplace(2, 6);
    change(sql);
    g_assert_true(work_open(&work, folder, UINT64_C(1) << 30, NULL));
    g_assert_nonnull(work.warning);
    g_assert_cmpuint(work.revision, ==, 6);
    g_assert_cmpuint(work.history->steps->len, ==, 6);
    work_close(&work);
    g_assert_true(work_open(&work, folder, UINT64_C(1) << 30, NULL));
    g_assert_null(work.warning);
    g_assert_cmpuint(work.revision, ==, 6);
    work_close(&work);
    g_assert_true(medals_journal_remove(folder, NULL));
}

/* What is there is not written over, and nobody's code is run. */
static void test_foreign(void)
{
    static const char *const changes[] = {
        "DELETE FROM meta WHERE key = 'image'",
        "CREATE TRIGGER t AFTER INSERT ON step BEGIN DELETE FROM step; END",
        "DROP TABLE base; CREATE VIEW base AS SELECT 1 AS id"};
    for (size_t n = 0; n < G_N_ELEMENTS(changes); n++) {
        Work work;
        g_autoptr(GError) error = NULL;
        fill(3, UINT64_C(1) << 30);
        change(changes[n]);
        g_assert_false(work_open(&work, folder, UINT64_C(1) << 30, &error));
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        change("SELECT count(*) FROM step WHERE seq = 2");
        g_autofree char *path =
            g_build_filename(folder, "journal.sqlite", NULL);
        g_assert_true(medals_file_remove(path, NULL));
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    fault_init();
    g_test_init(&argc, &argv, NULL);
    g_autofree char *top = g_dir_make_tmp("medals-journal-XXXXXX", NULL);
    folder = g_build_filename(top, "journal", NULL);
    g_test_add_func("/journal/compaction", test_compaction);
    g_test_add_func("/journal/fold_work", test_fold_work);
    g_test_add_func("/journal/no_memory", test_no_memory);
    g_test_add_func("/journal/damaged", test_damaged);
    g_test_add_func("/journal/misfit", test_misfit);
    g_test_add_func("/journal/foreign", test_foreign);
    int result = g_test_run();
    medals_folder_abort(top);
    g_free(folder);
    return result;
}
