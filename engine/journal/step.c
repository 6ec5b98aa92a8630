/*
 * step.c - differences of two states, and their bytes
 */
#include "step.h"

#include <string.h>

#include "little_endian.h"
#include "memory.h"

#define VERSION 1
#define LONGEST_OP 64
/* Labels, and marks of the classes before and of other ones after. */
#define MOST_LAYERS (1 + 2 * MEDALS_SESSION_MAX_CLASSES)
/* More than a journal takes in one piece. */
#define MOST_BYTES ((size_t) 1 << 30)
#define RECORD_BYTES (8 + 4 + 1 + 1 + 6 * 8)

/* The delta of one layer: the labels (uid 0) or marks of a class. */
typedef struct LayerDelta {
    uint32_t uid;
    MedalsDelta *delta;
} LayerDelta;

struct MedalsStep {
    int64_t size[3];
    char *op;
    char *classes[2];    /* JSON before, after; both NULL: no change */
    GArray *gone, *come; /* MedalsPromptRecord */
    uint64_t next_prompt[2];
    GArray *layers; /* LayerDelta, ascending uid */
};

static MedalsStep *step_shell(const int64_t size[3], const char *op)
{
    MedalsStep *step = g_new0(MedalsStep, 1);
    memcpy(step->size, size, sizeof step->size);
    step->op = g_strdup(op);
    step->gone = g_array_new(FALSE, FALSE, sizeof(MedalsPromptRecord));
    step->come = g_array_new(FALSE, FALSE, sizeof(MedalsPromptRecord));
    step->layers = g_array_new(FALSE, FALSE, sizeof(LayerDelta));
    return step;
}

void medals_step_free(MedalsStep *step)
{
    if (!step)
        return;
    for (guint n = 0; n < step->layers->len; n++)
        medals_delta_free(g_array_index(step->layers, LayerDelta, n).delta);
    g_array_unref(step->layers);
    g_array_unref(step->gone);
    g_array_unref(step->come);
    medals_free(step->classes[0]);
    medals_free(step->classes[1]);
    g_free(step->op);
    g_free(step);
}

const char *medals_step_op(const MedalsStep *step)
{
    return step->op;
}

size_t medals_step_bytes(const MedalsStep *step)
{
    size_t bytes = sizeof *step + (step->gone->len + step->come->len) *
                                      sizeof(MedalsPromptRecord);
    for (int side = 0; side < 2; side++)
        bytes += step->classes[side] ? strlen(step->classes[side]) : 0;
    for (guint n = 0; n < step->layers->len; n++)
        bytes += medals_delta_bytes(
            g_array_index(step->layers, LayerDelta, n).delta);
    return bytes;
}

/* ---- between ------------------------------------------------------------ */

static bool add_layer(MedalsStep *step, uint32_t uid, const MedalsLayer *before,
                      const MedalsLayer *after, GError **error)
{
    LayerDelta layer = {uid,
                        medals_delta_new(step->size, before, after, error)};
    if (!layer.delta)
        return false;
    if (medals_delta_is_empty(layer.delta))
        medals_delta_free(layer.delta);
    else
        g_array_append_val(step->layers, layer);
    return true;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return (x > y) - (x < y);
}

/* The uids that have marks in either state, ascending. */
static GArray *marked_uids(const MedalsState *before, const MedalsState *after)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const MedalsState *const both[2] = {before, after};
    for (int side = 0; side < 2; side++) {
        GHashTableIter iter;
        gpointer key;
        g_hash_table_iter_init(&iter, both[side]->marks);
        while (g_hash_table_iter_next(&iter, &key, NULL)) {
            uint32_t uid = GPOINTER_TO_UINT(key);
            if (side == 0 || !medals_state_peek_marks(before, uid))
                g_array_append_val(uids, uid);
        }
    }
    g_array_sort(uids, by_number);
    return uids;
}

