/*
 * context_data.c - what is asked of a context
 */
#include "context_data.h"

bool medals_precision_check(MedalsPrecision precision, GError **error)
{
    int number = (int) precision;
    return (number >= MEDALS_PRECISION_AUTO &&
            number <= MEDALS_PRECISION_BF16) ||
           medals_fail(error, MEDALS_E_USAGE,
                       "precision: %d; expected one of MedalsPrecision",
                       number);
}
