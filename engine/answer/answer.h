/*
 * answer.h - what a call came to (medals/session.h)
 */
#ifndef MEDALS_ANSWER_H
#define MEDALS_ANSWER_H

#include "state.h"
#include "text_classes.h"

typedef struct MedalsBox {
    int64_t extent[6];
} MedalsBox;

struct MedalsAnswer {
    uint64_t revision;
    bool saved;
    double seconds;
    uint64_t count;      /* steps or passes */
    GArray *changes;     /* MedalsChange */
    GArray *windows;     /* MedalsBox */
    GArray *dice;        /* double, by class */
    GArray *matches;     /* MedalsTextMatch, by text */
    GPtrArray *warnings; /* char *, owned; NULL-terminated by _finish */
};

MedalsAnswer *medals_answer_new(void);
void medals_answer_warn(MedalsAnswer *answer, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/** Adds a window's extent if it is not there. */
void medals_answer_add_window(MedalsAnswer *answer, const int64_t extent[6]);
/** Fills the changes from one version to another, in the order of the second's
 * class list; classes that are gone follow, under the index that they had. */
void medals_answer_compare(MedalsAnswer *answer, const MedalsState *from,
                           const MedalsState *to);
/** Ends the list of warnings. */
void medals_answer_finish(MedalsAnswer *answer);

#endif
