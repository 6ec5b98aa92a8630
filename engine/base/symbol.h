/*
 * symbol.h - functions of libraries that the process has loaded
 */
#ifndef MEDALS_SYMBOL_H
#define MEDALS_SYMBOL_H

/** @return its address, or NULL where no loaded library has it */
void *medals_symbol_find(const char *name);

#endif
