#include "interact_line.h"

#include <cJSON.h>
#include <string.h>

/* The state of one pass. */
typedef struct {
    const char *text;
    size_t size, at;
    size_t depth;
    bool in_object;  /* the top level is an object */
    bool at_name;    /* at depth 1, a name may follow */
    LineRange *next; /* where the value that follows goes, or NULL */
    LineScan *scan;
} Pass;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Moves behind a string whose quote is at the cursor. */
static LineRange skip_string(Pass *pass)
{
    LineRange range = {pass->at, 0};
    for (pass->at++; pass->at < pass->size; pass->at++) {
        char c = pass->text[pass->at];
        if (c == '"')
            break;
        if (c != '\\')
            continue;
        if (pass->size - pass->at > 5 &&
            memcmp(pass->text + pass->at, "\\u0000", 6) == 0)
            pass->scan->has_zero = true;
        pass->at++;
    }
    pass->at = MIN(pass->at + 1, pass->size);
    range.size = pass->at - range.begin;
    return range;
}

static bool is_odd_number(const char *word, size_t size)
{
    static const char *const odd[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t n = 0; n < G_N_ELEMENTS(odd); n++)
        if (strlen(odd[n]) == size && memcmp(odd[n], word, size) == 0)
            return true;
    return false;
}

/* Moves behind a number or a word. */
static LineRange skip_word(Pass *pass)
{
    LineRange range = {pass->at, 0};
    while (pass->at < pass->size && !is_blank(pass->text[pass->at]) &&
           !strchr(",:[]{}\"", pass->text[pass->at]))
        pass->at++;
    if (pass->at == range.begin)
        pass->at++;
    range.size = pass->at - range.begin;
    if (pass->in_object && is_odd_number(pass->text + range.begin, range.size))
        pass->scan->has_odd_number = true;
    return range;
}

static LineRange *range_of_name(Pass *pass, LineRange name)
{
    static const char *const names[] = {"\"op\"", "\"id\"", "\"cancel_id\""};
    LineRange *const ranges[] = {&pass->scan->op, &pass->scan->id,
                                 &pass->scan->cancel_id};
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
        if (strlen(names[n]) == name.size && ranges[n]->size == 0 &&
            memcmp(names[n], pass->text + name.begin, name.size) == 0)
            return ranges[n];
    return NULL;
}

static void take_scalar(Pass *pass, LineRange range)
{
    if (pass->depth == 1 && pass->in_object && pass->at_name) {
        pass->next = range_of_name(pass, range);
        pass->at_name = false;
    } else if (pass->depth == 1 && pass->next) {
        *pass->next = range;
        pass->next = NULL;
    }
}

static void take_mark(Pass *pass, char c)
{
    LineScan *scan = pass->scan;
    if (c == '{' || c == '[') {
        if (pass->depth++ == 0)
            pass->in_object = c == '{';
        pass->at_name = pass->depth == 1 && c == '{';
        pass->next = NULL;
        scan->values++;
    } else if (c == '}' || c == ']') {
        pass->depth -= pass->depth > 0;
    } else if (c == ',') {
        pass->at_name = pass->depth == 1;
        pass->next = NULL;
        scan->values++;
    }
    pass->at++;
}

void line_scan(const char *text, size_t size, LineScan *scan)
{
    memset(scan, 0, sizeof *scan);
    scan->values = 1;
    Pass pass = {.text = text, .size = size, .scan = scan};
    while (pass.at < size) {
        char c = text[pass.at];
        if (is_blank(c))
            pass.at++;
        else if (c == '"')
            take_scalar(&pass, skip_string(&pass));
        else if (c != '\0' && strchr(",:[]{}", c))
            take_mark(&pass, c);
        else
            take_scalar(&pass, skip_word(&pass));
    }
}

char *line_range_copy(const char *text, LineRange range)
{
    return range.size ? g_strndup(text + range.begin, range.size) : NULL;
}

static bool is_whole(const char *text)
{
    return *text && strspn(text + (*text == '-'), "0123456789") ==
                        strlen(text + (*text == '-'));
}

bool line_id_equal(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return true;
    if (is_whole(a) && is_whole(b))
        return false;
    cJSON *x = cJSON_Parse(a), *y = cJSON_Parse(b);
    bool same = cJSON_Compare(x, y, true);
    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

static const char *skip_digits(const char *at)
{
    return at + strspn(at, "0123456789");
}

/* RFC 8259, 6. */
static bool is_number(const char *at)
{
    at += *at == '-';
    if (!g_ascii_isdigit(*at))
        return false;
    at = *at == '0' ? at + 1 : skip_digits(at);
    if (*at == '.') {
        if (!g_ascii_isdigit(*++at))
            return false;
        at = skip_digits(at);
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        if (!g_ascii_isdigit(*at))
            return false;
        at = skip_digits(at);
    }
    return *at == '\0';
}

bool line_id_is_sound(const char *id)
{
    if (*id != '"')
        return is_number(id);
    for (const char *at = id; *at; at++)
        if ((unsigned char) *at < 0x20)
            return false;
    cJSON *parsed = cJSON_ParseWithOpts(id, NULL, true);
    bool sound = cJSON_IsString(parsed) && g_utf8_validate(id, -1, NULL);
    cJSON_Delete(parsed);
    return sound;
}
