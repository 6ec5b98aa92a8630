#include "progress.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "interrupt.h"

enum {
    BAR_WIDTH = 30,
    REDRAW_US = 100000, /* the bar, at most ten times a second */
    FILTER_US = 200000
};

struct Progress {
    ProgressStyle style;
    bool terminal;
    char *what;
    size_t part, parts;
    gint64 started_at, part_at; /* monotonic microseconds */
    double begin, end, after;
    double shown;    /* fraction of the whole last shown; < 0: none */
    gint64 shown_at; /* monotonic microseconds */
};

Progress *progress_new(ProgressStyle style, const char *what)
{
    Progress *progress = g_new0(Progress, 1);
    progress->style = style;
    progress->terminal = isatty(STDERR_FILENO);
    progress->what = g_strdup(what);
    progress->parts = 1;
    progress->started_at = progress->part_at = g_get_monotonic_time();
    progress->end = 1;
    progress->shown = -1;
    if (style == PROGRESS_FILTER) {
        printf("<filter-start>\n<filter-name>%s</filter-name>\n"
               "<filter-comment>Segmentation by text</filter-comment>\n"
               "</filter-start>\n",
               what);
        fflush(stdout);
    }
    return progress;
}

void progress_clear(const Progress *progress)
{
    if (progress->style != PROGRESS_STDERR || !progress->terminal ||
        progress->shown < 0)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}

void progress_free(Progress *progress)
{
    if (!progress)
        return;
    if (progress->style == PROGRESS_FILTER) {
        printf("<filter-end>\n<filter-name>%s</filter-name>\n"
               "<filter-time>0</filter-time>\n</filter-end>\n",
               progress->what);
        fflush(stdout);
    }
    progress_clear(progress);
    g_free(progress->what);
    g_free(progress);
}

void progress_part(Progress *progress, size_t index, size_t count)
{
    progress->part = index;
    progress->parts = count;
    progress->part_at = g_get_monotonic_time();
    progress_span(progress, 0, 1);
}

void progress_span(Progress *progress, double begin, double end)
{
    progress->begin = begin;
    progress->end = end;
    progress->after = 0;
}

void progress_after(Progress *progress, double seconds)
{
    progress->after = seconds;
}

/* Of the whole: the span, the rest of the part, and the parts that follow, as
 * long as those before or else as this one. */
static double whole_left(const Progress *progress, double of_span, gint64 now)
{
    if (of_span < 0)
        return -1;
    double of_part = of_span + progress->after;
    double a_part = (double) (now - progress->part_at) / 1e6 + of_part;
    if (progress->part)
        a_part = (double) (progress->part_at - progress->started_at) / 1e6 /
                 (double) progress->part;
    return of_part + a_part * (double) (progress->parts - progress->part - 1);
}

static void draw_bar(const char *phase, double whole, double seconds_left)
{
    char bar[BAR_WIDTH + 1];
    int full = (int) (whole * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '-';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%-12.12s [%s] %3.0f %%", phase, bar, 100 * whole);
    if (seconds_left >= 0)
        fprintf(stderr, "  %.0f s left", seconds_left);
    fputs("\033[K", stderr);
    fflush(stderr);
}

static void print_log(const char *phase, double whole, double seconds_left)
{
    fprintf(stderr, "medals: %s %.0f %%", phase, floor(100 * whole));
    if (seconds_left >= 0)
        fprintf(stderr, ", %.0f s left", seconds_left);
    fputc('\n', stderr);
}

static bool is_due(const Progress *progress, double whole, gint64 now)
{
    if (progress->shown < 0)
        return true;
    gint64 waited = now - progress->shown_at;
    switch (progress->style) {
    case PROGRESS_FILTER:
        return waited >= FILTER_US && whole > progress->shown;
    case PROGRESS_STDERR:
        if (progress->terminal)
            return waited >= REDRAW_US;
        return floor(10 * whole) > floor(10 * progress->shown);
    default:
        return false;
    }
}

bool progress_show(Progress *progress, const char *phase, double fraction,
                   double seconds_left)
{
    double of_part = progress->begin +
                     (progress->end - progress->begin) * CLAMP(fraction, 0, 1);
    double whole =
        ((double) progress->part + of_part) / (double) progress->parts;
    gint64 now = g_get_monotonic_time();
    if (progress->style != PROGRESS_NONE && is_due(progress, whole, now)) {
        progress->shown = whole;
        progress->shown_at = now;
        if (progress->style == PROGRESS_FILTER) {
            printf("<filter-progress>%.3f</filter-progress>\n", whole);
            fflush(stdout);
        } else if (progress->terminal) {
            draw_bar(phase, whole, whole_left(progress, seconds_left, now));
        } else {
            print_log(phase, whole, whole_left(progress, seconds_left, now));
        }
    }
    return !interrupt_asked();
}

bool progress_callback(void *cookie, const MedalsProgress *state)
{
    return progress_show(cookie, state->phase ? state->phase : "working",
                         state->fraction, state->seconds_left);
}
