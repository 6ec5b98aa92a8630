#include "interact_request.h"

#include <math.h>
#include <string.h>

#include "interact_failure.h"
#include "interact_fields.h"

/* A stroke of as many points as are allowed, each a list of three numbers, and
 * room for other fields; a parser takes 80 bytes a value. */
#define VALUES_MAX (4 * (size_t) MEDALS_SESSION_MAX_POINTS + 100000)
#define WHOLE_MAX ((int64_t) 1 << 53)

typedef bool Parse(InteractRequest *request, GError **error);

/* ---- fields of several ops ---------------------------------------------- */

static bool take_class(InteractRequest *request, bool required, GError **error)
{
    int64_t index = 0;
    if (!field_get(request->root, "class"))
        return !required ||
               field_missing("class", "the index of a class", error);
    if (!field_whole(request->root, "class", 0, MEDALS_SESSION_MAX_CLASSES - 1,
                     &index, error))
        return false;
    request->has_class = true;
    request->class_index = request->prompt.class_index = (size_t) index;
    return true;
}

static bool take_classes(InteractRequest *request, GError **error)
{
    const cJSON *list = field_get(request->root, "classes");
    if (!list)
        return true;
    if (!cJSON_IsArray(list))
        return interact_fail(error, MEDALS_E_USAGE,
                             "classes: no list; expected indices of classes");
    request->has_classes = true;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        int64_t index = 0;
        if (!item_whole(item, "classes", 0, MEDALS_SESSION_MAX_CLASSES - 1,
                        &index, error))
            return false;
        size_t one = (size_t) index;
        g_array_append_val(request->classes, one);
    }
    return true;
}

static bool take_answer(InteractRequest *request, MedalsAnswerKind usual,
                        GError **error)
{
    static const char *const words[] = {"both", "instant", "full", "none"};
    int kind = (int) usual;
    if (!field_word(request->root, "answer", false, words, G_N_ELEMENTS(words),
                    &kind, error))
        return false;
    request->answer = (MedalsAnswerKind) kind;
    return true;
}

/* Which of `lps` and `ijk` there is: one of them. */
static bool take_space(InteractRequest *request, const char **name,
                       GError **error)
{
    bool lps = field_get(request->root, "lps") != NULL;
    bool ijk = field_get(request->root, "ijk") != NULL;
    if (lps && ijk)
        return interact_fail(error, MEDALS_E_USAGE,
                             "lps, ijk: both given; expected one of them");
    if (!lps && !ijk)
        return field_missing("lps", "it or ijk", error);
    *name = lps ? "lps" : "ijk";
    request->prompt.space = lps ? MEDALS_SPACE_LPS : MEDALS_SPACE_INDEX;
    return true;
}

static bool take_points(InteractRequest *request, const char *name,
                        GError **error)
{
    if (!field_points(request->root, name, MEDALS_SESSION_MAX_POINTS,
                      &request->points, &request->prompt.point_count, error))
        return false;
    request->prompt.points = request->points;
    return true;
}

/* What every prompt has: class, sign, answer. */
static bool take_prompt(InteractRequest *request, MedalsPromptKind kind,
                        GError **error)
{
    request->prompt.kind = kind;
    return take_class(request, true, error) &&
           field_bool(request->root, "positive", &request->prompt.positive,
                      error) &&
           take_answer(request, MEDALS_ANSWER_BOTH, error);
}

static bool take_radius(InteractRequest *request, GError **error)
{
    double *radius = &request->prompt.radius_mm;
    if (!field_number(request->root, "radius_mm", radius, error))
        return false;
    return *radius >= 0 ||
           interact_fail(error, MEDALS_E_INPUT,
                         "radius_mm: %g; expected 0 or more", *radius);
}

static bool take_count(InteractRequest *request, const char *name, int64_t most,
                       GError **error)
{
    int64_t count = 1;
    if (!field_whole(request->root, name, 1, most, &count, error))
        return false;
    request->count = (uint64_t) count;
    return true;
}

/* ---- ops ---------------------------------------------------------------- */

static bool parse_nothing(InteractRequest *request, GError **error)
{
    (void) request;
    (void) error;
    return true;
}

