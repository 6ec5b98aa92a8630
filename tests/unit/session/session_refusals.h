/*
 * session_refusals.h - bad input: a clear error each, the session unchanged
 */
#ifndef SESSION_REFUSALS_H
#define SESSION_REFUSALS_H

#include "session_oracle.h"

/** Points, masks, classes or other calls that must fail, by `which`. */
void session_refusals_try(const SessionOracle *oracle, uint64_t which);

#endif
