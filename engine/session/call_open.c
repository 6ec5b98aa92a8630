/*
 * call_open.c - a session begins, from nothing, a labelmap or a journal
 */
#include <math.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "content_hash.h"
#include "memory.h"
#include "modality.h"
#include "shape.h"
#include "versioned.h"

/* Features that are kept unless the caller says otherwise: a part of what is
 * free, within bounds. */
#define FEATURE_PART 4
#define FEATURE_MOST (UINT64_C(2) << 30)
#define FEATURE_LEAST (UINT64_C(256) << 20)
/* What a MedalsInitialClass held at first. */
#define FIRST_INITIAL_CLASS                                                    \
    (offsetof(MedalsInitialClass, name) + sizeof(const char *))
#define JOURNAL_BYTES (UINT64_C(1) << 30)
#define UNDO_BYTES (UINT64_C(1) << 28)
/* Shares of the progress of opening. */
#define COPY_DONE 0.2
#define IMAGE_DONE 0.5
#define JOURNAL_DONE 0.8
#define JOURNAL_STEPS 1000 /* a guess: nobody counted them yet */

static uint64_t feature_bytes(const MedalsSessionOptions *options)
{
    if (options->feature_bytes)
        return options->feature_bytes;
    uint64_t part = medals_available_memory() / FEATURE_PART;
    return CLAMP(part, FEATURE_LEAST, FEATURE_MOST);
}

