/*
 * answer.c - collecting what changed
 */
#include "answer.h"

#include <math.h>
#include <string.h>

#include "versioned.h"

MedalsAnswer *medals_answer_new(void)
{
    MedalsAnswer *answer = g_new0(MedalsAnswer, 1);
    answer->saved = true;
    answer->changes = g_array_new(FALSE, TRUE, sizeof(MedalsChange));
    answer->windows = g_array_new(FALSE, FALSE, sizeof(MedalsBox));
    answer->dice = g_array_new(FALSE, FALSE, sizeof(double));
    answer->matches = g_array_new(FALSE, FALSE, sizeof(MedalsTextMatch));
    answer->warnings = g_ptr_array_new_with_free_func(g_free);
    return answer;
}

void medals_answer_free(MedalsAnswer **answer)
{
    if (!answer || !*answer)
        return;
    MedalsAnswer *gone = *answer;
    *answer = NULL;
    g_array_unref(gone->changes);
    g_array_unref(gone->windows);
    g_array_unref(gone->dice);
    g_array_unref(gone->matches);
    g_ptr_array_unref(gone->warnings);
    g_free(gone);
}

void medals_answer_warn(MedalsAnswer *answer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(answer->warnings, g_strdup_vprintf(format, args));
    va_end(args);
}

void medals_answer_add_window(MedalsAnswer *answer, const int64_t extent[6])
{
    for (guint i = 0; i < answer->windows->len; i++)
        if (!memcmp(g_array_index(answer->windows, MedalsBox, i).extent, extent,
                    6 * sizeof *extent))
            return;
    MedalsBox box;
    memcpy(box.extent, extent, sizeof box.extent);
    g_array_append_val(answer->windows, box);
}

/* Its place in the later list, or the one that it had before it went. */
static size_t place_of(const MedalsState *from, const MedalsState *to,
                       uint32_t uid)
{
    int64_t index = medals_class_list_of_uid(to->classes, uid);
    return (size_t) (index >= 0 ? index
                                : medals_class_list_of_uid(from->classes, uid));
}

void medals_answer_compare(MedalsAnswer *answer, const MedalsState *from,
                           const MedalsState *to)
{
    g_autoptr(GArray) changes = medals_state_changes(from, to);
    g_array_set_size(answer->changes, 0);
    for (guint n = 0; n < changes->len; n++) {
        const MedalsClassChange *one =
            &g_array_index(changes, MedalsClassChange, n);
        MedalsChange change = {.struct_size = sizeof change,
                               .class_index = place_of(from, to, one->uid),
                               .added = one->added,
                               .removed = one->removed};
        memcpy(change.extent, one->extent, sizeof change.extent);
        g_array_append_val(answer->changes, change);
    }
}

void medals_answer_finish(MedalsAnswer *answer)
{
    g_ptr_array_add(answer->warnings, NULL);
}

uint64_t medals_answer_revision(const MedalsAnswer *answer)
{
    return answer ? answer->revision : 0;
}

bool medals_answer_saved(const MedalsAnswer *answer)
{
    return answer && answer->saved;
}

double medals_answer_seconds(const MedalsAnswer *answer)
{
    return answer ? answer->seconds : 0;
}

const char *const *medals_answer_warnings(const MedalsAnswer *answer)
{
    return answer ? (const char *const *) answer->warnings->pdata : NULL;
}

size_t medals_answer_change_count(const MedalsAnswer *answer)
{
    return answer ? answer->changes->len : 0;
}

bool medals_answer_change(const MedalsAnswer *answer, size_t index,
                          MedalsChange *change)
{
    return index < medals_answer_change_count(answer) &&
           medals_versioned_write(
               change,
               &g_array_index(answer->changes, MedalsChange, (guint) index),
               sizeof *change);
}

size_t medals_answer_window_count(const MedalsAnswer *answer)
{
    return answer ? answer->windows->len : 0;
}

bool medals_answer_window(const MedalsAnswer *answer, size_t index,
                          int64_t extent[6])
{
    if (!extent)
        return false;
    memset(extent, 0, 6 * sizeof *extent);
    if (index >= medals_answer_window_count(answer))
        return false;
    const MedalsBox *box =
        &g_array_index(answer->windows, MedalsBox, (guint) index);
    memcpy(extent, box->extent, sizeof box->extent);
    return true;
}

uint64_t medals_answer_count(const MedalsAnswer *answer)
{
    return answer ? answer->count : 0;
}

double medals_answer_dice(const MedalsAnswer *answer, size_t class_index)
{
    return answer && class_index < answer->dice->len
               ? g_array_index(answer->dice, double, (guint) class_index)
               : NAN;
}

size_t medals_answer_match_count(const MedalsAnswer *answer)
{
    return answer ? answer->matches->len : 0;
}

bool medals_answer_match(const MedalsAnswer *answer, size_t index,
                         size_t *text_index, size_t *class_index)
{
    return answer && medals_text_match_get(answer->matches, index, text_index,
                                           class_index);
}
