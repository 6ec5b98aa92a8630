/*
 * journal_info.h - a journal seen from outside (medals/journal.h)
 */
#ifndef MEDALS_JOURNAL_INFO_H
#define MEDALS_JOURNAL_INFO_H

#include "error.h"
#include "medals/journal.h"

/** See medals_journal_read(). */
bool medals_journal_info(const char *folder, MedalsJournalInfo *info,
                         GError **error);
/** See medals_journal_delete(). */
bool medals_journal_remove(const char *folder, GError **error);

#endif
