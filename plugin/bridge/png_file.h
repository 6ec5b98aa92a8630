/*
 * png_file.h - pictures
 */
#ifndef MEDALS_BRIDGE_PNG_FILE_H
#define MEDALS_BRIDGE_PNG_FILE_H

#include "bridge.h"

MEDALS_BEGIN_DECLS

/**
 * Writes an RGB picture as PNG.
 * @shape rgb [height, width, 3] uint8, rows from the top
 * @return MEDALS_E_USAGE a side is 0 or above 65535; MEDALS_E_IO;
 *         MEDALS_E_NOSPACE; MEDALS_E_NOMEM
 */
MedalsStatus medals_png_write(const char *path, const uint8_t *rgb,
                              uint32_t width, uint32_t height, char **message);

MEDALS_END_DECLS
#endif
