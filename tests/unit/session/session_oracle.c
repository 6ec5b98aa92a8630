#include "session_oracle.h"

#include <string.h>

uint64_t session_oracle_hash(const uint8_t *labels, size_t voxels)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t v = 0; v < voxels; v++)
        hash = (hash ^ labels[v]) * UINT64_C(0x100000001b3);
    return hash;
}

static void read_classes(const MedalsSession *session, uint32_t values[256],
                         size_t *count)
{
    *count = medals_session_class_count(session);
    for (size_t n = 0; n < *count; n++) {
        MedalsSessionClass info = {.struct_size = sizeof info};
        g_assert_true(medals_session_class(session, n, &info));
        values[n] = info.value;
    }
}

static void note_hash(SessionOracle *oracle)
{
    uint64_t hash = session_oracle_hash(oracle->labels, oracle->voxels);
    size_t cursor = session_law_cursor(oracle->law);
    g_array_set_size(oracle->hashes, (guint) cursor);
    g_array_append_val(oracle->hashes, hash);
}

void session_oracle_init(SessionOracle *oracle, SessionView *view)
{
    *oracle = (SessionOracle){.view = view,
                              .voxels = session_view_voxels(view),
                              .law = session_law_new(view->reference.size)};
    oracle->labels = g_malloc(oracle->voxels);
    oracle->provisional = g_malloc(oracle->voxels);
    oracle->hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    session_view_labels(view, oracle->labels);
    oracle->revision = medals_session_revision(view->session);
    read_classes(view->session, oracle->values, &oracle->class_count);
    note_hash(oracle);
}

void session_oracle_clear(SessionOracle *oracle)
{
    session_law_free(oracle->law);
    g_free(oracle->labels);
    g_free(oracle->provisional);
    g_array_unref(oracle->hashes);
}

static void see(void *cookie, const MedalsAnswer *provisional)
{
    SessionOracle *oracle = cookie;
    g_assert_cmpuint(medals_answer_revision(provisional), ==, oracle->revision);
    session_view_labels(oracle->view, oracle->provisional);
    oracle->shown = true;
}

/* ---- what moved --------------------------------------------------------- */

typedef struct Moved {
    int64_t box[6];
    uint64_t added, removed;
} Moved;

static void note(Moved *moved, const int64_t size[3], size_t v, bool in)
{
    const int64_t at[3] = {(int64_t) v % size[0],
                           (int64_t) v / size[0] % size[1],
                           (int64_t) v / size[0] / size[1]};
    bool first = moved->added + moved->removed == 0;
    for (int a = 0; a < 3; a++) {
        int64_t *range = moved->box + 2 * a;
        range[0] = first ? at[a] : MIN(range[0], at[a]);
        range[1] = first ? at[a] + 1 : MAX(range[1], at[a] + 1);
    }
    moved->added += in;
    moved->removed += !in;
}

/* By label value; [0] holds all voxels that moved at all. */
static void compare(const SessionOracle *oracle, const uint8_t *before,
                    const uint8_t *after, Moved moved[256])
{
    const int64_t *size = oracle->view->reference.size;
    memset(moved, 0, 256 * sizeof *moved);
    for (size_t v = 0; v < oracle->voxels; v++) {
        if (before[v] == after[v])
            continue;
        note(&moved[0], size, v, true);
        if (before[v])
            note(&moved[before[v]], size, v, false);
        if (after[v])
            note(&moved[after[v]], size, v, true);
    }
}

static bool holds(const int64_t outer[6], const int64_t inner[6])
{
    for (int x = 0; x < 6; x += 2)
        if (inner[x] < outer[x] || inner[x + 1] > outer[x + 1])
            return false;
    return true;
}

/* Extent in the reference; checks that it is inside the image. */
static void take_extent(const SessionOracle *oracle, const int64_t own[6],
                        int64_t extent[6])
{
    session_view_extent_back(oracle->view, own, extent);
    for (int a = 0; a < 3; a++) {
        g_assert_cmpint(extent[2 * a], >=, 0);
        g_assert_cmpint(extent[2 * a], <, extent[2 * a + 1]);
        g_assert_cmpint(extent[2 * a + 1], <=, oracle->view->reference.size[a]);
    }
}

