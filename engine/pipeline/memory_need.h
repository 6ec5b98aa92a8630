/*
 * memory_need.h - how much memory a request will take, before it is begun
 */
#ifndef MEDALS_MEMORY_NEED_H
#define MEDALS_MEMORY_NEED_H

#include "two_stage.h"

/** Bytes that a case takes at its peak, by estimate (as double: a hostile
 * header may ask for more than 64 bits hold). */
double medals_memory_need(const MedalsCase *request);
/** @param need bytes @return false: MEDALS_E_NOMEM that is more than is
 * available; the line names `what` */
bool medals_memory_allow(const char *what, double need, GError **error);
/** @return false: MEDALS_E_NOMEM when that is more than is available */
bool medals_memory_check(const MedalsCase *request, GError **error);

#endif
