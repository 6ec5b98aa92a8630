/*
 * command_interact.c - `medals interact`: a session as lines of JSON
 *
 *   ready   the session is open
 *   lines   each request is run and answered, in order
 *   end     quit, end of input, a signal, or nobody who listens any more
 */
#include <errno.h>
#include <unistd.h>

#include "command.h"
#include "failure.h"
#include "interact.h"
#include "interrupt.h"

static bool fail_cancelled(const Interact *interact, GError **error)
{
    return failure_set(error, EXIT_CANCELLED,
                       "%s: ended by a signal; expected quit or the end of "
                       "input",
                       interact->options.image);
}

/* Ends a run that does not notice the signal. */
static void give_up(void *cookie)
{
    Interact *interact = cookie;
    g_autoptr(GError) error = NULL;
    g_mutex_lock(&interact->saving);
    if (interact->output_set)
        output_set_abandon(interact->output_set);
    progress_clear(interact->progress);
    fail_cancelled(interact, &error);
    failure_report(error);
}

static void converse(Interact *interact)
{
    interact->reader = interact_reader_new(STDIN_FILENO);
    bool goes_on = output_line(
        &interact->output,
        answer_ready(interact->session, medals_image_warnings(interact->image),
                     interact->labelmap_warning),
        NULL);
    InteractLine *line;
    while (goes_on &&
           (line = interact_reader_next(interact->reader, interrupt_asked))) {
        goes_on = interact_run(interact, line);
        interact_line_unref(line);
    }
}

/* What ended the conversation; a listener who is gone is no failure. */
static bool check_end(const Interact *interact, GError **error)
{
    int code = interact->output.failure;
    if (interrupt_asked())
        return fail_cancelled(interact, error);
    if (code == 0 || code == EPIPE)
        return true;
    return failure_set(error, failure_of_errno(code),
                       "standard output: cannot be written: %s; expected room "
                       "for answers",
                       g_strerror(code));
}

static bool run(Interact *interact, GError **error)
{
    interrupt_install();
    interact->progress = progress_new(
        interact->options.quiet ? PROGRESS_NONE : PROGRESS_STDERR, NULL);
    interrupt_watch(give_up, interact);
    bool opened = interact_open(interact, error);
    progress_clear(interact->progress);
    if (opened)
        converse(interact);
    interrupt_settle();
    if (!opened && g_error_matches(*error, FAILURE, EXIT_CANCELLED)) {
        g_clear_error(error);
        fail_cancelled(interact, error);
    }
    bool done = opened && check_end(interact, error);
    interact_close(interact);
    progress_free(interact->progress);
    return done;
}

bool command_interact(char *const *arguments, GString *out, GError **error)
{
    (void) out; /* lines are written at once */
    Interact interact = {.options = {.modality = MEDALS_MODALITY_NONE},
                         .output = {STDOUT_FILENO, 0, interrupt_asked}};
    g_mutex_init(&interact.saving);
    bool done = interact_parse(&interact.options, arguments, error) &&
                run(&interact, error);
    g_mutex_clear(&interact.saving);
    return done;
}
