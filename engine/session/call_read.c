/*
 * call_read.c - what readers see, on any thread
 */
#include "call_read.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "memory.h"
#include "versioned.h"

/* What a MedalsSessionPrompt held at first. */
#define FIRST_SESSION_PROMPT                                                   \
    (offsetof(MedalsSessionPrompt, extent) + 6 * sizeof(int64_t))

/* A version that a reader holds, free of the session. */
typedef struct Held {
    MedalsLayer *labels;
    uint32_t value[256]; /* by slot */
    uint32_t largest;
    uint64_t revision;
    double mean_probability; /* of the one class */
    uint64_t prompts;
    uint8_t slot;
} Held;

/* What a reader asks to see of the classes. */
typedef struct View {
    int64_t index;          /* of one class, which reads 1; negative: all */
    const uint32_t *values; /* one a class; NULL: their own */
    size_t count;
} View;

static void hold_value(Held *held, uint8_t slot, uint32_t value)
{
    held->value[slot] = value;
    held->largest = MAX(held->largest, value);
}

static bool hold_class(const MedalsState *state, size_t index, Held *held,
                       GError **error)
{
    const MedalsClassEntry *entry = medals_call_class(state, index, error);
    if (!entry)
        return false;
    hold_value(held, entry->slot, 1);
    held->slot = entry->slot;
    held->mean_probability = entry->mean_probability;
    held->prompts = medals_state_count_prompts(state, entry->uid);
    return true;
}

static bool hold_classes(const MedalsState *state, const View *view, Held *held,
                         GError **error)
{
    size_t classes = medals_class_list_count(state->classes);
    if (view->index >= 0)
        return hold_class(state, (size_t) view->index, held, error);
    if (view->values && view->count != classes)
        return medals_fail(error, MEDALS_E_INPUT,
                           "labels: %zu values; expected one a class, %zu",
                           view->count, classes);
    for (size_t i = 0; i < classes; i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        hold_value(held, entry->slot,
                   view->values ? view->values[i] : entry->value);
    }
    return true;
}

/* Classes and voxels of one version: the lock is taken once a call, so no
 * run comes between the two. */
static bool hold(MedalsSession *session, const View *view, Held *held,
                 GError **error)
{
    *held = (Held){0};
    medals_mutex_lock(&session->lock);
    const MedalsState *state = session->shown;
    if (hold_classes(state, view, held, error))
        held->labels = medals_layer_copy(state->labels, error);
    held->revision = session->revision;
    medals_mutex_unlock(&session->lock);
    return held->labels != NULL;
}

size_t medals_call_count_classes(MedalsSession *session)
{
    medals_mutex_lock(&session->lock);
    size_t count = medals_class_list_count(session->state->classes);
    medals_mutex_unlock(&session->lock);
    return count;
}

MedalsModality medals_call_modality(MedalsSession *session)
{
    medals_mutex_lock(&session->lock);
    MedalsSettled settled = session->state->settled;
    medals_mutex_unlock(&session->lock);
    return settled.done ? settled.modality : MEDALS_MODALITY_NONE;
}

static bool check_box(const int64_t size[3], const int64_t box[6],
                      GError **error)
{
    for (int x = 0; x < 3; x++)
        if (box[2 * x] < 0 || box[2 * x] >= box[2 * x + 1] ||
            box[2 * x + 1] > size[x])
            return medals_fail(error, MEDALS_E_INPUT,
                               "extent: %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT
                               " along axis %d; expected a range within 0 to "
                               "%" G_GINT64_FORMAT,
                               box[2 * x], box[2 * x + 1], x, size[x]);
    return true;
}

static void translate(const uint8_t *slots, size_t n, const uint32_t value[256],
                      MedalsDtype dtype, void *data)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v = value[slots[i]];
        if (dtype == MEDALS_U8)
            ((uint8_t *) data)[i] = (uint8_t) v;
        else if (dtype == MEDALS_U16)
            ((uint16_t *) data)[i] = (uint16_t) v;
        else
            ((uint32_t *) data)[i] = v;
    }
}

