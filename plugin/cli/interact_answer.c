#include "interact_answer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "interact_failure.h"
#include "json.h"

enum { LOOK_MS = 100 };

/* ---- lines -------------------------------------------------------------- */

/* Waits until the other side takes more. @return false: it is time to stop */
static bool wait_for_room(const InteractOutput *output)
{
    GPollFD room = {output->file, G_IO_OUT, 0};
    g_poll(&room, 1, LOOK_MS);
    return !output->must_stop || !output->must_stop();
}

static bool write_all(InteractOutput *output, const char *bytes, size_t size)
{
    while (size > 0 && !output->failure) {
        ssize_t count = write(output->file, bytes, size);
        if (count >= 0) {
            bytes += count;
            size -= (size_t) count;
        } else if (errno != EINTR && errno != EAGAIN) {
            output->failure = errno;
        } else if (!wait_for_room(output)) {
            output->failure = EINTR;
        }
    }
    return !output->failure;
}

bool output_line(InteractOutput *output, cJSON *object, const char *data)
{
    static const char name[] = ",\"data\":\"";
    g_autoptr(GString) line = g_string_new(NULL);
    json_take_line(object, line);
    if (!data)
        return write_all(output, line->str, line->len);
    static const char end[] = "}\n";
    return write_all(output, line->str, line->len - strlen(end)) &&
           write_all(output, name, strlen(name)) &&
           write_all(output, data, strlen(data)) &&
           write_all(output, "\"", 1) && write_all(output, end, strlen(end));
}

/* ---- objects ------------------------------------------------------------ */

static void add_id(cJSON *object, const char *id)
{
    cJSON_AddRawToObject(object, "id", id ? id : "null");
}

static size_t count_texts(const char *const *texts)
{
    size_t count = 0;
    while (texts && texts[count])
        count++;
    return count;
}

static cJSON *extent_list(const int64_t extent[6])
{
    cJSON *list = cJSON_CreateArray();
    for (int axis = 0; axis < 3; axis++) {
        cJSON *range = cJSON_CreateArray();
        for (int end = 0; end < 2; end++)
            cJSON_AddItemToArray(
                range, cJSON_CreateNumber((double) extent[2 * axis + end]));
        cJSON_AddItemToArray(list, range);
    }
    return list;
}

void answer_add_extent(cJSON *object, const char *name, const int64_t extent[6])
{
    cJSON_AddItemToObject(object, name, extent_list(extent));
}

void answer_add_windows(cJSON *object, const MedalsAnswer *answer)
{
    cJSON *list = cJSON_AddArrayToObject(object, "windows");
    for (size_t w = 0; w < medals_answer_window_count(answer); w++) {
        int64_t extent[6];
        if (medals_answer_window(answer, w, extent))
            cJSON_AddItemToArray(list, extent_list(extent));
    }
}

void answer_add_classes(cJSON *object, const MedalsSession *session)
{
    cJSON *list = cJSON_AddArrayToObject(object, "classes");
    for (size_t c = 0; c < medals_session_class_count(session); c++) {
        MedalsSessionClass info = {.struct_size = sizeof info};
        if (!medals_session_class(session, c, &info))
            continue;
        cJSON *class = cJSON_CreateObject();
        json_number(class, "class", (double) c);
        json_text(class, "text", info.text);
        json_text(class, "name", info.name);
        json_number(class, "value", info.value);
        cJSON_AddBoolToObject(class, "locked", info.locked);
        cJSON_AddItemToArray(list, class);
    }
}

/* Is each text one class? */
static bool is_one_a_text(const MedalsAnswer *answer, size_t count)
{
    bool one = medals_answer_match_count(answer) == count;
    for (size_t n = 0, text, class, last = 0; one && n < count; n++) {
        one = medals_answer_match(answer, n, &text, &class) && text == n &&
              (n == 0 || class > last);
        last = class;
    }
    return one;
}

void answer_add_texts(cJSON *object, const MedalsAnswer *answer,
                      const char *const *texts, size_t count)
{
    if (is_one_a_text(answer, count))
        return;
    cJSON *list = cJSON_AddArrayToObject(object, "texts");
    size_t matches = medals_answer_match_count(answer), n = 0;
    for (size_t t = 0; t < count; t++) {
        cJSON *text = cJSON_CreateObject();
        json_text(text, "text", texts[t]);
        cJSON *classes = cJSON_AddArrayToObject(text, "classes");
        size_t of, class;
        for (; n < matches && medals_answer_match(answer, n, &of, &class) &&
               of == t;
             n++)
            cJSON_AddItemToArray(classes, cJSON_CreateNumber((double) class));
        cJSON_AddItemToArray(list, text);
    }
}

