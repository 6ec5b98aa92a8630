/*
 * text_sides.h - left and right, as people write them
 *
 *   left lt. L (L) linke gauche izq. sinistra sin.  -> MEDALS_SIDE_LEFT
 *   both bilateral beidseits                        -> MEDALS_SIDE_BOTH
 *
 * Short forms mislead ("L 5", "l'hippocampe", "sin mandibula", "der Kopf"):
 * their neighbours decide.
 */
#ifndef MEDALS_TEXT_SIDES_H
#define MEDALS_TEXT_SIDES_H

#include "text_tokens.h"

typedef enum MedalsSide {
    MEDALS_SIDE_NONE = 0,
    MEDALS_SIDE_LEFT = 1,
    MEDALS_SIDE_RIGHT = 2,
    MEDALS_SIDE_BOTH = 3 /* LEFT | RIGHT */
} MedalsSide;

/** The side that a token of a text says. */
MedalsSide medals_text_side(const GArray *tokens, guint at);
/** The side in the English name of a class. */
MedalsSide medals_side_of_name(const char *name);
/** "left" or "right" */
const char *medals_side_word(MedalsSide side);

#endif
