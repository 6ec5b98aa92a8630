/*
 * program.c - proc(5): /proc/self/exe leads to the running file
 */
#include "program.h"

#include <glib.h>

static char *find_folder(void)
{
    g_autofree char *file = g_file_read_link("/proc/self/exe", NULL);
    return file ? g_path_get_dirname(file) : g_strdup("");
}

const char *medals_program_place(void)
{
    static char *folder;
    if (g_once_init_enter(&folder))
        g_once_init_leave(&folder, find_folder());
    return folder;
}
