#include "session_script.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "shape.h"
#include "splitmix.h"

static double uniform(uint64_t *seed, double low, double high)
{
    double share =
        (double) (medals_splitmix_next(seed) >> 11) / 9007199254740992.0;
    return low + share * (high - low);
}

static bool one_in(uint64_t *seed, uint64_t n)
{
    return medals_splitmix_below(seed, n) == 0;
}

/* ---- making ------------------------------------------------------------- */

static ScriptKind random_kind(uint64_t *seed, unsigned full)
{
    static const ScriptKind kinds[] = {
        SCRIPT_PROMPT, SCRIPT_PROMPT, SCRIPT_PROMPT, SCRIPT_PROMPT,
        SCRIPT_PROMPT, SCRIPT_PROMPT, SCRIPT_PROMPT, SCRIPT_PROMPT,
        SCRIPT_STROKE, SCRIPT_MASK,   SCRIPT_MASK,   SCRIPT_UNDO,
        SCRIPT_UNDO,   SCRIPT_UNDO,   SCRIPT_REDO,   SCRIPT_REDO};
    if (one_in(seed, full))
        return one_in(seed, 2) ? SCRIPT_PREDICT : SCRIPT_REFINE;
    if (one_in(seed, 40))
        return SCRIPT_RESET;
    if (one_in(seed, 20))
        return one_in(seed, 2) ? SCRIPT_ADD_CLASS : SCRIPT_REMOVE_CLASS;
    return kinds[medals_splitmix_below(seed, G_N_ELEMENTS(kinds))];
}

static MedalsAnswerKind random_answer(uint64_t *seed, unsigned full)
{
    if (one_in(seed, full))
        return one_in(seed, 2) ? MEDALS_ANSWER_FULL : MEDALS_ANSWER_BOTH;
    return one_in(seed, 8) ? MEDALS_ANSWER_NONE : MEDALS_ANSWER_INSTANT;
}

/* A first point anywhere, the others near it, all inside. */
static void random_points(ScriptStep *step, uint64_t *seed,
                          const MedalsGeometry *g)
{
    for (size_t p = 0; p < step->point_count; p++)
        for (int a = 0; a < 3; a++) {
            double last = (double) (g->size[a] - 1);
            double at = p ? step->points[a] + uniform(seed, -9, 9)
                          : uniform(seed, 0.05, 0.95) * last;
            step->points[3 * p + a] = CLAMP(at, 0.01, last - 0.01);
        }
}

static void random_extent(uint64_t *seed, const MedalsGeometry *g, int64_t most,
                          int64_t extent[6])
{
    for (int a = 0; a < 3; a++) {
        int64_t n = g->size[a];
        int64_t length =
            1 + (int64_t) medals_splitmix_below(seed, (uint64_t) MIN(most, n));
        extent[2 * a] =
            (int64_t) medals_splitmix_below(seed, (uint64_t) (n - length + 1));
        extent[2 * a + 1] = extent[2 * a] + length;
    }
}

/* A ball in its extent, now and then only half of it. */
static void random_mask(ScriptStep *step, uint64_t *seed,
                        const MedalsGeometry *g)
{
    int64_t *e = step->extent;
    random_extent(seed, g, 12, e);
    int64_t size[3] = {e[1] - e[0], e[3] - e[2], e[5] - e[4]};
    step->mask = g_malloc((size_t) (size[0] * size[1] * size[2]));
    bool half = one_in(seed, 3);
    int64_t n = 0;
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++) {
                const int64_t at[3] = {i, j, k};
                double r = 0;
                for (int a = 0; a < 3; a++) {
                    double x = (2.0 * (double) at[a] + 1) / (double) size[a];
                    r += (x - 1) * (x - 1);
                }
                step->mask[n++] = r <= 1.2 && !(half && 2 * k > size[2]);
            }
    step->use = one_in(seed, 2) ? MEDALS_MASK_PROMPT : MEDALS_MASK_LABELMAP;
}

