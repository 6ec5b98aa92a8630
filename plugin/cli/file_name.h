/*
 * file_name.h - endings of file names, which know no case
 */
#ifndef CLI_FILE_NAME_H
#define CLI_FILE_NAME_H

#include <stdbool.h>

/** @return whether a name ends like ".nii.gz", in small letters or capitals */
bool file_name_ends(const char *name, const char *ending);

#endif
