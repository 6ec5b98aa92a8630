/* One request: parsed, run on the session, answered. */
#include <math.h>
#include <string.h>

#include "bridge.h"
#include "interact.h"
#include "interact_failure.h"
#include "interrupt.h"
#include "json.h"

typedef bool Run(InteractTask *task, GError **error);

/* ---- calls of the session ----------------------------------------------- */

bool task_take(GError **error, MedalsError *of_library)
{
    if (of_library)
        interact_fail(error, medals_error_status(of_library), "%s",
                      medals_error_message(of_library));
    else
        interact_fail(error, MEDALS_E_NOMEM,
                      "memory: no room for an error; expected a message");
    medals_error_free(&of_library);
    return false;
}

bool task_take_bridge(GError **error, MedalsStatus status, char *message)
{
    interact_fail(error, status, "%s",
                  message ? message : "memory: used up; expected more of it");
    medals_bridge_free(message);
    return false;
}

static bool on_progress(void *cookie, const MedalsProgress *state)
{
    InteractTask *task = cookie;
    InteractOutput *output = &task->interact->output;
    bool moved = state->fraction > task->fraction;
    task->fraction = MAX(task->fraction, state->fraction);
    if (task->request.progress && moved)
        output_line(output, answer_progress(task->request.id, state), NULL);
    return !output->failure && !interrupt_asked() &&
           !interact_line_is_cancelled(task->line);
}

static void on_instant(void *cookie, const MedalsAnswer *provisional)
{
    InteractTask *task = cookie;
    output_line(&task->interact->output,
                answer_instant(task->request.id, provisional), NULL);
}

MedalsCall task_call(InteractTask *task)
{
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = task->request.answer;
    call.progress = on_progress;
    call.progress_cookie = task;
    call.instant = on_instant;
    call.instant_cookie = task;
    return call;
}

/* ---- ops ---------------------------------------------------------------- */

static const char *const *texts_of(const GPtrArray *texts)
{
    return texts ? (const char *const *) texts->pdata : NULL;
}