static bool check_type(MedalsDtype dtype, uint32_t largest, GError **error)
{
    uint32_t most = dtype == MEDALS_U8    ? UINT8_MAX
                    : dtype == MEDALS_U16 ? UINT16_MAX
                    : dtype == MEDALS_U32 ? UINT32_MAX
                                          : 0;
    if (most == 0)
        return medals_fail(error, MEDALS_E_USAGE,
                           "read: element type %d; expected u8, u16 or u32",
                           (int) dtype);
    if (largest <= most)
        return true;
    return medals_fail(error, MEDALS_E_USAGE,
                       "read: a class has the value %u; expected a wider "
                       "element type, for values up to it",
                       largest);
}

/* Slices of the box, each translated on its way out. */
static bool read_box(const Held *held, const int64_t box[6], MedalsDtype dtype,
                     uint8_t *data, GError **error)
{
    size_t slice = (size_t) (box[1] - box[0]) * (size_t) (box[3] - box[2]);
    uint8_t *slots = medals_alloc(slice, 1, "slice", error);
    if (!slots)
        return false;
    size_t step = slice * medals_dtype_size(dtype);
    for (int64_t k = box[4]; k < box[5]; k++) {
        const int64_t one[6] = {box[0], box[1], box[2], box[3], k, k + 1};
        medals_layer_read(held->labels, one, slots);
        translate(slots, slice, held->value, dtype,
                  data + (size_t) (k - box[4]) * step);
    }
    medals_free(slots);
    return true;
}

static bool check_bytes(const int64_t box[6], MedalsDtype dtype, size_t bytes,
                        GError **error)
{
    size_t need = medals_box_voxels(box);
    if (medals_size_multiply(&need, medals_dtype_size(dtype)) && bytes >= need)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "read: a buffer of %zu bytes; expected %zu, the "
                       "extent's elements",
                       bytes, need);
}

bool medals_call_read(MedalsSession *session, int64_t index,
                      const int64_t *extent, MedalsDtype dtype, void *data,
                      size_t bytes, uint64_t *revision, GError **error)
{
    Held held;
    View view = {.index = index};
    int64_t box[6];
    const int64_t *size = session->scene.volume->geometry.size;
    medals_box_whole(size, box);
    if (extent)
        memcpy(box, extent, sizeof box);
    if (!check_box(size, box, error) || !hold(session, &view, &held, error))
        return false;
    bool ok = check_type(dtype, held.largest, error) &&
              check_bytes(box, dtype, bytes, error) &&
              read_box(&held, box, dtype, data, error);
    if (ok && revision)
        *revision = held.revision;
    medals_layer_free(held.labels);
    return ok;
}

/* Joins the extents of the revisions after one. Locked. */
static bool join_extents(const GArray *extents, uint64_t revision,
                         int64_t extent[6])
{
    bool any = false;
    for (guint i = extents->len; i > 0; i--) {
        const MedalsRevisionExtent *one =
            &g_array_index(extents, MedalsRevisionExtent, i - 1);
        if (one->revision <= revision)
            break;
        if (one->extent[1] == 0)
            continue;
        for (int x = 0; x < 6; x += 2) {
            extent[x] = any ? MIN(extent[x], one->extent[x]) : one->extent[x];
            extent[x + 1] = any ? MAX(extent[x + 1], one->extent[x + 1])
                                : one->extent[x + 1];
        }
        any = true;
    }
    return any;
}

bool medals_call_changed_since(MedalsSession *session, uint64_t revision,
                               int64_t extent[6])
{
    medals_mutex_lock(&session->lock);
    bool known = revision >= session->forgotten;
    bool any = known && join_extents(session->extents, revision, extent);
    medals_mutex_unlock(&session->lock);
    if (!known)
        medals_box_whole(session->scene.volume->geometry.size, extent);
    return any || !known;
}

static bool check_values(const uint32_t *values, size_t count, GError **error)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++)
            if (values[i] == 0 || (j < i && values[i] == values[j]))
                return medals_fail(error, MEDALS_E_INPUT,
                                   "labels: %u for class %zu; expected "
                                   "positive values, all different",
                                   values[i], i);
    return true;
}

