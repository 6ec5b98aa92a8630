/*
 * class_list_json.c - a class list as the journal has it, and back
 *
 *   {"classes":[{"uid":1,"slot":1,"value":1,"text":"liver","name":"liver",
 *                "mean_probability":"0.75"}, ...],"next_uid":4}
 *
 * Just these fields, in this order, without spaces; text and mean_probability
 * may be missing. Nothing else is read: what is not this was not written by a
 * session.
 */
#include <math.h>
#include <string.h>

#include "class_list.h"
#include "memory.h"

/* ---- writing ------------------------------------------------------------ */

static void put(MedalsBuffer *out, const char *text)
{
    medals_buffer_put(out, text, strlen(text));
}

static void put_number(MedalsBuffer *out, const char *field, uint32_t number)
{
    char digits[16];
    g_snprintf(digits, sizeof digits, "%u", number);
    put(out, field);
    put(out, digits);
}

/* The two letters that stand for a byte; NULL: it stands for itself, or is
 * written in hex. */
static const char *short_escape(char byte)
{
    static const char *const escapes[] = {"\"\"", "\\\\", "\bb", "\ff",
                                          "\nn",  "\rr",  "\tt"};
    for (size_t n = 0; n < G_N_ELEMENTS(escapes); n++)
        if (escapes[n][0] == byte)
            return escapes[n];
    return NULL;
}

static void put_words(MedalsBuffer *out, const char *field, const char *words)
{
    put(out, field);
    put(out, "\"");
    for (; *words; words++) {
        const char *escape = short_escape(*words);
        char piece[8] = {*words};
        if (escape)
            g_snprintf(piece, sizeof piece, "\\%c", escape[1]);
        else if ((uint8_t) *words < 32)
            g_snprintf(piece, sizeof piece, "\\u%04x", (unsigned) *words);
        put(out, piece);
    }
    put(out, "\"");
}

static void put_entry(MedalsBuffer *out, const MedalsClassEntry *entry)
{
    char mean[G_ASCII_DTOSTR_BUF_SIZE];
    put_number(out, "{\"uid\":", entry->uid);
    put_number(out, ",\"slot\":", entry->slot);
    put_number(out, ",\"value\":", entry->value);
    if (entry->text)
        put_words(out, ",\"text\":", entry->text);
    put_words(out, ",\"name\":", entry->name);
    if (!isnan(entry->mean_probability))
        put_words(out, ",\"mean_probability\":",
                  g_ascii_dtostr(mean, sizeof mean, entry->mean_probability));
    put(out, "}");
}

char *medals_class_list_to_json(const MedalsClassList *list, GError **error)
{
    g_auto(MedalsBuffer) out = {0};
    put(&out, "{\"classes\":[");
    for (guint i = 0; i < list->entries->len; i++) {
        put(&out, i ? "," : "");
        put_entry(&out, medals_class_list_at(list, i));
    }
    put_number(&out, "],\"next_uid\":", list->next_uid);
    put(&out, "}");
    medals_buffer_put(&out, "", 1);
    if (!medals_buffer_check(&out, "class list", error))
        return NULL;
    return (char *) medals_buffer_steal(&out);
}

/* ---- reading ------------------------------------------------------------ */

typedef struct Reader {
    const char *at, *end;
} Reader;

