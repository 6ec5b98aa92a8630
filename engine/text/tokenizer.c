/*
 * tokenizer.c - basic tokenisation and WordPiece
 */
#include "tokenizer.h"

#include <string.h>

#include "file.h"
#include "unicode_text.h"

#define MAX_VOCAB_BYTES ((size_t) 32 << 20)
#define MAX_VOCAB_LINES ((size_t) 1 << 20)
#define MAX_LINE_BYTES 1024
/* A word of more characters is unknown as a whole. */
#define MAX_WORD_CHARS 100

static const char *const mpnet_specials[] = {"<s>",    "<pad>", "</s>",
                                             "<mask>", "[UNK]", NULL};
static const char *const bert_specials[] = {"[PAD]", "[UNK]",  "[CLS]",
                                            "[SEP]", "[MASK]", NULL};

struct MedalsTokenizer {
    char *lines;     /* the file, line ends replaced by NUL */
    GHashTable *ids; /* line -> id */
    size_t count;
    int32_t cls, sep, unk;
    const char *const *specials;
};

/* Ids of one text as they come. */
typedef struct Output {
    const MedalsTokenizer *tokenizer;
    int32_t *ids;
    size_t count, room;
    bool cut;
} Output;

static bool find(const MedalsTokenizer *tokenizer, const char *token,
                 int32_t *id)
{
    gpointer value;
    if (!g_hash_table_lookup_extended(tokenizer->ids, token, NULL, &value))
        return false;
    *id = GPOINTER_TO_INT(value);
    return true;
}

static bool add_line(MedalsTokenizer *t, const char *path, char *line,
                     size_t size, GError **error)
{
    if (size > 0 && line[size - 1] == '\r')
        line[--size] = '\0';
    if (size > MAX_LINE_BYTES)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: line %zu has %zu bytes; expected at most %d",
                           path, t->count + 1, size, MAX_LINE_BYTES);
    if (!g_utf8_validate(line, (gssize) size, NULL))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: line %zu is not UTF-8; expected one token",
                           path, t->count + 1);
    if (t->count == MAX_VOCAB_LINES)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: too many lines; expected at most %zu", path,
                           MAX_VOCAB_LINES);
    g_hash_table_insert(t->ids, line, GINT_TO_POINTER((gint) t->count++));
    return true;
}

static bool add_lines(MedalsTokenizer *t, const char *path, size_t size,
                      GError **error)
{
    char *line = t->lines, *end = t->lines + size;
    while (line < end) {
        char *stop = memchr(line, '\n', (size_t) (end - line));
        if (!stop)
            stop = end; /* the buffer has a NUL there */
        *stop = '\0';
        if (!add_line(t, path, line, (size_t) (stop - line), error))
            return false;
        line = stop + 1;
    }
    return true;
}

static bool find_marker(const MedalsTokenizer *t, const char *path,
                        const char *token, int32_t *id, GError **error)
{
    if (find(t, token, id))
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: no line %s among %zu; expected a WordPiece "
                       "vocabulary",
                       path, token, t->count);
}

MedalsTokenizer *medals_tokenizer_read(const char *path, bool mpnet,
                                       GError **error)
{
    size_t size;
    char *lines = medals_file_read(path, MAX_VOCAB_BYTES, &size, error);
    if (!lines)
        return NULL;
    MedalsTokenizer *t = g_new0(MedalsTokenizer, 1);
    t->lines = lines;
    t->ids = g_hash_table_new(g_str_hash, g_str_equal);
    t->specials = mpnet ? mpnet_specials : bert_specials;
    if (!add_lines(t, path, size, error) ||
        !find_marker(t, path, "[CLS]", &t->cls, error) ||
        !find_marker(t, path, "[SEP]", &t->sep, error) ||
        !find_marker(t, path, "[UNK]", &t->unk, error)) {
        medals_tokenizer_free(t);
        return NULL;
    }
    return t;
}

void medals_tokenizer_free(MedalsTokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    g_hash_table_unref(tokenizer->ids);
    g_free(tokenizer->lines);
    g_free(tokenizer);
}

int64_t medals_tokenizer_count(const MedalsTokenizer *tokenizer)
{
    return (int64_t) tokenizer->count;
}

static void put_id(Output *out, int32_t id)
{
    if (out->count < out->room)
        out->ids[out->count++] = id;
    else
        out->cut = true;
}

/* The longest entry of the vocabulary that starts `text`; its bytes, or 0.
 * `first` is false inside a word, where entries carry "##". */
