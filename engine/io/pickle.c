/*
 * pickle.c - a stack machine that can only build data
 *
 *   stack   values; MARK pushes the present depth on a stack of its own
 *   memo    number -> value
 *   arena   where values and texts live, bounded, freed as a whole
 */
#include "pickle.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

/* What reading may cost. Data come outside of the pickle, so that a checkpoint
 * of a thousand tensors needs less than a megabyte. */
#define INPUT_MAX ((size_t) 16 << 20)
#define ARENA_MAX ((size_t) 256 << 20)
#define MEMO_MAX 4000000
#define STACK_MAX 4000000 /* values, and marks */
#define GLOBAL_MAX 200    /* bytes of a module or name */

struct MedalsPickle {
    const char *name;
    const uint8_t *at, *end;
    const char *const *globals;
    MedalsArena arena;
    GPtrArray *stack; /* MedalsPickleValue */
    GArray *marks;    /* size_t depths */
    GPtrArray *memo;
    MedalsPickleValue *root;
};

typedef MedalsPickleValue Value;

static bool fail_damaged(const MedalsPickle *p, const char *what,
                         GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT, "%s: damaged pickle: %s", p->name,
                       what);
}

/* --- memory ------------------------------------------------------------- */

static Value *make(MedalsPickle *p, MedalsPickleKind kind, GError **error)
{
    Value *value = medals_arena_take(&p->arena, sizeof *value, error);
    if (value)
        *value = (Value){.kind = kind};
    return value;
}

/* Containers double, so that all growth together costs twice the items. */
static bool append(MedalsPickle *p, Value *list, Value *const *items,
                   size_t count, GError **error)
{
    if (count > list->room - list->count) {
        size_t room = MAX(list->count + count, 2 * list->room);
        Value **grown =
            medals_arena_take(&p->arena, room * sizeof *grown, error);
        if (!grown)
            return false;
        if (list->count)
            memcpy(grown, list->items, list->count * sizeof *grown);
        list->items = grown;
        list->room = room;
    }
    if (count)
        memcpy(list->items + list->count, items, count * sizeof *items);
    list->count += count;
    return true;
}

/* --- the stack ----------------------------------------------------------- */

/* Values above the last MARK may be taken by an opcode, those below not. */
static size_t floor_of(const MedalsPickle *p)
{
    return p->marks->len ? g_array_index(p->marks, size_t, p->marks->len - 1)
                         : 0;
}

static bool push(MedalsPickle *p, Value *value, GError **error)
{
    if (!value)
        return false;
    if (p->stack->len >= STACK_MAX)
        return fail_damaged(p, "too many values on the stack", error);
    g_ptr_array_add(p->stack, value);
    return true;
}

static Value *pop(MedalsPickle *p, GError **error)
{
    if (p->stack->len <= floor_of(p)) {
        fail_damaged(p, "a value is missing on the stack", error);
        return NULL;
    }
    return g_ptr_array_remove_index(p->stack, p->stack->len - 1);
}

static Value *top(const MedalsPickle *p, GError **error)
{
    if (p->stack->len > floor_of(p))
        return p->stack->pdata[p->stack->len - 1];
    fail_damaged(p, "a value is missing on the stack", error);
    return NULL;
}

/* Removes the last MARK; items above it stay until drop_to(). */
static bool pop_mark(MedalsPickle *p, size_t *depth, GError **error)
{
    if (p->marks->len == 0)
        return fail_damaged(p, "a mark is missing on the stack", error);
    *depth = floor_of(p);
    g_array_set_size(p->marks, p->marks->len - 1);
    return true;
}

static Value **items_above(const MedalsPickle *p, size_t depth, size_t *count)
{
    *count = p->stack->len - depth;
    return (Value **) p->stack->pdata + depth;
}

static void drop_to(MedalsPickle *p, size_t depth)
{
    g_ptr_array_set_size(p->stack, (gint) depth);
}