static void warn(MedalsSession *session, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
static void warn(MedalsSession *session, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(session->warnings, g_strdup_vprintf(format, args));
    va_end(args);
}

/* What is odd about the values, where the modality is known already; the first
 * predict tells it otherwise. A journal's user was told before. */
static void tell_values(MedalsSession *session)
{
    MedalsScene *scene = &session->scene;
    MedalsModality of_values = medals_hounsfield_modality(&scene->hounsfield);
    MedalsSettled *settled = &session->state->settled;
    settled->told = true;
    if (settled->done)
        return;
    g_autofree char *line = NULL;
    if (scene->modality != MEDALS_MODALITY_NONE)
        line = medals_hounsfield_warning(&scene->hounsfield, scene->modality,
                                         MEDALS_FROM_OPTION);
    else if (scene->header_modality != MEDALS_MODALITY_NONE)
        line = medals_hounsfield_warning(
            &scene->hounsfield, scene->header_modality, MEDALS_FROM_HEADER);
    else if (of_values != MEDALS_MODALITY_NONE)
        line = medals_hounsfield_warning(&scene->hounsfield, of_values,
                                         MEDALS_FROM_VALUES);
    else
        settled->told = false;
    if (line)
        warn(session, "%s", line);
}

/* ---- an initial labelmap ------------------------------------------------ */

static bool same_grid(const MedalsGeometry *a, const MedalsGeometry *b)
{
    /* Files round once: to float32 in NIfTI. */
    for (int x = 0; x < 3; x++) {
        double far = (double) a->size[x] * a->spacing[x];
        if (a->size[x] != b->size[x] ||
            fabs(a->spacing[x] - b->spacing[x]) > 1e-4 * a->spacing[x] ||
            fabs(a->origin[x] - b->origin[x]) > 1e-3 * MAX(far, 1))
            return false;
    }
    for (int x = 0; x < 9; x++)
        if (fabs(a->direction[x] - b->direction[x]) > 1e-3)
            return false;
    return true;
}

static uint32_t value_at(const MedalsVolume *labelmap, size_t n)
{
    switch (labelmap->dtype) {
    case MEDALS_U8:
        return ((const uint8_t *) labelmap->data)[n];
    case MEDALS_U16:
        return ((const uint16_t *) labelmap->data)[n];
    default:
        return ((const uint32_t *) labelmap->data)[n];
    }
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return (x > y) - (x < y);
}

/* The values of a labelmap, ascending. NULL: over 255. */
static GArray *distinct_values(const MedalsVolume *labelmap, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GArray *values = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t voxels = medals_geometry_voxels(&labelmap->geometry);
    uint32_t last = 0;
    for (size_t n = 0; n < voxels; n++) {
        uint32_t value = value_at(labelmap, n);
        if (value == last || value == 0)
            continue;
        last = value;
        if (!g_hash_table_add(seen, GUINT_TO_POINTER(value)))
            continue;
        g_array_append_val(values, value);
        if (values->len > MEDALS_SESSION_MAX_CLASSES) {
            medals_fail(error, MEDALS_E_INPUT,
                        "labelmap: more than %d values; expected at most %d",
                        MEDALS_SESSION_MAX_CLASSES, MEDALS_SESSION_MAX_CLASSES);
            g_array_unref(values);
            return NULL;
        }
    }
    g_array_sort(values, by_value);
    return values;
}

/* The list's elements are as long as the caller's header says. */
static MedalsInitialClass initial_at(const MedalsSessionOptions *options,
                                     size_t i)
{
    size_t size = options->initial[0].struct_size;
    MedalsInitialClass one = MEDALS_INITIAL_CLASS_INIT;
    memcpy(&one, (const char *) options->initial + i * size,
           MIN(size, sizeof one));
    return one;
}

static bool check_initial(const MedalsSessionOptions *options, GError **error)
{
    if (options->initial_count == 0)
        return true;
    if (!options->initial)
        return medals_fail(error, MEDALS_E_USAGE,
                           "initial classes: NULL; expected %zu of them",
                           options->initial_count);
    size_t size = options->initial[0].struct_size;
    bool good = size >= FIRST_INITIAL_CLASS && size % sizeof(void *) == 0;
    for (size_t i = 1; good && i < options->initial_count; i++)
        good = initial_at(options, i).struct_size == size;
    return good || medals_fail(error, MEDALS_E_USAGE,
                               "initial class: struct_size %zu; expected %zu, "
                               "the same in all of them",
                               size, sizeof *options->initial);
}

static const char *initial_name(const MedalsSessionOptions *options,
                                uint32_t value)
{
    for (size_t i = 0; i < options->initial_count; i++) {
        MedalsInitialClass one = initial_at(options, i);
        if (one.value == value)
            return one.name;
    }
    return NULL;
}

/* Slots of the labelmap's voxels, slice by slice. */
static bool fill_labels(MedalsState *state, const MedalsVolume *labelmap,
                        GHashTable *slots, MedalsTask *task, GError **error)
{
    const int64_t *size = state->size;
    size_t slice = (size_t) size[0] * (size_t) size[1];
    uint8_t *row = medals_alloc(slice, 1, "labelmap", error);
    bool ok = row != NULL;
    for (int64_t k = 0; ok && k < size[2]; k++) {
        for (size_t n = 0; n < slice; n++) {
            uint32_t value = value_at(labelmap, (size_t) k * slice + n);
            row[n] = value ? (uint8_t) GPOINTER_TO_UINT(g_hash_table_lookup(
                                 slots, GUINT_TO_POINTER(value)))
                           : 0;
        }
        const int64_t box[6] = {0, size[0], 0, size[1], k, k + 1};
        ok = medals_layer_write(state->labels, box, row, error) &&
             (medals_task_advance(task, 1) || medals_task_check(task, error));
    }
    medals_free(row);
    return ok;
}

static bool take_labelmap(MedalsState *state,
                          const MedalsSessionOptions *options, MedalsTask *task,
                          GError **error)
{
    const MedalsVolume *labelmap = options->labelmap;
    g_autoptr(GArray) values = distinct_values(labelmap, error);
    if (!values)
        return false;
    g_autoptr(GHashTable) slots = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < values->len; i++) {
        uint32_t value = g_array_index(values, uint32_t, i);
        if (!medals_class_list_add(state->classes, NULL,
                                   initial_name(options, value), value, error))
            return false;
        uint8_t slot = medals_class_list_at(state->classes, i)->slot;
        g_hash_table_insert(slots, GUINT_TO_POINTER(value),
                            GUINT_TO_POINTER(slot));
    }
    medals_task_phase(task, "labels");
    medals_task_span(task, 1, (double) state->size[2]);
    return fill_labels(state, labelmap, slots, task, error);
}

