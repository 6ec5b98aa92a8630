/*
 * ct_window.h - which CT window does a class ask for
 *
 *   lung and airways  1500/-160   intracranial  80/40
 *   skeleton          1800/400    all else      400/40   (width/level, HU)
 * @source spec 5.2
 */
#ifndef MEDALS_CT_WINDOW_H
#define MEDALS_CT_WINDOW_H

#include "label_table.h"

/** @param window receives the lower and upper bound in HU
 *  @return false: the class asks for none (window untouched): the soft-tissue
 *          default applies */
bool medals_ct_window_of_class(const MedalsClass *info, double window[2]);

#endif