static void check_changes(const SessionOracle *oracle,
                          const MedalsAnswer *answer, const Moved moved[256])
{
    Moved told[256] = {{{0}, 0, 0}};
    for (size_t n = 0; n < medals_answer_change_count(answer); n++) {
        MedalsChange change = {.struct_size = sizeof change};
        int64_t extent[6];
        g_assert_true(medals_answer_change(answer, n, &change));
        g_assert_cmpuint(change.class_index, <, oracle->class_count);
        uint32_t value = oracle->values[change.class_index];
        take_extent(oracle, change.extent, extent);
        g_assert_true(holds(extent, moved[value].box));
        g_assert_cmpuint(told[value].added + told[value].removed, ==, 0);
        told[value] = (Moved){{0}, change.added, change.removed};
    }
    for (int value = 1; value < 256; value++) {
        g_assert_cmpuint(told[value].added, ==, moved[value].added);
        g_assert_cmpuint(told[value].removed, ==, moved[value].removed);
    }
}

/* Where the class list changed, indices are of two lists: the extents must
 * still hold everything. */
static void check_extents(const SessionOracle *oracle,
                          const MedalsAnswer *answer, const uint8_t *before,
                          const uint8_t *after)
{
    const int64_t *size = oracle->view->reference.size;
    for (size_t v = 0; v < oracle->voxels; v++) {
        if (before[v] == after[v])
            continue;
        int64_t i = (int64_t) v % size[0], j = (int64_t) v / size[0] % size[1],
                k = (int64_t) v / size[0] / size[1];
        const int64_t one[6] = {i, i + 1, j, j + 1, k, k + 1};
        bool held = false;
        for (size_t n = 0; n < medals_answer_change_count(answer); n++) {
            MedalsChange change = {.struct_size = sizeof change};
            int64_t extent[6];
            medals_answer_change(answer, n, &change);
            take_extent(oracle, change.extent, extent);
            held = held || holds(extent, one);
        }
        g_assert_true(held);
    }
}

/* ---- near --------------------------------------------------------------- */

/* int64_t[6] a window, in the reference. */
static GArray *windows_of(const SessionOracle *oracle,
                          const MedalsAnswer *answer)
{
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t n = 0; n < medals_answer_window_count(answer); n++) {
        int64_t own[6], extent[6];
        g_assert_true(medals_answer_window(answer, n, own));
        take_extent(oracle, own, extent);
        g_array_append_vals(windows, extent, 6);
    }
    return windows;
}

static bool in_windows(const GArray *windows, const int64_t one[6])
{
    for (guint n = 0; n < windows->len / 6; n++)
        if (holds(&g_array_index(windows, int64_t, 6 * n), one))
            return true;
    return false;
}

static void check_near(const SessionOracle *oracle, const GArray *windows,
                       const uint8_t *before, const uint8_t *after)
{
    const int64_t *size = oracle->view->reference.size;
    for (size_t v = 0; v < oracle->voxels; v++) {
        int64_t i = (int64_t) v % size[0], j = (int64_t) v / size[0] % size[1],
                k = (int64_t) v / size[0] / size[1];
        const int64_t one[6] = {i, i + 1, j, j + 1, k, k + 1};
        if (before[v] != after[v] && !in_windows(windows, one))
            g_error("a voxel outside the windows moved: %d %d %d", (int) i,
                    (int) j, (int) k);
    }
}

/* A positive box adds nothing outside itself, and it binds nothing. */
static void check_box(const SessionOracle *oracle, const ScriptStep *step,
                      const Moved moved[256])
{
    MedalsVoxelSet set;
    const Moved *own = &moved[oracle->values[step->class_index]];
    script_step_voxels(step, oracle->view, &set);
    if (own->added > 0 && own->removed == 0)
        g_assert_true(holds(set.box, own->box));
    medals_voxel_set_clear(&set);
}

