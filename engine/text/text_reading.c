/*
 * text_reading.c - from words to classes
 */
#include "text_reading.h"

#include <string.h>

#include "text_denial.h"
#include "text_groups.h"
#include "text_words.h"

/* One text while it is read. */
typedef struct Reading {
    const MedalsTextReader *reader;
    const char *text;
    MedalsTextWords words;
    GPtrArray *parts, *notes;
    bool ambiguous; /* whose a side is, is not clear */
} Reading;

/* The classes of one group. */
typedef struct Found {
    size_t count; /* 0: none */
    int64_t index[2];
    MedalsSide side; /* that was asked */
} Found;

void medals_text_part_free(MedalsTextPart *part)
{
    g_free(part->text);
    g_free(part->plain);
    g_free(part);
}

static void note(Reading *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note(Reading *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *shown = g_strescape(r->text, NULL);
    g_ptr_array_add(r->notes,
                    g_strdup_printf("text \"%.200s\": %s",
                                    g_utf8_validate(r->text, -1, NULL) &&
                                            !strpbrk(r->text, "\r\n\t")
                                        ? r->text
                                        : shown,
                                    words));
}

static const char *name_of(const Reading *r, int64_t index)
{
    const MedalsClass *info =
        medals_vocabulary_at(r->reader->vocabulary, index);
    return info ? info->name : "";
}

static MedalsSide side_of(const Reading *r, int64_t index)
{
    return medals_side_of_name(name_of(r, index));
}

static MedalsTextPart *add_part(Reading *r, const char *text, int64_t index)
{
    MedalsTextPart *part = g_new0(MedalsTextPart, 1);
    part->text = g_strdup(text);
    part->plain = g_strdup(text);
    part->class_index = index;
    g_ptr_array_add(r->parts, part);
    return part;
}

/* ---- looking up --------------------------------------------------------- */

static int64_t listed(const Reading *r, const char *text)
{
    return medals_vocabulary_listed(r->reader->vocabulary, r->reader->modality,
                                    r->reader->lesion, text);
}

/* A class that is not of another side than the one asked. */
static int64_t of_side(const Reading *r, int64_t index, MedalsSide side)
{
    MedalsSide found = side_of(r, index);
    bool other = found != MEDALS_SIDE_NONE && found != side;
    return index >= 0 && other ? -1 : index;
}

/* What the words of a group, but those of sides, name on a side or on NONE:
 * bare of phrases, else somewhere among them. */
static int64_t look_up(const Reading *r, const MedalsTextGroup *group,
                       MedalsSide side)
{
    const MedalsTextReader *reader = r->reader;
    int64_t index = -1;
    for (int bare = 1; bare >= 0 && index < 0; bare--) {
        g_autofree char *core = medals_text_group_core(&r->words, group, bare);
        g_autofree char *sided =
            side == MEDALS_SIDE_NONE
                ? g_strdup(core)
                : g_strconcat(medals_side_word(side), " ", core, NULL);
        index =
            bare ? medals_vocabulary_named(reader->vocabulary, reader->modality,
                                           reader->lesion, sided)
                 : medals_vocabulary_find(reader->vocabulary, reader->modality,
                                          reader->lesion, sided);
        index = of_side(r, index, side);
    }
    return index;
}

static char *without_side(const char *name)
{
    g_autofree char *words = medals_text_words(name);
    g_autofree char *half = medals_text_words_without(words, "left");
    return medals_text_words_without(half, "right");
}

/* Are they the left and the right one of a thing? */
static bool is_pair(const Reading *r, int64_t left, int64_t right)
{
    if (left < 0 || right < 0 || side_of(r, left) != MEDALS_SIDE_LEFT ||
        side_of(r, right) != MEDALS_SIDE_RIGHT)
        return false;
    g_autofree char *a = without_side(name_of(r, left));
    g_autofree char *b = without_side(name_of(r, right));
    return !strcmp(a, b);
}

static bool find_pair(const Reading *r, const MedalsTextGroup *group,
                      Found *found)
{
    int64_t left = look_up(r, group, MEDALS_SIDE_LEFT);
    int64_t right = look_up(r, group, MEDALS_SIDE_RIGHT);
    if (!is_pair(r, left, right))
        return false;
    *found = (Found){2, {left, right}, MEDALS_SIDE_BOTH};
    return true;
}

static Found one(int64_t index, MedalsSide side)
{
    return (Found){index >= 0 ? 1 : 0, {index, -1}, side};
}

/* Without a side both are meant, if the words say no more than the name. */
static Found find_sideless(const Reading *r, const MedalsTextGroup *group)
{
    Found found = one(look_up(r, group, MEDALS_SIDE_NONE), MEDALS_SIDE_NONE);
    if (found.count)
        return found;
    g_autofree char *bare = medals_text_group_core(&r->words, group, true);
    g_autofree char *left = g_strconcat("left ", bare, NULL);
    if (*bare && listed(r, left) >= 0)
        find_pair(r, group, &found);
    return found;
}

static Found find_group(const Reading *r, const MedalsTextGroup *group)
{
    if (group->side == MEDALS_SIDE_NONE)
        return find_sideless(r, group);
    if (group->side != MEDALS_SIDE_BOTH)
        return one(look_up(r, group, group->side), group->side);
    Found found = {0};
    if (find_pair(r, group, &found))
        return found;
    return one(look_up(r, group, MEDALS_SIDE_NONE), MEDALS_SIDE_BOTH);
}

/* ---- lists -------------------------------------------------------------- */

/* A list: its groups, and the classes of each. */
typedef struct List {
    GArray *groups, *found;
} List;

static bool is_lesion(const Reading *r, int64_t index)
{
    const MedalsClass *info =
        medals_vocabulary_at(r->reader->vocabulary, index);
    return info && info->lesion;
}

/* "left thalamus and putamen": the side in front speaks of both. */
static bool inherits(const Reading *r, const List *list, guint at,
                     const Found *found)
{
    if (at == 0 || found->count != 2 ||
        medals_group_at(list->groups, at)->side != MEDALS_SIDE_NONE)
        return false;
    const MedalsTextGroup *before = medals_group_at(list->groups, at - 1);
    return before->side_first && (before->side == MEDALS_SIDE_LEFT ||
                                  before->side == MEDALS_SIDE_RIGHT);
}

static void take_side(Reading *r, List *list, guint at, Found *found)
{
    MedalsTextGroup *group = medals_group_at(list->groups, at);
    const MedalsTextGroup *before = medals_group_at(list->groups, at - 1);
    group->side = before->side;
    group->side_first = true;
    *found = one(found->index[before->side == MEDALS_SIDE_RIGHT], group->side);
    note(r, "\"%s\" is taken for the %s one, as what stands before it",
         name_of(r, found->index[0]), medals_side_word(group->side));
}

/* Is every group a class, and none of them only where another one lies? */
static bool find_all(Reading *r, List *list)
{
    guint notes = r->notes->len;
    for (guint i = 0; i < list->groups->len; i++) {
        const MedalsTextGroup *group = medals_group_at(list->groups, i);
        MedalsTextGroup behind = medals_text_group_behind(&r->words, group);
        Found found = find_group(r, group);
        if (inherits(r, list, i, &found))
            take_side(r, list, i, &found);
        if (found.count == 0 ||
            (behind.from < behind.to && find_group(r, &behind).count > 0)) {
            g_ptr_array_set_size(r->notes, (gint) notes);
            return false;
        }
        g_array_append_val(list->found, found);
    }
    return true;
}

static bool is_there(const Reading *r, guint from, int64_t index)
{
    for (guint i = from; i < r->parts->len; i++) {
        const MedalsTextPart *part = r->parts->pdata[i];
        if (part->class_index == index)
            return true;
    }
    return false;
}

static void add_found(Reading *r, guint from, const Found *found)
{
    for (size_t n = 0; n < found->count; n++) {
        int64_t index = found->index[n];
        if (is_there(r, from, index))
            continue;
        MedalsTextPart *part = add_part(r, name_of(r, index), index);
        part->listed = true;
        part->side = found->side;
    }
}

static void note_whole(Reading *r, const Found *found)
{
    if (found->count == 1 && found->side != MEDALS_SIDE_NONE &&
        side_of(r, found->index[0]) == MEDALS_SIDE_NONE)
        note(r, "\"%s\" has no sides; the whole of it is answered",
             name_of(r, found->index[0]));
}

static void note_parts(Reading *r, guint from, const char *why)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = from; i < r->parts->len; i++) {
        const MedalsTextPart *part = r->parts->pdata[i];
        g_string_append_printf(names, "%s%s", i > from ? ", " : "", part->text);
    }
    note(r, "%s; answered as %u classes: %s", why, r->parts->len - from,
         names->str);
}

