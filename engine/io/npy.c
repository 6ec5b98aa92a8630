/*
 * npy.c - the header's dict literal, and numbers in order
 */
#include "npy.h"

#include <string.h>

#include "memory.h"

#define MAGIC "\x93NUMPY"
#define HEADER_MAX 65536
#define WORD_MAX 32
#define HEADER_ALIGNMENT 64

static bool fail_header(const char *name, const char *what, GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: %s; expected a NumPy array header", name, what);
}

/* --- the dict literal ----------------------------------------------------- */

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\n')
        (*at)++;
}

static bool take_char(const char **at, char c)
{
    skip_blanks(at);
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_text(const char **at, char word[WORD_MAX])
{
    skip_blanks(at);
    char quote = **at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *end = strchr(*at + 1, quote);
    if (!end || end - *at > WORD_MAX)
        return false;
    size_t length = (size_t) (end - *at - 1);
    memcpy(word, *at + 1, length);
    word[length] = '\0';
    *at = end + 1;
    return true;
}

static bool take_bool(const char **at, bool *value)
{
    skip_blanks(at);
    *value = g_str_has_prefix(*at, "True");
    if (!*value && !g_str_has_prefix(*at, "False"))
        return false;
    *at += *value ? 4 : 5;
    return true;
}

/* (), (3,), (3, 4) */
static bool take_shape(const char **at, MedalsNpy *npy)
{
    if (!take_char(at, '('))
        return false;
    while (!take_char(at, ')')) {
        char *end;
        skip_blanks(at);
        if (npy->ndim == MEDALS_NPY_MAX_DIMS || !g_ascii_isdigit(**at))
            return false;
        guint64 size = g_ascii_strtoull(*at, &end, 10);
        if (size > G_MAXINT64)
            return false;
        npy->shape[npy->ndim++] = (int64_t) size;
        *at = end;
        if (!take_char(at, ',') && **at != ')')
            return false;
    }
    return true;
}

static bool find_dtype(const char *descr, MedalsNpy *npy)
{
    static const struct {
        const char *word; /* without byte order */
        MedalsDtype dtype;
    } words[] = {{"f4", MEDALS_F32}, {"f2", MEDALS_F16}, {"f8", MEDALS_F64},
                 {"u1", MEDALS_U8},  {"i1", MEDALS_I8},  {"b1", MEDALS_U8},
                 {"u2", MEDALS_U16}, {"i2", MEDALS_I16}, {"u4", MEDALS_U32},
                 {"i4", MEDALS_I32}, {"u8", MEDALS_U64}, {"i8", MEDALS_I64}};
    npy->swapped = descr[0] == '>';
    if (!descr[0] || !strchr("<>|=", descr[0]))
        return false;
    npy->is_object = !strcmp(descr + 1, "O");
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (!strcmp(descr + 1, words[i].word)) {
            npy->dtype = words[i].dtype;
            return true;
        }
    return npy->is_object;
}

static bool parse_dict(MedalsNpy *npy, const char *name, const char *at,
                       GError **error)
{
    char key[WORD_MAX], descr[WORD_MAX] = "";
    unsigned seen = 0;
    if (!take_char(&at, '{'))
        return fail_header(name, "no dict", error);
    while (!take_char(&at, '}')) {
        if (!take_text(&at, key) || !take_char(&at, ':'))
            return fail_header(name, "a dict without keys", error);
        bool ok = false;
        unsigned bit = 0;
        if (!strcmp(key, "descr"))
            ok = take_text(&at, descr), bit = 1;
        else if (!strcmp(key, "fortran_order"))
            ok = take_bool(&at, &npy->fortran), bit = 2;
        else if (!strcmp(key, "shape"))
            ok = take_shape(&at, npy), bit = 4;
        if (!ok || (seen & bit))
            return fail_header(name, "a dict with other values", error);
        seen |= bit;
        take_char(&at, ',');
    }
    if (seen != 7)
        return fail_header(name, "a dict without all three keys", error);
    return find_dtype(descr, npy) ||
           medals_fail(error, MEDALS_E_INPUT,
                       "%s: numbers of type %s; expected integers, booleans "
                       "or floating point numbers",
                       name, descr);
}

/* --- the whole ------------------------------------------------------------ */

/* Where the dict begins and how long it is. */
static bool find_dict(const char *name, const uint8_t *bytes, size_t size,
                      size_t *begin, size_t *length, GError **error)
{
    if (size < 12 || memcmp(bytes, MAGIC, 6) != 0)
        return fail_header(name, "no magic word", error);
    if (bytes[6] < 1 || bytes[6] > 3)
        return fail_header(name, "an unknown version", error);
    *begin = bytes[6] == 1 ? 10 : 12;
    *length = (size_t) bytes[8] | (size_t) bytes[9] << 8;
    if (bytes[6] > 1)
        *length |= (size_t) bytes[10] << 16 | (size_t) bytes[11] << 24;
    if (*length > HEADER_MAX || *length > size - *begin)
        return fail_header(name, "a header that is cut off", error);
    return true;
}

static bool check_size(MedalsNpy *npy, const char *name, GError **error)
{
    size_t expected = medals_dtype_size(npy->dtype);
    npy->count = 1;
    for (int i = 0; i < npy->ndim; i++)
        if (!medals_size_multiply(&npy->count, (size_t) npy->shape[i]) ||
            !medals_size_multiply(&expected, (size_t) npy->shape[i]))
            return fail_header(name, "a shape that overflows", error);
    if (npy->is_object || expected == npy->bytes)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: %zu bytes of data; expected %zu by its shape", name,
                       npy->bytes, expected);
}

