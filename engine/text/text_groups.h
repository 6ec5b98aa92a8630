/*
 * text_groups.h - the words of a text in groups, where it lists things
 *
 *   "left and right parotid, please"  ->  [left] [right parotid]
 *
 * Names that hold a word of listing or denying themselves stay whole: the
 * longest name wins.
 */
#ifndef MEDALS_TEXT_GROUPS_H
#define MEDALS_TEXT_GROUPS_H

#include "text_sides.h"
#include "vocabulary.h"

/** Words of a text, and what each of them does there. */
typedef struct MedalsTextWords {
    GArray *tokens;    /* of MedalsToken */
    bool *kept;        /* [tokens] part of a name that is not taken apart */
    MedalsSide *sides; /* [tokens] */
    bool glued;        /* a side was cut off a word */
} MedalsTextWords;

/** Tokens from..to (to not included) that belong together. */
typedef struct MedalsTextGroup {
    guint from, to;
    MedalsSide side; /* of its words, or given by a neighbour */
    bool side_first; /* its first word is a side */
    bool only_side;  /* it names no thing */
} MedalsTextGroup;

void medals_text_words_init(MedalsTextWords *words,
                            const MedalsVocabulary *vocabulary,
                            MedalsModality modality, const char *text);
void medals_text_words_clear(MedalsTextWords *words);

/** @return array of MedalsTextGroup without those of mere phrases; not empty
 *  where there are tokens. Those that only say a side have given it to the
 *  next or the last thing. */
GArray *medals_text_groups(const MedalsTextWords *words);
/** Groups of tokens from..to, one for each side word: it begins there when
 * `before`, or ends there. */
GArray *medals_text_groups_at_sides(const MedalsTextWords *words,
                                    const MedalsTextGroup *group, bool before);
/** The whole text as one group. */
MedalsTextGroup medals_text_group_all(const MedalsTextWords *words);
/** A group of tokens; `side` is that of its words. */
MedalsTextGroup medals_text_group(const MedalsTextWords *words, guint from,
                                  guint to);
/** Words of a group but those of sides. @param bare without phrases too
 *  @owner g_free */
char *medals_text_group_core(const MedalsTextWords *words,
                             const MedalsTextGroup *group, bool bare);
/** Does it say where a thing is by another thing ("near the liver")? The
 * group of the words behind, or an empty one. */
MedalsTextGroup medals_text_group_behind(const MedalsTextWords *words,
                                         const MedalsTextGroup *group);

/** A text of more groups than this is no list. */
#define MEDALS_TEXT_MAX_GROUPS 256

#define medals_group_at(groups, i) (&g_array_index(groups, MedalsTextGroup, i))

#endif