static void add_list(Reading *r, const List *list)
{
    guint from = r->parts->len;
    for (guint i = 0; i < list->found->len; i++) {
        const Found *found = &g_array_index(list->found, Found, i);
        note_whole(r, found);
        add_found(r, from, found);
    }
    if (r->parts->len - from > 1)
        note_parts(r, from, "names several structures");
}

/* ---- sides as borders --------------------------------------------------- */

/* Things side by side without a word between: each has its side, or can have
 * none, and none is a lesion of the other. */
static bool are_side_by_side(const Reading *r, const GArray *groups)
{
    for (guint i = 0; i < groups->len; i++) {
        const MedalsTextGroup *group = medals_group_at(groups, i);
        if (group->only_side)
            return false;
        Found found = find_group(r, group);
        if (found.count != 1 || is_lesion(r, found.index[0]))
            return false;
    }
    return groups->len > 1;
}

/* "left thalamus right putamen", "thalamus left putamen right"; NULL: it is
 * one thing. */
static GArray *side_by_side(const Reading *r, const MedalsTextGroup *group)
{
    for (int before = 1; before >= 0; before--) {
        GArray *groups = medals_text_groups_at_sides(&r->words, group, before);
        if (groups->len <= MEDALS_TEXT_MAX_GROUPS &&
            are_side_by_side(r, groups))
            return groups;
        g_array_unref(groups);
    }
    return NULL;
}

