/*
 * io_fixture.h - a folder for the files of a test, and how failures look
 */
#ifndef IO_FIXTURE_H
#define IO_FIXTURE_H

#include <glib.h>
#include <glib/gstdio.h>

#include "error.h"

/** Makes the folder, runs the tests, removes it. @return exit code */
int io_fixture_run(void);
/** "FOLDER/name". @owner g_free */
char *io_path(const char *name);
/** Writes a file there. @return its path, g_free */
char *io_write(const char *name, const void *data, size_t size);
/** $MEDALS_SHARED/name, or NULL after g_test_skip(). @owner g_free */
char *io_shared(const char *name);
/** The error is set, has this status, and its line holds this text. */
void io_assert_error(GError **error, MedalsStatus status, const char *text);

#endif
