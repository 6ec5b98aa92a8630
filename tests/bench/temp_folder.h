/*
 * temp_folder.h - a folder for one run of a benchmark
 */
#ifndef TEMP_FOLDER_H
#define TEMP_FOLDER_H

/** @owner path, g_free(); ends the program where none can be made */
char *temp_folder_new(void);
/** With everything in it, as far as that can be removed. */
void temp_folder_remove(const char *path);

#endif
