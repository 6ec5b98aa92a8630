/*
 * answer.c - collecting what changed
 */
#include "answer.h"

#include <math.h>
#include <string.h>

MedalsAnswer *medals_answer_new(void)
{
    MedalsAnswer *answer = g_new0(MedalsAnswer, 1);
    answer->saved = true;
    answer->changes = g_array_new(FALSE, TRUE, sizeof(MedalsChange));
    answer->windows = g_array_new(FALSE, FALSE, sizeof(MedalsBox));
    answer->dice = g_array_new(FALSE, FALSE, sizeof(double));
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

static void add_change(MedalsAnswer *answer, const MedalsState *from,
                       const MedalsState *to, size_t index, uint32_t uid)
{
    MedalsChange change = {.struct_size = sizeof change, .class_index = index};
    if (medals_state_change(from, to, uid, change.extent, &change.added,
                            &change.removed))
        g_array_append_val(answer->changes, change);
}

void medals_answer_compare(MedalsAnswer *answer, const MedalsState *from,
                           const MedalsState *to)
{
    g_array_set_size(answer->changes, 0);
    for (size_t i = 0; i < medals_class_list_count(to->classes); i++)
        add_change(answer, from, to, i,
                   medals_class_list_at(to->classes, i)->uid);
    for (size_t i = 0; i < medals_class_list_count(from->classes); i++) {
        uint32_t uid = medals_class_list_at(from->classes, i)->uid;
        if (medals_class_list_of_uid(to->classes, uid) < 0)
            add_change(answer, from, to, i, uid);
    }
}

void medals_answer_finish(MedalsAnswer *answer)
{
    g_ptr_array_add(answer->warnings, NULL);
}

uint64_t medals_answer_revision(const MedalsAnswer *answer)
{
    return answer->revision;
}

bool medals_answer_saved(const MedalsAnswer *answer)
{
    return answer->saved;
}

double medals_answer_seconds(const MedalsAnswer *answer)
{
    return answer->seconds;
}

const char *const *medals_answer_warnings(const MedalsAnswer *answer)
{
    return (const char *const *) answer->warnings->pdata;
}

size_t medals_answer_change_count(const MedalsAnswer *answer)
{
    return answer->changes->len;
}

bool medals_answer_change(const MedalsAnswer *answer, size_t index,
                          MedalsChange *change)
{
    if (index >= answer->changes->len)
        return false;
    MedalsChange out =
        g_array_index(answer->changes, MedalsChange, (guint) index);
    out.struct_size = change->struct_size;
    memcpy(change, &out, MIN(change->struct_size, sizeof out));
    return true;
}

size_t medals_answer_window_count(const MedalsAnswer *answer)
{
    return answer->windows->len;
}

bool medals_answer_window(const MedalsAnswer *answer, size_t index,
                          int64_t extent[6])
{
    if (index >= answer->windows->len)
        return false;
    const MedalsBox *box =
        &g_array_index(answer->windows, MedalsBox, (guint) index);
    memcpy(extent, box->extent, sizeof box->extent);
    return true;
}

uint64_t medals_answer_count(const MedalsAnswer *answer)
{
    return answer->count;
}

double medals_answer_dice(const MedalsAnswer *answer, size_t class_index)
{
    return class_index < answer->dice->len
               ? g_array_index(answer->dice, double, (guint) class_index)
               : NAN;
}