/* ---- the law ------------------------------------------------------------ */

static void tell_prompt(SessionOracle *oracle, const ScriptStep *step,
                        const GArray *windows)
{
    bool binds = step->kind == SCRIPT_MASK
                     ? step->use == MEDALS_MASK_PROMPT
                     : step->prompt != MEDALS_PROMPT_BOX || !step->positive;
    bool in = step->kind == SCRIPT_MASK || step->positive;
    bool answered =
        step->kind == SCRIPT_MASK || step->answer != MEDALS_ANSWER_NONE;
    if (binds) {
        MedalsVoxelSet set;
        script_step_voxels(step, oracle->view, &set);
        session_law_mark(oracle->law, oracle->values[step->class_index], in,
                         !answered, &set);
    }
    if (answered && step->kind != SCRIPT_MASK)
        session_law_answer(oracle->law, 0, windows);
}

static void tell(SessionOracle *oracle, const ScriptStep *step,
                 const GArray *windows)
{
    session_law_step(oracle->law);
    if (step->kind == SCRIPT_PROMPT || step->kind == SCRIPT_STROKE ||
        step->kind == SCRIPT_MASK)
        tell_prompt(oracle, step, windows);
    else if (step->kind == SCRIPT_PREDICT)
        session_law_answer(oracle->law, 0, NULL);
    else if (step->kind == SCRIPT_RESET)
        session_law_forget(oracle->law, 0);
    else if (step->kind == SCRIPT_REMOVE_CLASS)
        session_law_forget(oracle->law, oracle->values[step->class_index]);
}

/* Undo and redo: how many steps, and to which bits. */
static void check_move(SessionOracle *oracle, const ScriptStep *step,
                       const MedalsAnswer *answer, const uint8_t *after)
{
    size_t cursor = session_law_cursor(oracle->law);
    size_t room = step->kind == SCRIPT_UNDO
                      ? cursor
                      : session_law_length(oracle->law) - cursor;
    size_t steps = MIN(step->steps, room);
    g_assert_cmpuint(medals_answer_count(answer), ==, steps);
    cursor = step->kind == SCRIPT_UNDO ? cursor - steps : cursor + steps;
    session_law_move(oracle->law, cursor);
    g_assert_cmpuint(g_array_index(oracle->hashes, uint64_t, cursor), ==,
                     session_oracle_hash(after, oracle->voxels));
}

/* ---- a step ------------------------------------------------------------- */

static bool is_prompt(const ScriptStep *step)
{
    return step->kind == SCRIPT_PROMPT || step->kind == SCRIPT_STROKE ||
           step->kind == SCRIPT_MASK;
}

static void check_revision(const SessionOracle *oracle, const ScriptStep *step,
                           const MedalsAnswer *answer)
{
    uint64_t revision = medals_answer_revision(answer);
    bool moves = script_step_is_edit(step) || medals_answer_count(answer) > 0;
    g_assert_cmpuint(revision, ==, oracle->revision + moves);
    g_assert_cmpuint(medals_session_revision(oracle->view->session), ==,
                     revision);
}

static void judge(SessionOracle *oracle, const ScriptStep *step,
                  const MedalsAnswer *answer, const uint8_t *after)
{
    Moved moved[256];
    g_autoptr(GArray) windows = windows_of(oracle, answer);
    const uint8_t *shown = oracle->shown ? oracle->provisional : oracle->labels;
    uint32_t values[256];
    size_t count;
    read_classes(oracle->view->session, values, &count);
    compare(oracle, shown, after, moved);
    check_revision(oracle, step, answer);
    if (count == oracle->class_count &&
        !memcmp(values, oracle->values, count * sizeof *values))
        check_changes(oracle, answer, moved);
    else
        check_extents(oracle, answer, shown, after);
    if (is_prompt(step))
        check_near(oracle, windows, oracle->labels, after);
    compare(oracle, oracle->labels, after, moved);
    if (step->kind == SCRIPT_PROMPT && step->prompt == MEDALS_PROMPT_BOX &&
        step->positive)
        check_box(oracle, step, moved);
    if (is_prompt(step) && step->kind != SCRIPT_MASK &&
        step->answer == MEDALS_ANSWER_NONE)
        g_assert_cmpuint(moved[0].added, ==, 0);
    oracle->changed += moved[0].added;
    if (script_step_is_edit(step))
        tell(oracle, step, windows);
    else
        check_move(oracle, step, answer, after);
}

