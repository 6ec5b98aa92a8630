/*
 * error_api.h - from GError to MedalsError, for the files of this folder
 */
#ifndef MEDALS_ERROR_API_H
#define MEDALS_ERROR_API_H

#include "error.h"

/** Takes `inner` (may be NULL: an internal error), stores it in *error if the
 * caller wants it, and returns its status. */
MedalsStatus medals_error_take(GError *inner, MedalsError **error);

#endif
