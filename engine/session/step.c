/*
 * step.c - differences of two states, and their bytes
 */
#include "step.h"

#include <string.h>

#include "memory.h"

#define VERSION 1
#define LONGEST_OP 64
/* A class list as JSON: escapes may take six bytes a character. */
#define LONGEST_CLASSES                                                        \
    ((size_t) MEDALS_SESSION_MAX_CLASSES *                                     \
     (2 * 6 * (size_t) MEDALS_SESSION_MAX_TEXT + 400))
#define RECORD_BYTES (8 + 4 + 1 + 1 + 6 * 8)

/* The delta of one layer: the labels (uid 0) or marks of a class. */
typedef struct LayerDelta {
    uint32_t uid;
    MedalsDelta *delta;
} LayerDelta;

struct MedalsStep {
    int64_t size[3];
    char *op;
    char *classes[2];    /* JSON before, after; NULL: they did not change */
    GArray *gone, *come; /* MedalsPromptRecord */
    uint64_t next_prompt[2];
    GArray *layers; /* LayerDelta */
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
    g_free(step->classes[0]);
    g_free(step->classes[1]);
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

MedalsStep *medals_step_between(const MedalsState *before,
                                const MedalsState *after, const char *op,
                                GError **error)
{
    MedalsStep *step = step_shell(before->size, op);
    if (!medals_class_list_equal(before->classes, after->classes)) {
        step->classes[0] = medals_class_list_to_json(before->classes);
        step->classes[1] = medals_class_list_to_json(after->classes);
    }
    step->next_prompt[0] = before->next_prompt;
    step->next_prompt[1] = after->next_prompt;
    add_prompts(step, before->prompts, after->prompts);
    if (add_layers(step, before, after, error))
        return step;
    medals_step_free(step);
    return NULL;
}

/* ---- apply -------------------------------------------------------------- */

static bool apply_classes(const MedalsStep *step, MedalsState *state,
                          bool forward, GError **error)
{
    const char *json = step->classes[forward ? 1 : 0];
    if (!json)
        return true;
    MedalsClassList *list =
        medals_class_list_from_json(json, strlen(json), error);
    if (!list)
        return false;
    medals_class_list_free(state->classes);
    state->classes = list;
    return true;
}

static bool misfit(GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "step: it does not fit the session; expected the "
                       "version that it was made from");
}

/* Takes records out of a list and puts others in; all ascend by id. */
static bool apply_prompts(MedalsState *state, const GArray *out,
                          const GArray *in, GError **error)
{
    if (out->len == 0 && in->len == 0)
        return true;
    GArray *list = g_array_sized_new(FALSE, FALSE, sizeof(MedalsPromptRecord),
                                     state->prompts->len + in->len);
    guint o = 0, i = 0;
    for (guint n = 0; n < state->prompts->len; n++) {
        const MedalsPromptRecord *one =
            &g_array_index(state->prompts, MedalsPromptRecord, n);
        for (; i < in->len &&
               g_array_index(in, MedalsPromptRecord, i).id < one->id;
             i++)
            g_array_append_val(list, g_array_index(in, MedalsPromptRecord, i));
        if (o < out->len &&
            g_array_index(out, MedalsPromptRecord, o).id == one->id)
            o++;
        else
            g_array_append_val(list, *one);
    }
    for (; i < in->len; i++)
        g_array_append_val(list, g_array_index(in, MedalsPromptRecord, i));
    g_array_unref(state->prompts);
    state->prompts = list;
    return o == out->len || misfit(error);
}

static bool apply_layers(const MedalsStep *step, MedalsState *state,
                         GError **error)
{
    for (guint n = 0; n < step->layers->len; n++) {
        const LayerDelta *one = &g_array_index(step->layers, LayerDelta, n);
        MedalsLayer *layer = one->uid
                                 ? medals_state_marks(state, one->uid, error)
                                 : state->labels;
        if (!layer || !medals_delta_apply(one->delta, layer, error))
            return false;
    }
    return true;
}

/* Marks of classes that are not there any more are all zero by now. */
static void drop_marks(MedalsState *state)
{
    GHashTableIter iter;
    gpointer uid;
    g_hash_table_iter_init(&iter, state->marks);
    while (g_hash_table_iter_next(&iter, &uid, NULL))
        if (medals_class_list_of_uid(state->classes, GPOINTER_TO_UINT(uid)) < 0)
            g_hash_table_iter_remove(&iter);
}

bool medals_step_apply(const MedalsStep *step, MedalsState *state, bool forward,
                       GError **error)
{
    if (memcmp(step->size, state->size, sizeof step->size) != 0)
        return misfit(error);
    bool ok = apply_classes(step, state, forward, error) &&
              apply_prompts(state, forward ? step->gone : step->come,
                            forward ? step->come : step->gone, error) &&
              apply_layers(step, state, error);
    state->next_prompt = step->next_prompt[forward ? 1 : 0];
    drop_marks(state);
    return ok;
}

/* ---- bytes -------------------------------------------------------------- */