/* --- input --------------------------------------------------------------- */

static const uint8_t *need(MedalsPickle *p, size_t count, GError **error)
{
    if (count > (size_t) (p->end - p->at)) {
        fail_damaged(p, "it ends too early", error);
        return NULL;
    }
    const uint8_t *bytes = p->at;
    p->at += count;
    return bytes;
}

static bool read_number(MedalsPickle *p, size_t width, uint64_t *number,
                        GError **error)
{
    const uint8_t *bytes = need(p, width, error);
    *number = 0;
    for (size_t i = 0; bytes && i < width; i++)
        *number |= (uint64_t) bytes[i] << (8 * i);
    return bytes != NULL;
}

/* A line without its newline, as a text in the arena. */
static const char *read_line(MedalsPickle *p, size_t *length, GError **error)
{
    size_t left = (size_t) (p->end - p->at);
    const uint8_t *newline = left ? memchr(p->at, '\n', left) : NULL;
    if (!newline) {
        fail_damaged(p, "it ends too early", error);
        return NULL;
    }
    *length = (size_t) (newline - p->at);
    char *line = medals_arena_take(&p->arena, *length + 1, error);
    if (!line)
        return NULL;
    memcpy(line, p->at, *length);
    line[*length] = '\0';
    p->at = newline + 1;
    return line;
}

/* --- values -------------------------------------------------------------- */

static bool push_kind(MedalsPickle *p, MedalsPickleKind kind, GError **error)
{
    return push(p, make(p, kind, error), error);
}

static bool push_integer(MedalsPickle *p, MedalsPickleKind kind, int64_t number,
                         GError **error)
{
    Value *value = make(p, kind, error);
    if (value)
        value->integer = number;
    return push(p, value, error);
}

static bool push_float(MedalsPickle *p, double number, GError **error)
{
    Value *value = make(p, MEDALS_PICKLE_FLOAT, error);
    if (value)
        value->number = number;
    return push(p, value, error);
}

/* Texts are copied: the value ends with a NUL, and the input may go. */
static bool push_text(MedalsPickle *p, MedalsPickleKind kind,
                      const uint8_t *bytes, size_t length, GError **error)
{
    Value *value = make(p, kind, error);
    char *text = value ? medals_arena_take(&p->arena, length + 1, error) : NULL;
    if (!text)
        return false;
    if (length)
        memcpy(text, bytes, length);
    text[length] = '\0';
    value->text = text;
    value->length = length;
    return push(p, value, error);
}

static bool read_text(MedalsPickle *p, MedalsPickleKind kind, size_t width,
                      GError **error)
{
    uint64_t length;
    if (!read_number(p, width, &length, error))
        return false;
    if (length > INPUT_MAX)
        return fail_damaged(p, "it ends too early", error);
    const uint8_t *bytes = need(p, (size_t) length, error);
    return bytes && push_text(p, kind, bytes, (size_t) length, error);
}

/* BINFLOAT is big-endian. */
static bool read_float(MedalsPickle *p, GError **error)
{
    const uint8_t *bytes = need(p, 8, error);
    uint64_t bits = 0;
    double number;
    for (int i = 0; bytes && i < 8; i++)
        bits = bits << 8 | bytes[i];
    memcpy(&number, &bits, sizeof number);
    return bytes && push_float(p, number, error);
}

/* LONG1: two's complement, any length; we keep 64 bits. */
static bool read_long(MedalsPickle *p, GError **error)
{
    uint64_t length, number = 0;
    if (!read_number(p, 1, &length, error))
        return false;
    const uint8_t *bytes = need(p, (size_t) length, error);
    if (!bytes)
        return false;
    if (length > 8)
        return fail_damaged(p, "an integer of more than 64 bits", error);
    if (length && bytes[length - 1] & 0x80)
        number = ~(uint64_t) 0;
    for (size_t i = 0; i < length; i++) {
        number &= ~((uint64_t) 0xff << (8 * i));
        number |= (uint64_t) bytes[i] << (8 * i);
    }
    return push_integer(p, MEDALS_PICKLE_INT, (int64_t) number, error);
}

