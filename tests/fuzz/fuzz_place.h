/*
 * fuzz_place.h - a folder for targets whose subject reads files
 */
#ifndef FUZZ_PLACE_H
#define FUZZ_PLACE_H

#include <stddef.h>
#include <stdint.h>

/** The folder of this process; made on first use, removed at exit. Static. */
const char *fuzz_place(void);
/** Writes a file there. @return its path, static until the next call */
const char *fuzz_place_write(const char *name, const uint8_t *data,
                             size_t size);

#endif
