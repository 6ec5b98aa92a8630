/*
 * recipe_data.h - model.json files that the build puts into the library
 */
#ifndef MEDALS_RECIPE_DATA_H
#define MEDALS_RECIPE_DATA_H

#include <stddef.h>

extern const unsigned char medals_recipe_medal_s[];
extern const size_t medals_recipe_medal_s_size;
extern const unsigned char medals_recipe_compact[];
extern const size_t medals_recipe_compact_size;

#endif
