/*
 * test_journal_faults.c - every allocation and every call to the disk fails
 * once, in each of a journal's works
 *
 *   test-journal-faults [--every N]    all of them, or a part
 *
 * After each fault the journal opens, whole, at what it was before the work or
 * what it was to be after it; a work that said it was done is done.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_fixture.h"
#include "file.h"
#include "journal_fixture.h"
#include "journal_info.h"
#include <sqlite3.h>

#define EDITS 9
#define UNDONE 2
#define ROOM (UINT64_C(1) << 30)

/* A work on the journal in `folder`; what is between fault_start() and
 * fault_stop() may fail. */
typedef bool Act(GError **error);

typedef struct Case {
    const char *name;
    void (*prepare)(void);
    Act *act;
    bool mends; /* what is prepared is damaged; the work mends it */
} Case;

static char *top, *folder, *spare;
static int64_t every = 1; /* fault of SQLite's memory; of others, more */

/* ---- folders ------------------------------------------------------------ */

static void clear(const char *path)
{
    GDir *listing = g_dir_open(path, 0, NULL);
    const char *entry;
    while (listing && (entry = g_dir_read_name(listing))) {
        g_autofree char *file = g_build_filename(path, entry, NULL);
        g_unlink(file);
    }
    if (listing)
        g_dir_close(listing);
    g_rmdir(path);
}

static void copy(const char *from, const char *to)
{
    GDir *listing = g_dir_open(from, 0, NULL);
    const char *entry;
    clear(to);
    if (!listing)
        return;
    g_assert_cmpint(g_mkdir(to, 0700), ==, 0);
    while ((entry = g_dir_read_name(listing))) {
        g_autofree char *source = g_build_filename(from, entry, NULL);
        g_autofree char *target = g_build_filename(to, entry, NULL);
        g_autofree char *bytes = NULL;
        gsize size;
        g_assert_true(g_file_get_contents(source, &bytes, &size, NULL));
        FILE *file = fopen(target, "wb");
        g_assert_true(file && fwrite(bytes, 1, size, file) == size);
        fclose(file);
    }
    g_dir_close(listing);
}

/* ---- what a journal holds, in one line ---------------------------------- */

static void describe_state(GString *line, const MedalsState *state)
{
    MedalsState *nothing = medals_state_new(state->size, NULL);
    MedalsStep *step = medals_step_between(nothing, state, "all", NULL);
    g_auto(MedalsBuffer) bytes = {0};
    g_assert_true(medals_step_encode(step, &bytes, NULL));
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_MD5, bytes.data, bytes.size);
    g_string_append_printf(line, " %s", hash);
    medals_step_free(step);
    medals_state_free(nothing);
}

/* Revision, cursor, steps, words, and the state at the cursor, before the
 * first step, after the last one. */
static char *describe(void)
{
    g_autoptr(GError) error = NULL;
    Work work;
    GString *line = g_string_new(NULL);
    uint64_t done;
    bool opened = work_open(&work, folder, ROOM, &error);
    g_assert_no_error(error);
    g_assert_true(opened);
    g_string_printf(line, "%" G_GUINT64_FORMAT " %zu/%u %s %s", work.revision,
                    work.history->cursor, work.history->steps->len,
                    work.locks ? work.locks : "-",
                    work.modality ? work.modality : "-");
    describe_state(line, work.state);
    g_assert_true(
        medals_history_undo(work.history, work.state, UINT64_MAX, &done, NULL));
    describe_state(line, work.state);
    g_assert_true(
        medals_history_redo(work.history, work.state, UINT64_MAX, &done, NULL));
    describe_state(line, work.state);
    work_close(&work);
    return g_string_free(line, FALSE);
}

/* ---- journals to begin with --------------------------------------------- */

static void edits(int count, int undone)
{
    Work work;
    uint64_t seed = 7;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    for (int n = 0; n < count; n++)
        g_assert_true(work_edit(&work, &seed, NULL));
    if (undone) {
        work_undo(&work, (uint64_t) undone);
        g_assert_true(work_append(&work, NULL, NULL));
    }
    medals_journal_file_locks(work.file, "1");
    work_close(&work);
}

