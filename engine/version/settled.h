/*
 * settled.h - modality and CT window of a session, once they are known
 *
 * The first texts or the first prompt settle them. They are part of the state:
 * a call that fails or is cancelled has settled nothing.
 */
#ifndef MEDALS_SETTLED_H
#define MEDALS_SETTLED_H

#include "error.h"
#include "medals/segment.h"

typedef struct MedalsSettled {
    bool told; /* what is odd about the image's values was said */
    bool done; /* else all that follows is 0 */
    MedalsModality modality;
    MedalsModalitySource source;
    bool has_window; /* CT */
    double window[2];
} MedalsSettled;

/** The same modality and window. */
bool medals_settled_equal(const MedalsSettled *a, const MedalsSettled *b);
/** As a word, "ct -160 240" or "mri", g_free; NULL: nothing is settled. */
char *medals_settled_word(const MedalsSettled *settled);
/** And from it. A word that is none, or NULL, settles nothing. */
MedalsSettled medals_settled_of_word(const char *word);

#endif