static bool check_labelmap(const MedalsVolume *labelmap,
                           const MedalsVolume *volume, GError **error)
{
    const MedalsGeometry *a = &volume->geometry, *b = &labelmap->geometry;
    if (labelmap->dtype != MEDALS_U8 && labelmap->dtype != MEDALS_U16 &&
        labelmap->dtype != MEDALS_U32)
        return medals_fail(error, MEDALS_E_INPUT,
                           "labelmap: element type %d; expected u8, u16 or u32",
                           (int) labelmap->dtype);
    if (same_grid(a, b))
        return true;
    return medals_fail(
        error, MEDALS_E_INPUT,
        "labelmap: on another grid, %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
        "x%" G_GINT64_FORMAT " voxels; expected the image's, %" G_GINT64_FORMAT
        "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
        ", with its spacing, origin and direction",
        b->size[0], b->size[1], b->size[2], a->size[0], a->size[1], a->size[2]);
}

/* The labelmap as the first revision. */
static bool begin_with_labelmap(MedalsSession *session,
                                const MedalsSessionOptions *options,
                                MedalsTask *task, GError **error)
{
    if (!options->labelmap)
        return true;
    if (medals_class_list_count(session->state->classes) > 0 ||
        session->revision > 0) {
        warn(session, "labelmap: ignored; the journal holds classes already");
        return true;
    }
    MedalsRun run;
    MedalsState *next = medals_state_copy(session->state, error);
    if (!next)
        return false;
    if (!take_labelmap(next, options, task, error)) {
        medals_state_free(next);
        return false;
    }
    if (!medals_run_begin(&run, session, NULL, false, error)) {
        medals_state_free(next);
        return false;
    }
    bool done = medals_run_commit(&run, next, "labelmap", error);
    return medals_run_end(&run, done, NULL);
}

static bool check_options(const MedalsSessionOptions *options, GError **error)
{
    if (options->has_window &&
        !(isfinite(options->window[0]) && isfinite(options->window[1]) &&
          options->window[0] < options->window[1]))
        return medals_fail(error, MEDALS_E_USAGE,
                           "window: %g to %g; expected two finite numbers, the "
                           "lower one first",
                           options->window[0], options->window[1]);
    return medals_modality_check(options->modality, "modality", error) &&
           medals_modality_check(options->header_modality, "header modality",
                                 error) &&
           check_initial(options, error);
}

/* ---- a journal ---------------------------------------------------------- */

static void take_content(MedalsSession *session, MedalsJournalContent *content)
{
    if (content->warning)
        warn(session, "%s", content->warning);
    if (!content->resumed)
        return;
    session->resumed = true;
    medals_state_free(session->state);
    session->state = session->shown = g_steal_pointer(&content->state);
    medals_history_free(session->history);
    session->history = g_steal_pointer(&content->history);
    session->revision = content->revision;
    medals_run_note_depth(session); /* no reader yet */
    if (content->extents) {
        g_array_unref(session->extents);
        session->extents = g_steal_pointer(&content->extents);
    }
    session->forgotten =
        session->extents->len
            ? g_array_index(session->extents, MedalsRevisionExtent, 0)
                      .revision -
                  1
            : session->revision;
    session->state->settled = medals_settled_of_word(content->modality);
    medals_class_locks_of_word(session->locks, content->locks);
    const char *model = medals_model_name(session->scene.model);
    if (content->model && strcmp(content->model, model) != 0)
        warn(session,
             "journal: last used with model \"%s\"; this one is \"%s\"",
             content->model, model);
}

static bool open_journal(MedalsSession *session,
                         const MedalsSessionOptions *options, MedalsTask *task,
                         GError **error)
{
    if (!options->journal)
        return true;
    char hash[65];
    const MedalsVolume *volume = session->scene.volume;
    medals_task_phase(task, "image");
    medals_task_span(task, IMAGE_DONE, (double) volume->geometry.size[2]);
    if (!medals_content_hash(volume, task, hash))
        return medals_task_check(task, error);
    medals_task_phase(task, "journal");
    if (!medals_task_check(task, error))
        return false;
    medals_task_span(task, JOURNAL_DONE, JOURNAL_STEPS);
    MedalsJournalContent content = {0};
    session->journal = medals_journal_file_open(
        options->journal, hash, volume->geometry.size,
        medals_model_name(session->scene.model),
        options->journal_bytes ? options->journal_bytes : JOURNAL_BYTES, task,
        &content, error);
    if (session->journal)
        take_content(session, &content);
    medals_journal_content_clear(&content);
    return session->journal != NULL;
}

