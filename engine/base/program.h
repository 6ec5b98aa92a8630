/*
 * program.h - where the running program lies
 */
#ifndef MEDALS_PROGRAM_H
#define MEDALS_PROGRAM_H

/** Folder of the file that this process runs, links resolved; "" where the
 * system does not tell. Static. */
const char *medals_program_place(void);

#endif
