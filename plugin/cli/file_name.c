#include "file_name.h"

#include <glib.h>
#include <string.h>

bool file_name_ends(const char *name, const char *ending)
{
    size_t n = strlen(ending), length = strlen(name);
    return length >= n && g_ascii_strcasecmp(name + length - n, ending) == 0;
}