/* Two sided things and one side between them: whose is it? */
static bool is_ambiguous(const Reading *r, const MedalsTextGroup *group)
{
    g_autoptr(GArray) groups =
        medals_text_groups_at_sides(&r->words, group, true);
    if (groups->len != 2 || medals_group_at(groups, 1)->only_side ||
        medals_group_at(groups, 0)->side != MEDALS_SIDE_NONE)
        return false;
    return find_group(r, medals_group_at(groups, 0)).count == 2 &&
           find_group(r, medals_group_at(groups, 1)).count == 1;
}

/* Groups at marks and words of listing, and at sides where things stand
 * side by side. */
static GArray *all_groups(Reading *r)
{
    GArray *groups = medals_text_groups(&r->words);
    if (groups->len > MEDALS_TEXT_MAX_GROUPS)
        return groups;
    for (guint i = groups->len; i-- > 0;) {
        MedalsTextGroup group = *medals_group_at(groups, i);
        g_autoptr(GArray) parts = side_by_side(r, &group);
        if (parts) {
            g_array_remove_index(groups, i);
            g_array_insert_vals(groups, i, parts->data, parts->len);
        } else if (is_ambiguous(r, &group)) {
            r->ambiguous = true;
        }
    }
    return groups;
}

static bool read_list(Reading *r)
{
    List list = {all_groups(r), g_array_new(FALSE, FALSE, sizeof(Found))};
    guint count = list.groups->len;
    bool done = count > 1 && count <= MEDALS_TEXT_MAX_GROUPS &&
                !r->reader->whole && !r->ambiguous && find_all(r, &list);
    if (done)
        add_list(r, &list);
    g_array_unref(list.found);
    g_array_unref(list.groups);
    return done;
}

/* ---- one thing ---------------------------------------------------------- */

/* Only the English words, so that the text may stay as it is? */
static bool speaks_plainly(const Reading *r)
{
    for (guint i = 0; i < r->words.tokens->len; i++)
        if (r->words.sides[i] != MEDALS_SIDE_NONE &&
            strcmp(medals_token_at(r->words.tokens, i)->fold, "left") &&
            strcmp(medals_token_at(r->words.tokens, i)->fold, "right"))
            return false;
    return !r->words.glued;
}

/* The text with its side as an English word in front. */
static char *plain_text(const Reading *r, const MedalsTextGroup *all)
{
    if (all->side == MEDALS_SIDE_NONE || all->side == MEDALS_SIDE_BOTH ||
        speaks_plainly(r))
        return g_strdup(r->text);
    g_autofree char *core = medals_text_group_core(&r->words, all, false);
    return g_strconcat(medals_side_word(all->side), *core ? " " : "", core,
                       NULL);
}

static void add_one(Reading *r, const MedalsTextGroup *all, int64_t index)
{
    g_autofree char *plain = plain_text(r, all);
    MedalsTextPart *part = add_part(r, r->text, index);
    g_free(part->plain);
    part->plain = g_steal_pointer(&plain);
    part->listed = listed(r, part->plain) >= 0;
    part->side = all->side == MEDALS_SIDE_BOTH ? MEDALS_SIDE_NONE : all->side;
}