static bool add_layers(MedalsStep *step, const MedalsState *before,
                       const MedalsState *after, GError **error)
{
    if (!add_layer(step, 0, before->labels, after->labels, error))
        return false;
    g_autoptr(GArray) uids = marked_uids(before, after);
    for (guint n = 0; n < uids->len; n++) {
        uint32_t uid = g_array_index(uids, uint32_t, n);
        if (!add_layer(step, uid, medals_state_peek_marks(before, uid),
                       medals_state_peek_marks(after, uid), error))
            return false;
    }
    return true;
}

/* Both lists ascend by id: what only one of them has came or went. */
static void add_prompts(MedalsStep *step, const GArray *before,
                        const GArray *after)
{
    guint a = 0, b = 0;
    while (a < before->len || b < after->len) {
        const MedalsPromptRecord *x =
            a < before->len ? &g_array_index(before, MedalsPromptRecord, a)
                            : NULL;
        const MedalsPromptRecord *y =
            b < after->len ? &g_array_index(after, MedalsPromptRecord, b)
                           : NULL;
        if (x && y && x->id == y->id) {
            a++;
            b++;
        } else if (x && (!y || x->id < y->id)) {
            g_array_append_val(step->gone, *x);
            a++;
        } else {
            g_array_append_val(step->come, *y);
            b++;
        }
    }
}

static bool add_classes(MedalsStep *step, const MedalsState *before,
                        const MedalsState *after, GError **error)
{
    if (medals_class_list_equal(before->classes, after->classes))
        return true;
    return (step->classes[0] =
                medals_class_list_to_json(before->classes, error)) &&
           (step->classes[1] =
                medals_class_list_to_json(after->classes, error));
}

static bool check_bytes(const MedalsStep *step, GError **error)
{
    if (medals_step_bytes(step) <= MOST_BYTES)
        return true;
    return medals_fail(error, MEDALS_E_NOMEM,
                       "step: over %zu bytes; expected fewer changes",
                       MOST_BYTES);
}

MedalsStep *medals_step_between(const MedalsState *before,
                                const MedalsState *after, const char *op,
                                GError **error)
{
    MedalsStep *step = step_shell(before->size, op);
    step->next_prompt[0] = before->next_prompt;
    step->next_prompt[1] = after->next_prompt;
    add_prompts(step, before->prompts, after->prompts);
    if (add_classes(step, before, after, error) &&
        add_layers(step, before, after, error) && check_bytes(step, error))
        return step;
    medals_step_free(step);
    return NULL;
}

/* ---- apply -------------------------------------------------------------- */

static bool misfit(GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "step: it does not fit the session; expected the "
                       "version that it was made from");
}

/* The list that the step leads away from must be the state's own. */
static bool apply_classes(const MedalsStep *step, MedalsState *state,
                          bool forward, GError **error)
{
    const char *from = step->classes[forward ? 0 : 1];
    const char *to = step->classes[forward ? 1 : 0];
    if (!to)
        return true;
    char *own = medals_class_list_to_json(state->classes, error);
    if (!own)
        return false;
    bool fits = strcmp(own, from) == 0;
    medals_free(own);
    if (!fits)
        return misfit(error);
    MedalsClassList *list = medals_class_list_from_json(to, strlen(to), error);
    if (!list)
        return false;
    medals_class_list_free(state->classes);
    state->classes = list;
    return true;
}

static uint64_t last_id(const GArray *prompts)
{
    return prompts->len
               ? g_array_index(prompts, MedalsPromptRecord, prompts->len - 1).id
               : 0;
}

static bool same_record(const MedalsPromptRecord *a,
                        const MedalsPromptRecord *b)
{
    return a->id == b->id && a->class_uid == b->class_uid &&
           a->kind == b->kind && a->positive == b->positive &&
           memcmp(a->extent, b->extent, sizeof a->extent) == 0;
}

/* Takes `out` off the end of a list, when it is just that. */
static bool cut_tail(GArray *list, const GArray *out)
{
    if (out->len > list->len)
        return false;
    guint kept = list->len - out->len;
    for (guint n = 0; n < out->len; n++)
        if (!same_record(&g_array_index(list, MedalsPromptRecord, kept + n),
                         &g_array_index(out, MedalsPromptRecord, n)))
            return false;
    g_array_set_size(list, kept);
    return true;
}

