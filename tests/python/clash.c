/*
 * clash.c - a host that has loaded other libraries under the same names
 *
 * Each function ends the process: a wheel that calls one of them instead of its
 * own copy is noticed.
 */
#include <stdlib.h>

#define CLASH(name)                                                            \
    void name(void);                                                           \
    void name(void)                                                            \
    {                                                                          \
        abort();                                                               \
    }

CLASH(cJSON_Delete)
CLASH(cJSON_GetObjectItemCaseSensitive)
CLASH(cJSON_ParseWithLength)
CLASH(cJSON_ParseWithLengthOpts)
CLASH(dnnl_engine_create)
CLASH(dnnl_primitive_create)
CLASH(dnnl_primitive_execute)
CLASH(g_free)
CLASH(g_malloc)
CLASH(g_malloc0)
CLASH(g_strdup_printf)
CLASH(inflate)
CLASH(sqlite3_open_v2)
CLASH(sqlite3_prepare_v2)