/* Whether just this comes next; it is then read. */
static bool take(Reader *reader, const char *text)
{
    size_t length = strlen(text);
    if (length > (size_t) (reader->end - reader->at) ||
        memcmp(reader->at, text, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/* A field and its whole number, without zeros in front. */
static bool take_number(Reader *reader, const char *field, uint32_t low,
                        uint32_t high, uint32_t *number)
{
    if (!take(reader, field))
        return false;
    const char *begin = reader->at;
    uint64_t value = 0;
    for (; reader->at < reader->end && g_ascii_isdigit(*reader->at) &&
           value <= UINT32_MAX;
         reader->at++)
        value = 10 * value + (uint64_t) (*reader->at - '0');
    if (reader->at == begin || *begin == '0' || value < low || value > high)
        return false;
    *number = (uint32_t) value;
    return true;
}

/* What the escape after a backslash stands for; 0: none of ours. */
static char take_escape(Reader *reader)
{
    static const char letters[] = "\"\\bfnrt", bytes[] = "\"\\\b\f\n\r\t";
    if (reader->at == reader->end)
        return 0;
    const char *letter = memchr(letters, *reader->at, sizeof letters - 1);
    if (letter) {
        reader->at++;
        return bytes[letter - letters];
    }
    if (!take(reader, "u00") || reader->end - reader->at < 2)
        return 0;
    int high = g_ascii_xdigit_value(reader->at[0]);
    int low = g_ascii_xdigit_value(reader->at[1]);
    reader->at += 2;
    return high < 0 || high > 1 || low < 0 ? 0 : (char) (16 * high + low);
}

/* A field and its words, at most MEDALS_SESSION_MAX_TEXT bytes. */
static bool take_words(Reader *reader, const char *field,
                       char words[MEDALS_SESSION_MAX_TEXT + 1])
{
    size_t length = 0;
    if (!take(reader, field) || !take(reader, "\""))
        return false;
    while (!take(reader, "\"")) {
        if (reader->at == reader->end || length == MEDALS_SESSION_MAX_TEXT)
            return false;
        char byte = *reader->at++;
        if (byte == '\\')
            byte = take_escape(reader);
        else if ((uint8_t) byte < 32)
            return false;
        if (byte == 0)
            return false;
        words[length++] = byte;
    }
    words[length] = '\0';
    return true;
}

/* Words of a class, where the field is there. */
static bool read_words(Reader *reader, const char *field, char **words)
{
    char buffer[MEDALS_SESSION_MAX_TEXT + 1];
    Reader begin = *reader;
    if (!take(&begin, field))
        return true;
    if (!take_words(reader, field, buffer) ||
        !medals_class_words_check("words", buffer, NULL))
        return false;
    *words = g_strdup(buffer);
    return true;
}

/* A probability as words: they keep its bits. */
static bool read_mean(Reader *reader, double *mean)
{
    static const char field[] = ",\"mean_probability\":";
    char words[MEDALS_SESSION_MAX_TEXT + 1], *end = NULL;
    Reader begin = *reader;
    *mean = NAN;
    if (!take(&begin, field))
        return true;
    if (!take_words(reader, field, words))
        return false;
    *mean = g_ascii_strtod(words, &end);
    return end != words && *end == '\0' && isfinite(*mean);
}

static bool read_entry(Reader *reader, MedalsClassList *list)
{
    MedalsClassEntry *entry = g_new0(MedalsClassEntry, 1);
    uint32_t slot = 0;
    bool ok =
        take_number(reader, "{\"uid\":", 1, UINT32_MAX, &entry->uid) &&
        take_number(reader, ",\"slot\":", 1, 255, &slot) &&
        take_number(reader, ",\"value\":", 1, UINT32_MAX, &entry->value) &&
        read_words(reader, ",\"text\":", &entry->text) &&
        read_words(reader, ",\"name\":", &entry->name) && entry->name &&
        read_mean(reader, &entry->mean_probability) && take(reader, "}");
    entry->slot = (uint8_t) slot;
    if (ok)
        return medals_class_list_take(list, entry);
    medals_class_entry_free(entry);
    return false;
}

/* No uid is one that is still to be given. */
static bool good_uids(const MedalsClassList *list)
{
    bool good = true;
    for (guint i = 0; i < list->entries->len; i++)
        good = good && medals_class_list_at(list, i)->uid < list->next_uid;
    return good;
}

static bool read_list(Reader *reader, MedalsClassList *list)
{
    bool ok = take(reader, "{\"classes\":[");
    for (int n = 0; ok && !take(reader, "]"); n++)
        ok = n < MEDALS_SESSION_MAX_CLASSES && (n == 0 || take(reader, ",")) &&
             read_entry(reader, list);
    return ok &&
           take_number(reader, ",\"next_uid\":", 1, MEDALS_CLASS_LAST_UID,
                       &list->next_uid) &&
           take(reader, "}") && reader->at == reader->end && good_uids(list);
}

MedalsClassList *medals_class_list_from_json(const char *json, size_t size,
                                             GError **error)
{
    Reader reader = {json, json + size};
    MedalsClassList *list = medals_class_list_new();
    if (read_list(&reader, list))
        return list;
    medals_class_list_free(list);
    medals_fail(error, MEDALS_E_INPUT,
                "class list: not what a session writes; expected its own JSON");
    return NULL;
}
