/*
 * request.h - what `medals segment` was asked to do, checked as far as it can
 * be without opening anything
 */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <glib.h>

#include "medals/context.h"
#include "medals/model.h"
#include "medals/volume.h"

enum { REQUEST_THREADS_MAX = 1024 };

typedef struct {
    const char *image;   /* file or DICOM folder; the first of several */
    GPtrArray *images;   /* as given, files and folders; borrowed */
    const char *out_dir; /* folder of the outputs of several, or NULL */
    const char *suffix;  /* of their names */
    GPtrArray *outputs;  /* paths; .nii.gz .nrrd .seg.nrrd ... */
    GPtrArray *texts;    /* split, trimmed, all different */
    uint32_t *labels;    /* one a class, or NULL: 1, 2, ... */
    size_t label_count;
    const char *label_list;    /* as given; NULL */
    const char *model;         /* folder as given, or NULL */
    const char *series;        /* DICOM series UID or NULL */
    const char *probabilities; /* path or NULL */
    const char *png;           /* path or NULL */
    const char *stats;         /* path or NULL */
    MedalsModality modality;   /* NONE: not given */
    MedalsPrecision precision;
    bool has_window;
    double window[2]; /* lower, upper bound */
    bool has_roi;
    int64_t roi[6]; /* i0,i1,j0,j1,k0,k1 half open */
    bool has_region;
    double region[6]; /* LPS centre and half sizes, mm */
    uint64_t threads, stages, seed;
    bool instances, tta, keep_overlap, reference, no_names, json, quiet;
    bool known_only;   /* a text that the model does not know is refused */
    bool overwrite;    /* with out_dir: also what exists */
    bool is_challenge; /* the image is a challenge .npz */
    bool whole_texts;  /* its sentences: one class and one value each */
} Request;

/**
 * Parses the arguments of `segment`.
 * @param output_is_positional of MedalSSegment: INPUT OUTPUT
 * @return false: EXIT_USAGE, or EXIT_INPUT for a bad text; request_clear() is
 *         needed either way
 */
bool request_parse(Request *request, char *const *arguments,
                   bool output_is_positional, GError **error);
void request_clear(Request *request);

/** The request for one of several images: of its own texts, one output.
 * @param image, output borrowed
 * @return false: EXIT_USAGE, an option that this image does not go with;
 *         request_clear() is needed either way */
bool request_derive(Request *out, const Request *several, const char *image,
                    const char *output, GError **error);

/** Checks the texts and labels; a challenge .npz may supply the texts first.
 * @return false: EXIT_USAGE or EXIT_INPUT */
bool request_check_texts(Request *request, GError **error);

/** The voxels whose centres lie in the region, or else the ROI as given.
 * @param roi written if the request has either
 * @return false: EXIT_USAGE, the region misses the image */
bool request_resolve_roi(const Request *request, const MedalsGeometry *geometry,
                         int64_t roi[6], GError **error);

/** The value of --modality in any case; NULL, empty and "auto": NONE.
 * @return false: EXIT_USAGE */
bool modality_parse(const char *name, MedalsModality *modality, GError **error);
/** The value of --window: WIDTH,LEVEL or a word; NULL, empty and "auto" leave
 * both targets as they are. @return false: EXIT_USAGE */
bool window_parse(const char *value, bool *has_window, double window[2],
                  GError **error);
/** "f32", "bf16" or "auto" in any case. @return false: EXIT_USAGE */
bool precision_parse(const char *name, MedalsPrecision *precision,
                     GError **error);
const char *precision_name(MedalsPrecision precision);

#endif