static bool read_fixed(MedalsPickle *p, size_t width, GError **error)
{
    uint64_t number;
    if (!read_number(p, width, &number, error))
        return false;
    return push_integer(
        p, MEDALS_PICKLE_INT,
        width == 4 ? (int64_t) (int32_t) number : (int64_t) number, error);
}

/* Protocol 0: INT ("01" and "00" are booleans), LONG, FLOAT as text. */
static bool read_decimal(MedalsPickle *p, uint8_t opcode, GError **error)
{
    size_t length;
    const char *line = read_line(p, &length, error);
    if (!line)
        return false;
    char *end;
    if (opcode == 'F') {
        double number = g_ascii_strtod(line, &end);
        return end > line && !*end ? push_float(p, number, error)
                                   : fail_damaged(p, "not a number", error);
    }
    if (opcode == 'I' && (!strcmp(line, "00") || !strcmp(line, "01")))
        return push_integer(p, MEDALS_PICKLE_BOOL, line[1] == '1', error);
    int64_t number = g_ascii_strtoll(line, &end, 10);
    if (opcode == 'L' && *end == 'L')
        end++;
    return end > line && !*end
               ? push_integer(p, MEDALS_PICKLE_INT, number, error)
               : fail_damaged(p, "not a number", error);
}

/* --- containers ---------------------------------------------------------- */

static bool push_items(MedalsPickle *p, MedalsPickleKind kind, size_t depth,
                       GError **error)
{
    size_t count;
    Value **items = items_above(p, depth, &count);
    if (kind == MEDALS_PICKLE_DICT && count % 2)
        return fail_damaged(p, "a key without a value", error);
    Value *value = make(p, kind, error);
    if (!value || !append(p, value, items, count, error))
        return false;
    drop_to(p, depth);
    return push(p, value, error);
}

static bool gather_marked(MedalsPickle *p, MedalsPickleKind kind,
                          GError **error)
{
    size_t depth;
    return pop_mark(p, &depth, error) && push_items(p, kind, depth, error);
}

static bool gather_last(MedalsPickle *p, size_t count, GError **error)
{
    if (p->stack->len - floor_of(p) < count)
        return fail_damaged(p, "a value is missing on the stack", error);
    return push_items(p, MEDALS_PICKLE_TUPLE, p->stack->len - count, error);
}

/* APPEND(S), SETITEM(S), ADDITEMS: what lies above depth goes into what lies
 * just below it. */
static bool extend(MedalsPickle *p, MedalsPickleKind kind, size_t depth,
                   GError **error)
{
    if (depth <= floor_of(p))
        return fail_damaged(p, "a value is missing on the stack", error);
    size_t count;
    Value **items = items_above(p, depth, &count);
    Value *target = p->stack->pdata[depth - 1];
    if (target->kind != kind || (kind == MEDALS_PICKLE_DICT && count % 2))
        return fail_damaged(p, "items for another kind of value", error);
    if (!append(p, target, items, count, error))
        return false;
    drop_to(p, depth);
    return true;
}

static bool extend_marked(MedalsPickle *p, MedalsPickleKind kind,
                          GError **error)
{
    size_t depth;
    return pop_mark(p, &depth, error) && extend(p, kind, depth, error);
}

static bool extend_last(MedalsPickle *p, MedalsPickleKind kind, size_t count,
                        GError **error)
{
    if (p->stack->len < count)
        return fail_damaged(p, "a value is missing on the stack", error);
    return extend(p, kind, p->stack->len - count, error);
}

/* --- names and calls ----------------------------------------------------- */