static void nothing(void)
{
    clear(folder);
}

static void some(void)
{
    clear(folder);
    edits(EDITS, UNDONE);
}

static void without_redo(void)
{
    clear(folder);
    edits(EDITS, 0);
}

/* As a killed process leaves it: the newest revisions in the log alone. */
static void killed(void)
{
    Work work;
    uint64_t seed = 11;
    some();
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    for (int n = 0; n < 3; n++)
        g_assert_true(work_edit(&work, &seed, NULL));
    copy(folder, spare);
    work_close(&work);
    copy(spare, folder);
    clear(spare);
}

static void damaged(void)
{
    without_redo();
    g_autofree char *path = g_build_filename(folder, "journal.sqlite", NULL);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db,
                                 "PRAGMA locking_mode = EXCLUSIVE;"
                                 "UPDATE step SET crc = crc + 1 WHERE seq = 5",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    sqlite3_close(db);
}

/* ---- works -------------------------------------------------------------- */

static bool act_open(GError **error)
{
    Work work;
    fault_start();
    bool done = work_open(&work, folder, ROOM, error);
    fault_stop();
    if (done)
        work_close(&work);
    return done;
}

/* Closed while faults go on. */
static bool act_open_close(GError **error)
{
    Work work;
    fault_start();
    bool done = work_open(&work, folder, ROOM, error);
    if (done)
        work_close(&work);
    fault_stop();
    return done;
}

/* One revision more; then, when it was not saved, one that writes what is
 * behind. */
static bool append(Work *work, const MedalsStep *step, GError **error)
{
    fault_start();
    bool done = work_append(work, step, error);
    fault_stop();
    return done;
}

static bool act_edit(GError **error)
{
    Work work;
    uint64_t seed = 3;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    bool done = append(&work, work_change(&work, &seed), error);
    work_close(&work);
    return done;
}

static bool act_undo(GError **error)
{
    Work work;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    work_undo(&work, 2);
    bool done = append(&work, NULL, error);
    work_close(&work);
    return done;
}

/* Two edits in a row: the first that is not saved is saved by the second. */
static bool act_go_on(GError **error)
{
    Work work;
    uint64_t seed = 3;
    g_autoptr(GError) first = NULL;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    bool done = append(&work, work_change(&work, &seed), &first);
    g_assert_true(done == !first);
    done = work_edit(&work, &seed, error);
    g_assert_true(done);
    work_close(&work);
    return done;
}

/* Saves all that is behind: the journal could not be written once. */
static bool act_save(GError **error)
{
    FaultPlan once = {.kind = FAULT_DISK};
    FaultPlan plan = fault_current();
    Work work;
    uint64_t seed = 3;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    fault_plan(&once);
    g_assert_false(append(&work, work_change(&work, &seed), NULL));
    fault_plan(&plan);
    bool done = append(&work, work_change(&work, &seed), error);
    work_close(&work);
    return done;
}

static bool act_locks(GError **error)
{
    Work work;
    uint64_t seed = 3;
    g_assert_true(work_open(&work, folder, ROOM, NULL));
    fault_start();
    medals_journal_file_locks(work.file, "1");
    fault_stop();
    bool done = work_edit(&work, &seed, error);
    work_close(&work);
    return done;
}

static bool act_compact(GError **error)
{
    Work work;
    g_assert_true(work_open(&work, folder, 20000, NULL));
    fault_start();
    bool done = work_compact(&work, error) > 0;
    fault_stop();
    work_close(&work);
    return done;
}

static bool act_remove(GError **error)
{
    fault_start();
    bool done = medals_journal_remove(folder, error);
    fault_stop();
    return done;
}

static bool act_info(GError **error)
{
    MedalsJournalInfo info = {.struct_size = sizeof info};
    fault_start();
    bool done = medals_journal_info(folder, &info, error);
    fault_stop();
    if (done) {
        g_assert_cmpuint(info.revision, ==, EDITS + 1);
        g_assert_cmpuint(info.steps, ==, EDITS - UNDONE);
        g_assert_cmpuint(info.redo_steps, ==, UNDONE);
        g_assert_cmpstr(info.image, ==, journal_fixture_hash);
        g_assert_cmpstr(info.model, ==, "model");
        g_assert_cmpuint(info.bytes, >, 0);
        g_assert_cmpint(info.created, >, 0);
        g_assert_cmpint(info.edited, >, 0);
        g_assert_false(info.damaged);
    }
    return done;
}

