/*
 * terminology.h - colours and SNOMED CT codes of structures
 *
 * resources/terminology.json lists common structures without their side:
 *   {"names": ["kidney"], "type": ["SCT","64033007","Kidney"],
 *    "rgb": [185,102,83]}
 * Optional "category" (default: Anatomical Structure) and "modifier".
 * @source spec slicer.md 4
 */
#ifndef MEDALS_TERMINOLOGY_H
#define MEDALS_TERMINOLOGY_H

#include <cjson/cJSON.h>

#include "label_table.h"

/** Three whole numbers of 0..255. @return false: it is something else */
bool medals_terminology_rgb(const cJSON *list, uint8_t rgb[3]);

/** Slicer's terminology string from an object of "category", "type" and
 * optional "modifier", each [scheme, code, meaning].
 * @return NULL when it is not that. @owner g_free */
char *medals_terminology_from_json(const cJSON *object);

/** Gives a class the colour and codes of its structure where it has none; a
 * class of no listed structure gets the `number`-th of a row of colours. Its
 * side becomes the modifier. */
void medals_terminology_complete(MedalsClass *info, size_t number);

#endif
