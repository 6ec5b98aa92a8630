/*
 * model_folder.h - which model package a command uses
 */
#ifndef CLI_MODEL_FOLDER_H
#define CLI_MODEL_FOLDER_H

/** --model if given, else $MEDALS_MODEL, else the compact package that came
 * with the program: in ../share/medals/models, in an unpacked wheel beside
 * the program's folder, or in 3D Slicer's module beside it. The first of them,
 * to be named as missing, where there is none.
 * @param given may be NULL or empty
 * @owner g_free */
char *model_folder(const char *given);

#endif
