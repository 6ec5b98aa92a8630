/*
 * segment_job.h - one run of `medals segment`
 *
 *   request --> source (image or challenge .npz) --> medals_segment()
 *           --> staged files (segment_files.c) --> all renamed
 *           --> report (segment_report.c)
 */
#ifndef CLI_SEGMENT_JOB_H
#define CLI_SEGMENT_JOB_H

#include "image.h"
#include "medals/challenge.h"
#include "medals/segment.h"
#include "output_set.h"
#include "progress.h"
#include "request.h"

typedef struct {
    Request request;
    Progress *progress;

    /* files; strings borrowed of output_set */
    OutputSet *output_set;
    GPtrArray *staged;                /* one an output of the request */
    const char *staged_probabilities; /* or NULL */
    const char *staged_png;           /* or NULL */
    const char *staged_stats;         /* or NULL */
    GString *rows; /* of the statistics are appended; or NULL */

    /* input: one of image and challenge */
    MedalsImage *image;
    MedalsChallenge *challenge;
    MedalsVolume *volume; /* borrowed of it */
    MedalsModality header_modality;

    MedalsContext *context;
    MedalsModel *model;
    MedalsSegmentation *result;

    int64_t started_us;
    double seconds_read, seconds_write, seconds_total;
} Job;

/** A job without a request. */
void job_init(Job *job);
/** Opens the context and the model that the request names. */
bool job_open_model(Job *job, GError **error);
/** The display that the request asks for. */
Progress *job_new_progress(const Request *request, bool is_slicer_module);
/** Does everything from the staged names, which are there, to the renamed
 * files; opens the model unless it is there.
 * @param progress borrowed
 * @return false: any exit code; nothing is left behind */
bool job_run(Job *job, Progress *progress, GError **error);
void job_clear(Job *job);

/** One job an image of the request, one model for all; the lines of the report
 * go to stdout as they come.
 * @return false: the exit code of the first failure, or EXIT_CANCELLED */
bool batch_run(const Request *request, bool is_slicer_module, GError **error);

/** Reads the image or the .npz; the latter may supply the texts. */
bool job_read_source(Job *job, GError **error);

/** Reserves the staged names, before any long work. */
bool job_stage_files(Job *job, GError **error);
/** Writes every file under its staged name. */
bool job_write_files(Job *job, GError **error);

/** The object of command.md 2 as one line.
 * @param status "done" where there are several images, or NULL */
void job_report_json(const Job *job, const char *status, GString *out);
/** The same for people. */
void job_report_table(const Job *job, GString *out);

#endif