bool medals_npy_parse(MedalsNpy *npy, const char *name, const uint8_t *bytes,
                      size_t size, GError **error)
{
    size_t begin, length;
    *npy = (MedalsNpy){0};
    if (!find_dict(name, bytes, size, &begin, &length, error))
        return false;
    g_autofree char *dict = g_strndup((const char *) bytes + begin, length);
    npy->data = bytes + begin + length;
    npy->bytes = size - begin - length;
    return parse_dict(npy, name, dict, error) && check_size(npy, name, error);
}

static void copy_number(uint8_t *dst, const uint8_t *src, size_t size,
                        bool swapped)
{
    for (size_t i = 0; i < size; i++)
        dst[i] = src[swapped ? size - 1 - i : i];
}

void medals_npy_copy(const MedalsNpy *npy, void *dst)
{
    size_t size = medals_dtype_size(npy->dtype);
    bool plain = !npy->fortran || npy->ndim < 2;
    if (plain && (!npy->swapped || size == 1)) {
        memcpy(dst, npy->data, npy->bytes);
        return;
    }
    size_t stride[MEDALS_NPY_MAX_DIMS], step = 1;
    for (int i = 0; i < npy->ndim; i++) { /* as stored: first axis fastest */
        stride[i] = step;
        step *= (size_t) npy->shape[i];
    }
    int64_t index[MEDALS_NPY_MAX_DIMS] = {0};
    size_t at = 0;
    for (size_t n = 0; n < npy->count; n++) {
        copy_number((uint8_t *) dst + n * size,
                    npy->data + (plain ? n : at) * size, size, npy->swapped);
        for (int i = npy->ndim - 1; i >= 0; i--) {
            at += stride[i];
            if (++index[i] < npy->shape[i])
                break;
            at -= (size_t) index[i] * stride[i];
            index[i] = 0;
        }
    }
}

static const char *descr_word(MedalsDtype dtype)
{
    static const char *const words[] = {"<f4", NULL,  "<f2", "<f8",
                                        "|u1", "|i1", "<u2", "<i2",
                                        "<u4", "<i4", "<u8", "<i8"};
    return (size_t) dtype < G_N_ELEMENTS(words) ? words[dtype] : NULL;
}

uint8_t *medals_npy_header(MedalsDtype dtype, int ndim, const int64_t *shape,
                           size_t *size)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text,
                           "{'descr': '%s', 'fortran_order': False, "
                           "'shape': (",
                           descr_word(dtype));
    for (int i = 0; i < ndim; i++)
        g_string_append_printf(text, "%" G_GINT64_FORMAT "%s", shape[i],
                               ndim == 1      ? ","
                               : i + 1 < ndim ? ", "
                                              : "");
    g_string_append(text, "), }");
    while ((10 + text->len + 1) % HEADER_ALIGNMENT)
        g_string_append_c(text, ' ');
    g_string_append_c(text, '\n');
    *size = 10 + text->len;
    uint8_t *header = g_malloc(*size);
    memcpy(header, MAGIC "\1\0", 8);
    header[8] = (uint8_t) (text->len & 0xff);
    header[9] = (uint8_t) (text->len >> 8);
    memcpy(header + 10, text->str, text->len);
    g_string_free(text, TRUE);
    return header;
}
