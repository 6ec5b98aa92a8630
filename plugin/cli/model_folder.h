/*
 * model_folder.h - which model package a command uses
 */
#ifndef CLI_MODEL_FOLDER_H
#define CLI_MODEL_FOLDER_H

/** --model if given, else $MEDALS_MODEL, else the compact package in
 * ../share/medals/models beside the program's folder.
 * @param given may be NULL or empty
 * @owner g_free */
char *model_folder(const char *given);

#endif