static bool parse_classes(InteractRequest *request, GError **error)
{
    GError *cause = NULL;
    request->texts = field_texts(request->root, "texts", &cause);
    if (!request->texts && !cause)
        return field_missing("texts", "a list of strings and null", error);
    if (!cause)
        request->names = field_texts(request->root, "names", &cause);
    if (cause) {
        g_propagate_error(error, cause);
        return false;
    }
    return !request->names || request->names->len == request->texts->len ||
           interact_fail(error, MEDALS_E_USAGE,
                         "names: %u for %u texts; expected one a text",
                         request->names->len, request->texts->len);
}

static bool parse_add_class(InteractRequest *request, GError **error)
{
    /* null is an object known by prompts alone, so it must be said */
    if (!cJSON_GetObjectItemCaseSensitive(request->root, "text"))
        return field_missing("text", "a string or null", error);
    return field_text(request->root, "text", false, &request->text, error) &&
           field_text(request->root, "name", false, &request->name, error);
}

static bool parse_remove_class(InteractRequest *request, GError **error)
{
    return take_class(request, true, error);
}

static bool parse_lock(InteractRequest *request, GError **error)
{
    if (!cJSON_GetObjectItemCaseSensitive(request->root, "locked"))
        return field_missing("locked", "true or false", error);
    return take_class(request, true, error) &&
           field_bool(request->root, "locked", &request->locked, error);
}

static bool parse_prompts(InteractRequest *request, GError **error)
{
    return take_class(request, false, error);
}

static bool parse_point(InteractRequest *request, GError **error)
{
    const char *name = NULL;
    if (!take_prompt(request, MEDALS_PROMPT_POINT, error) ||
        !take_space(request, &name, error) ||
        !field_point(request->root, name, &request->points, error))
        return false;
    request->prompt.points = request->points;
    request->prompt.point_count = 1;
    return true;
}

static bool take_index_box(InteractRequest *request, GError **error)
{
    int64_t extent[6];
    if (!field_extent(request->root, "ijk", extent, error))
        return false;
    request->points = g_new(double, 6);
    for (int n = 0; n < 6; n++)
        request->points[n % 2 * 3 + n / 2] = (double) extent[n];
    request->prompt.points = request->points;
    request->prompt.point_count = 2;
    return true;
}

static bool parse_box(InteractRequest *request, GError **error)
{
    const char *name = NULL;
    if (!take_prompt(request, MEDALS_PROMPT_BOX, error) ||
        !take_space(request, &name, error))
        return false;
    if (request->prompt.space == MEDALS_SPACE_INDEX)
        return take_index_box(request, error);
    return take_points(request, name, error) &&
           (request->prompt.point_count == 2 ||
            interact_fail(error, MEDALS_E_USAGE,
                          "lps: %zu points; expected two corners",
                          request->prompt.point_count));
}

static bool parse_scribble(InteractRequest *request, GError **error)
{
    const char *name = NULL;
    return take_prompt(request, MEDALS_PROMPT_SCRIBBLE, error) &&
           take_radius(request, error) && take_space(request, &name, error) &&
           take_points(request, name, error);
}

static bool parse_lasso(InteractRequest *request, GError **error)
{
    request->prompt.space = MEDALS_SPACE_LPS;
    return take_prompt(request, MEDALS_PROMPT_LASSO, error) &&
           take_points(request, "lps", error);
}

static bool parse_stroke_begin(InteractRequest *request, GError **error)
{
    static const char *const kinds[] = {"scribble", "lasso"};
    int kind = 0;
    if (!field_word(request->root, "kind", true, kinds, G_N_ELEMENTS(kinds),
                    &kind, error))
        return false;
    return kind == 0 ? parse_scribble(request, error)
                     : parse_lasso(request, error);
}

static bool parse_stroke_append(InteractRequest *request, GError **error)
{
    const char *name = NULL;
    return take_answer(request, MEDALS_ANSWER_NONE, error) &&
           take_space(request, &name, error) &&
           take_points(request, name, error);
}

static bool parse_stroke_end(InteractRequest *request, GError **error)
{
    return take_answer(request, MEDALS_ANSWER_BOTH, error);
}