/* As script_step_random() makes a prompt: corners as indices are whole. */
static void random_prompt(ScriptStep *step, uint64_t *seed,
                          const MedalsGeometry *g)
{
    static const MedalsPromptKind kinds[] = {
        MEDALS_PROMPT_POINT, MEDALS_PROMPT_POINT,    MEDALS_PROMPT_POINT,
        MEDALS_PROMPT_BOX,   MEDALS_PROMPT_SCRIBBLE, MEDALS_PROMPT_LASSO};
    bool stroke = step->kind == SCRIPT_STROKE;
    step->prompt =
        kinds[stroke ? 4 + medals_splitmix_below(seed, 2)
                     : medals_splitmix_below(seed, G_N_ELEMENTS(kinds))];
    step->lps = one_in(seed, 2);
    step->radius_mm = uniform(seed, 0, 6);
    step->point_count = step->prompt == MEDALS_PROMPT_POINT ? 1
                        : step->prompt == MEDALS_PROMPT_BOX
                            ? 2
                            : 5 + (size_t) medals_splitmix_below(seed, 4);
    random_points(step, seed, g);
    if (step->prompt != MEDALS_PROMPT_BOX || step->lps)
        return;
    int64_t extent[6];
    random_extent(seed, g, 14, extent);
    for (int x = 0; x < 6; x++)
        step->points[3 * (x & 1) + x / 2] = (double) extent[x];
}

void script_step_random(ScriptStep *step, uint64_t *seed,
                        const MedalsGeometry *reference, size_t class_count,
                        unsigned full)
{
    *step = (ScriptStep){.kind = random_kind(seed, full)};
    if (step->kind == SCRIPT_REMOVE_CLASS && class_count < 3)
        step->kind = SCRIPT_ADD_CLASS;
    if (step->kind == SCRIPT_ADD_CLASS && class_count > 4)
        step->kind = SCRIPT_REMOVE_CLASS;
    step->class_index = (size_t) medals_splitmix_below(seed, class_count);
    step->positive = !one_in(seed, 3);
    step->answer = random_answer(seed, full);
    step->steps = 1 + medals_splitmix_below(seed, 3);
    if (step->kind == SCRIPT_MASK)
        random_mask(step, seed, reference);
    else
        random_prompt(step, seed, reference);
}

void script_step_clear(ScriptStep *step)
{
    g_clear_pointer(&step->mask, g_free);
}

const char *script_step_name(const ScriptStep *step)
{
    static const char *const prompts[] = {"point", "box", "scribble", "lasso"};
    static const char *const kinds[] = {
        "prompt", "stroke", "mask",      "predict",      "refine", "undo",
        "redo",   "reset",  "add_class", "remove_class", "classes"};
    return step->kind == SCRIPT_PROMPT ? prompts[step->prompt]
                                       : kinds[step->kind];
}

bool script_step_is_edit(const ScriptStep *step)
{
    return step->kind != SCRIPT_UNDO && step->kind != SCRIPT_REDO;
}

/* ---- running ------------------------------------------------------------ */

/* The points as this session takes them. */
static void own_points(const ScriptStep *step, const SessionView *view,
                       double *points)
{
    bool extent = step->prompt == MEDALS_PROMPT_BOX && !step->lps;
    if (extent) {
        int64_t box[6], own[6];
        for (int x = 0; x < 6; x++)
            box[x] = (int64_t) step->points[3 * (x & 1) + x / 2];
        session_view_extent(view, box, own);
        for (int x = 0; x < 6; x++)
            points[3 * (x & 1) + x / 2] = (double) own[x];
        return;
    }
    for (size_t p = 0; p < step->point_count; p++)
        if (step->lps)
            session_view_world(view, step->points + 3 * p, points + 3 * p);
        else
            session_view_index(view, step->points + 3 * p, points + 3 * p);
}

static MedalsPrompt prompt_of(const ScriptStep *step, const double *points)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = step->prompt;
    prompt.class_index = step->class_index;
    prompt.positive = step->positive;
    prompt.space = step->lps ? MEDALS_SPACE_LPS : MEDALS_SPACE_INDEX;
    prompt.points = points;
    prompt.point_count = step->point_count;
    prompt.radius_mm = step->radius_mm;
    return prompt;
}

/* Two points, two more with a look at them, the rest, the end. */
static MedalsStatus run_stroke(const ScriptStep *step, const SessionView *view,
                               const MedalsPrompt *whole,
                               const MedalsCall *call, MedalsAnswer **answer,
                               MedalsError **error)
{
    MedalsSession *session = view->session;
    MedalsPrompt prompt = *whole;
    MedalsCall look = MEDALS_CALL_INIT;
    look.answer = MEDALS_ANSWER_INSTANT;
    prompt.point_count = 2;
    MedalsAnswer *shown = NULL;
    MUST(medals_session_stroke_begin(session, &prompt, &error));
    MUST(medals_session_stroke_append(session, prompt.space, prompt.points + 6,
                                      2, NULL, 0, NULL, &look, &shown, &error));
    if (call->instant)
        call->instant(call->instant_cookie, shown);
    medals_answer_free(&shown);
    MUST(medals_session_stroke_append(session, prompt.space, prompt.points + 12,
                                      step->point_count - 4, NULL, 0, NULL,
                                      NULL, NULL, &error));
    MedalsStatus status =
        medals_session_stroke_end(session, call, answer, error);
    if (status != MEDALS_OK)
        MUST(medals_session_stroke_cancel(session, NULL, &error));
    return status;
}

