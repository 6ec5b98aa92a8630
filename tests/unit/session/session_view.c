#include "session_view.h"

#include <glib.h>
#include <math.h>

#include "reorient.h"

void session_view_must(MedalsStatus status, MedalsError *error)
{
    if (status != MEDALS_OK)
        g_error("%d: %s", (int) status,
                error ? medals_error_message(error) : "no message");
}

/* Which axis of the reference each own axis runs along. */
static void find_axes(SessionView *view)
{
    const double *own = view->own.direction;
    const double *reference = view->reference.direction;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            double cosine = 0;
            for (int r = 0; r < 3; r++)
                cosine += own[3 * r + a] * reference[3 * r + b];
            if (fabs(cosine) > 0.9) {
                view->axis[a] = b;
                view->flip[a] = cosine < 0;
            }
        }
}

void session_view_open(SessionView *view, MedalsModel *model,
                       MedalsVolume *image, const MedalsGeometry *like,
                       const MedalsSessionOptions *options)
{
    MedalsVolume *turned = like ? medals_volume_reorient(image, like, NULL)
                                : medals_volume_ref(image);
    g_assert_nonnull(turned);
    view->reference = *medals_volume_peek_geometry(image);
    view->own = *medals_volume_peek_geometry(turned);
    find_axes(view);
    MUST(medals_session_open(&view->session, model, turned, options, &error));
    medals_volume_free(&turned);
}

void session_view_close(SessionView *view)
{
    medals_session_close(&view->session);
}

void session_view_index(const SessionView *view, const double reference[3],
                        double own[3])
{
    for (int a = 0; a < 3; a++) {
        double at = reference[view->axis[a]];
        own[a] = view->flip[a] ? (double) (view->own.size[a] - 1) - at : at;
    }
}

void session_view_world(const SessionView *view, const double reference[3],
                        double world[3])
{
    const MedalsGeometry *g = &view->reference;
    for (int r = 0; r < 3; r++) {
        world[r] = g->origin[r];
        for (int a = 0; a < 3; a++)
            world[r] += g->direction[3 * r + a] * g->spacing[a] * reference[a];
    }
}

static void turn_extent(const SessionView *view, bool back,
                        const int64_t from[6], int64_t to[6])
{
    for (int a = 0; a < 3; a++) {
        int64_t n = view->own.size[a];
        int x = 2 * (back ? a : view->axis[a]);
        int y = 2 * (back ? view->axis[a] : a);
        to[y] = view->flip[a] ? n - from[x + 1] : from[x];
        to[y + 1] = view->flip[a] ? n - from[x] : from[x + 1];
    }
}

void session_view_extent(const SessionView *view, const int64_t reference[6],
                         int64_t own[6])
{
    turn_extent(view, false, reference, own);
}

void session_view_extent_back(const SessionView *view, const int64_t own[6],
                              int64_t reference[6])
{
    turn_extent(view, true, own, reference);
}

/* Copies between the two orders of one box. */
static void turn_voxels(const SessionView *view, const int64_t extent[6],
                        bool back, const uint8_t *from, uint8_t *to)
{
    int64_t size[3], step[3];
    for (int x = 0; x < 3; x++)
        size[x] = extent[2 * x + 1] - extent[2 * x];
    step[0] = 1;
    step[1] = size[0];
    step[2] = size[0] * size[1];
    int64_t own[3], n = 0;
    for (int a = 0; a < 3; a++)
        own[a] = size[view->axis[a]];
    for (int64_t k = 0; k < own[2]; k++)
        for (int64_t j = 0; j < own[1]; j++)
            for (int64_t i = 0; i < own[0]; i++, n++) {
                const int64_t at[3] = {i, j, k};
                int64_t reference = 0;
                for (int a = 0; a < 3; a++)
                    reference += step[view->axis[a]] *
                                 (view->flip[a] ? own[a] - 1 - at[a] : at[a]);
                to[back ? reference : n] = from[back ? n : reference];
            }
}

uint8_t *session_view_mask(const SessionView *view, const int64_t extent[6],
                           const uint8_t *mask)
{
    size_t voxels =
        (size_t) ((extent[1] - extent[0]) * (extent[3] - extent[2]) *
                  (extent[5] - extent[4]));
    uint8_t *turned = g_malloc(voxels);
    turn_voxels(view, extent, false, mask, turned);
    return turned;
}

size_t session_view_voxels(const SessionView *view)
{
    const int64_t *size = view->reference.size;
    return (size_t) (size[0] * size[1] * size[2]);
}

void session_view_labels(const SessionView *view, uint8_t *labels)
{
    const int64_t *size = view->reference.size;
    const int64_t whole[6] = {0, size[0], 0, size[1], 0, size[2]};
    g_autofree uint8_t *own = g_malloc(session_view_voxels(view));
    MUST(medals_session_read(view->session, -1, NULL, MEDALS_U8, own,
                             session_view_voxels(view), NULL, &error));
    turn_voxels(view, whole, true, own, labels);
}