static bool push_global(MedalsPickle *p, const char *module, const char *name,
                        GError **error)
{
    g_autofree char *full = g_strdup_printf("%s %s", module, name);
    for (size_t i = 0; p->globals[i]; i++)
        if (!strcmp(full, p->globals[i])) {
            Value *value = make(p, MEDALS_PICKLE_GLOBAL, error);
            if (!value)
                return false;
            value->text = p->globals[i];
            value->length = strlen(value->text);
            return push(p, value, error);
        }
    g_autofree char *shown = g_strescape(full, NULL);
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: the pickle asks for %.200s; expected data only "
                       "(nothing was run)",
                       p->name, shown);
}

static bool read_global(MedalsPickle *p, GError **error)
{
    size_t module_length, name_length;
    const char *module = read_line(p, &module_length, error);
    const char *name = module ? read_line(p, &name_length, error) : NULL;
    if (!name)
        return false;
    if (module_length > GLOBAL_MAX || name_length > GLOBAL_MAX)
        return fail_damaged(p, "a name too long", error);
    return push_global(p, module, name, error);
}

static bool stack_global(MedalsPickle *p, GError **error)
{
    Value *name = pop(p, error);
    Value *module = name ? pop(p, error) : NULL;
    if (!module)
        return false;
    if (name->kind != MEDALS_PICKLE_TEXT || name->length > GLOBAL_MAX ||
        module->kind != MEDALS_PICKLE_TEXT || module->length > GLOBAL_MAX)
        return fail_damaged(p, "a name that is not a text", error);
    return push_global(p, module->text, name->text, error);
}

/* What calling a name gives: a dict where it makes one, else a note of it. */
static bool push_call(MedalsPickle *p, Value *global, Value *arguments,
                      GError **error)
{
    if (global->kind != MEDALS_PICKLE_GLOBAL ||
        arguments->kind != MEDALS_PICKLE_TUPLE)
        return fail_damaged(p, "a call of what is no name", error);
    bool is_dict = !strcmp(global->text, "collections OrderedDict");
    if (is_dict && arguments->count == 0)
        return push_kind(p, MEDALS_PICKLE_DICT, error);
    Value *value = make(p, MEDALS_PICKLE_CALL, error);
    Value *items[] = {global, arguments};
    return value && append(p, value, items, 2, error) && push(p, value, error);
}

static bool reduce(MedalsPickle *p, GError **error)
{
    Value *arguments = pop(p, error);
    Value *global = arguments ? pop(p, error) : NULL;
    return global && push_call(p, global, arguments, error);
}

/* The state of a dict (`_metadata` of a state dict) is of no use here. */
static bool build(MedalsPickle *p, GError **error)
{
    Value *state = pop(p, error);
    Value *target = state ? top(p, error) : NULL;
    if (!target)
        return false;
    if (target->kind == MEDALS_PICKLE_DICT)
        return true;
    if (target->kind != MEDALS_PICKLE_CALL || target->count > 2)
        return fail_damaged(p, "a state for another kind of value", error);
    return append(p, target, &state, 1, error);
}

static bool store_id(MedalsPickle *p, GError **error)
{
    Value *id = pop(p, error);
    Value *value = id ? make(p, MEDALS_PICKLE_STORED, error) : NULL;
    return value && append(p, value, &id, 1, error) && push(p, value, error);
}

/* --- memo ---------------------------------------------------------------- */

static bool memo_put(MedalsPickle *p, uint64_t index, GError **error)
{
    Value *value = top(p, error);
    if (!value)
        return false;
    if (index >= MEMO_MAX)
        return fail_damaged(p, "a memo number too large", error);
    if (index >= p->memo->len)
        g_ptr_array_set_size(p->memo, (gint) index + 1);
    p->memo->pdata[index] = value;
    return true;
}

static bool memo_get(MedalsPickle *p, uint64_t index, GError **error)
{
    if (index < p->memo->len && p->memo->pdata[index])
        return push(p, p->memo->pdata[index], error);
    return fail_damaged(p, "a memo number that was never set", error);
}