/* ---- the loop ----------------------------------------------------------- */

/* What a fault may be called. */
static void check_error(const FaultPlan *plan, const GError *error)
{
    MedalsStatus status = medals_error_code(error);
    bool memory = plan->kind != FAULT_DISK;
    g_assert_false(strchr(error->message, '\n'));
    if (memory ? status != MEDALS_E_NOMEM
               : status != MEDALS_E_IO && status != MEDALS_E_NOSPACE)
        g_error("status %d: %s", (int) status, error->message);
}

static bool is_there(const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* One run of the work with a fault in it. @return whether the fault came */
static bool run(const Case *one, const FaultPlan *plan, const char *before,
                const char *after)
{
    g_autoptr(GError) error = NULL;
    copy(spare, folder);
    fault_plan(plan);
    bool done = one->act(&error);
    bool came = fault_came();
    g_assert_true(done == !error);
    if (error)
        check_error(plan, error);
    g_assert_true(came || done);
    if (!one->mends)
        g_assert_false(is_there("journal.sqlite.damaged-1"));
    g_autofree char *now = describe();
    if (strcmp(now, after) != 0 && (done || strcmp(now, before) != 0))
        g_error("%s, %s, call %d: done %d\n%s\nexpected, before:\n%s\nor "
                "after:\n%s",
                one->name, fault_kind_names[plan->kind], (int) plan->after,
                done, now, before, after);
    return came;
}

static void test_case(gconstpointer data)
{
    const Case *one = data;
    const FaultPlan none = {.kind = FAULT_KINDS};
    g_autoptr(GError) error = NULL;
    one->prepare();
    copy(folder, spare);
    g_autofree char *before = describe();
    copy(spare, folder);
    fault_plan(&none);
    g_assert_true(one->act(&error));
    g_autofree char *after = describe();
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        FaultPlan plan = {.kind = (FaultKind) kind};
        int64_t runs = 0;
        int64_t stride = kind == FAULT_SQLITE_MEMORY ? every : 1 + every / 10;
        for (bool came = true; came; plan.after += stride, runs++) {
            came = run(one, &plan, before, after);
            if (came && kind != FAULT_ENGINE_MEMORY) {
                plan.goes_on = true;
                run(one, &plan, before, after);
                plan.goes_on = false;
            }
        }
        g_test_message("%s, %s: %d runs", one->name, fault_kind_names[kind],
                       (int) runs);
    }
    clear(folder);
    clear(spare);
}

static const Case cases[] = {
    {"make", nothing, act_open, false},
    {"open", some, act_open, false},
    {"open_close", some, act_open_close, false},
    {"open_killed", killed, act_open, false},
    {"edit", some, act_edit, false},
    {"undo", some, act_undo, false},
    {"go_on", some, act_go_on, false},
    {"save", some, act_save, false},
    {"locks", some, act_locks, false},
    {"compact", without_redo, act_compact, false},
    {"mend", damaged, act_open, true},
    {"info", some, act_info, false},
    {"remove", killed, act_remove, false},
};

int main(int argc, char **argv)
{
    fault_init();
    g_test_init(&argc, &argv, NULL);
    if (argc == 3 && strcmp(argv[1], "--every") == 0)
        every = atoi(argv[2]);
    top = g_dir_make_tmp("medals-faults-XXXXXX", NULL);
    folder = g_build_filename(top, "journal", NULL);
    spare = g_build_filename(top, "spare", NULL);
    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        g_autofree char *path = g_strconcat("/faults/", cases[n].name, NULL);
        g_test_add_data_func(path, &cases[n], test_case);
    }
    int result = g_test_run();
    medals_folder_abort(top);
    g_free(top);
    g_free(folder);
    g_free(spare);
    return result;
}
