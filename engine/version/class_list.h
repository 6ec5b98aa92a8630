/*
 * class_list.h - the classes of a session
 *
 * A class has three numbers: `index`, its place in the list, as the user
 * counts; `slot` 1..255, its byte in the label layer while it exists; `uid`,
 * never given twice, by which prompts and marks belong to it. Its `value` is
 * what labelmaps show; it is kept as long as the class lives (command.md 3,
 * rule 2).
 */
#ifndef MEDALS_CLASS_LIST_H
#define MEDALS_CLASS_LIST_H

#include "buffer.h"
#include "medals/session.h"

/** The next uid stays below this, so that a whole list more can be numbered. */
#define MEDALS_CLASS_LAST_UID (UINT32_MAX - MEDALS_SESSION_MAX_CLASSES)
/** Longest JSON of a list: text and name, each byte escaped as six. */
#define MEDALS_CLASS_LIST_LONGEST                                              \
    ((size_t) MEDALS_SESSION_MAX_CLASSES *                                     \
     (2 * 6 * (size_t) MEDALS_SESSION_MAX_TEXT + 200))

typedef struct MedalsClassEntry {
    uint32_t uid;
    uint8_t slot;
    uint32_t value;
    char *text;              /* NULL: known by prompts alone */
    char *name;              /* never NULL */
    double mean_probability; /* finite; NaN: none */
} MedalsClassEntry;

typedef struct MedalsClassList {
    GPtrArray *entries; /* MedalsClassEntry *, owned */
    uint32_t next_uid;
} MedalsClassList;

/** Texts and names: UTF-8, not empty, at most MEDALS_SESSION_MAX_TEXT bytes;
 * NULL is none. @return false: MEDALS_E_INPUT */
bool medals_class_words_check(const char *what, const char *words,
                              GError **error);

MedalsClassList *medals_class_list_new(void);
MedalsClassList *medals_class_list_copy(const MedalsClassList *list);
void medals_class_list_free(MedalsClassList *list);
size_t medals_class_list_count(const MedalsClassList *list);
/** NULL: out of range. */
MedalsClassEntry *medals_class_list_at(const MedalsClassList *list,
                                       size_t index);
/** Index of the class with that slot or uid, or -1. */
int64_t medals_class_list_of_slot(const MedalsClassList *list, uint8_t slot);
int64_t medals_class_list_of_uid(const MedalsClassList *list, uint32_t uid);

/**
 * Appends a class with the smallest value and slot not in use.
 * @param name NULL: the text, or "class VALUE"
 * @param value 0: the smallest not in use
 * @return false: MEDALS_E_INPUT over 255 classes, a text that is empty, not
 *         UTF-8, over the limit or there already, a value in use
 */
bool medals_class_list_add(MedalsClassList *list, const char *text,
                           const char *name, uint32_t value, GError **error);
/** @return false: MEDALS_E_INPUT out of range */
bool medals_class_list_remove(MedalsClassList *list, size_t index,
                              GError **error);
/**
 * Makes the list anew, in the order of texts. An entry keeps uid, slot, value
 * of: the class of the same text; else a class without text whose name equals
 * the given name or the text, which then takes the text; for a NULL text: the
 * class without text of that name. What is left of NULL texts without a name
 * goes on, in order, with what is left of classes without text. Others are
 * new. names as in medals_session_set_classes.
 * @return false: MEDALS_E_INPUT (list unchanged)
 */
bool medals_class_list_set(MedalsClassList *list, const char *const *texts,
                           const char *const *names, size_t count,
                           GError **error);

bool medals_class_list_equal(const MedalsClassList *a,
                             const MedalsClassList *b);
/** Appends an entry as it is; taken, also on failure.
 * @return false: its uid, slot, value or text is there already */
bool medals_class_list_take(MedalsClassList *list, MedalsClassEntry *entry);
void medals_class_entry_free(MedalsClassEntry *entry);

/** One JSON object (class_list_json.c). @owner medals_free.
 * NULL: MEDALS_E_NOMEM */
char *medals_class_list_to_json(const MedalsClassList *list, GError **error);
/** Hostile text; just what medals_class_list_to_json() writes.
 * NULL: MEDALS_E_INPUT */
MedalsClassList *medals_class_list_from_json(const char *json, size_t size,
                                             GError **error);

#endif
