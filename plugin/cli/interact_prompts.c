/* `prompts`: what the user said and has not taken back, and how far undo and
 * redo reach. */
#include "interact.h"
#include "interact_failure.h"

static const char *const kinds[] = {"point", "box", "scribble", "lasso",
                                    "mask"};

/* The centre of a voxel in the world (volume.h). */
static cJSON *centre(const MedalsGeometry *geometry, const double voxel[3])
{
    double world[3];
    for (int row = 0; row < 3; row++) {
        world[row] = geometry->origin[row];
        for (int x = 0; x < 3; x++)
            world[row] += geometry->direction[3 * row + x] *
                          geometry->spacing[x] * voxel[x];
    }
    return cJSON_CreateDoubleArray(world, 3);
}

/* A point's voxel; of others the first and the last voxel of the extent. */
static void add_places(cJSON *entry, const MedalsGeometry *geometry,
                       const MedalsSessionPrompt *prompt)
{
    double first[3], last[3];
    for (int x = 0; x < 3; x++) {
        first[x] = (double) prompt->extent[2 * x];
        last[x] = (double) (prompt->extent[2 * x + 1] - 1);
    }
    cJSON *list = cJSON_AddArrayToObject(entry, "lps");
    cJSON_AddItemToArray(list, centre(geometry, first));
    if (prompt->kind != MEDALS_PROMPT_POINT)
        cJSON_AddItemToArray(list, centre(geometry, last));
}

static cJSON *tell(const MedalsGeometry *geometry,
                   const MedalsSessionPrompt *prompt)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddNumberToObject(entry, "prompt", (double) prompt->id);
    cJSON_AddNumberToObject(entry, "class", (double) prompt->class_index);
    cJSON_AddStringToObject(entry, "kind", kinds[prompt->kind]);
    cJSON_AddBoolToObject(entry, "positive", prompt->positive);
    add_places(entry, geometry, prompt);
    answer_add_extent(entry, "extent", prompt->extent);
    return entry;
}

/* Only this thread changes the session: nothing comes between the calls. */
bool task_prompts(InteractTask *task, GError **error)
{
    const InteractRequest *request = &task->request;
    const MedalsSession *session = task->interact->session;
    const MedalsGeometry *geometry = medals_session_peek_geometry(session);
    size_t classes = medals_session_class_count(session), total = 0;
    uint64_t undo = 0, redo = 0;
    MedalsError *cause = NULL;
    if (request->has_class && request->class_index >= classes)
        return interact_fail(error, MEDALS_E_INPUT,
                             "class %zu: there is none; the session has %zu",
                             request->class_index, classes);
    if (medals_session_prompts(session, 0, NULL, 0, &total, NULL, &cause) !=
        MEDALS_OK)
        return task_take(error, cause);
    g_autofree MedalsSessionPrompt *list =
        g_new0(MedalsSessionPrompt, MAX(total, 1));
    list->struct_size = sizeof *list;
    if (medals_session_prompts(session, 0, list, total, NULL, NULL, &cause) !=
        MEDALS_OK)
        return task_take(error, cause);
    cJSON *prompts = cJSON_AddArrayToObject(task->fields, "prompts");
    for (size_t n = 0; n < total; n++)
        if (!request->has_class || list[n].class_index == request->class_index)
            cJSON_AddItemToArray(prompts, tell(geometry, &list[n]));
    medals_session_history(session, &undo, &redo);
    cJSON_AddNumberToObject(task->fields, "undo_depth", (double) undo);
    cJSON_AddNumberToObject(task->fields, "redo_depth", (double) redo);
    return true;
}