/* Takes records out of a list, wherever they are. */
static bool cut(GArray *list, const GArray *out)
{
    MedalsPromptRecord *record = (MedalsPromptRecord *) (void *) list->data;
    guint kept = 0, o = 0;
    for (guint n = 0; n < list->len; n++)
        if (o < out->len &&
            same_record(&g_array_index(out, MedalsPromptRecord, o), &record[n]))
            o++;
        else
            record[kept++] = record[n];
    g_array_set_size(list, kept);
    return o == out->len;
}

/* Puts records into a list, so that ids ascend. */
static void merge(MedalsState *state, const GArray *in)
{
    GArray *old = state->prompts;
    GArray *list = g_array_sized_new(FALSE, FALSE, sizeof(MedalsPromptRecord),
                                     old->len + in->len);
    guint a = 0, b = 0;
    while (a < old->len || b < in->len) {
        const MedalsPromptRecord *x =
            a < old->len ? &g_array_index(old, MedalsPromptRecord, a) : NULL;
        const MedalsPromptRecord *y =
            b < in->len ? &g_array_index(in, MedalsPromptRecord, b) : NULL;
        bool first = x && (!y || x->id < y->id);
        g_array_append_vals(list, first ? x : y, 1);
        a += first;
        b += !first;
    }
    g_array_unref(old);
    state->prompts = list;
}

/* Ids ascend without a double, each record has a class, and a new one would
 * get a new id. Only what came is looked at, unless it was merged in. */
static bool good_prompts(const MedalsState *state, const GArray *in,
                         bool merged)
{
    const GArray *list = state->prompts;
    for (guint n = 0; n < in->len; n++)
        if (medals_class_list_of_uid(
                state->classes,
                g_array_index(in, MedalsPromptRecord, n).class_uid) < 0)
            return false;
    for (guint n = 1; merged && n < list->len; n++)
        if (g_array_index(list, MedalsPromptRecord, n - 1).id >=
            g_array_index(list, MedalsPromptRecord, n).id)
            return false;
    return list->len <= MEDALS_SESSION_MAX_PROMPTS &&
           last_id(list) < state->next_prompt;
}

/* Most steps add to the end of the list or take from it: that costs what the
 * step costs, not the list. */
static bool apply_prompts(const MedalsStep *step, MedalsState *state,
                          bool forward, GError **error)
{
    const GArray *out = forward ? step->gone : step->come;
    const GArray *in = forward ? step->come : step->gone;
    if (state->next_prompt != step->next_prompt[forward ? 0 : 1])
        return misfit(error);
    state->next_prompt = step->next_prompt[forward ? 1 : 0];
    if (!cut_tail(state->prompts, out) && !cut(state->prompts, out))
        return misfit(error);
    bool merged = in->len > 0 && g_array_index(in, MedalsPromptRecord, 0).id <=
                                     last_id(state->prompts);
    if (merged)
        merge(state, in);
    else if (in->len > 0)
        g_array_append_vals(state->prompts, in->data, in->len);
    return good_prompts(state, in, merged) || misfit(error);
}

static bool has_class(const MedalsState *state, uint32_t uid)
{
    return medals_class_list_of_uid(state->classes, uid) >= 0;
}

/* Marks of a class that has none yet, or that has just gone, are known. */
static bool apply_layer(const LayerDelta *one, MedalsState *state,
                        GError **error)
{
    bool known = one->uid == 0 || has_class(state, one->uid) ||
                 medals_state_peek_marks(state, one->uid);
    if (!known)
        return misfit(error);
    MedalsLayer *layer =
        one->uid ? medals_state_marks(state, one->uid, error) : state->labels;
    return layer && medals_delta_apply(one->delta, layer, error);
}