static size_t longest_piece(const MedalsTokenizer *t, const char *text,
                            size_t size, bool first, int32_t *id)
{
    char piece[2 + 6 * MAX_WORD_CHARS + 1] = "##";
    char *body = first ? piece : piece + 2;
    memcpy(body, text, size);
    while (size > 0) {
        body[size] = '\0';
        if (find(t, piece, id))
            return size;
        size = (size_t) (g_utf8_prev_char(body + size) - body);
    }
    return 0;
}

static void put_word(Output *out, GString *word)
{
    const MedalsTokenizer *t = out->tokenizer;
    int32_t pieces[MAX_WORD_CHARS];
    size_t count = 0;
    if (word->len == 0)
        return;
    bool known = g_utf8_strlen(word->str, (gssize) word->len) <= MAX_WORD_CHARS;
    for (size_t start = 0; known && start < word->len;) {
        size_t size = longest_piece(t, word->str + start, word->len - start,
                                    start == 0, &pieces[count]);
        known = size > 0;
        start += size;
        count++;
    }
    if (!known)
        put_id(out, t->unk);
    for (size_t i = 0; known && i < count; i++)
        put_id(out, pieces[i]);
    g_string_truncate(word, 0);
}

static bool is_punctuation(gunichar c)
{
    if (c < 128)
        return g_ascii_ispunct((gchar) c);
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
        return true;
    default:
        return false;
    }
}

/* What stood between two blanks, in lower case. Empties `run`. */
static void put_run(Output *out, GString *run)
{
    if (run->len == 0 || out->cut) {
        g_string_truncate(run, 0);
        return;
    }
    g_autofree char *text =
        g_utf8_normalize(run->str, (gssize) run->len, G_NORMALIZE_NFD);
    g_string_truncate(run, 0);
    GString *word = g_string_new(NULL);
    for (const char *p = text; p && *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_type(c) == G_UNICODE_NON_SPACING_MARK)
            continue;
        bool apart = is_punctuation(c);
        if (apart)
            put_word(out, word);
        g_string_append_unichar(word, c);
        if (apart)
            put_word(out, word);
    }
    put_word(out, word);
    g_string_free(word, TRUE);
}

static bool is_dropped(gunichar c)
{
    if (c == 0xfffd)
        return true;
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
        return true;
    default:
        return false;
    }
}

static bool is_blank(gunichar c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return true;
    switch (g_unichar_type(c)) {
    case G_UNICODE_SPACE_SEPARATOR:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

/* The blocks that BERT's tokeniser treats as ideographs. */
static bool is_ideograph(gunichar c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
           (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b820 && c <= 0x2ceaf) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

static void put_char(Output *out, GString *run, gunichar c)
{
    bool ideograph = is_ideograph(c);
    if (is_blank(c)) {
        put_run(out, run);
        return;
    }
    if (is_dropped(c))
        return;
    if (ideograph)
        put_run(out, run);
    medals_utf8_append_lower(run, c);
    if (ideograph)
        put_run(out, run);
}

/* Bytes of the special token that starts `text`, or 0. */
static size_t special_token(const MedalsTokenizer *t, const char *text,
                            int32_t *id)
{
    if (*text != '<' && *text != '[')
        return 0;
    for (const char *const *s = t->specials; *s; s++)
        if (g_str_has_prefix(text, *s) && find(t, *s, id))
            return strlen(*s);
    return 0;
}

bool medals_tokenizer_run(const MedalsTokenizer *tokenizer, const char *text,
                          int32_t *ids, size_t max, size_t *count, bool *cut,
                          GError **error)
{
    if (!medals_utf8_check("text", text, error))
        return false;
    /* One place is kept for [SEP]. */
    Output out = {.tokenizer = tokenizer, .ids = ids, .room = max - 1};
    put_id(&out, tokenizer->cls);
    GString *run = g_string_new(NULL);
    for (const char *p = text; *p && !out.cut;) {
        int32_t id;
        size_t special = special_token(tokenizer, p, &id);
        if (special) {
            put_run(&out, run);
            put_id(&out, id);
            p += special;
        } else {
            put_char(&out, run, g_utf8_get_char(p));
            p = g_utf8_next_char(p);
        }
    }
    put_run(&out, run);
    g_string_free(run, TRUE);
    ids[out.count++] = tokenizer->sep;
    *count = out.count;
    *cut = out.cut;
    return true;
}
