/*
 * case_prompts.c - the pickled dict of a challenge case
 *
 *   .npy of type object -> pickle of a NumPy array of one element -> dict
 *   {"1": "sentence", "2": "sentence", "instance_label": 0}
 */
#include <string.h>

#include "challenge_case.h"
#include "npy.h"
#include "pickle.h"

#define RECONSTRUCT "numpy.core.multiarray _reconstruct"
#define RECONSTRUCT_2 "numpy._core.multiarray _reconstruct"
#define SCALAR "numpy.core.multiarray scalar"
#define SCALAR_2 "numpy._core.multiarray scalar"
#define DTYPE "numpy dtype"
#define PROMPTS_MAX 65535

static const char *const allowed[] = {
    RECONSTRUCT, RECONSTRUCT_2,   SCALAR,           SCALAR_2,
    DTYPE,       "numpy ndarray", "_codecs encode", "collections OrderedDict",
    NULL};

static void prompt_clear(void *prompt)
{
    g_free(((MedalsCasePrompt *) prompt)->text);
}

GArray *medals_case_prompts_new(void)
{
    GArray *prompts = g_array_new(FALSE, TRUE, sizeof(MedalsCasePrompt));
    g_array_set_clear_func(prompts, prompt_clear);
    return prompts;
}

static bool fail_prompts(const char *name, const char *found, GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: text_prompts: %s; expected a dict of label values "
                       "and sentences",
                       name, found);
}

/* A NumPy integer: scalar(dtype("i8", ...), little-endian bytes). */
static bool scalar_integer(const MedalsPickleValue *value, int64_t *number)
{
    if (!medals_pickle_is_call(value, SCALAR) &&
        !medals_pickle_is_call(value, SCALAR_2))
        return false;
    const MedalsPickleValue *args = value->items[1];
    const MedalsPickleValue *bytes =
        medals_pickle_item(args, 1, MEDALS_PICKLE_BYTES);
    const MedalsPickleValue *dtype =
        medals_pickle_item(args, 0, MEDALS_PICKLE_CALL);
    const MedalsPickleValue *word =
        medals_pickle_is_call(dtype, DTYPE)
            ? medals_pickle_item(dtype->items[1], 0, MEDALS_PICKLE_TEXT)
            : NULL;
    if (!bytes || !word || !strchr("iub", word->text[0]) || bytes->length < 1 ||
        bytes->length > 8)
        return false;
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes->length; i++)
        bits |= (uint64_t) (uint8_t) bytes->text[i] << (8 * i);
    unsigned shift = (unsigned) (64 - 8 * bytes->length);
    *number = word->text[0] == 'i' ? (int64_t) (bits << shift) >> shift
                                   : (int64_t) bits;
    return true;
}

/* A whole number, however it was written: 1, True, "1", numpy.int64(1). */
static bool read_whole(const MedalsPickleValue *value, int64_t *number)
{
    switch (value->kind) {
    case MEDALS_PICKLE_INT:
    case MEDALS_PICKLE_BOOL:
        *number = value->integer;
        return true;
    case MEDALS_PICKLE_TEXT: {
        char *end;
        *number = g_ascii_strtoll(value->text, &end, 10);
        return g_ascii_isdigit(value->text[0]) && !*end;
    }
    default:
        return scalar_integer(value, number);
    }
}

static bool is_taken(const GArray *prompts, uint32_t label)
{
    for (guint i = 0; i < prompts->len; i++)
        if (g_array_index(prompts, MedalsCasePrompt, i).label == label)
            return true;
    return false;
}

static bool add_prompt(const char *name, const MedalsPickleValue *key,
                       const MedalsPickleValue *value, GArray *prompts,
                       GError **error)
{
    int64_t label;
    if (!read_whole(key, &label) || label < 1 || label > G_MAXUINT32)
        return fail_prompts(name, "a label value that is not positive", error);
    if (value->kind != MEDALS_PICKLE_TEXT ||
        !g_utf8_validate(value->text, (gssize) value->length, NULL))
        return fail_prompts(name, "a sentence that is not a text", error);
    if (is_taken(prompts, (uint32_t) label))
        return fail_prompts(name, "a label value that comes twice", error);
    if (prompts->len >= PROMPTS_MAX)
        return fail_prompts(name, "too many sentences", error);
    MedalsCasePrompt prompt = {(uint32_t) label, g_strdup(value->text)};
    g_array_append_val(prompts, prompt);
    return true;
}

static bool read_dict(const char *name, const MedalsPickleValue *dict,
                      GArray *prompts, int *instance_label, GError **error)
{
    for (size_t i = 0; i + 1 < dict->count; i += 2) {
        const MedalsPickleValue *key = dict->items[i];
        const MedalsPickleValue *value = dict->items[i + 1];
        if (key->kind == MEDALS_PICKLE_TEXT &&
            !strcmp(key->text, "instance_label")) {
            int64_t number;
            if (!read_whole(value, &number) || number < 0 || number > 1)
                return fail_prompts(
                    name, "an instance_label that is not 0 or 1", error);
            *instance_label = (int) number;
        } else if (!add_prompt(name, key, value, prompts, error))
            return false;
    }
    return true;
}

/* The dict, or the one element of an array: its state is (version, shape,
 * dtype, order, [element]). */
static const MedalsPickleValue *find_dict(const MedalsPickleValue *root)
{
    if (root->kind == MEDALS_PICKLE_DICT)
        return root;
    if ((!medals_pickle_is_call(root, RECONSTRUCT) &&
         !medals_pickle_is_call(root, RECONSTRUCT_2)) ||
        root->count < 3)
        return NULL;
    const MedalsPickleValue *state = root->items[2];
    const MedalsPickleValue *list =
        medals_pickle_item(state, 4, MEDALS_PICKLE_LIST);
    return list && list->count == 1
               ? medals_pickle_item(list, 0, MEDALS_PICKLE_DICT)
               : NULL;
}

bool medals_case_prompts_read(const char *name, const uint8_t *bytes,
                              size_t size, GArray *prompts, int *instance_label,
                              GError **error)
{
    MedalsNpy npy;
    if (!medals_npy_parse(&npy, name, bytes, size, error))
        return false;
    if (!npy.is_object)
        return fail_prompts(name, "an array of numbers", error);
    MedalsPickle *pickle =
        medals_pickle_read(name, npy.data, npy.bytes, allowed, error);
    if (!pickle)
        return false;
    const MedalsPickleValue *dict = find_dict(medals_pickle_root(pickle));
    bool ok = dict ? read_dict(name, dict, prompts, instance_label, error)
                   : fail_prompts(name, "another object", error);
    medals_pickle_free(pickle);
    return ok;
}
