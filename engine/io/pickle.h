/*
 * pickle.h - the part of Python's pickle that only builds data
 *
 *   bytes --opcodes--> stack of values --STOP--> one value
 *
 * A pickle is a program for a small stack machine that may call any Python
 * function. This reader calls none: it knows the opcodes of numbers, texts and
 * containers, and a list of harmless names, which it keeps as names. What a
 * known name is called with is kept as a value of kind CALL, for the caller to
 * look at; any other name ends the reading with an error that says it.
 * Protocols 0 to 5 as far as those opcodes go.
 */
#ifndef MEDALS_PICKLE_H
#define MEDALS_PICKLE_H

#include "error.h"

typedef enum MedalsPickleKind {
    MEDALS_PICKLE_NONE,
    MEDALS_PICKLE_BOOL, /* integer is 0 or 1 */
    MEDALS_PICKLE_INT,
    MEDALS_PICKLE_FLOAT,
    MEDALS_PICKLE_TEXT, /* UTF-8 as stored, NUL after the last byte */
    MEDALS_PICKLE_BYTES,
    MEDALS_PICKLE_TUPLE,  /* and frozen sets */
    MEDALS_PICKLE_LIST,   /* and sets */
    MEDALS_PICKLE_DICT,   /* items: key, value, key, value, ... */
    MEDALS_PICKLE_GLOBAL, /* text is "module name" */
    MEDALS_PICKLE_CALL,   /* items: global, argument tuple, [state] */
    MEDALS_PICKLE_STORED  /* items: the persistent id */
} MedalsPickleKind;

typedef struct MedalsPickleValue MedalsPickleValue;
struct MedalsPickleValue {
    MedalsPickleKind kind;
    int64_t integer;
    double number;
    const char *text;          /* TEXT, BYTES, GLOBAL */
    size_t length;             /* bytes of text */
    MedalsPickleValue **items; /* containers may hold one another: a walk must
                                  not go deeper than it expects */
    size_t count;
    size_t room; /* of items */
};

typedef struct MedalsPickle MedalsPickle;

/**
 * @param name    stands in messages
 * @param globals allowed names, "module name", NULL-terminated
 * @return NULL: MEDALS_E_INPUT names the unknown opcode or global, or says
 *         what is damaged; MEDALS_E_NOMEM. @owner medals_pickle_free
 */
MedalsPickle *medals_pickle_read(const char *name, const uint8_t *data,
                                 size_t size, const char *const *globals,
                                 GError **error);
void medals_pickle_free(MedalsPickle *pickle);
/** What the pickle holds. Borrowed. */
const MedalsPickleValue *medals_pickle_root(const MedalsPickle *pickle);

/** The value of a text key of a DICT (the last, if there are several).
 * @return NULL: no dict, no such key */
const MedalsPickleValue *medals_pickle_lookup(const MedalsPickleValue *dict,
                                              const char *key);
/** Whether the value is a CALL of that global ("module name"). */
bool medals_pickle_is_call(const MedalsPickleValue *value, const char *global);
/** Item of a TUPLE or LIST, of one kind. @return NULL: it is not so */
const MedalsPickleValue *medals_pickle_item(const MedalsPickleValue *value,
                                            size_t index,
                                            MedalsPickleKind kind);

#endif