static void put(GByteArray *bytes, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        uint8_t byte = (uint8_t) (value >> (8 * i));
        g_byte_array_append(bytes, &byte, 1);
    }
}

static void put_text(GByteArray *bytes, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    put(bytes, length, 4);
    if (length)
        g_byte_array_append(bytes, (const guint8 *) text, (guint) length);
}

static void put_records(GByteArray *bytes, const GArray *records)
{
    put(bytes, records->len, 4);
    for (guint n = 0; n < records->len; n++) {
        const MedalsPromptRecord *one =
            &g_array_index(records, MedalsPromptRecord, n);
        put(bytes, one->id, 8);
        put(bytes, one->class_uid, 4);
        put(bytes, one->kind, 1);
        put(bytes, one->positive, 1);
        for (int x = 0; x < 6; x++)
            put(bytes, (uint64_t) one->extent[x], 8);
    }
}

GByteArray *medals_step_encode(const MedalsStep *step)
{
    GByteArray *bytes = g_byte_array_new();
    put(bytes, VERSION, 1);
    put_text(bytes, step->op);
    put_text(bytes, step->classes[0]);
    put_text(bytes, step->classes[1]);
    put(bytes, step->next_prompt[0], 8);
    put(bytes, step->next_prompt[1], 8);
    put_records(bytes, step->gone);
    put_records(bytes, step->come);
    put(bytes, step->layers->len, 4);
    for (guint n = 0; n < step->layers->len; n++) {
        const LayerDelta *one = &g_array_index(step->layers, LayerDelta, n);
        put(bytes, one->uid, 4);
        medals_delta_encode(one->delta, bytes);
    }
    return bytes;
}

/* Hostile bytes, read from the front. */
typedef struct Reader {
    const uint8_t *data;
    size_t left;
    bool bad;
} Reader;

static uint64_t get(Reader *reader, int size)
{
    uint64_t value = 0;
    if (reader->left < (size_t) size) {
        reader->bad = true;
        return 0;
    }
    for (int i = 0; i < size; i++)
        value |= (uint64_t) reader->data[i] << (8 * i);
    reader->data += size;
    reader->left -= (size_t) size;
    return value;
}

static char *get_text(Reader *reader, size_t longest)
{
    size_t length = (size_t) get(reader, 4);
    if (reader->bad || length > reader->left || length > longest) {
        reader->bad = true;
        return NULL;
    }
    char *text = g_strndup((const char *) reader->data, length);
    reader->data += length;
    reader->left -= length;
    return text;
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

static void get_records(Reader *reader, const int64_t size[3], GArray *records)
{
    uint64_t count = get(reader, 4), last = 0;
    if (count > MEDALS_SESSION_MAX_PROMPTS ||
        count > reader->left / RECORD_BYTES)
        reader->bad = true;
    for (uint64_t n = 0; !reader->bad && n < count; n++) {
        MedalsPromptRecord one = {.id = get(reader, 8),
                                  .class_uid = (uint32_t) get(reader, 4),
                                  .kind = (uint8_t) get(reader, 1),
                                  .positive = get(reader, 1) != 0};
        for (int x = 0; x < 6; x++)
            one.extent[x] = (int64_t) get(reader, 8);
        if (!good_record(&one, size) || one.id <= last)
            reader->bad = true;
        last = one.id;
        g_array_append_val(records, one);
    }
}

static bool get_layers(Reader *reader, MedalsStep *step, GError **error)
{
    uint64_t count = get(reader, 4);
    for (uint64_t n = 0; !reader->bad && n < count; n++) {
        LayerDelta one = {.uid = (uint32_t) get(reader, 4)};
        size_t used = 0;
        if (reader->bad)
            return true;
        one.delta = medals_delta_decode(reader->data, reader->left, step->size,
                                        &used, error);
        if (!one.delta)
            return false;
        reader->data += used;
        reader->left -= used;
        g_array_append_val(step->layers, one);
    }
    return true;
}

/* An empty text stands for "did not change". */
static char *none_if_empty(char *text)
{
    if (text && *text)
        return text;
    g_free(text);
    return NULL;
}

MedalsStep *medals_step_decode(const uint8_t *data, size_t size,
                               const int64_t volume[3], GError **error)
{
    Reader reader = {data, size, false};
    MedalsStep *step = step_shell(volume, NULL);
    bool known = get(&reader, 1) == VERSION;
    step->op = get_text(&reader, LONGEST_OP);
    step->classes[0] = none_if_empty(get_text(&reader, LONGEST_CLASSES));
    step->classes[1] = none_if_empty(get_text(&reader, LONGEST_CLASSES));
    step->next_prompt[0] = get(&reader, 8);
    step->next_prompt[1] = get(&reader, 8);
    get_records(&reader, volume, step->gone);
    get_records(&reader, volume, step->come);
    bool ok = get_layers(&reader, step, error);
    if (ok && known && !reader.bad && reader.left == 0)
        return step;
    if (ok)
        medals_fail(error, MEDALS_E_INPUT,
                    "step: damaged, or of another version than %d", VERSION);
    medals_step_free(step);
    return NULL;
}