/* Marks of a class that went are all zero by now. */
static bool drop_marks(MedalsState *state, GError **error)
{
    GHashTableIter iter;
    gpointer uid, marks;
    int64_t box[6];
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &uid, &marks)) {
        if (has_class(state, GPOINTER_TO_UINT(uid)))
            continue;
        if (medals_layer_bounds(marks, 0, box))
            return misfit(error);
        g_hash_table_iter_remove(&iter);
    }
    return true;
}

bool medals_step_apply(const MedalsStep *step, MedalsState *state, bool forward,
                       GError **error)
{
    if (memcmp(step->size, state->size, sizeof step->size) != 0)
        return misfit(error);
    if (!apply_classes(step, state, forward, error) ||
        !apply_prompts(step, state, forward, error))
        return false;
    for (guint n = 0; n < step->layers->len; n++)
        if (!apply_layer(&g_array_index(step->layers, LayerDelta, n), state,
                         error))
            return false;
    return !step->classes[0] || drop_marks(state, error);
}

/* ---- bytes -------------------------------------------------------------- */

static void put_text(MedalsBuffer *bytes, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    medals_le_put(bytes, length, 4);
    medals_buffer_put(bytes, text, length);
}

static void put_records(MedalsBuffer *bytes, const GArray *records)
{
    medals_le_put(bytes, records->len, 4);
    for (guint n = 0; n < records->len; n++) {
        const MedalsPromptRecord *one =
            &g_array_index(records, MedalsPromptRecord, n);
        medals_le_put(bytes, one->id, 8);
        medals_le_put(bytes, one->class_uid, 4);
        medals_le_put(bytes, one->kind, 1);
        medals_le_put(bytes, one->positive, 1);
        for (int x = 0; x < 6; x++)
            medals_le_put(bytes, (uint64_t) one->extent[x], 8);
    }
}

bool medals_step_encode(const MedalsStep *step, MedalsBuffer *bytes,
                        GError **error)
{
    medals_le_put(bytes, VERSION, 1);
    put_text(bytes, step->op);
    put_text(bytes, step->classes[0]);
    put_text(bytes, step->classes[1]);
    medals_le_put(bytes, step->next_prompt[0], 8);
    medals_le_put(bytes, step->next_prompt[1], 8);
    put_records(bytes, step->gone);
    put_records(bytes, step->come);
    medals_le_put(bytes, step->layers->len, 4);
    for (guint n = 0; n < step->layers->len; n++) {
        const LayerDelta *one = &g_array_index(step->layers, LayerDelta, n);
        medals_le_put(bytes, one->uid, 4);
        medals_delta_encode(one->delta, bytes);
    }
    return medals_buffer_check(bytes, "step", error);
}

/* The bytes of a text; NULL: damaged. */
static const char *get_text(MedalsLeReader *reader, size_t longest,
                            size_t *length)
{
    *length = (size_t) medals_le_get(reader, 4);
    if (*length > longest)
        reader->bad = true;
    return (const char *) medals_le_skip(reader, *length);
}

/* A word of command.md: small letters and underscores. */
static bool good_op(const char *op, size_t length)
{
    bool good = length > 0;
    for (size_t n = 0; n < length; n++)
        good = good && (g_ascii_islower(op[n]) || op[n] == '_');
    return good;
}

static void get_op(MedalsLeReader *reader, MedalsStep *step)
{
    size_t length;
    const char *op = get_text(reader, LONGEST_OP, &length);
    reader->bad = reader->bad || !good_op(op, length);
    if (!reader->bad)
        step->op = g_strndup(op, length);
}

/* Just what a session would write: applying it leads to those very bytes.
 * @return false: MEDALS_E_NOMEM */
static bool check_classes(MedalsLeReader *reader, const char *json,
                          GError **error)
{
    MedalsClassList *list =
        medals_class_list_from_json(json, strlen(json), NULL);
    char *own = list ? medals_class_list_to_json(list, error) : NULL;
    bool memory = own || !list;
    reader->bad = reader->bad || !own || strcmp(own, json) != 0;
    medals_class_list_free(list);
    medals_free(own);
    return memory;
}

/* Both lists or, two empty texts, none.
 * @return false: MEDALS_E_NOMEM */