static bool run_classes(InteractTask *task, GError **error)
{
    const InteractRequest *request = &task->request;
    MedalsSession *session = task->interact->session;
    MedalsError *cause = NULL;
    if (medals_session_set_classes(
            session, texts_of(request->texts), texts_of(request->names),
            request->texts->len, &task->answer, &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_classes(task->fields, session);
    answer_add_texts(task->fields, task->answer, texts_of(request->texts),
                     request->texts->len);
    return true;
}

static bool run_add_class(InteractTask *task, GError **error)
{
    MedalsSession *session = task->interact->session;
    MedalsError *cause = NULL;
    size_t index = 0;
    if (medals_session_add_class(session, task->request.text,
                                 task->request.name, &index, &task->answer,
                                 &cause) != MEDALS_OK)
        return task_take(error, cause);
    MedalsSessionClass info = {.struct_size = sizeof info};
    medals_session_class(session, index, &info);
    json_number(task->fields, "class", (double) index);
    json_number(task->fields, "value", info.value);
    const char *text = task->request.text;
    answer_add_texts(task->fields, task->answer, &text, 1);
    return true;
}

static bool run_remove_class(InteractTask *task, GError **error)
{
    MedalsSession *session = task->interact->session;
    MedalsError *cause = NULL;
    if (medals_session_remove_class(session, task->request.class_index,
                                    &task->answer, &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_classes(task->fields, session);
    return true;
}

static bool run_lock(InteractTask *task, GError **error)
{
    MedalsSession *session = task->interact->session;
    MedalsError *cause = NULL;
    if (medals_session_lock(session, task->request.class_index,
                            task->request.locked, &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_classes(task->fields, session);
    return true;
}

/* The list that a request gives: none is all, an empty one is none. */
static const size_t *asked_classes(const InteractRequest *request)
{
    static const size_t none = 0;
    if (!request->has_classes)
        return NULL;
    return request->classes->len ? (const size_t *) request->classes->data
                                 : &none;
}

static bool run_predict(InteractTask *task, GError **error)
{
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    return medals_session_predict(task->interact->session,
                                  asked_classes(&task->request),
                                  task->request.classes->len, &call,
                                  &task->answer, &cause) == MEDALS_OK ||
           task_take(error, cause);
}

static void add_dice(InteractTask *task)
{
    cJSON *list = cJSON_AddArrayToObject(task->fields, "classes");
    size_t count = medals_session_class_count(task->interact->session);
    for (size_t c = 0; c < count; c++) {
        double dice = medals_answer_dice(task->answer, c);
        if (isnan(dice))
            continue;
        cJSON *entry = cJSON_CreateObject();
        json_number(entry, "class", (double) c);
        json_number(entry, "dsc_to_before", dice);
        cJSON_AddItemToArray(list, entry);
    }
}

static bool run_refine(InteractTask *task, GError **error)
{
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    if (medals_session_refine(
            task->interact->session, (uint32_t) task->request.count,
            asked_classes(&task->request), task->request.classes->len, &call,
            &task->answer, &cause) != MEDALS_OK)
        return task_take(error, cause);
    json_number(task->fields, "passes_run",
                (double) medals_answer_count(task->answer));
    add_dice(task);
    return true;
}

static bool run_prompt(InteractTask *task, GError **error)
{
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    if (medals_session_prompt(task->interact->session, &task->request.prompt,
                              &call, &task->answer, &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_windows(task->fields, task->answer);
    return true;
}

static bool run_stroke_begin(InteractTask *task, GError **error)
{
    MedalsError *cause = NULL;
    return medals_session_stroke_begin(task->interact->session,
                                       &task->request.prompt,
                                       &cause) == MEDALS_OK ||
           task_take(error, cause);
}

static bool run_stroke_append(InteractTask *task, GError **error)
{
    const MedalsPrompt *prompt = &task->request.prompt;
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    call.instant = NULL; /* the answer itself is the provisional one */
    if (medals_session_stroke_append(task->interact->session, prompt->space,
                                     prompt->points, prompt->point_count, NULL,
                                     0, NULL, &call, &task->answer,
                                     &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_windows(task->fields, task->answer);
    return true;
}

static bool run_stroke_end(InteractTask *task, GError **error)
{
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    if (medals_session_stroke_end(task->interact->session, &call, &task->answer,
                                  &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_windows(task->fields, task->answer);
    return true;
}

static bool run_undo(InteractTask *task, GError **error)
{
    MedalsError *cause = NULL;
    MedalsStatus status =
        task->request.op == OP_UNDO
            ? medals_session_undo(task->interact->session, task->request.count,
                                  &task->answer, &cause)
            : medals_session_redo(task->interact->session, task->request.count,
                                  &task->answer, &cause);
    if (status != MEDALS_OK)
        return task_take(error, cause);
    json_number(task->fields, "steps_done",
                (double) medals_answer_count(task->answer));
    return true;
}

static bool run_reset(InteractTask *task, GError **error)
{
    MedalsError *cause = NULL;
    return medals_session_reset(task->interact->session, task->request.what,
                                &task->answer, &cause) == MEDALS_OK ||
           task_take(error, cause);
}

static bool run_stats(InteractTask *task, GError **error)
{
    const MedalsSession *session = task->interact->session;
    cJSON *list = cJSON_AddArrayToObject(task->fields, "classes");
    for (size_t c = 0; c < medals_session_class_count(session); c++) {
        MedalsSessionStatistics found = {.struct_size = sizeof found};
        MedalsSessionClass info = {.struct_size = sizeof info};
        MedalsError *cause = NULL;
        if (medals_session_statistics(session, c, &found, &cause) != MEDALS_OK)
            return task_take(error, cause);
        medals_session_class(session, c, &info);
        cJSON *entry = cJSON_CreateObject();
        json_number(entry, "class", (double) c);
        json_text(entry, "name", info.name);
        json_number(entry, "value", info.value);
        json_number(entry, "voxels", (double) found.voxels);
        json_number(entry, "ml", found.ml);
        json_number(entry, "mean_probability", found.mean_probability);
        json_number(entry, "prompts", (double) found.prompts);
        cJSON_AddItemToArray(list, entry);
    }
    return true;
}

/* Its work was done when its line was read; only now it is known whether the
 * other op did stop. */
static bool run_cancel(InteractTask *task, GError **error)
{
    (void) error;
    const InteractLine *target = task->line->target;
    cJSON_AddBoolToObject(task->fields, "found", target && target->stopped);
    return true;
}

static bool run_quit(InteractTask *task, GError **error)
{
    (void) task;
    (void) error;
    return true;
}

static Run *const runs[] = {
    [OP_CLASSES] = run_classes,
    [OP_ADD_CLASS] = run_add_class,
    [OP_REMOVE_CLASS] = run_remove_class,
    [OP_LOCK] = run_lock,
    [OP_PROMPTS] = task_prompts,
    [OP_PREDICT] = run_predict,
    [OP_POINT] = run_prompt,
    [OP_BOX] = run_prompt,
    [OP_SCRIBBLE] = run_prompt,
    [OP_LASSO] = run_prompt,
    [OP_STROKE_BEGIN] = run_stroke_begin,
    [OP_STROKE_APPEND] = run_stroke_append,
    [OP_STROKE_END] = run_stroke_end,
    [OP_MASK] = task_mask,
    [OP_REFINE] = run_refine,
    [OP_UNDO] = run_undo,
    [OP_REDO] = run_undo,
    [OP_RESET] = run_reset,
    [OP_STATS] = run_stats,
    [OP_GET] = task_get,
    [OP_SAVE] = task_save,
    [OP_CANCEL] = run_cancel,
    [OP_QUIT] = run_quit,
};

/* ---- the line ----------------------------------------------------------- */

static bool parse(InteractTask *task, GError **error)
{
    InteractLine *line = task->line;
    if (line->state == LINE_WHOLE) {
        bool done =
            interact_request_parse(&task->request, line->text, line->size,
                                   &line->scan, line->id, error);
        g_clear_pointer(&line->text, g_free);
        return done;
    }
    task->request.id = g_strdup(line->id);
    if (line->state == LINE_NO_MEMORY)
        return interact_fail(error, MEDALS_E_NOMEM,
                             "line: no memory for it; expected more of it");
    return interact_fail(error, MEDALS_E_INPUT,
                         "line: longer than %zu bytes; expected at most that",
                         INTERACT_LINE_MAX);
}

static bool work(InteractTask *task, GError **error)
{
    if (!parse(task, error))
        return false;
    if (interact_line_is_cancelled(task->line))
        return interact_fail(error, MEDALS_E_CANCELLED,
                             "request: cancelled while it waited; nothing was "
                             "done");
    return runs[task->request.op](task, error);
}

static void answer(InteractTask *task)
{
    double seconds = (double) (g_get_monotonic_time() - task->begun_us) / 1e6;
    cJSON *object = answer_success(task->request.id, task->interact->session,
                                   task->answer, seconds);
    cJSON *field;
    while ((field = task->fields->child)) {
        cJSON_DetachItemViaPointer(task->fields, field);
        cJSON_AddItemToObject(object, field->string, field);
    }
    output_line(&task->interact->output, object, task->data);
}

static void refuse(InteractTask *task, const GError *error)
{
    task->line->stopped =
        g_error_matches(error, INTERACT, MEDALS_E_CANCELLED) &&
        interact_line_is_cancelled(task->line);
    output_line(
        &task->interact->output,
        answer_failure(task->request.id, task->interact->session, error), NULL);
}

bool interact_run(Interact *interact, InteractLine *line)
{
    InteractTask task = {.interact = interact,
                         .line = line,
                         .begun_us = g_get_monotonic_time(),
                         .fraction = -1,
                         .fields = cJSON_CreateObject()};
    g_autoptr(GError) error = NULL;
    bool done = work(&task, &error);
    if (done)
        answer(&task);
    else
        refuse(&task, error);
    bool goes_on = !(done && task.request.op == OP_QUIT) &&
                   !interact->output.failure && !interrupt_asked();
    medals_answer_free(&task.answer);
    cJSON_Delete(task.fields);
    voxels_packer_free(task.packer);
    interact_request_clear(&task.request);
    return goes_on;
}
