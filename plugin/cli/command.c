#include "command.h"

#include <errno.h>
#include <stdio.h>

#include "failure.h"

const Command commands[] = {{"segment", command_segment},
                            {"classes", command_classes},
                            {"inspect", command_inspect},
                            {"convert", command_convert},
                            {"eval", command_eval},
                            {"bench", command_bench},
                            {"interact", command_interact},
                            {"journal", command_journal},
                            {"completion", command_completion},
                            {NULL, NULL}};

static int print_result(const GString *out)
{
    errno = 0;
    size_t written = fwrite(out->str, 1, out->len, stdout);
    if (fflush(stdout) == 0 && written == out->len)
        return EXIT_DONE;
    int code = errno;
    g_autoptr(GError) error = NULL;
    failure_set(&error, failure_of_errno(code),
                "standard output: cannot be written: %s; expected room for "
                "%zu bytes",
                g_strerror(code), out->len);
    return failure_report(error);
}

int command_finish(bool done, const GString *out, const GError *error)
{
    return done ? print_result(out) : failure_report(error);
}
