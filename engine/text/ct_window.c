/*
 * ct_window.c - CT windows by the words of a class name
 */
#include "ct_window.h"

#include "unicode_text.h"

static const char *const lung_words[] = {
    "lung", "airway", "airways", "trachea", "covid", "bronchus", "bronchi"};
static const char *const brain_words[] = {
    "brain",        "brainstem", "pituitary", "circle of willis",
    "optic chiasm", "stroke",    "hemorrhage"};
static const char *const bone_words[] = {
    "vertebrae", "sacrum",   "humerus", "scapula", "clavicula",
    "femur",     "hip",      "skull",   "bone",    "rib",
    "ribs",      "mandible", "cochlea", "pelvis",  "sternum"};

static bool names_any(const char *lower, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (medals_utf8_has_term(lower, words[i]))
            return true;
    return false;
}

/* Bounds from the field's width and level. */
static bool set_window(double window[2], double width, double level)
{
    window[0] = level - width / 2;
    window[1] = level + width / 2;
    return true;
}

bool medals_ct_window_of_class(const MedalsClass *info, double window[2])
{
    g_autofree char *lower = medals_utf8_lower(info->name);
    if (names_any(lower, lung_words, G_N_ELEMENTS(lung_words)))
        return set_window(window, 1500, -160);
    if (names_any(lower, brain_words, G_N_ELEMENTS(brain_words)))
        return set_window(window, 80, 40);
    if (names_any(lower, bone_words, G_N_ELEMENTS(bone_words)))
        return set_window(window, 1800, 400);
    return false;
}
