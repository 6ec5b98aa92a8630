/*
 * modality.h - numbers of MedalsModality that come from outside
 */
#ifndef MEDALS_MODALITY_H
#define MEDALS_MODALITY_H

#include "error.h"

/** @param what names it in the message
 *  @return false: MEDALS_E_USAGE neither NONE nor one of MedalsModality */
bool medals_modality_check(MedalsModality modality, const char *what,
                           GError **error);

#endif