/* What the file warned of, then what the session did. */
static void add_warnings(cJSON *object, const char *const *first,
                         const char *one, const char *const *second)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (size_t n = 0; n < count_texts(first); n++)
        g_ptr_array_add(all, (gpointer) first[n]);
    if (one)
        g_ptr_array_add(all, (gpointer) one);
    for (size_t n = 0; n < count_texts(second); n++)
        g_ptr_array_add(all, (gpointer) second[n]);
    json_texts(object, "warnings", (const char *const *) all->pdata, all->len);
}

cJSON *answer_ready(const MedalsSession *session,
                    const char *const *image_warnings,
                    const char *labelmap_warning)
{
    const MedalsGeometry *geometry = medals_session_peek_geometry(session);
    cJSON *object = cJSON_CreateObject();
    json_text(object, "event", "ready");
    json_number(object, "revision", (double) medals_session_revision(session));
    json_integers(object, "size", geometry->size, 3);
    json_doubles(object, "spacing", geometry->spacing, 3);
    json_doubles(object, "origin", geometry->origin, 3);
    json_doubles(object, "direction", geometry->direction, 9);
    answer_add_classes(object, session);
    cJSON_AddBoolToObject(object, "resumed", medals_session_resumed(session));
    cJSON_AddBoolToObject(object, "saved", medals_session_saved(session));
    add_warnings(object, image_warnings, labelmap_warning,
                 medals_session_warnings(session));
    return object;
}

cJSON *answer_progress(const char *id, const MedalsProgress *state)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "event", "progress");
    add_id(object, id);
    json_number(object, "fraction", CLAMP(state->fraction, 0, 1));
    if (state->seconds_left >= 0)
        json_number(object, "seconds_left", state->seconds_left);
    else
        cJSON_AddNullToObject(object, "seconds_left");
    return object;
}

static void add_changes(cJSON *object, const MedalsAnswer *answer)
{
    cJSON *list = cJSON_AddArrayToObject(object, "changed");
    size_t count = answer ? medals_answer_change_count(answer) : 0;
    for (size_t n = 0; n < count; n++) {
        MedalsChange change = {.struct_size = sizeof change};
        if (!medals_answer_change(answer, n, &change))
            continue;
        cJSON *entry = cJSON_CreateObject();
        json_number(entry, "class", (double) change.class_index);
        answer_add_extent(entry, "extent", change.extent);
        json_number(entry, "added", (double) change.added);
        json_number(entry, "removed", (double) change.removed);
        cJSON_AddItemToArray(list, entry);
    }
}

/* What answers and instant events have in common. */
static void add_result(cJSON *object, const char *id, uint64_t revision,
                       const MedalsAnswer *answer, double seconds, bool saved)
{
    add_id(object, id);
    cJSON_AddTrueToObject(object, "ok");
    json_number(object, "revision", (double) revision);
    add_changes(object, answer);
    json_number(object, "seconds", seconds);
    cJSON_AddBoolToObject(object, "saved", saved);
    const char *const *warnings =
        answer ? medals_answer_warnings(answer) : NULL;
    if (count_texts(warnings) > 0)
        add_warnings(object, warnings, NULL, NULL);
}

cJSON *answer_instant(const char *id, const MedalsAnswer *answer)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "event", "instant");
    add_result(object, id, medals_answer_revision(answer), answer,
               medals_answer_seconds(answer), medals_answer_saved(answer));
    answer_add_windows(object, answer);
    return object;
}

cJSON *answer_success(const char *id, const MedalsSession *session,
                      const MedalsAnswer *answer, double seconds)
{
    cJSON *object = cJSON_CreateObject();
    add_result(object, id,
               answer ? medals_answer_revision(answer)
                      : medals_session_revision(session),
               answer, seconds,
               answer ? medals_answer_saved(answer)
                      : medals_session_saved(session));
    return object;
}

cJSON *answer_failure(const char *id, const MedalsSession *session,
                      const GError *error)
{
    cJSON *object = cJSON_CreateObject();
    add_id(object, id);
    cJSON_AddFalseToObject(object, "ok");
    json_number(object, "revision", (double) medals_session_revision(session));
    cJSON *reason = cJSON_AddObjectToObject(object, "error");
    json_text(reason, "code", interact_code(error));
    json_text(reason, "message", error->message);
    return object;
}
