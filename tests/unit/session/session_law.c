#include "session_law.h"

#include <string.h>

/* Bits of a mark. */
enum { IN = 1, OUT = 2, WAITS = 4 };

typedef struct LawEvent {
    enum { EVENT_MARK, EVENT_ANSWER, EVENT_FORGET } kind;
    uint32_t value;
    bool in, remembered;
    MedalsVoxelSet set;
    GArray *windows; /* int64_t[6], or NULL */
} LawEvent;

struct SessionLaw {
    int64_t size[3];
    size_t voxels;
    GPtrArray *steps; /* GPtrArray of LawEvent */
    size_t cursor;
    uint8_t *marks[256]; /* by value; NULL: none */
    uint64_t waiting;    /* marks that wait; about */
};

static void event_free(void *data)
{
    LawEvent *event = data;
    medals_voxel_set_clear(&event->set);
    if (event->windows)
        g_array_unref(event->windows);
    g_free(event);
}

static void step_free(void *data)
{
    g_ptr_array_unref(data);
}

SessionLaw *session_law_new(const int64_t size[3])
{
    SessionLaw *law = g_new0(SessionLaw, 1);
    memcpy(law->size, size, sizeof law->size);
    law->voxels = (size_t) (size[0] * size[1] * size[2]);
    law->steps = g_ptr_array_new_with_free_func(step_free);
    return law;
}

static void clear_marks(SessionLaw *law)
{
    for (int value = 0; value < 256; value++)
        g_clear_pointer(&law->marks[value], g_free);
    law->waiting = 0;
}

void session_law_free(SessionLaw *law)
{
    clear_marks(law);
    g_ptr_array_unref(law->steps);
    g_free(law);
}

/* ---- what holds --------------------------------------------------------- */

static void put_mark(SessionLaw *law, const LawEvent *event, size_t v)
{
    law->marks[event->value][v] =
        (uint8_t) (event->in ? IN : OUT) | (event->remembered ? WAITS : 0);
    law->waiting += event->remembered;
    for (uint32_t other = 0; event->in && other < 256; other++)
        if (other != event->value && law->marks[other] &&
            law->marks[other][v] & IN)
            law->marks[other][v] = 0; /* the later mark wins */
}

static void hold_mark(SessionLaw *law, const LawEvent *event)
{
    const int64_t *box = event->set.box;
    const uint8_t *mask = event->set.mask;
    if (!law->marks[event->value])
        law->marks[event->value] = g_malloc0(law->voxels);
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++)
                if (*mask++)
                    put_mark(
                        law, event,
                        (size_t) ((k * law->size[1] + j) * law->size[0] + i));
}

static void end_waiting(SessionLaw *law, uint32_t of, const int64_t box[6])
{
    for (uint32_t value = of; value < (of ? of + 1 : 256); value++)
        for (int64_t k = box[4]; law->marks[value] && k < box[5]; k++)
            for (int64_t j = box[2]; j < box[3]; j++) {
                uint8_t *row =
                    law->marks[value] + (k * law->size[1] + j) * law->size[0];
                for (int64_t i = box[0]; i < box[1]; i++)
                    row[i] &= IN | OUT;
            }
}

static void hold(SessionLaw *law, const LawEvent *event)
{
    const int64_t *size = law->size;
    const int64_t whole[6] = {0, size[0], 0, size[1], 0, size[2]};
    if (event->kind == EVENT_MARK)
        hold_mark(law, event);
    else if (event->kind == EVENT_FORGET && event->value == 0)
        clear_marks(law);
    else if (event->kind == EVENT_FORGET)
        g_clear_pointer(&law->marks[event->value], g_free);
    else if (law->waiting && !event->windows)
        end_waiting(law, event->value, whole);
    else if (law->waiting)
        for (guint n = 0; n < event->windows->len / 6; n++)
            end_waiting(law, event->value,
                        &g_array_index(event->windows, int64_t, 6 * n));
}

/* ---- steps -------------------------------------------------------------- */

void session_law_step(SessionLaw *law)
{
    g_ptr_array_set_size(law->steps, (gint) law->cursor);
    g_ptr_array_add(law->steps, g_ptr_array_new_with_free_func(event_free));
    law->cursor++;
}

static void add(SessionLaw *law, const LawEvent *event)
{
    LawEvent *own = g_memdup2(event, sizeof *event);
    g_ptr_array_add(law->steps->pdata[law->cursor - 1], own);
    hold(law, own);
}

void session_law_mark(SessionLaw *law, uint32_t value, bool in, bool remembered,
                      MedalsVoxelSet *set)
{
    LawEvent event = {EVENT_MARK, value, in, remembered, *set, NULL};
    *set = (MedalsVoxelSet){0};
    add(law, &event);
}

void session_law_answer(SessionLaw *law, uint32_t value, const GArray *windows)
{
    LawEvent event = {.kind = EVENT_ANSWER, .value = value};
    if (windows)
        event.windows = g_array_copy((GArray *) windows);
    add(law, &event);
}

void session_law_forget(SessionLaw *law, uint32_t value)
{
    LawEvent event = {.kind = EVENT_FORGET, .value = value};
    add(law, &event);
}

void session_law_move(SessionLaw *law, size_t cursor)
{
    law->cursor = cursor;
    clear_marks(law);
    for (size_t n = 0; n < cursor; n++) {
        const GPtrArray *events = law->steps->pdata[n];
        for (guint e = 0; e < events->len; e++)
            hold(law, events->pdata[e]);
    }
}

size_t session_law_cursor(const SessionLaw *law)
{
    return law->cursor;
}

size_t session_law_length(const SessionLaw *law)
{
    return law->steps->len;
}

size_t session_law_broken(const SessionLaw *law, const uint8_t *labels,
                          char **what)
{
    size_t broken = 0;
    *what = NULL;
    for (int value = 0; value < 256; value++)
        for (size_t v = 0; law->marks[value] && v < law->voxels; v++) {
            uint8_t mark = law->marks[value][v];
            bool has = labels[v] == value;
            if (!mark || mark & WAITS || has == (mark == IN))
                continue;
            if (broken++ == 0)
                *what = g_strdup_printf(
                    "voxel %zu: said to be %s class %d, label %d", v,
                    mark == IN ? "in" : "out of", value, labels[v]);
        }
    return broken;
}
