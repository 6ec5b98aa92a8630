/*
 * assignment.c - successive shortest paths with potentials
 *
 * Costs are -gain. Every row also has a column of its own at cost 0 ("stay
 * alone"), so that a complete assignment of rows always exists. Rows join one
 * at a time; a Dijkstra search over reduced costs finds the cheapest way to
 * seat the new row, moving others along the path.
 *
 *   columns 0..columns-1      real
 *   column  columns + row     stay alone
 */
#include "assignment.h"

#include <math.h>

#include "memory.h"

#define NONE UINT32_MAX

typedef struct Assignment {
    const MedalsPairing *pairs;
    size_t *first;       /* [rows+1] pairs of a row */
    size_t columns;      /* real ones */
    double *potential;   /* [columns+rows] */
    double *distance;    /* [columns+rows], infinite between searches */
    uint32_t *row_of;    /* [columns+rows] who sits there */
    uint32_t *came;      /* [columns+rows] row before it on the path */
    uint8_t *settled;    /* [columns+rows] */
    uint32_t *column_of; /* [rows], alone included */
    uint32_t *reached;   /* [columns+rows] columns of this search */
    size_t reached_count;
} Assignment;

static bool assignment_init(Assignment *a, size_t rows, GError **error)
{
    size_t all = a->columns + rows;
    const char *what = "assignment";
    if (!(a->first =
              medals_alloc_zero(rows + 1, sizeof *a->first, what, error)) ||
        !(a->potential =
              medals_alloc_zero(all, sizeof *a->potential, what, error)) ||
        !(a->distance = medals_alloc(all, sizeof *a->distance, what, error)) ||
        !(a->row_of = medals_alloc(all, sizeof *a->row_of, what, error)) ||
        !(a->came = medals_alloc(all, sizeof *a->came, what, error)) ||
        !(a->settled =
              medals_alloc_zero(all, sizeof *a->settled, what, error)) ||
        !(a->column_of =
              medals_alloc(rows, sizeof *a->column_of, what, error)) ||
        !(a->reached = medals_alloc(all, sizeof *a->reached, what, error)))
        return false;
    for (size_t i = 0; i < all; i++) {
        a->distance[i] = INFINITY;
        a->row_of[i] = NONE;
    }
    for (size_t r = 0; r < rows; r++)
        a->column_of[r] = NONE;
    return true;
}

static void assignment_clear(Assignment *a)
{
    medals_free(a->first);
    medals_free(a->potential);
    medals_free(a->distance);
    medals_free(a->row_of);
    medals_free(a->came);
    medals_free(a->settled);
    medals_free(a->column_of);
    medals_free(a->reached);
}

static void offer(Assignment *a, uint32_t row, size_t column, double distance)
{
    if (a->settled[column] || !(distance < a->distance[column]))
        return;
    if (a->distance[column] == INFINITY)
        a->reached[a->reached_count++] = (uint32_t) column;
    a->distance[column] = distance;
    a->came[column] = row;
}

/* Offers every column that a row may take. `base` is the row's distance less
 * its potential: base + cost - potential[column] is the column's distance. */
static void expand(Assignment *a, uint32_t row, double base)
{
    for (size_t i = a->first[row]; i < a->first[row + 1]; i++) {
        size_t column = a->pairs[i].column;
        offer(a, row, column, base - a->pairs[i].gain - a->potential[column]);
    }
    size_t alone = a->columns + row;
    offer(a, row, alone, base - a->potential[alone]);
}

static uint32_t nearest_reached(const Assignment *a)
{
    uint32_t best = NONE;
    for (size_t i = 0; i < a->reached_count; i++) {
        uint32_t column = a->reached[i];
        if (!a->settled[column] &&
            (best == NONE || a->distance[column] < a->distance[best]))
            best = column;
    }
    return best;
}

static double pair_gain(const Assignment *a, uint32_t row, uint32_t column)
{
    for (size_t i = a->first[row]; i < a->first[row + 1]; i++)
        if (a->pairs[i].column == column)
            return a->pairs[i].gain;
    return 0; /* alone */
}

/* Settles columns until a free one; returns it. */
static uint32_t search(Assignment *a, uint32_t row)
{
    expand(a, row, 0);
    for (;;) {
        uint32_t column = nearest_reached(a);
        a->settled[column] = 1;
        uint32_t sitting = a->row_of[column];
        if (sitting == NONE)
            return column;
        /* A seat's reduced cost is 0: cost - potential gives the row's. */
        double seat = -pair_gain(a, sitting, column) - a->potential[column];
        expand(a, sitting, a->distance[column] - seat);
    }
}

static void finish(Assignment *a, uint32_t row, uint32_t free_column)
{
    double length = a->distance[free_column];
    for (size_t i = 0; i < a->reached_count; i++) {
        uint32_t column = a->reached[i];
        if (a->settled[column])
            a->potential[column] += a->distance[column] - length;
    }
    for (uint32_t column = free_column;;) {
        uint32_t mover = a->came[column], left = a->column_of[mover];
        a->row_of[column] = mover;
        a->column_of[mover] = column;
        if (mover == row)
            break;
        column = left;
    }
    for (size_t i = 0; i < a->reached_count; i++) {
        a->distance[a->reached[i]] = INFINITY;
        a->settled[a->reached[i]] = 0;
    }
    a->reached_count = 0;
}

bool medals_assign(const MedalsPairing *pairs, size_t pair_count, size_t rows,
                   size_t columns, uint32_t *column_of, GError **error)
{
    Assignment a = {.pairs = pairs, .columns = columns};
    bool ok = assignment_init(&a, rows, error);
    if (ok) {
        for (size_t i = 0; i < pair_count; i++)
            a.first[pairs[i].row + 1]++;
        for (size_t r = 0; r < rows; r++)
            a.first[r + 1] += a.first[r];
        for (uint32_t r = 0; r < rows; r++)
            finish(&a, r, search(&a, r));
        for (size_t r = 0; r < rows; r++)
            column_of[r] =
                a.column_of[r] < columns ? a.column_of[r] : UINT32_MAX;
    }
    assignment_clear(&a);
    return ok;
}
