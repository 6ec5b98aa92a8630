#include "interact_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t) 1 << 16)
#define WAITING_MAX INTERACT_LINE_MAX
#define LINE_COST 512 /* bytes that a waiting line takes beside its text */
#define LOOK_MS 100   /* how often a waiting thread looks up */
#define PREFIX ((size_t) 1 << 12) /* of a skipped line, searched for its id */

struct InteractReader {
    int file;
    GThread *thread;
    GMutex lock; /* guards the rest */
    GCond changed;
    GQueue waiting; /* InteractLine, each owned */
    size_t bytes;   /* of them */
    InteractLine *running;
    bool ended, stop;
};

/* The line that is being read; the thread's own. */
typedef struct {
    char *text;
    size_t size, room;
    LineState state;
    char prefix[PREFIX];
    size_t prefix_size;
} Partial;

void interact_line_unref(InteractLine *line)
{
    if (!line || !g_atomic_int_dec_and_test(&line->owners))
        return;
    interact_line_unref(line->target);
    g_free(line->text);
    g_free(line->id);
    g_free(line);
}

bool interact_line_is_cancelled(const InteractLine *line)
{
    return g_atomic_int_get(&line->cancelled) != 0;
}

/* ---- cancel ------------------------------------------------------------- */

static bool is_meant(const InteractLine *line, const char *id)
{
    return line && line->id && !interact_line_is_cancelled(line) &&
           !line->cancels && line_id_equal(line->id, id);
}

/* The line that a cancel is about: the one that runs, or the first of those
 * that wait. Locked. */
static InteractLine *find_target(const InteractReader *reader, const char *id)
{
    if (is_meant(reader->running, id))
        return reader->running;
    for (GList *at = reader->waiting.head; at; at = at->next)
        if (is_meant(at->data, id))
            return at->data;
    return NULL;
}

static void mark_target(const InteractReader *reader, InteractLine *line)
{
    g_autofree char *id = line_range_copy(line->text, line->scan.cancel_id);
    InteractLine *target = id ? find_target(reader, id) : NULL;
    if (!target)
        return;
    g_atomic_int_inc(&target->owners);
    g_atomic_int_set(&target->cancelled, 1);
    line->target = target;
}

/* ---- the thread --------------------------------------------------------- */

static bool is_stopped(InteractReader *reader)
{
    g_mutex_lock(&reader->lock);
    bool stop = reader->stop;
    g_mutex_unlock(&reader->lock);
    return stop;
}

/* Puts a line behind the others, when there is room for it. */
static void hand_over(InteractReader *reader, InteractLine *line)
{
    size_t bytes = line->size + LINE_COST;
    g_mutex_lock(&reader->lock);
    while (!reader->stop && reader->waiting.length > 0 &&
           reader->bytes + bytes > WAITING_MAX)
        g_cond_wait(&reader->changed, &reader->lock);
    if (line->cancels)
        mark_target(reader, line);
    reader->bytes += bytes;
    g_queue_push_tail(&reader->waiting, line);
    g_cond_broadcast(&reader->changed);
    g_mutex_unlock(&reader->lock);
}

static bool says_cancel(const char *text, LineRange op)
{
    static const char word[] = "\"cancel\"";
    return op.size == strlen(word) &&
           memcmp(text + op.begin, word, op.size) == 0;
}

static void end_line(InteractReader *reader, Partial *partial)
{
    InteractLine *line = g_new0(InteractLine, 1);
    line->owners = 1;
    line->state = partial->state;
    const char *text = partial->prefix;
    size_t size = partial->prefix_size;
    if (line->state == LINE_WHOLE) {
        size = line->size = partial->size;
        partial->text[size] = '\0';
        char *fitting = g_try_realloc(partial->text, size + 1);
        text = line->text = fitting ? fitting : partial->text;
        partial->text = NULL;
    }
    line_scan(text, size, &line->scan);
    line->id = line_range_copy(text, line->scan.id);
    line->cancels = line->text && says_cancel(text, line->scan.op);
    if (line->id && !line_id_is_sound(line->id))
        g_clear_pointer(&line->id, g_free);
    g_free(partial->text);
    *partial = (Partial){.state = LINE_WHOLE};
    hand_over(reader, line);
}

/* From here on the line is skipped; its beginning may tell its id. */
static void give_up(Partial *partial, LineState state)
{
    partial->state = state;
    partial->prefix_size = MIN(partial->size, PREFIX);
    if (partial->prefix_size)
        memcpy(partial->prefix, partial->text, partial->prefix_size);
    g_clear_pointer(&partial->text, g_free);
    partial->size = partial->room = 0;
}

