/*
 * class_lock.h - classes whose voxels stay as they are
 *
 *   before, next --> voxels that a locked class would win or lose
 *                --> take their label and marks of `before` again
 *
 * A lock belongs to a class by its uid. It is no part of a version: undo and
 * redo leave it, and walk over it.
 */
#ifndef MEDALS_CLASS_LOCK_H
#define MEDALS_CLASS_LOCK_H

#include "state.h"

/** A set of uids. g_hash_table_unref */
GHashTable *medals_class_locks_new(void);
bool medals_class_locks_has(const GHashTable *locks, uint32_t uid);
void medals_class_locks_set(GHashTable *locks, uint32_t uid, bool locked);
/** The journal's word: "3,17", ascending; "" for none. g_free */
char *medals_class_locks_word(const GHashTable *locks);
/** The other way; what is no number is left out. word may be NULL. */
void medals_class_locks_of_word(GHashTable *locks, const char *word);

/**
 * Gives back to `next` what locked classes that both versions have would win
 * or lose.
 * @param kept receives how many voxels were given back
 * @return false: MEDALS_E_NOMEM (next is then to be thrown away)
 */
bool medals_class_locks_hold(const GHashTable *locks, const MedalsState *before,
                             MedalsState *next, uint64_t *kept, GError **error);

#endif
