/*
 * edit_read.c - what readers see, on any thread
 */
#include "edit_read.h"

#include <math.h>
#include <string.h>

#include "memory.h"

/* A version that a reader holds: labels and values, free of the session. */
typedef struct Held {
    MedalsLayer *labels;
    uint32_t value[256]; /* by slot */
    uint32_t largest;
    uint64_t revision;
} Held;

static bool hold(MedalsSession *session, Held *held, GError **error)
{
    *held = (Held){0};
    g_mutex_lock(&session->lock);
    const MedalsState *state = session->shown;
    held->labels = medals_layer_copy(state->labels, error);
    held->revision = session->revision;
    for (size_t i = 0; i < medals_class_list_count(state->classes); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        held->value[entry->slot] = entry->value;
        held->largest = MAX(held->largest, entry->value);
    }
    g_mutex_unlock(&session->lock);
    return held->labels != NULL;
}

/* Only one class: its slot reads 1, all others 0. */
static bool hold_class(MedalsSession *session, int64_t index, Held *held,
                       GError **error)
{
    if (!hold(session, held, error))
        return false;
    g_mutex_lock(&session->lock);
    const MedalsClassEntry *entry =
        medals_edit_class(session->shown, (size_t) index, error);
    uint8_t slot = entry ? entry->slot : 0;
    g_mutex_unlock(&session->lock);
    memset(held->value, 0, sizeof held->value);
    held->value[slot] = 1;
    held->largest = 1;
    if (!entry)
        medals_layer_free(held->labels);
    return entry != NULL;
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

static void whole(const int64_t size[3], int64_t box[6])
{
    for (int x = 0; x < 3; x++) {
        box[2 * x] = 0;
        box[2 * x + 1] = size[x];
    }
}

bool medals_edit_read(MedalsSession *session, int64_t index,
                      const int64_t *extent, MedalsDtype dtype, void *data,
                      uint64_t *revision, GError **error)
{
    Held held;
    int64_t box[6];
    const int64_t *size = session->scene.volume->geometry.size;
    whole(size, box);
    if (extent)
        memcpy(box, extent, sizeof box);
    if (!check_box(size, box, error))
        return false;
    if (!(index < 0 ? hold(session, &held, error)
                    : hold_class(session, index, &held, error)))
        return false;
    bool ok = check_type(dtype, held.largest, error) &&
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

bool medals_edit_changed_since(MedalsSession *session, uint64_t revision,
                               int64_t extent[6])
{
    g_mutex_lock(&session->lock);
    bool known = revision >= session->forgotten;
    bool any = known && join_extents(session->extents, revision, extent);
    g_mutex_unlock(&session->lock);
    if (!known)
        whole(session->scene.volume->geometry.size, extent);
    return any || !known;
}

/* The caller's values instead of the classes' own. */
static bool give_values(MedalsSession *session, Held *held,
                        const uint32_t *values, size_t count, GError **error)
{
    g_mutex_lock(&session->lock);
    const MedalsClassList *list = session->shown->classes;
    size_t classes = medals_class_list_count(list);
    bool fits = classes == count;
    held->largest = 0;
    for (size_t i = 0; fits && i < count; i++) {
        held->value[medals_class_list_at(list, i)->slot] = values[i];
        held->largest = MAX(held->largest, values[i]);
    }
    g_mutex_unlock(&session->lock);
    if (!fits)
        return medals_fail(error, MEDALS_E_INPUT,
                           "labels: %zu values; expected one a class, %zu",
                           count, classes);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++)
            if (values[i] == 0 || (j < i && values[i] == values[j]))
                return medals_fail(error, MEDALS_E_INPUT,
                                   "labels: %u for class %zu; expected "
                                   "positive values, all different",
                                   values[i], i);
    return true;
}

MedalsVolume *medals_edit_labelmap(MedalsSession *session,
                                   const uint32_t *values, size_t count,
                                   GError **error)
{
    Held held;
    if (!hold(session, &held, error))
        return NULL;
    MedalsVolume *out = NULL;
    if (!values || give_values(session, &held, values, count, error)) {
        MedalsDtype dtype = held.largest <= UINT8_MAX    ? MEDALS_U8
                            : held.largest <= UINT16_MAX ? MEDALS_U16
                                                         : MEDALS_U32;
        const MedalsGeometry *geometry = &session->scene.volume->geometry;
        int64_t box[6];
        whole(geometry->size, box);
        out = medals_volume_create(geometry, dtype, error);
        if (out && !read_box(&held, box, dtype, out->data, error))
            medals_volume_free(&out);
    }
    medals_layer_free(held.labels);
    return out;
}

bool medals_edit_statistics(MedalsSession *session, size_t index,
                            MedalsSessionStatistics *statistics, GError **error)
{
    Held held;
    if (!hold_class(session, (int64_t) MIN(index, INT64_MAX), &held, error))
        return false;
    uint64_t counts[256];
    medals_layer_count(held.labels, counts);
    medals_layer_free(held.labels);
    MedalsSessionStatistics out = {.struct_size = statistics->struct_size};
    for (int slot = 1; slot < 256; slot++)
        if (held.value[slot])
            out.voxels = counts[slot];
    const double *spacing = session->scene.volume->geometry.spacing;
    out.ml = (double) out.voxels * spacing[0] * spacing[1] * spacing[2] / 1000;
    g_mutex_lock(&session->lock);
    const MedalsClassEntry *entry =
        medals_class_list_at(session->shown->classes, index);
    out.mean_probability = entry && out.voxels ? entry->mean_probability : NAN;
    out.prompts =
        entry ? medals_state_count_prompts(session->shown, entry->uid) : 0;
    g_mutex_unlock(&session->lock);
    memcpy(statistics, &out, MIN(statistics->struct_size, sizeof out));
    return true;
}