/* Room for that many more bytes and an end. */
static bool reserve(Partial *partial, size_t more)
{
    if (partial->room > partial->size + more)
        return true;
    size_t room = 2 * (partial->size + more) + 1;
    char *text = g_try_realloc(partial->text, room);
    if (!text)
        return false;
    partial->text = text;
    partial->room = room;
    return true;
}

static void lengthen(Partial *partial, const char *bytes, size_t count)
{
    if (partial->state != LINE_WHOLE)
        return;
    if (partial->size + count > INTERACT_LINE_MAX) {
        give_up(partial, LINE_TOO_LONG);
    } else if (!reserve(partial, count)) {
        give_up(partial, LINE_NO_MEMORY);
    } else {
        if (count)
            memcpy(partial->text + partial->size, bytes, count);
        partial->size += count;
    }
}

static void take_bytes(InteractReader *reader, Partial *partial,
                       const char *bytes, size_t count)
{
    const char *end = bytes + count;
    while (bytes < end) {
        const char *stop = memchr(bytes, '\n', (size_t) (end - bytes));
        lengthen(partial, bytes, (size_t) ((stop ? stop : end) - bytes));
        if (stop)
            end_line(reader, partial);
        bytes = stop ? stop + 1 : end;
    }
}

/* @return bytes read, 0 at the end of input or when there is nothing left to
 * read for */
static size_t read_some(InteractReader *reader, char *chunk)
{
    while (!is_stopped(reader)) {
        GPollFD input = {reader->file, G_IO_IN | G_IO_HUP | G_IO_ERR, 0};
        if (g_poll(&input, 1, LOOK_MS) <= 0)
            continue;
        ssize_t count = read(reader->file, chunk, CHUNK);
        if (count >= 0)
            return (size_t) count;
        if (errno != EINTR && errno != EAGAIN)
            return 0;
    }
    return 0;
}

static gpointer read_all(gpointer data)
{
    InteractReader *reader = data;
    g_autofree char *chunk = g_malloc(CHUNK);
    Partial partial = {.state = LINE_WHOLE};
    bool open = false; /* a line without its end */
    size_t count;
    while ((count = read_some(reader, chunk)) > 0) {
        take_bytes(reader, &partial, chunk, count);
        open = chunk[count - 1] != '\n';
    }
    if (open && !is_stopped(reader))
        end_line(reader, &partial);
    g_free(partial.text);
    g_mutex_lock(&reader->lock);
    reader->ended = true;
    g_cond_broadcast(&reader->changed);
    g_mutex_unlock(&reader->lock);
    return NULL;
}

/* ---- the reader --------------------------------------------------------- */

InteractReader *interact_reader_new(int file)
{
    InteractReader *reader = g_new0(InteractReader, 1);
    reader->file = file;
    g_mutex_init(&reader->lock);
    g_cond_init(&reader->changed);
    g_queue_init(&reader->waiting);
    reader->thread = g_thread_new("input", read_all, reader);
    return reader;
}

static void drop(gpointer line)
{
    interact_line_unref(line);
}

void interact_reader_free(InteractReader *reader)
{
    if (!reader)
        return;
    g_mutex_lock(&reader->lock);
    reader->stop = true;
    g_cond_broadcast(&reader->changed);
    g_mutex_unlock(&reader->lock);
    g_thread_join(reader->thread);
    interact_line_unref(reader->running);
    g_queue_clear_full(&reader->waiting, drop);
    g_mutex_clear(&reader->lock);
    g_cond_clear(&reader->changed);
    g_free(reader);
}

InteractLine *interact_reader_next(InteractReader *reader,
                                   bool (*must_stop)(void))
{
    g_mutex_lock(&reader->lock);
    g_clear_pointer(&reader->running, interact_line_unref);
    while (!reader->ended && reader->waiting.length == 0 && !must_stop())
        g_cond_wait_until(&reader->changed, &reader->lock,
                          g_get_monotonic_time() +
                              LOOK_MS * G_TIME_SPAN_MILLISECOND);
    InteractLine *line =
        must_stop() ? NULL : g_queue_pop_head(&reader->waiting);
    if (line) {
        reader->bytes -= line->size + LINE_COST;
        g_atomic_int_inc(&line->owners);
        reader->running = line;
    }
    g_cond_broadcast(&reader->changed);
    g_mutex_unlock(&reader->lock);
    return line;
}
