/*
 * call_predict.c - a text pass over the whole image, with all marks so far
 */
#include <math.h>
#include <string.h>

#include "box.h"
#include "call.h"
#include "memory.h"
#include "segmentation.h"

/* What a predict asks: the texts, and the class of each. */
typedef struct Question {
    GPtrArray *texts; /* borrowed strings */
    GArray *index;    /* size_t: place in the class list */
    GArray *slots;    /* uint32_t: labels of the request */
    bool asked[256];  /* by slot */
    uint16_t *marks;  /* [image] 1 + place among the texts, or NULL */
} Question;

static void question_clear(Question *question)
{
    g_ptr_array_unref(question->texts);
    g_array_unref(question->index);
    g_array_unref(question->slots);
    medals_free(question->marks);
}

static bool question_fill(MedalsRun *run, const MedalsState *state,
                          const size_t *classes, size_t count,
                          Question *question, GError **error)
{
    g_autofree bool *asked = medals_call_asked(state, classes, count, error);
    if (!asked)
        return false;
    for (size_t i = 0; i < medals_class_list_count(state->classes); i++) {
        const MedalsClassEntry *entry = medals_class_list_at(state->classes, i);
        if (!asked[i])
            continue;
        if (!entry->text) {
            if (classes)
                medals_answer_warn(
                    run->answer, "class %zu: it has no text; left as it is", i);
            continue;
        }
        uint32_t slot = entry->slot;
        g_ptr_array_add(question->texts, entry->text);
        g_array_append_val(question->index, i);
        g_array_append_val(question->slots, slot);
        question->asked[slot] = true;
    }
    if (question->texts->len)
        return true;
    return medals_fail(error, MEDALS_E_USAGE,
                       "predict: no class has a text; expected at least one");
}

typedef struct Painter {
    uint16_t *dst;
    const int64_t *size;
    uint16_t value;
} Painter;

/* Voxels that the user put into a class. */
static bool paint(void *cookie, const int64_t box[6], const uint8_t *before,
                  const uint8_t *after)
{
    const Painter *painter = cookie;
    const int64_t *size = painter->size;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++)
                if (*after++ == MEDALS_MARK_IN)
                    painter->dst[(k * size[1] + j) * size[0] + i] =
                        painter->value;
    return true;
}

static bool question_mark(const MedalsState *state, Question *question,
                          GError **error)
{
    const int64_t *size = state->size;
    for (guint n = 0; n < question->index->len; n++) {
        size_t index = g_array_index(question->index, size_t, n);
        uint32_t uid = medals_class_list_at(state->classes, index)->uid;
        const MedalsLayer *marks = medals_state_peek_marks(state, uid);
        int64_t bounds[6];
        if (!marks || !medals_layer_bounds(marks, MEDALS_MARK_IN, bounds))
            continue;
        if (!question->marks && !(question->marks = medals_alloc_zero(
                                      medals_box_product(size),
                                      sizeof *question->marks, "marks", error)))
            return false;
        Painter painter = {question->marks, size, (uint16_t) (n + 1)};
        medals_layer_compare(NULL, marks, paint, &painter);
    }
    return true;
}

static void take_report(MedalsRun *run, MedalsState *next,
                        const Question *question,
                        const MedalsSegmentation *result)
{
    for (guint n = 0; n < question->index->len; n++) {
        size_t index = g_array_index(question->index, size_t, n);
        medals_class_list_at(next->classes, index)->mean_probability =
            result->mean[n];
    }
    for (guint i = 0; i + 1 < result->warnings->len; i++)
        medals_answer_warn(run->answer, "%s",
                           (const char *) result->warnings->pdata[i]);
}

static MedalsSegmentation *ask(MedalsRun *run, const Question *question,
                               GError **error)
{
    MedalsScene *scene = &run->session->scene;
    if (!medals_run_enter(run, error))
        return NULL;
    bool ready = medals_scene_prepare(scene, &run->exec, &run->settled, error);
    medals_run_leave(run);
    if (!ready)
        return NULL;
    MedalsFeatureStore store;
    medals_scene_store(scene, &store);
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.texts = (const char *const *) question->texts->pdata;
    options.text_count = question->texts->len;
    options.flags = MEDALS_SEGMENT_WHOLE_TEXTS;
    options.labels = (const uint32_t *) (const void *) question->slots->data;
    options.modality = run->settled.modality;
    options.has_window = run->settled.has_window;
    memcpy(options.window, run->settled.window, sizeof options.window);
    options.progress = run->call.progress;
    options.progress_cookie = run->call.progress_cookie;
    MedalsSegmentationExtras extras = {question->marks, &store,
                                       &scene->hounsfield};
    return medals_segmentation_run(scene->model, scene->volume, &options,
                                   &extras, error);
}

/* What is odd about the values, once a session. */
static void tell_values(MedalsRun *run)
{
    MedalsScene *scene = &run->session->scene;
    MedalsSettled *settled = &run->settled;
    if (settled->told)
        return;
    g_autofree char *line = medals_hounsfield_warning(
        &scene->hounsfield, settled->modality, settled->source);
    if (line)
        medals_answer_warn(run->answer, "%s", line);
    settled->told = true;
}

static MedalsState *predict(MedalsRun *run, const Question *question,
                            GError **error)
{
    MedalsSegmentation *result = ask(run, question, error);
    if (!result)
        return NULL;
    MedalsState *next = medals_state_copy(run->session->state, error);
    if (next && !medals_state_predict(next, result->labelmap->data,
                                      question->asked, error))
        g_clear_pointer(&next, medals_state_free);
    if (next) {
        tell_values(run);
        take_report(run, next, question, result);
    }
    medals_segmentation_free(&result);
    return next;
}

bool medals_call_predict(MedalsSession *session, const size_t *classes,
                         size_t count, const MedalsCall *call,
                         MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, call, false, error))
        return false;
    Question question = {.texts = g_ptr_array_new(),
                         .index = g_array_new(FALSE, FALSE, sizeof(size_t)),
                         .slots = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
    MedalsState *next = NULL;
    bool done =
        question_fill(&run, session->state, classes, count, &question, error) &&
        question_mark(session->state, &question, error) &&
        (next = predict(&run, &question, error)) &&
        medals_run_commit(&run, next, "predict", error);
    question_clear(&question);
    return medals_run_end(&run, done, answer);
}
