/*
 * dicom_main.cpp - medals-dicom: reads DICOM for another program
 *
 *   medals-dicom image PATH [SERIES]
 *   medals-dicom list PATH
 *
 * Answers with records (dicom_record.hpp) on stdout. Not for people.
 */
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include <cjson/cJSON.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dicom_image.hpp"
#include "dicom_record.hpp"
#include "dicom_series.hpp"
#include "failure.hpp"
#include "medals/context.h"
#include "quiet.hpp"

using namespace medals::bridge;

namespace
{

using Json = std::unique_ptr<cJSON, decltype(&cJSON_Delete)>;

FILE *answer;

/* The reader at the other end may have gone; then there is no one to tell. */
void put(DicomRecord kind, const void *payload, uint64_t length)
{
    char name = kind;
    if (fwrite(&name, 1, 1, answer) != 1 ||
        fwrite(&length, sizeof length, 1, answer) != 1 ||
        (payload && fwrite(payload, 1, size_t(length), answer) != length))
        _exit(1);
}

void put_json(DicomRecord kind, const cJSON *json)
{
    char *text = cJSON_PrintUnformatted(json);
    if (!text)
        throw std::bad_alloc();
    put(kind, text, strlen(text));
    cJSON_free(text);
}

void beat()
{
    put(record_beat, nullptr, 0);
    fflush(answer);
}

void add_text(cJSON *object, const char *name, const std::string &text)
{
    cJSON_AddStringToObject(object, name, text.c_str());
}

void add_numbers(cJSON *object, const char *name, const double *values, int n)
{
    cJSON_AddItemToObject(object, name, cJSON_CreateDoubleArray(values, n));
}

void put_image(const MedalsImage &image, const MedalsGeometry &geometry,
               MedalsDtype dtype)
{
    Json json(cJSON_CreateObject(), cJSON_Delete);
    cJSON *object = json.get();
    double size[3];
    for (int a = 0; a < 3; a++)
        size[a] = double(geometry.size[a]);
    add_numbers(object, "size", size, 3);
    add_numbers(object, "spacing", geometry.spacing, 3);
    add_numbers(object, "origin", geometry.origin, 3);
    add_numbers(object, "direction", geometry.direction, 9);
    cJSON_AddNumberToObject(object, "dtype", dtype);
    cJSON_AddNumberToObject(object, "modality", image.modality);
    cJSON_AddNumberToObject(object, "files", double(image.files));
    add_text(object, "stored", image.stored);
    add_text(object, "orientation_from", image.orientation_from);
    add_text(object, "modality_tag", image.modality_tag);
    add_text(object, "series_uid", image.series_uid);
    add_text(object, "series_description", image.series_description);
    put_json(record_image, object);
    for (const std::string &line : image.warnings)
        put(record_note, line.data(), line.size());
}

void put_list(const std::vector<DicomSeries> &all)
{
    Json json(cJSON_CreateArray(), cJSON_Delete);
    for (const DicomSeries &series : all) {
        cJSON *entry = cJSON_CreateObject();
        add_text(entry, "uid", series.uid);
        add_text(entry, "description", series.description);
        add_text(entry, "modality", series.modality);
        cJSON_AddNumberToObject(entry, "files", double(series.files.size()));
        cJSON_AddItemToArray(json.get(), entry);
    }
    put_json(record_list, json.get());
}

void put_failure(MedalsStatus status, const char *message)
{
    Json json(cJSON_CreateObject(), cJSON_Delete);
    cJSON_AddNumberToObject(json.get(), "status", status);
    cJSON_AddStringToObject(json.get(), "message", message);
    put_json(record_failure, json.get());
}

/* Records go where stdout went; what decoders print goes nowhere. */
bool take_stdout()
{
    int copy = dup(STDOUT_FILENO);
    answer = copy < 0 ? nullptr : fdopen(copy, "wb");
    return answer && freopen("/dev/null", "w", stdout) &&
           freopen("/dev/null", "w", stderr);
}

/* A decoder that wants more than there is shall fail, not the whole machine.
 * Sanitizers take address space without end, and no memory with it. */
void limit_memory()
{
#ifndef __SANITIZE_ADDRESS__
    const char *given = getenv("MEDALS_DICOM_MEMORY");
    rlim_t most = given && *given ? rlim_t(strtoull(given, nullptr, 10))
                                  : rlim_t(medals_available_memory_bytes());
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) == 0 &&
        (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > most)) {
        limit.rlim_cur = most;
        setrlimit(RLIMIT_DATA, &limit);
    }
#endif
}

bool memory_out;

/* GDCM takes an exception as a damaged file. */
void on_no_memory()
{
    memory_out = true;
    throw std::bad_alloc();
}

/* Ctrl-C in a terminal is for the program that waits; this one ends with it. */
void follow_parent()
{
    signal(SIGINT, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

[[noreturn]] void fail_without_memory(const char *path)
{
    struct rlimit limit = {};
    getrlimit(RLIMIT_DATA, &limit);
    fail(MEDALS_E_NOMEM,
         "%s: its decoder needs more memory than the %.2f GiB available; a "
         "smaller image expected",
         path, double(limit.rlim_cur) / 0x1p30);
}

void read_image(const char *path, const char *series)
{
    DicomSink sink;
    sink.begin = put_image;
    sink.slice = [](const char *voxels, size_t bytes) {
        put(record_slice, voxels, bytes);
    };
    sink.note = [](const std::string &line) {
        put(record_note, line.data(), line.size());
    };
    sink.beat = beat;
    read_dicom(path, series, sink);
}

} // namespace

int main(int argc, char **argv)
{
    bool image = argc >= 3 && argc <= 4 && strcmp(argv[1], "image") == 0;
    bool list = argc == 3 && strcmp(argv[1], "list") == 0;
    if (!image && !list) {
        fprintf(stderr, "medals-dicom: reads DICOM for medals; not to be run "
                        "by hand\n");
        return 2;
    }
    follow_parent();
    limit_memory();
    if (!take_stdout())
        return 1;
    Quiet quiet;
    char *message = nullptr;
    std::set_new_handler(on_no_memory);
    MedalsStatus status = guard(argv[2], &message, [&] {
        if (list)
            put_list(scan_dicom(argv[2], beat));
        else
            read_image(argv[2], argc == 4 ? argv[3] : nullptr);
    });
    if (status != MEDALS_OK && memory_out) {
        medals_bridge_free(message);
        status =
            guard(argv[2], &message, [&] { fail_without_memory(argv[2]); });
    }
    if (status != MEDALS_OK)
        put_failure(status, message ? message : "failed");
    put(record_end, nullptr, 0);
    medals_bridge_free(message);
    return fclose(answer) == 0 ? 0 : 1;
}