static bool parse_mask(InteractRequest *request, GError **error)
{
    static const char *const uses[] = {"labelmap", "prompt"};
    int use = 0;
    const cJSON *root = request->root;
    if (!take_class(request, true, error) ||
        !take_answer(request, MEDALS_ANSWER_BOTH, error) ||
        !field_word(root, "as", true, uses, G_N_ELEMENTS(uses), &use, error) ||
        !field_text(root, "file", false, &request->file, error))
        return false;
    request->use = (MedalsMaskUse) use;
    if (request->file)
        return (!field_get(root, "extent") && !field_get(root, "data")) ||
               interact_fail(error, MEDALS_E_USAGE,
                             "file: given together with extent or data; "
                             "expected one way");
    if (!field_get(root, "extent") && !field_get(root, "data"))
        return field_missing("file", "it, or extent and data", error);
    request->has_extent = true;
    return field_extent(root, "extent", request->extent, error) &&
           field_text(root, "data", true, &request->data, error);
}

static bool parse_predict(InteractRequest *request, GError **error)
{
    return take_classes(request, error);
}

static bool parse_refine(InteractRequest *request, GError **error)
{
    return take_classes(request, error) &&
           take_count(request, "passes", UINT32_MAX, error);
}

static bool parse_steps(InteractRequest *request, GError **error)
{
    return take_count(request, "steps", WHOLE_MAX, error);
}

static bool parse_reset(InteractRequest *request, GError **error)
{
    static const char *const words[] = {"prompts", "all"};
    int what = 0;
    if (!field_word(request->root, "what", true, words, G_N_ELEMENTS(words),
                    &what, error))
        return false;
    request->what = (MedalsResetWhat) what;
    return true;
}

static bool parse_get(InteractRequest *request, GError **error)
{
    const cJSON *root = request->root;
    int64_t since = 0;
    request->has_extent = field_get(root, "extent") != NULL;
    request->has_since = field_get(root, "since") != NULL;
    if (request->has_extent && request->has_since)
        return interact_fail(error, MEDALS_E_USAGE,
                             "extent, since: both given; expected one of "
                             "them");
    if (!take_class(request, false, error) ||
        !field_whole(root, "since", 0, WHOLE_MAX, &since, error))
        return false;
    request->count = (uint64_t) since;
    return !request->has_extent ||
           field_extent(root, "extent", request->extent, error);
}

/* As --labels of `segment`: positive and different, else a usage error. */
static bool take_label(InteractRequest *request, const cJSON *item,
                       GError **error)
{
    double number = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (!(number >= 1 && number <= UINT32_MAX && number == floor(number)))
        return interact_fail(error, MEDALS_E_USAGE,
                             "labels: an item is no positive whole number; "
                             "expected values in class order");
    uint32_t value = (uint32_t) number;
    for (guint n = 0; n < request->labels->len; n++)
        if (g_array_index(request->labels, uint32_t, n) == value)
            return interact_fail(error, MEDALS_E_USAGE,
                                 "labels: %u given twice; expected different "
                                 "values",
                                 value);
    g_array_append_val(request->labels, value);
    return request->labels->len <= MEDALS_SESSION_MAX_CLASSES ||
           interact_fail(error, MEDALS_E_USAGE,
                         "labels: more than %d values; expected one a class",
                         MEDALS_SESSION_MAX_CLASSES);
}

static bool parse_save(InteractRequest *request, GError **error)
{
    if (!field_text(request->root, "file", true, &request->file, error))
        return false;
    const cJSON *list = field_get(request->root, "labels");
    request->has_labels = list != NULL;
    if (list && !cJSON_IsArray(list))
        return interact_fail(error, MEDALS_E_USAGE,
                             "labels: no list; expected values in class order");
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!take_label(request, item, error))
            return false;
    }
    return true;
}

static bool parse_cancel(InteractRequest *request, GError **error)
{
    const cJSON *id = field_get(request->root, "cancel_id");
    if (!id)
        return field_missing("cancel_id", "a string or a number", error);
    return cJSON_IsString(id) || cJSON_IsNumber(id) ||
           interact_fail(error, MEDALS_E_USAGE,
                         "cancel_id: neither string nor number; expected one "
                         "of them");
}

/* ---- the line ----------------------------------------------------------- */