static bool memo_number(MedalsPickle *p, size_t width, bool put, GError **error)
{
    uint64_t index;
    if (!read_number(p, width, &index, error))
        return false;
    return put ? memo_put(p, index, error) : memo_get(p, index, error);
}

static bool memo_decimal(MedalsPickle *p, bool put, GError **error)
{
    size_t length;
    const char *line = read_line(p, &length, error);
    if (!line)
        return false;
    uint64_t index = g_ascii_strtoull(line, NULL, 10);
    return put ? memo_put(p, index, error) : memo_get(p, index, error);
}

/* --- opcodes ------------------------------------------------------------- */

static bool skip(MedalsPickle *p, size_t count, GError **error)
{
    return need(p, count, error) != NULL;
}

static bool push_mark(MedalsPickle *p, GError **error)
{
    if (p->marks->len >= STACK_MAX)
        return fail_damaged(p, "too many marks", error);
    size_t depth = p->stack->len;
    g_array_append_val(p->marks, depth);
    return true;
}

static bool drop_top(MedalsPickle *p, GError **error)
{
    size_t depth;
    if (p->marks->len && floor_of(p) == p->stack->len)
        return pop_mark(p, &depth, error);
    return pop(p, error) != NULL;
}

static bool drop_marked(MedalsPickle *p, GError **error)
{
    size_t depth;
    if (!pop_mark(p, &depth, error))
        return false;
    drop_to(p, depth);
    return true;
}

static bool duplicate(MedalsPickle *p, GError **error)
{
    return push(p, top(p, error), error);
}

static bool stop(MedalsPickle *p, GError **error)
{
    p->root = pop(p, error);
    if (p->root && (p->stack->len || p->marks->len))
        return fail_damaged(p, "values are left over", error);
    return p->root != NULL;
}

static bool fail_opcode(const MedalsPickle *p, uint8_t opcode, GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: the pickle has opcode 0x%02x; expected only those "
                       "that build data (nothing was run)",
                       p->name, opcode);
}

/* Numbers and texts. */
static bool step_scalar(MedalsPickle *p, uint8_t opcode, GError **error)
{
    switch (opcode) {
    case 'N':
        return push_kind(p, MEDALS_PICKLE_NONE, error);
    case 0x88:
    case 0x89:
        return push_integer(p, MEDALS_PICKLE_BOOL, opcode == 0x88, error);
    case 'J':
        return read_fixed(p, 4, error);
    case 'K':
        return read_fixed(p, 1, error);
    case 'M':
        return read_fixed(p, 2, error);
    case 0x8a:
        return read_long(p, error);
    case 'G':
        return read_float(p, error);
    case 'I':
    case 'L':
    case 'F':
        return read_decimal(p, opcode, error);
    case 'X':
        return read_text(p, MEDALS_PICKLE_TEXT, 4, error);
    case 0x8c:
        return read_text(p, MEDALS_PICKLE_TEXT, 1, error);
    case 0x8d:
        return read_text(p, MEDALS_PICKLE_TEXT, 8, error);
    case 'U': /* str of Python 2: a text to those who wrote it */
        return read_text(p, MEDALS_PICKLE_TEXT, 1, error);
    case 'T':
        return read_text(p, MEDALS_PICKLE_TEXT, 4, error);
    case 'C':
        return read_text(p, MEDALS_PICKLE_BYTES, 1, error);
    case 'B':
        return read_text(p, MEDALS_PICKLE_BYTES, 4, error);
    case 0x8e:
        return read_text(p, MEDALS_PICKLE_BYTES, 8, error);
    default:
        return fail_opcode(p, opcode, error);
    }
}