/* Other things of the list that are not answered. */
static void note_rest(Reading *r, int64_t index)
{
    g_autoptr(GArray) groups = medals_text_groups(&r->words);
    if (groups->len < 2 || index < 0)
        return;
    note(r,
         "not all of it is understood; answered as \"%s\" alone: divide "
         "structures by \";\"",
         name_of(r, index));
}

static void read_one(Reading *r)
{
    MedalsTextGroup all = medals_text_group_all(&r->words);
    MedalsSide side =
        all.side == MEDALS_SIDE_BOTH ? MEDALS_SIDE_NONE : all.side;
    int64_t index = look_up(r, &all, side);
    add_one(r, &all, r->ambiguous ? -1 : index);
    if (r->ambiguous) {
        MedalsTextPart *part = r->parts->pdata[r->parts->len - 1];
        part->empty = true;
        note(r, "which of its structures the side belongs to is not clear; "
                "left empty: divide structures by \";\"");
        return;
    }
    Found found = one(index, all.side);
    note_whole(r, &found);
    note_rest(r, index);
    if (all.side == MEDALS_SIDE_BOTH && index < 0)
        note(r, "names both sides of what is no known class; answered as "
                "one");
}

/* ---- a text ------------------------------------------------------------- */

static bool begins_name(gconstpointer cookie, guint at)
{
    const Reading *r = cookie;
    MedalsTextGroup rest =
        medals_text_group(&r->words, at, r->words.tokens->len);
    g_autofree char *core = medals_text_group_core(&r->words, &rest, false);
    g_auto(GStrv) words = g_strsplit(core, " ", 4);
    for (guint n = MIN(g_strv_length(words), 3); n > 0; n--) {
        g_clear_pointer(&words[n], g_free);
        g_autofree char *name = g_strjoinv(" ", words);
        if (listed(r, name) >= 0)
            return true;
        MedalsTextGroup first = {.from = at, .to = at + n};
        if (find_sideless(r, &first).count == 2)
            return true;
    }
    return false;
}

static bool check_denial(const Reading *r, GError **error)
{
    int64_t at =
        medals_text_denial(r->words.tokens, r->words.kept, begins_name, r);
    if (at < 0)
        return true;
    return medals_fail(
        error, MEDALS_E_INPUT,
        "text \"%.200s\": \"%s\" says what is not wanted; expected the names "
        "of what to segment, divided by \";\", for example \"left kidney; "
        "spleen\"",
        r->text, medals_token_at(r->words.tokens, (guint) at)->lower);
}

/* A text that is a term itself, of the side that is asked, if one is. */
static bool read_term(Reading *r, const char *text, MedalsSide side)
{
    int64_t index = listed(r, text);
    if (side != MEDALS_SIDE_NONE)
        index = of_side(r, index, side);
    if (index < 0)
        return false;
    MedalsTextPart *part = add_part(r, r->text, index);
    part->listed = true;
    part->side = side_of(r, index);
    return true;
}

/* The same with its side in plain English. */
static bool read_plain_term(Reading *r)
{
    MedalsTextGroup all = medals_text_group_all(&r->words);
    if (all.side == MEDALS_SIDE_NONE || all.side == MEDALS_SIDE_BOTH)
        return false;
    g_autofree char *plain = plain_text(r, &all);
    return read_term(r, plain, all.side);
}

static bool read_pair(Reading *r)
{
    MedalsTextGroup all = medals_text_group_all(&r->words);
    if (all.side == MEDALS_SIDE_LEFT || all.side == MEDALS_SIDE_RIGHT ||
        r->ambiguous)
        return false;
    Found found = find_group(r, &all);
    if (found.count != 2 || r->reader->whole)
        return false;
    guint from = r->parts->len;
    add_found(r, from, &found);
    note_parts(r, from,
               all.side == MEDALS_SIDE_BOTH ? "names both sides"
                                            : "names no side");
    return true;
}

bool medals_text_read(const MedalsTextReader *reader, const char *text,
                      GPtrArray *parts, GPtrArray *notes, GError **error)
{
    Reading r = {
        .reader = reader, .text = text, .parts = parts, .notes = notes};
    if (read_term(&r, text, MEDALS_SIDE_NONE))
        return true;
    medals_text_words_init(&r.words, reader->vocabulary, reader->modality,
                           text);
    bool done = read_plain_term(&r);
    bool allowed = done || reader->whole || check_denial(&r, error);
    if (allowed && !done && !read_list(&r) && !read_pair(&r))
        read_one(&r);
    medals_text_words_clear(&r.words);
    return allowed;
}
