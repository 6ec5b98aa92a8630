/*
 * journal_api.c - journals seen from outside
 */
#include "error_api.h"
#include "journal_info.h"
#include "versioned.h"

MedalsStatus medals_journal_read(const char *folder, MedalsJournalInfo *info,
                                 MedalsError **error)
{
    GError *inner = NULL;
    medals_versioned_clear(info, sizeof *info);
    return medals_check_given(folder, "folder", &inner) &&
                   medals_check_given(info, "info", &inner) &&
                   medals_journal_info(folder, info, &inner)
               ? MEDALS_OK
               : medals_error_take(inner, error);
}

MedalsStatus medals_journal_delete(const char *folder, MedalsError **error)
{
    GError *inner = NULL;
    return medals_check_given(folder, "folder", &inner) &&
                   medals_journal_remove(folder, &inner)
               ? MEDALS_OK
               : medals_error_take(inner, error);
}