static MedalsStatus run_mask(const ScriptStep *step, const SessionView *view,
                             const MedalsCall *call, MedalsAnswer **answer,
                             MedalsError **error)
{
    int64_t own[6];
    g_autofree uint8_t *mask =
        session_view_mask(view, step->extent, step->mask);
    session_view_extent(view, step->extent, own);
    size_t bytes =
        (size_t) ((own[1] - own[0]) * (own[3] - own[2]) * (own[5] - own[4]));
    return medals_session_mask(view->session, step->class_index, step->use, own,
                               mask, bytes, call, answer, error);
}

static MedalsStatus run_prompt(const ScriptStep *step, const SessionView *view,
                               const MedalsCall *call, MedalsAnswer **answer,
                               MedalsError **error)
{
    double points[3 * SCRIPT_MOST_POINTS];
    own_points(step, view, points);
    MedalsPrompt prompt = prompt_of(step, points);
    return step->kind == SCRIPT_STROKE
               ? run_stroke(step, view, &prompt, call, answer, error)
               : medals_session_prompt(view->session, &prompt, call, answer,
                                       error);
}

MedalsStatus script_step_run(const ScriptStep *step, const SessionView *view,
                             const MedalsCall *call, MedalsAnswer **answer,
                             MedalsError **error)
{
    MedalsSession *session = view->session;
    MedalsCall own = *call;
    own.answer = step->answer;
    switch (step->kind) {
    case SCRIPT_PROMPT:
    case SCRIPT_STROKE:
        return run_prompt(step, view, &own, answer, error);
    case SCRIPT_MASK:
        return run_mask(step, view, &own, answer, error);
    case SCRIPT_PREDICT:
        return medals_session_predict(session, NULL, 0, &own, answer, error);
    case SCRIPT_REFINE:
        return medals_session_refine(session, (uint32_t) step->steps, NULL, 0,
                                     &own, answer, error);
    case SCRIPT_UNDO:
        return medals_session_undo(session, step->steps, answer, error);
    case SCRIPT_REDO:
        return medals_session_redo(session, step->steps, answer, error);
    case SCRIPT_RESET:
        return medals_session_reset(session, MEDALS_RESET_PROMPTS, answer,
                                    error);
    case SCRIPT_ADD_CLASS:
        return medals_session_add_class(session, NULL, NULL, NULL, answer,
                                        error);
    case SCRIPT_SET_CLASSES:
        return medals_session_set_classes(session, step->texts, NULL,
                                          step->text_count, answer, error);
    default:
        return medals_session_remove_class(session, step->class_index, answer,
                                           error);
    }
}

/* ---- what it draws ------------------------------------------------------ */

void script_step_voxels(const ScriptStep *step, const SessionView *view,
                        MedalsVoxelSet *set)
{
    *set = (MedalsVoxelSet){0};
    double points[3 * SCRIPT_MOST_POINTS];
    const SessionView reference = {.reference = view->reference,
                                   .own = view->reference,
                                   .axis = {0, 1, 2}};
    if (step->kind == SCRIPT_MASK) {
        medals_voxel_set_from_mask(set, step->extent, step->mask, NULL);
        return;
    }
    own_points(step, &reference, points);
    MedalsPrompt prompt = prompt_of(step, points);
    if (step->prompt != MEDALS_PROMPT_BOX) {
        g_assert_true(
            medals_shape_voxels(&view->reference, &prompt, set, NULL));
        return;
    }
    int64_t box[6];
    g_assert_true(medals_shape_box(&view->reference, &prompt, box, NULL));
    size_t voxels =
        (size_t) ((box[1] - box[0]) * (box[3] - box[2]) * (box[5] - box[4]));
    g_autofree uint8_t *mask = g_malloc(voxels);
    memset(mask, 1, voxels);
    medals_voxel_set_from_mask(set, box, mask, NULL);
}
