/*
 * recipe.c - a model.json as JSON; package.h checks what comes of it
 */
#include "recipe.h"

#include <string.h>

#include "file.h"
#include "json_text.h"
#include "package.h"
#include "recipe_data.h"

#define FILE_MAX ((size_t) 4 << 20)

static cJSON *parse_builtin(const char *word, GError **error)
{
    if (!strcmp(word, "medal-s"))
        return medals_json_parse(word, (const char *) medals_recipe_medal_s,
                                 medals_recipe_medal_s_size, error);
    return medals_json_parse(word, (const char *) medals_recipe_compact,
                             medals_recipe_compact_size, error);
}

MedalsRecipe *medals_recipe_open(const char *word, GError **error)
{
    cJSON *json;
    if (!strcmp(word, "medal-s") || !strcmp(word, "compact"))
        json = parse_builtin(word, error);
    else {
        size_t size;
        g_autofree char *text = medals_file_read(word, FILE_MAX, &size, error);
        json = text ? medals_json_parse(word, text, size, error) : NULL;
    }
    if (!json)
        return NULL;
    MedalsRecipe *recipe = g_new0(MedalsRecipe, 1);
    recipe->name = g_strdup(word);
    recipe->json = json;
    return recipe;
}

void medals_recipe_free(MedalsRecipe *recipe)
{
    if (!recipe)
        return;
    cJSON_Delete(recipe->json);
    g_free(recipe->name);
    g_free(recipe);
}

MedalsRecipe *medals_recipe_copy(const MedalsRecipe *recipe)
{
    MedalsRecipe *copy = g_new0(MedalsRecipe, 1);
    copy->name = g_strdup(recipe->name);
    copy->json = cJSON_Duplicate(recipe->json, true);
    return copy;
}

static cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

bool medals_recipe_keep_stages(MedalsRecipe *recipe, size_t count,
                               GError **error)
{
    cJSON *stages = get(recipe->json, "stages");
    int found = cJSON_IsArray(stages) ? cJSON_GetArraySize(stages) : 0;
    if (count < 1 || count > (size_t) found)
        return medals_fail(error, MEDALS_E_USAGE,
                           "%zu checkpoints; expected 1..%d, the stages of "
                           "recipe %s",
                           count, found, recipe->name);
    for (int i = found - 1; i >= (int) count; i--)
        cJSON_DeleteItemFromArray(stages, i);
    return true;
}

static cJSON *stage_of(const MedalsRecipe *recipe, int stage)
{
    return cJSON_GetArrayItem(get(recipe->json, "stages"), stage);
}

void medals_recipe_share(MedalsRecipe *recipe, size_t stage, size_t earlier)
{
    const cJSON *from = get(stage_of(recipe, (int) earlier), "weights");
    if (cJSON_IsString(from))
        cJSON_ReplaceItemInObjectCaseSensitive(
            stage_of(recipe, (int) stage), "weights",
            cJSON_CreateString(from->valuestring));
}

/* The object that holds a file's field. */
static cJSON *holder(const MedalsRecipe *recipe, const char *field)
{
    return strcmp(field, "labels") ? get(recipe->json, "text") : recipe->json;
}

const char *medals_recipe_file(const MedalsRecipe *recipe, int stage,
                               const char *field, GError **error)
{
    const cJSON *object =
        stage < 0 ? holder(recipe, field) : stage_of(recipe, stage);
    const cJSON *item = get(object, stage < 0 ? field : "weights");
    if (cJSON_IsString(item) && medals_package_name_ok(item->valuestring) &&
        !strchr(item->valuestring, '/'))
        return item->valuestring;
    medals_fail(error, MEDALS_E_INPUT,
                "%s: %s: no plain file name; expected one such as "
                "weights.safetensors",
                recipe->name, stage < 0 ? field : "weights of a stage");
    return NULL;
}

bool medals_recipe_has(const MedalsRecipe *recipe, const char *field)
{
    return cJSON_IsString(get(holder(recipe, field), field));
}

void medals_recipe_drop(MedalsRecipe *recipe, const char *field)
{
    cJSON_DeleteItemFromObjectCaseSensitive(holder(recipe, field), field);
}

bool medals_recipe_tower_optional(const MedalsRecipe *recipe)
{
    return cJSON_IsTrue(get(get(recipe->json, "text"), "tower_optional"));
}

static bool apply_number(MedalsRecipe *recipe, const char *field,
                         const cJSON *config, const char *name)
{
    const cJSON *number = get(config, name);
    if (!number)
        return true;
    if (!cJSON_IsNumber(number))
        return false;
    return cJSON_ReplaceItemInObjectCaseSensitive(
        get(recipe->json, "text"), field,
        cJSON_CreateNumber(number->valuedouble));
}

bool medals_recipe_apply_config(MedalsRecipe *recipe, const char *path,
                                GError **error)
{
    size_t size;
    g_autofree char *text = medals_file_read(path, FILE_MAX, &size, error);
    cJSON *config = text ? medals_json_parse(path, text, size, error) : NULL;
    if (!config)
        return false;
    const cJSON *kind = get(config, "model_type");
    const cJSON *tower = get(get(recipe->json, "text"), "tower");
    bool same = cJSON_IsString(tower) &&
                (!kind || (cJSON_IsString(kind) &&
                           !strcmp(kind->valuestring, tower->valuestring)));
    if (!same)
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: model_type is %.60s; expected %.60s, the tower of "
                    "recipe %s",
                    path, cJSON_IsString(kind) ? kind->valuestring : "no text",
                    cJSON_IsString(tower) ? tower->valuestring : "a text",
                    recipe->name);
    bool ok =
        same && (apply_number(recipe, "heads", config, "num_attention_heads") &&
                 apply_number(recipe, "norm_eps", config, "layer_norm_eps"));
    if (same && !ok)
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: num_attention_heads or layer_norm_eps is not a "
                    "number",
                    path);
    cJSON_Delete(config);
    return ok;
}

bool medals_recipe_write(const MedalsRecipe *recipe, const char *folder,
                         GError **error)
{
    g_autofree char *path = g_build_filename(folder, "model.json", NULL);
    MedalsWriter *writer = medals_writer_begin(path, error);
    char *text = writer ? cJSON_Print(recipe->json) : NULL;
    bool ok = text && medals_writer_write(writer, text, strlen(text), error) &&
              medals_writer_write(writer, "\n", 1, error);
    if (writer && !text)
        medals_fail(error, MEDALS_E_NOMEM, "%s: no memory for its text", path);
    cJSON_free(text);
    if (ok)
        return medals_writer_commit(writer, error);
    medals_writer_abort(writer);
    return false;
}