/* Containers, the memo, names. */
static bool step(MedalsPickle *p, uint8_t opcode, GError **error)
{
    switch (opcode) {
    case 0x80: /* PROTO */
        return skip(p, 1, error);
    case 0x95: /* FRAME */
        return skip(p, 8, error);
    case '(':
        return push_mark(p, error);
    case '0':
        return drop_top(p, error);
    case '1':
        return drop_marked(p, error);
    case '2':
        return duplicate(p, error);
    case '}':
        return push_kind(p, MEDALS_PICKLE_DICT, error);
    case 'd':
        return gather_marked(p, MEDALS_PICKLE_DICT, error);
    case 's':
        return extend_last(p, MEDALS_PICKLE_DICT, 2, error);
    case 'u':
        return extend_marked(p, MEDALS_PICKLE_DICT, error);
    case ']':
    case 0x8f: /* EMPTY_SET */
        return push_kind(p, MEDALS_PICKLE_LIST, error);
    case 'l':
        return gather_marked(p, MEDALS_PICKLE_LIST, error);
    case 'a':
        return extend_last(p, MEDALS_PICKLE_LIST, 1, error);
    case 'e':
    case 0x90: /* ADDITEMS */
        return extend_marked(p, MEDALS_PICKLE_LIST, error);
    case ')':
        return push_kind(p, MEDALS_PICKLE_TUPLE, error);
    case 't':
    case 0x91: /* FROZENSET */
        return gather_marked(p, MEDALS_PICKLE_TUPLE, error);
    case 0x85:
    case 0x86:
    case 0x87:
        return gather_last(p, opcode - 0x84u, error);
    case 'q':
        return memo_number(p, 1, true, error);
    case 'r':
        return memo_number(p, 4, true, error);
    case 'p':
        return memo_decimal(p, true, error);
    case 0x94: /* MEMOIZE */
        return memo_put(p, p->memo->len, error);
    case 'h':
        return memo_number(p, 1, false, error);
    case 'j':
        return memo_number(p, 4, false, error);
    case 'g':
        return memo_decimal(p, false, error);
    case 'c':
        return read_global(p, error);
    case 0x93:
        return stack_global(p, error);
    case 'R':
    case 0x81: /* NEWOBJ */
        return reduce(p, error);
    case 'b':
        return build(p, error);
    case 'Q':
        return store_id(p, error);
    default:
        return step_scalar(p, opcode, error);
    }
}

static bool run_program(MedalsPickle *p, GError **error)
{
    while (true) {
        const uint8_t *opcode = need(p, 1, error);
        if (!opcode)
            return false;
        if (*opcode == '.')
            return stop(p, error);
        if (!step(p, *opcode, error))
            return false;
    }
}

MedalsPickle *medals_pickle_read(const char *name, const uint8_t *data,
                                 size_t size, const char *const *globals,
                                 GError **error)
{
    if (size > INPUT_MAX) {
        medals_fail(error, MEDALS_E_INPUT,
                    "%s: a pickle of %zu bytes; expected at most %zu", name,
                    size, INPUT_MAX);
        return NULL;
    }
    MedalsPickle *p = g_new0(MedalsPickle, 1);
    p->name = name;
    p->at = data;
    p->end = data + size;
    p->globals = globals;
    medals_arena_init(&p->arena, name, ARENA_MAX);
    p->stack = g_ptr_array_new();
    p->marks = g_array_new(FALSE, FALSE, sizeof(size_t));
    p->memo = g_ptr_array_new();
    if (!run_program(p, error)) {
        medals_pickle_free(p);
        return NULL;
    }
    return p;
}

void medals_pickle_free(MedalsPickle *pickle)
{
    if (!pickle)
        return;
    medals_arena_clear(&pickle->arena);
    g_ptr_array_unref(pickle->stack);
    g_array_unref(pickle->marks);
    g_ptr_array_unref(pickle->memo);
    g_free(pickle);
}

const MedalsPickleValue *medals_pickle_root(const MedalsPickle *pickle)
{
    return pickle->root;
}