/* ---- life --------------------------------------------------------------- */

static MedalsVolume *own_volume(MedalsVolume *volume, bool copy,
                                MedalsTask *task, GError **error)
{
    if (!copy)
        return medals_volume_ref(volume);
    MedalsVolume *own =
        medals_volume_create(&volume->geometry, volume->dtype, error);
    const int64_t *size = volume->geometry.size;
    size_t slice =
        (size_t) size[0] * (size_t) size[1] * medals_dtype_size(volume->dtype);
    medals_task_phase(task, "copy");
    medals_task_span(task, COPY_DONE, (double) size[2]);
    bool on = own != NULL;
    for (size_t k = 0; on && k < (size_t) size[2]; k++) {
        memcpy((uint8_t *) own->data + k * slice,
               (const uint8_t *) volume->data + k * slice, slice);
        on = medals_task_advance(task, 1);
    }
    if (own && !medals_task_check(task, error))
        medals_volume_free(&own);
    return own;
}

static bool begin(MedalsSession *session, const MedalsSessionOptions *options,
                  MedalsTask *task, GError **error)
{
    session->state =
        medals_state_new(session->scene.volume->geometry.size, error);
    session->shown = session->state;
    if (!session->state ||
        !medals_hounsfield_look(session->scene.volume,
                                &session->scene.hounsfield, error) ||
        !open_journal(session, options, task, error) ||
        !begin_with_labelmap(session, options, task, error))
        return false;
    tell_values(session);
    return true;
}

MedalsSession *medals_call_open(MedalsModel *model, MedalsVolume *volume,
                                const MedalsSessionOptions *options,
                                GError **error)
{
    MedalsTask task;
    medals_task_init(&task, options->progress, options->progress_cookie);
    if (!check_options(options, error) ||
        (options->labelmap &&
         !check_labelmap(options->labelmap, volume, error)))
        return NULL;
    MedalsVolume *own = own_volume(volume, options->copy_image, &task, error);
    if (!own)
        return NULL;
    MedalsSession *session = g_new0(MedalsSession, 1);
    medals_scene_init(&session->scene, model, own, feature_bytes(options));
    medals_volume_free(&own);
    session->scene.modality = options->modality;
    session->scene.header_modality = options->header_modality;
    session->scene.has_window = options->has_window;
    memcpy(session->scene.window, options->window, sizeof options->window);
    session->history = medals_history_new();
    session->locks = medals_class_locks_new();
    session->undo_bytes =
        options->undo_bytes ? options->undo_bytes : UNDO_BYTES;
    session->warnings = g_ptr_array_new_with_free_func(g_free);
    session->extents = g_array_new(FALSE, FALSE, sizeof(MedalsRevisionExtent));
    session->saved = true;
    medals_mutex_init(&session->lock);
    if (!begin(session, options, &task, error)) {
        medals_call_close(session);
        return NULL;
    }
    g_ptr_array_add(session->warnings, NULL);
    medals_log_warnings(&model->log,
                        (const char *const *) session->warnings->pdata);
    return session;
}

void medals_call_close(MedalsSession *session)
{
    if (!session)
        return;
    if (session->shown != session->state)
        medals_state_free(session->shown);
    medals_journal_file_close(session->journal);
    medals_state_free(session->state);
    medals_history_free(session->history);
    g_hash_table_unref(session->locks);
    medals_buffer_clear(&session->stroke.points);
    medals_voxel_set_clear(&session->stroke.set);
    g_ptr_array_unref(session->warnings);
    g_array_unref(session->extents);
    medals_mutex_clear(&session->lock);
    medals_scene_clear(&session->scene);
    g_free(session);
}
