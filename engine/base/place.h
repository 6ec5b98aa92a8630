/*
 * place.h - a name in an open folder, and the temporary names beside it
 *
 *   NAME                           what is written or replaced
 *   .NAME.medals-PID-COUNT.tmp     what it will be, by process PID
 *   .NAME.medals-PID-COUNT.old     what it was, where two folders cannot
 *                                  change places at once
 *
 * All go by the open folder: a link that somebody plants leads nowhere.
 */
#ifndef MEDALS_PLACE_H
#define MEDALS_PLACE_H

#include "error.h"

typedef struct MedalsPlace {
    int folder; /* descriptor */
    char *path; /* as the caller wrote it, for messages */
    char *name; /* entry of the folder */
} MedalsPlace;

/** `path: did: errno's words`. Returns false. */
bool medals_place_fail(GError **error, const char *path, const char *did);

/** Opens the folder of a path. Slashes at the end, and "/." there, do not
 * count.
 * @return false: MEDALS_E_IO no such folder; the path ends in no name */
bool medals_place_open(MedalsPlace *place, const char *path, GError **error);
/** Closes; errno stays as it is. */
void medals_place_close(MedalsPlace *place);
/** Whether something has the name, and what: S_IFMT bits, 0: nothing. A link
 * is a link. */
unsigned medals_place_kind(const MedalsPlace *place);

/** The next temporary name of this process. @param ending "tmp" or "old" */
char *medals_place_temporary(const MedalsPlace *place, const char *ending);
/**
 * Looks after what killed processes left beside the name. A ".tmp" goes; an
 * ".old" comes back when nothing has the name, else it goes. Only files and
 * folders of this user, under just these names, whose process is gone; links
 * and all else stay.
 */
void medals_place_sweep(const MedalsPlace *place);
/** Removes an entry; of a folder all that is in it, on this file system. Links
 * go, not what they lead to. What cannot be removed stays. */
void medals_place_remove(int folder, const char *name);

#endif
