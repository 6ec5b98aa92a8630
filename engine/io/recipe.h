/*
 * recipe.h - the model.json that a new package starts from
 *
 * Two are built in: resources/models/medal-s/model.json and .../compact.
 */
#ifndef MEDALS_RECIPE_H
#define MEDALS_RECIPE_H

#include <cjson/cJSON.h>

#include "error.h"

typedef struct MedalsRecipe {
    char *name; /* word or path, for messages */
    cJSON *json;
} MedalsRecipe;

/** @param word "medal-s", "compact" or the path of a model.json
 *  @return NULL: MEDALS_E_IO, MEDALS_E_INPUT */
MedalsRecipe *medals_recipe_open(const char *word, GError **error);
void medals_recipe_free(MedalsRecipe *recipe);

/** Keeps the first `count` stages.
 * @return false: MEDALS_E_USAGE there are fewer */
bool medals_recipe_keep_stages(MedalsRecipe *recipe, size_t count,
                               GError **error);
/** Lets a stage read the weights of an earlier one. */
void medals_recipe_share(MedalsRecipe *recipe, size_t stage, size_t earlier);

/**
 * A file name of the recipe: plain, without folders.
 * @param stage of the stage's weights; or -1 and `field` of "text", or of the
 *        top where `field` is "labels"
 * @return NULL: MEDALS_E_INPUT. Borrowed.
 */
const char *medals_recipe_file(const MedalsRecipe *recipe, int stage,
                               const char *field, GError **error);
/** Whether the recipe names such a file (see medals_recipe_file, stage -1). */
bool medals_recipe_has(const MedalsRecipe *recipe, const char *field);
/** Removes a file that the package will not have. */
void medals_recipe_drop(MedalsRecipe *recipe, const char *field);
bool medals_recipe_tower_optional(const MedalsRecipe *recipe);

/** Takes heads and norm_eps from a tower's config.json (Hugging Face's form).
 * @return false: MEDALS_E_IO, MEDALS_E_INPUT another kind of tower */
bool medals_recipe_apply_config(MedalsRecipe *recipe, const char *path,
                                GError **error);

MedalsRecipe *medals_recipe_copy(const MedalsRecipe *recipe);
/** Writes it as FOLDER/model.json. */
bool medals_recipe_write(const MedalsRecipe *recipe, const char *folder,
                         GError **error);

#endif
