/*
 * modality.c - words of the imaging modalities (medals/types.h)
 */
#include "modality.h"

const char *medals_modality_name(MedalsModality modality)
{
    static const char *const names[] = {"ct", "mri", "us", "pet", "microscopy"};
    int number = (int) modality;
    return number >= MEDALS_MODALITY_CT && number <= MEDALS_MODALITY_MICROSCOPY
               ? names[number]
               : NULL;
}

MedalsModality medals_modality_parse(const char *name)
{
    static const struct {
        const char *word;
        MedalsModality modality;
    } words[] = {{"ct", MEDALS_MODALITY_CT},
                 {"mr", MEDALS_MODALITY_MRI},
                 {"mri", MEDALS_MODALITY_MRI},
                 {"us", MEDALS_MODALITY_US},
                 {"pet", MEDALS_MODALITY_PET},
                 {"pt", MEDALS_MODALITY_PET},
                 {"microscopy", MEDALS_MODALITY_MICROSCOPY}};
    for (size_t i = 0; name && i < G_N_ELEMENTS(words); i++)
        if (!g_ascii_strcasecmp(name, words[i].word))
            return words[i].modality;
    return MEDALS_MODALITY_NONE;
}

bool medals_modality_check(MedalsModality modality, const char *what,
                           GError **error)
{
    return (int) modality == MEDALS_MODALITY_NONE ||
           medals_modality_name(modality) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "%s: %d; expected one of MedalsModality", what,
                       (int) modality);
}