static const struct {
    const char *name;
    Parse *parse;
} ops[] = {
    [OP_CLASSES] = {"classes", parse_classes},
    [OP_ADD_CLASS] = {"add_class", parse_add_class},
    [OP_REMOVE_CLASS] = {"remove_class", parse_remove_class},
    [OP_LOCK] = {"lock", parse_lock},
    [OP_PROMPTS] = {"prompts", parse_prompts},
    [OP_PREDICT] = {"predict", parse_predict},
    [OP_POINT] = {"point", parse_point},
    [OP_BOX] = {"box", parse_box},
    [OP_SCRIBBLE] = {"scribble", parse_scribble},
    [OP_LASSO] = {"lasso", parse_lasso},
    [OP_STROKE_BEGIN] = {"stroke_begin", parse_stroke_begin},
    [OP_STROKE_APPEND] = {"stroke_append", parse_stroke_append},
    [OP_STROKE_END] = {"stroke_end", parse_stroke_end},
    [OP_MASK] = {"mask", parse_mask},
    [OP_REFINE] = {"refine", parse_refine},
    [OP_UNDO] = {"undo", parse_steps},
    [OP_REDO] = {"redo", parse_steps},
    [OP_RESET] = {"reset", parse_reset},
    [OP_STATS] = {"stats", parse_nothing},
    [OP_GET] = {"get", parse_get},
    [OP_SAVE] = {"save", parse_save},
    [OP_CANCEL] = {"cancel", parse_cancel},
    [OP_QUIT] = {"quit", parse_nothing},
};

/* JSON, before its fields are looked at. `id` is as in the line. */
static bool parse_json(InteractRequest *request, const char *text, size_t size,
                       const LineScan *scan, const char *id, GError **error)
{
    if (scan->values > VALUES_MAX) {
        request->id = g_strdup(id);
        return interact_fail(error, MEDALS_E_INPUT,
                             "line: more than %zu values; expected at most "
                             "%d points",
                             (size_t) VALUES_MAX, MEDALS_SESSION_MAX_POINTS);
    }
    if (!memchr(text, '\0', size) && g_utf8_validate(text, (gssize) size, NULL))
        request->root = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
    if (cJSON_IsObject(request->root)) {
        request->id = g_strdup(id);
        return true;
    }
    if (request->root || !scan->has_odd_number)
        return interact_fail(error, MEDALS_E_USAGE,
                             "line: no JSON object; expected one a line");
    request->id = g_strdup(id);
    return interact_fail(error, MEDALS_E_INPUT,
                         "line: NaN or Infinity; expected finite numbers");
}

/* An id that the line writes in another way than it can be repeated in. */
static bool take_id(InteractRequest *request, GError **error)
{
    const cJSON *id = field_get(request->root, "id");
    if (!id || request->id)
        return true;
    if (cJSON_IsString(id) ||
        (cJSON_IsNumber(id) && isfinite(id->valuedouble))) {
        char *text = cJSON_PrintUnformatted(id);
        request->id = g_strdup(text);
        cJSON_free(text);
        return true;
    }
    return interact_fail(error, MEDALS_E_USAGE,
                         "id: neither string nor number; expected one of them");
}

static bool parse_op(InteractRequest *request, GError **error)
{
    const char *name = NULL;
    if (!field_text(request->root, "op", true, &name, error) ||
        !field_bool(request->root, "progress", &request->progress, error))
        return false;
    for (size_t n = 0; n < G_N_ELEMENTS(ops); n++)
        if (strcmp(name, ops[n].name) == 0) {
            request->op = (InteractOp) n;
            return ops[n].parse(request, error);
        }
    return interact_fail(error, MEDALS_E_USAGE,
                         "op: \"%.60s\" is unknown; expected one of those that "
                         "\"medals help interact\" lists",
                         name);
}

bool interact_request_parse(InteractRequest *request, const char *text,
                            size_t size, const LineScan *scan, const char *id,
                            GError **error)
{
    *request = (InteractRequest){.prompt = MEDALS_PROMPT_INIT};
    request->classes = g_array_new(FALSE, FALSE, sizeof(size_t));
    request->labels = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!parse_json(request, text, size, scan, id, error) ||
        !take_id(request, error))
        return false;
    if (scan->has_zero)
        return interact_fail(error, MEDALS_E_INPUT,
                             "line: a string holds \\u0000; expected none");
    return parse_op(request, error);
}

void interact_request_clear(InteractRequest *request)
{
    cJSON_Delete(request->root);
    g_free(request->id);
    g_free(request->points);
    g_clear_pointer(&request->texts, g_ptr_array_unref);
    g_clear_pointer(&request->names, g_ptr_array_unref);
    g_clear_pointer(&request->classes, g_array_unref);
    g_clear_pointer(&request->labels, g_array_unref);
    request->root = NULL;
    request->id = NULL;
    request->points = NULL;
}