static void take(SessionOracle *oracle, const ScriptStep *step,
                 const MedalsAnswer *answer)
{
    g_autofree uint8_t *after = g_malloc(oracle->voxels);
    session_view_labels(oracle->view, after);
    judge(oracle, step, answer, after);
    memcpy(oracle->labels, after, oracle->voxels);
    oracle->revision = medals_session_revision(oracle->view->session);
    read_classes(oracle->view->session, oracle->values, &oracle->class_count);
    if (script_step_is_edit(step))
        note_hash(oracle);
    g_autofree char *what = NULL;
    size_t broken = session_law_broken(oracle->law, after, &what);
    if (broken)
        g_error("%s: %zu voxels break the law; %s", script_step_name(step),
                broken, what);
}

void session_oracle_play(SessionOracle *oracle, ScriptStep *step)
{
    MedalsCall call = MEDALS_CALL_INIT;
    call.instant = see;
    call.instant_cookie = oracle;
    oracle->shown = false;
    MedalsAnswer *answer = NULL;
    MUST(script_step_run(step, oracle->view, &call, &answer, &error));
    take(oracle, step, answer);
    medals_answer_free(&answer);
}

static bool count_down(void *cookie, const MedalsProgress *progress)
{
    unsigned *left = cookie;
    (void) progress;
    if (*left == 0)
        return false;
    --*left;
    return true;
}

bool session_oracle_play_stopped(SessionOracle *oracle, ScriptStep *step,
                                 unsigned reports)
{
    MedalsCall call = MEDALS_CALL_INIT;
    call.instant = see;
    call.instant_cookie = oracle;
    call.progress = count_down;
    call.progress_cookie = &reports;
    oracle->shown = false;
    MedalsAnswer *answer = NULL;
    MedalsError *error = NULL;
    MedalsStatus status =
        script_step_run(step, oracle->view, &call, &answer, &error);
    if (status == MEDALS_OK) {
        take(oracle, step, answer);
        medals_answer_free(&answer);
        return true;
    }
    g_assert_cmpint(status, ==, MEDALS_E_CANCELLED);
    g_assert_null(answer);
    medals_error_free(&error);
    session_oracle_unchanged(oracle);
    return false;
}

void session_oracle_unchanged(const SessionOracle *oracle)
{
    g_autofree uint8_t *labels = g_malloc(oracle->voxels);
    uint32_t values[256];
    size_t count;
    session_view_labels(oracle->view, labels);
    g_assert_cmpmem(labels, oracle->voxels, oracle->labels, oracle->voxels);
    g_assert_cmpuint(medals_session_revision(oracle->view->session), ==,
                     oracle->revision);
    read_classes(oracle->view->session, values, &count);
    g_assert_cmpmem(values, count * sizeof *values, oracle->values,
                    oracle->class_count * sizeof *values);
    g_assert_false(medals_session_stroke_is_open(oracle->view->session));
}

void session_oracle_fit(const SessionOracle *oracle, ScriptStep *step)
{
    bool texts = false;
    for (size_t n = 0; n < oracle->class_count; n++) {
        MedalsSessionClass info = {.struct_size = sizeof info};
        medals_session_class(oracle->view->session, n, &info);
        texts = texts || info.text;
    }
    if (step->kind == SCRIPT_PREDICT && !texts)
        step->kind = SCRIPT_REFINE;
    if (oracle->class_count == 0 && step->kind != SCRIPT_SET_CLASSES)
        step->kind = SCRIPT_REDO;
    if (step->class_index >= oracle->class_count)
        step->class_index = 0;
}
