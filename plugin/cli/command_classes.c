#include <string.h>

#include "command.h"
#include "failure.h"
#include "json.h"
#include "medals/model.h"
#include "model_folder.h"
#include "options.h"

typedef struct {
    const char *model, *modality_name;
    MedalsModality modality;
    bool all, json, quiet;
} Choice;

static bool parse(Choice *choice, char *const *arguments, GError **error)
{
    const Option table[] = {
        {"model", 'm', OPTION_STRING, &choice->model},
        {"modality", 0, OPTION_STRING, &choice->modality_name},
        {"all", 0, OPTION_FLAG, &choice->all},
        {"json", 0, OPTION_FLAG, &choice->json},
        {"quiet", 'q', OPTION_FLAG, &choice->quiet},
        {NULL, 0, 0, NULL}};
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    if (!options_parse(table, arguments, positionals, error))
        return false;
    if (positionals->len)
        return failure_set(error, EXIT_USAGE,
                           "%s: one argument too many; expected options only",
                           (char *) positionals->pdata[0]);
    choice->modality = MEDALS_MODALITY_NONE;
    if (choice->modality_name)
        choice->modality = medals_modality_parse(choice->modality_name);
    return !choice->modality_name || choice->modality != MEDALS_MODALITY_NONE ||
           failure_set(error, EXIT_USAGE,
                       "--modality: \"%s\"; expected ct, mr, us, pet or "
                       "microscopy",
                       choice->modality_name);
}

/* Whether a class is to be listed; of names that differ by letter case only,
 * in any script, the first one of a modality is.
 * @param listed "MODALITY:NAME" in folded case of those listed before */
static bool is_wanted(const Choice *choice, const MedalsClassInfo *class,
                      GHashTable *listed)
{
    if (class->repeated || !(class->trained || choice->all) ||
        (choice->modality != MEDALS_MODALITY_NONE &&
         choice->modality != class->modality))
        return false;
    g_autofree char *composed =
        g_utf8_normalize(class->name, -1, G_NORMALIZE_ALL);
    g_autofree char *folded =
        g_utf8_casefold(composed ? composed : class->name, -1);
    return g_hash_table_add(
        listed, g_strdup_printf("%d:%s", (int) class->modality, folded));
}

static size_t count_synonyms(const MedalsClassInfo *class)
{
    size_t count = 0;
    while (class->synonyms && class->synonyms[count])
        count++;
    return count;
}

static cJSON *describe(const MedalsClassInfo *class)
{
    char color[8];
    g_snprintf(color, sizeof color, "#%02x%02x%02x", class->rgb[0],
               class->rgb[1], class->rgb[2]);
    cJSON *object = cJSON_CreateObject();
    json_text(object, "name", class->name);
    json_text(object, "modality", medals_modality_name(class->modality));
    cJSON_AddBoolToObject(object, "trained", class->trained);
    cJSON_AddBoolToObject(object, "lesion", class->lesion);
    json_text(object, "color", color);
    json_texts(object, "synonyms", class->synonyms, count_synonyms(class));
    json_text(object, "terminology", class->terminology);
    return object;
}

static void list_json(const Choice *choice, const MedalsModel *model,
                      GString *out)
{
    cJSON *root = cJSON_CreateObject();
    json_text(root, "model", medals_model_name(model));
    json_text(root, "license", medals_model_license(model));
    g_autoptr(GHashTable) listed =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    cJSON *list = cJSON_AddArrayToObject(root, "classes");
    size_t count = medals_model_class_count(model);
    for (size_t i = 0; i < count; i++) {
        MedalsClassInfo class = {.struct_size = sizeof class};
        if (medals_model_class(model, i, &class) &&
            is_wanted(choice, &class, listed))
            cJSON_AddItemToArray(list, describe(&class));
    }
    json_take_line(root, out);
}

static void list_modality(const Choice *choice, const MedalsModel *model,
                          MedalsModality modality, GString *out)
{
    g_autoptr(GHashTable) listed =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t count = medals_model_class_count(model);
    for (size_t i = 0; i < count; i++) {
        MedalsClassInfo class = {.struct_size = sizeof class};
        if (!medals_model_class(model, i, &class) ||
            class.modality != modality || !is_wanted(choice, &class, listed))
            continue;
        if (g_hash_table_size(listed) == 1)
            g_string_append_printf(out, "\n%s\n",
                                   medals_modality_name(modality));
        g_string_append_printf(out, "  %s%s%s\n", class.name,
                               class.lesion ? " (lesion)" : "",
                               class.trained ? "" : " (not trained)");
    }
}

bool command_classes(char *const *arguments, GString *out, GError **error)
{
    Choice choice = {0};
    if (!parse(&choice, arguments, error))
        return false;
    MedalsError *cause = NULL;
    MedalsContext *context = NULL;
    MedalsModel *model = NULL;
    g_autofree char *folder = model_folder(choice.model);
    bool done =
        medals_context_new(&context, NULL, &cause) == MEDALS_OK &&
        medals_model_open(&model, context, folder, NULL, &cause) == MEDALS_OK;
    if (!done) {
        failure_take(error, cause);
    } else if (choice.json) {
        list_json(&choice, model, out);
    } else {
        g_string_append_printf(out, "%s (%s)\n", medals_model_name(model),
                               medals_model_license(model));
        for (int m = MEDALS_MODALITY_CT; m <= MEDALS_MODALITY_MICROSCOPY; m++)
            list_modality(&choice, model, (MedalsModality) m, out);
    }
    medals_model_free(&model);
    medals_context_free(&context);
    return done;
}
