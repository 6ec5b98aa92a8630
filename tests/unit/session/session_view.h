/*
 * session_view.h - one session, seen in the axes of a reference image
 *
 * The session's own image may be stored along other axes: indices, extents and
 * masks are turned on the way in, labels on the way out. World points are the
 * same for all.
 */
#ifndef SESSION_VIEW_H
#define SESSION_VIEW_H

#include "medals/medals.h"

typedef struct SessionView {
    MedalsSession *session;
    MedalsGeometry reference, own;
    int axis[3];  /* own axis a runs along this axis of the reference */
    bool flip[3]; /* and the other way round */
} SessionView;

/**
 * Opens a session on the image as it is, or stored along other axes.
 * @param like NULL, or a geometry whose directions the image is turned to
 */
void session_view_open(SessionView *view, MedalsModel *model,
                       MedalsVolume *image, const MedalsGeometry *like,
                       const MedalsSessionOptions *options);
void session_view_close(SessionView *view);

/** Continuous index of the reference -> of the session's image. */
void session_view_index(const SessionView *view, const double reference[3],
                        double own[3]);
/** Continuous index of the reference -> LPS mm. */
void session_view_world(const SessionView *view, const double reference[3],
                        double world[3]);
void session_view_extent(const SessionView *view, const int64_t reference[6],
                         int64_t own[6]);
/** And back. */
void session_view_extent_back(const SessionView *view, const int64_t own[6],
                              int64_t reference[6]);
/** A mask over an extent of the reference, turned. @owner g_free */
uint8_t *session_view_mask(const SessionView *view, const int64_t extent[6],
                           const uint8_t *mask);
/** Label values in the order of the reference. @shape labels [reference] */
void session_view_labels(const SessionView *view, uint8_t *labels);
size_t session_view_voxels(const SessionView *view);

/** Ends the program where a call failed. */
void session_view_must(MedalsStatus status, MedalsError *error);
#define MUST(call)                                                             \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        MedalsStatus must = (call);                                            \
        session_view_must(must, error);                                        \
    } while (0)

#endif
