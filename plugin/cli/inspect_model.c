/* `medals inspect` of a model package. */
#include "failure.h"
#include "inspect.h"
#include "json.h"
#include "medals/model.h"

static size_t count_trained(const MedalsModel *model)
{
    size_t trained = 0, count = medals_model_class_count(model);
    for (size_t i = 0; i < count; i++) {
        MedalsClassInfo info = {.struct_size = sizeof info};
        trained += medals_model_class(model, i, &info) && info.trained;
    }
    return trained;
}

static void put_json(const Inspection *inspection, const MedalsModel *model,
                     GString *out)
{
    cJSON *root = cJSON_CreateObject();
    json_text(root, "file", inspection->path);
    json_text(root, "kind", "model");
    json_text(root, "name", medals_model_name(model));
    json_text(root, "license", medals_model_license(model));
    json_text(root, "default_modality",
              medals_modality_name(medals_model_default_modality(model)));
    cJSON *stages = cJSON_AddArrayToObject(root, "stages");
    for (size_t s = 0; s < medals_model_stage_count(model); s++) {
        MedalsStageInfo info = {.struct_size = sizeof info};
        medals_model_stage(model, s, &info);
        cJSON *stage = cJSON_CreateObject();
        json_text(stage, "name", info.name);
        json_integers(stage, "crop", info.crop, 3);
        json_doubles(stage, "spacing", info.spacing, 3);
        json_number(stage, "parameters", (double) info.parameters);
        cJSON_AddItemToArray(stages, stage);
    }
    json_number(root, "trained_classes", (double) count_trained(model));
    json_take_line(root, out);
}

static void put_table(const MedalsModel *model, GString *out)
{
    g_string_append_printf(
        out, "model      %s (%s), %zu classes, %s unless told otherwise\n",
        medals_model_name(model), medals_model_license(model),
        count_trained(model),
        medals_modality_name(medals_model_default_modality(model)));
    for (size_t s = 0; s < medals_model_stage_count(model); s++) {
        MedalsStageInfo info = {.struct_size = sizeof info};
        medals_model_stage(model, s, &info);
        g_string_append_printf(
            out,
            "stage      %s, window %d x %d x %d, %g x %g x %g mm, %.1f "
            "million parameters\n",
            info.name, (int) info.crop[0], (int) info.crop[1],
            (int) info.crop[2], info.spacing[0], info.spacing[1],
            info.spacing[2], (double) info.parameters / 1e6);
    }
}

bool inspect_model(const Inspection *inspection, GString *out, GError **error)
{
    MedalsError *cause = NULL;
    MedalsContext *context = NULL;
    MedalsModel *model = NULL;
    bool done = medals_context_new(&context, NULL, &cause) == MEDALS_OK &&
                medals_model_open(&model, context, inspection->path, NULL,
                                  &cause) == MEDALS_OK;
    if (!done)
        failure_take(error, cause);
    else if (inspection->json)
        put_json(inspection, model, out);
    else
        put_table(model, out);
    medals_model_free(&model);
    medals_context_free(&context);
    return done;
}
