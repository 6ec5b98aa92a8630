#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bridge.h"

GQuark failure_quark(void)
{
    return g_quark_from_static_string("medals-failure");
}

bool failure_set(GError **error, int exit_code, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *message = g_strdup_vprintf(format, values);
    va_end(values);
    g_set_error_literal(error, FAILURE, exit_code, message);
    return false;
}

static int exit_of_status(MedalsStatus status)
{
    switch (status) {
    case MEDALS_OK:
        return EXIT_DONE;
    case MEDALS_E_USAGE:
        return EXIT_USAGE;
    case MEDALS_E_NOMEM:
    case MEDALS_E_NOSPACE:
        return EXIT_NO_ROOM;
    case MEDALS_E_CANCELLED:
        return EXIT_CANCELLED;
    default:
        return EXIT_INPUT;
    }
}

bool failure_take(GError **error, MedalsError *of_library)
{
    if (of_library)
        failure_set(error, exit_of_status(medals_error_status(of_library)),
                    "%s", medals_error_message(of_library));
    else
        failure_set(error, EXIT_NO_ROOM,
                    "memory: no room for an error; expected a message");
    medals_error_free(&of_library);
    return false;
}

bool failure_take_bridge(GError **error, MedalsStatus status, char *message)
{
    failure_set(error, exit_of_status(status), "%s",
                message ? message : "memory: used up; expected more of it");
    medals_bridge_free(message);
    return false;
}

int failure_of_errno(int code)
{
    bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return full || code == ENOMEM ? EXIT_NO_ROOM : EXIT_INPUT;
}

/* The second half of a line, for reasons that come without one. */
static const char *expected_by(int exit_code)
{
    switch (exit_code) {
    case EXIT_USAGE:
        return "; expected what --help lists";
    case EXIT_NO_ROOM:
        return "; expected more memory or disk space";
    case EXIT_CANCELLED:
        return "; nothing was written";
    default:
        return "; expected a readable, undamaged file";
    }
}

int failure_report(const GError *error)
{
    int code = error->domain == FAILURE ? error->code : EXIT_INPUT;
    g_autofree char *line = g_utf8_make_valid(error->message, -1);
    g_strdelimit(line, "\r\n", ' ');
    fprintf(stderr, "medals: %s%s\n", line,
            strstr(line, "; ") || strstr(line, "expected") ? ""
                                                           : expected_by(code));
    return code;
}