MedalsVolume *medals_call_labelmap(MedalsSession *session,
                                   const uint32_t *values, size_t count,
                                   GError **error)
{
    Held held;
    View view = {.index = -1, .values = values, .count = count};
    if (!hold(session, &view, &held, error))
        return NULL;
    MedalsVolume *out = NULL;
    if (!values || check_values(values, count, error)) {
        MedalsDtype dtype = held.largest <= UINT8_MAX    ? MEDALS_U8
                            : held.largest <= UINT16_MAX ? MEDALS_U16
                                                         : MEDALS_U32;
        const MedalsGeometry *geometry = &session->scene.volume->geometry;
        int64_t box[6];
        medals_box_whole(geometry->size, box);
        out = medals_volume_create(geometry, dtype, error);
        if (out && !read_box(&held, box, dtype, out->data, error))
            medals_volume_free(&out);
    }
    medals_layer_free(held.labels);
    return out;
}

void medals_call_depth(MedalsSession *session, uint64_t *undo, uint64_t *redo)
{
    medals_mutex_lock(&session->lock);
    *undo = session->undo_depth;
    *redo = session->redo_depth;
    medals_mutex_unlock(&session->lock);
}

/* ---- prompts ------------------------------------------------------------ */

static MedalsSessionPrompt tell_prompt(const MedalsState *state, guint n)
{
    const MedalsPromptRecord *record =
        &g_array_index(state->prompts, MedalsPromptRecord, n);
    MedalsSessionPrompt out = {.kind = (MedalsPromptKind) record->kind,
                               .id = record->id,
                               .class_index = (size_t) medals_class_list_of_uid(
                                   state->classes, record->class_uid),
                               .positive = record->positive};
    memcpy(out.extent, record->extent, sizeof out.extent);
    return out;
}

static bool check_list(const MedalsSessionPrompt *list, size_t count,
                       GError **error)
{
    if (count == 0)
        return true;
    if (!list)
        return medals_fail(error, MEDALS_E_USAGE,
                           "prompts: NULL; expected a list of %zu", count);
    return (list->struct_size >= FIRST_SESSION_PROMPT &&
            list->struct_size % sizeof(uint64_t) == 0) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "prompts: struct_size %u; expected %zu",
                       list->struct_size, sizeof *list);
}

/* Elements are as long as the caller's header says. */
static void put_prompt(void *list, uint32_t size, size_t n,
                       const MedalsSessionPrompt *prompt)
{
    char *to = (char *) list + n * size;
    memcpy(to, &size, sizeof size);
    medals_versioned_write(to, prompt, sizeof *prompt);
}

/* The last whole revision: its prompts are those of no stroke that is still
 * drawn. Copied under the lock, so that no run frees it meanwhile. */
bool medals_call_prompts(MedalsSession *session, size_t first,
                         MedalsSessionPrompt *list, size_t count, size_t *total,
                         uint64_t *revision, GError **error)
{
    if (!check_list(list, count, error))
        return false;
    uint32_t size = count ? list->struct_size : 0;
    medals_mutex_lock(&session->lock);
    const MedalsState *state = session->state;
    size_t all = state->prompts->len;
    for (size_t n = 0; first < all && n < MIN(count, all - first); n++) {
        MedalsSessionPrompt one = tell_prompt(state, (guint) (first + n));
        put_prompt(list, size, n, &one);
    }
    *total = all;
    *revision = session->revision;
    medals_mutex_unlock(&session->lock);
    return true;
}

bool medals_call_statistics(MedalsSession *session, size_t index,
                            MedalsSessionStatistics *statistics, GError **error)
{
    Held held;
    View view = {.index = (int64_t) MIN(index, INT64_MAX)};
    if (!hold(session, &view, &held, error))
        return false;
    uint64_t counts[256];
    medals_layer_count(held.labels, counts);
    medals_layer_free(held.labels);
    const double *spacing = session->scene.volume->geometry.spacing;
    uint64_t voxels = counts[held.slot];
    MedalsSessionStatistics out = {
        .voxels = voxels,
        .ml = (double) voxels * spacing[0] * spacing[1] * spacing[2] / 1000,
        .mean_probability = voxels ? held.mean_probability : NAN,
        .prompts = held.prompts};
    return medals_versioned_write(statistics, &out, sizeof out) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "statistics: struct_size %u; expected %zu",
                       statistics->struct_size, sizeof out);
}
