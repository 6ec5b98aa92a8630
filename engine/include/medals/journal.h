/*
 * journal.h - journals of sessions, seen from outside
 *
 * A journal is a folder with one SQLite file, about one image. It holds data
 * of a patient: labelmaps, names, texts. engine/journal/JOURNAL.md has the
 * format. medals_session_open() makes and opens journals.
 */
#ifndef MEDALS_JOURNAL_H
#define MEDALS_JOURNAL_H

#include "medals/types.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsJournalInfo {
    uint32_t struct_size;    /**< set by the caller */
    char image[65];          /**< SHA-256 of voxels and geometry, hex */
    char model[256];         /**< name of the model last used */
    int64_t size[3];         /**< voxels of the image */
    uint64_t revision;       /**< the last whole one */
    uint64_t steps;          /**< that can be undone */
    uint64_t redo_steps;     /**< that can be redone */
    uint64_t classes;        /**< in the class list */
    uint64_t bytes;          /**< on disk */
    int64_t created, edited; /**< seconds since 1970-01-01 UTC */
    bool damaged;            /**< opens up to `revision` only */
} MedalsJournalInfo;

/**
 * Reads what a journal is about, without changing it.
 * @return MEDALS_E_IO the folder holds none or cannot be read; MEDALS_E_INPUT
 *         it is of a newer version, no journal, or in use by another process
 */
MEDALS_API MedalsStatus medals_journal_read(const char *folder,
                                            MedalsJournalInfo *info,
                                            MedalsError **error);
/**
 * Deletes the journal's files, damaged ones that were kept too, and the folder
 * if nothing else is in it.
 * @return as medals_journal_read(); MEDALS_E_INPUT also in use
 */
MEDALS_API MedalsStatus medals_journal_delete(const char *folder,
                                              MedalsError **error);

MEDALS_END_DECLS
#endif
