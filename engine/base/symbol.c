/*
 * symbol.c - by the dynamic linker
 */
#define _GNU_SOURCE
#include "symbol.h"

#include <dlfcn.h>
#include <stddef.h>

void *medals_symbol_find(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}
