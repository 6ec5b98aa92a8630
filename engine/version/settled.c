/*
 * settled.c - to and from the journal's word
 */
#include "settled.h"

#include <math.h>

bool medals_settled_equal(const MedalsSettled *a, const MedalsSettled *b)
{
    return a->done == b->done && a->modality == b->modality &&
           a->has_window == b->has_window && a->window[0] == b->window[0] &&
           a->window[1] == b->window[1];
}

char *medals_settled_word(const MedalsSettled *settled)
{
    if (!settled->done)
        return NULL;
    const char *name = medals_modality_name(settled->modality);
    if (!settled->has_window)
        return g_strdup(name);
    char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_dtostr(low, sizeof low, settled->window[0]);
    g_ascii_dtostr(high, sizeof high, settled->window[1]);
    return g_strdup_printf("%s %s %s", name, low, high);
}

MedalsSettled medals_settled_of_word(const char *word)
{
    const MedalsSettled nothing = {0};
    g_auto(GStrv) part = g_strsplit(word ? word : "", " ", 4);
    guint count = g_strv_length(part);
    if (count != 1 && count != 3)
        return nothing;
    MedalsSettled settled = {.done = true,
                             .modality = medals_modality_parse(part[0]),
                             .has_window = count == 3};
    for (guint i = 1; i < count; i++) {
        settled.window[i - 1] = g_ascii_strtod(part[i], NULL);
        if (!isfinite(settled.window[i - 1]))
            return nothing;
    }
    if (settled.modality == MEDALS_MODALITY_NONE ||
        (count == 3 && settled.window[0] >= settled.window[1]))
        return nothing;
    return settled;
}