static bool get_classes(MedalsLeReader *reader, MedalsStep *step,
                        GError **error)
{
    for (int side = 0; side < 2; side++) {
        size_t length;
        const char *text = get_text(reader, MEDALS_CLASS_LIST_LONGEST, &length);
        if (!text || length == 0)
            continue;
        char *json = medals_alloc(length + 1, 1, "step", error);
        if (!json)
            return false;
        memcpy(json, text, length);
        json[length] = '\0';
        step->classes[side] = json;
        if (!check_classes(reader, json, error))
            return false;
    }
    reader->bad = reader->bad || !step->classes[0] != !step->classes[1];
    return true;
}

static bool good_record(const MedalsPromptRecord *one, const int64_t size[3])
{
    for (int x = 0; x < 3; x++)
        if (one->extent[2 * x] < 0 ||
            one->extent[2 * x] >= one->extent[2 * x + 1] ||
            one->extent[2 * x + 1] > size[x])
            return false;
    return one->kind <= MEDALS_PROMPT_MASK && one->class_uid > 0;
}

static MedalsPromptRecord get_record(MedalsLeReader *reader)
{
    MedalsPromptRecord one = {.id = medals_le_get(reader, 8)};
    one.class_uid = (uint32_t) medals_le_get(reader, 4);
    one.kind = (uint8_t) medals_le_get(reader, 1);
    one.positive = medals_le_get(reader, 1) != 0;
    for (int x = 0; x < 6; x++)
        one.extent[x] = (int64_t) medals_le_get(reader, 8);
    return one;
}

static void get_records(MedalsLeReader *reader, const int64_t size[3],
                        GArray *records)
{
    uint64_t count = medals_le_get(reader, 4), last = 0;
    if (count > MEDALS_SESSION_MAX_PROMPTS ||
        count > reader->left / RECORD_BYTES)
        reader->bad = true;
    for (uint64_t n = 0; !reader->bad && n < count; n++) {
        MedalsPromptRecord one = get_record(reader);
        if (!good_record(&one, size) || one.id <= last)
            reader->bad = true;
        last = one.id;
        g_array_append_val(records, one);
    }
}

/* @return false: MEDALS_E_INPUT, MEDALS_E_NOMEM */
static bool get_layers(MedalsLeReader *reader, MedalsStep *step, GError **error)
{
    uint64_t count = medals_le_get(reader, 4);
    int64_t last = -1;
    if (count > MOST_LAYERS)
        reader->bad = true;
    for (uint64_t n = 0; !reader->bad && n < count; n++) {
        LayerDelta one = {.uid = (uint32_t) medals_le_get(reader, 4)};
        size_t used = 0;
        if (reader->bad || (int64_t) one.uid <= last) {
            reader->bad = true;
            return true;
        }
        last = one.uid;
        one.delta = medals_delta_decode(reader->data, reader->left, step->size,
                                        &used, error);
        if (!one.delta)
            return false;
        medals_le_skip(reader, used);
        g_array_append_val(step->layers, one);
    }
    return true;
}

MedalsStep *medals_step_decode(const uint8_t *data, size_t size,
                               const int64_t volume[3], GError **error)
{
    MedalsLeReader reader = {data, size, false};
    MedalsStep *step = step_shell(volume, NULL);
    if (medals_le_get(&reader, 1) != VERSION)
        reader.bad = true;
    get_op(&reader, step);
    bool ok = get_classes(&reader, step, error);
    step->next_prompt[0] = medals_le_get(&reader, 8);
    step->next_prompt[1] = medals_le_get(&reader, 8);
    get_records(&reader, volume, step->gone);
    get_records(&reader, volume, step->come);
    ok = ok && (reader.bad || get_layers(&reader, step, error));
    if (ok && !reader.bad && reader.left == 0)
        return step;
    if (ok)
        medals_fail(error, MEDALS_E_INPUT,
                    "step: damaged, or of another version than %d", VERSION);
    medals_step_free(step);
    return NULL;
}
