/*
 * journal_file.h - a session on disk: SQLite in WAL mode, one image a folder
 *
 *   open -> what is there (base state, steps, cursor, revision)
 *   each accepted call: one transaction, committed before it is answered
 *
 * JOURNAL.md describes tables and formats. The file is held with an exclusive
 * lock while it is open: a second process gets a clear error. Folder 0700,
 * files 0600.
 */
#ifndef MEDALS_JOURNAL_FILE_H
#define MEDALS_JOURNAL_FILE_H

#include "history.h"
#include "task.h"

typedef struct MedalsJournalFile MedalsJournalFile;

/** What a journal brings back. All owned by the caller. */
typedef struct MedalsJournalContent {
    bool resumed;       /* false: the journal is new and empty */
    MedalsState *state; /* at the cursor */
    MedalsHistory *history;
    uint64_t revision;
    char *model;      /* name of the model last used; g_free */
    char *modality;   /* word of medals_modality_name() or NULL; g_free */
    char *locks;      /* word of class_lock.h or NULL; g_free */
    GArray *extents;  /* MedalsRevisionExtent, ascending (see below) */
    char *warning;    /* damaged: opened up to ...; or NULL; g_free */
    MedalsTask *task; /* of the caller, while it is read; or NULL */
} MedalsJournalContent;

/** Where a revision changed voxels; lo > hi in no axis; empty: all zero. */
typedef struct MedalsRevisionExtent {
    uint64_t revision;
    int64_t extent[6];
} MedalsRevisionExtent;

/**
 * Opens or makes the journal of an image in a folder.
 * @param hash of the image (content_hash.h)
 * @param size its voxels
 * @param limit bytes on disk above which it is compacted
 * @param task progress, a unit a step read and a unit a step replayed; may be
 *        NULL
 * @return NULL: MEDALS_E_CANCELLED (the journal is as it was); MEDALS_E_INPUT
 *         the folder's journal is of another image, of a newer version, or in
 *         use; MEDALS_E_IO, MEDALS_E_NOSPACE it cannot be made or read;
 *         MEDALS_E_NOMEM
 */
MedalsJournalFile *
medals_journal_file_open(const char *folder, const char *hash,
                         const int64_t size[3], const char *model,
                         uint64_t limit, MedalsTask *task,
                         MedalsJournalContent *content, GError **error);
/** Notes which classes are locked; what cannot be written now is written with
 * the next revision. */
void medals_journal_file_locks(MedalsJournalFile *journal, const char *locks);
void medals_journal_content_clear(MedalsJournalContent *content);
/** Closes; NULL is accepted. */
void medals_journal_file_close(MedalsJournalFile *journal);

/** One revision: what was done, and what it changed. */
typedef struct MedalsJournalEntry {
    uint64_t revision;
    const MedalsStep *step; /* a new step at `cursor`-1; NULL: undo, redo */
    size_t cursor;          /* of the history afterwards */
    int64_t extent[6];      /* changed voxels; all zero: none */
    const char *modality;   /* or NULL */
    const char *locks;      /* word of class_lock.h */
} MedalsJournalEntry;
/**
 * Commits one revision. After a failure the journal still opens at the last
 * whole revision; the next call tries to write all that is missing, for which
 * `state` and `history` (as they are after this entry) are at hand.
 * @return false: MEDALS_E_NOSPACE, MEDALS_E_IO (not saved)
 */
bool medals_journal_file_append(MedalsJournalFile *journal,
                                const MedalsJournalEntry *entry,
                                const MedalsState *state,
                                const MedalsHistory *history, GError **error);
/** Whether the limit is exceeded so far that the oldest steps must go; the
 * number of them: the session forgets as many (medals_history_forget) after
 * the journal did. 0: nothing to do. */
size_t medals_journal_file_compact(MedalsJournalFile *journal,
                                   const MedalsHistory *history,
                                   GError **error);

#endif
