/*
 * dicom_child.cpp - starts medals-dicom and watches over it
 */
#include "dicom_child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.hpp"
#include "medals/context.h"

namespace medals::bridge
{

namespace
{

const double usual_patience = 60; /* seconds */
const int turn = 100;             /* ms between two looks at the caller */

/* A limit that the environment names. */
double number_of(const char *name, double usual)
{
    const char *text = getenv(name);
    return text && *text ? std::max(0.0, g_ascii_strtod(text, nullptr)) : usual;
}

/* Beside the program that runs. */
std::string reader_program()
{
    const char *folder = medals_program_folder();
    return std::string(*folder ? folder : ".") + "/medals-dicom";
}

} // namespace

DicomChild::DicomChild(const std::string &thing, const char *what,
                       const char *series, bool (*progress)(void *cookie),
                       void *cookie)
    : DicomSource(thing), progress(progress), cookie(cookie),
      patience(number_of("MEDALS_DICOM_PATIENCE", usual_patience))
{
    std::string program = reader_program(), path = thing;
    std::string choice = series ? series : "", word = what;
    char *arguments[] = {program.data(), word.data(), path.data(),
                         choice.empty() ? nullptr : choice.data(), nullptr};
    g_autoptr(GError) error = nullptr;
    GSpawnFlags flags =
        GSpawnFlags(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL);
    if (!g_spawn_async_with_pipes(nullptr, arguments, nullptr, flags, nullptr,
                                  nullptr, &process, nullptr, &pipe, nullptr,
                                  &error))
        fail(MEDALS_E_IO, "%s: %s; the reader of DICOM expected there",
             program.c_str(), one_line(error->message).c_str());
    fcntl(pipe, F_SETFD, FD_CLOEXEC);
}

DicomChild::~DicomChild()
{
    close(pipe);
    if (process > 0) {
        kill(process, SIGKILL);
        while (waitpid(process, nullptr, 0) < 0 && errno == EINTR)
            ;
    }
}

void DicomChild::ask()
{
    if (progress && !progress(cookie))
        fail(MEDALS_E_CANCELLED,
             "%s: reading was stopped; expected time to read it",
             thing.c_str());
}

/* The pipe ended: why? One that has closed it and goes on is not waited for
 * long. */
void DicomChild::lost()
{
    ask(); /* Ctrl-C may have reached both */
    int status = 0;
    for (int i = 0; i < 100 && process > 0; i++) {
        if (waitpid(process, &status, WNOHANG) != 0)
            process = -1;
        else
            g_usleep(10000);
    }
    if (WIFSIGNALED(status))
        fail(MEDALS_E_INPUT,
             "%s: its decoder crashes (signal %d); an undamaged DICOM image "
             "expected",
             thing.c_str(), WTERMSIG(status));
    fail(MEDALS_E_INPUT,
         "%s: its decoder ends before the image does; an undamaged DICOM image "
         "expected",
         thing.c_str());
}

/* Until the pipe has bytes, or has ended. */
void DicomChild::wait()
{
    gint64 end = g_get_monotonic_time() + gint64(patience * G_TIME_SPAN_SECOND);
    struct pollfd ready = {pipe, POLLIN, 0};
    int found = 0;
    do {
        ask();
        if (g_get_monotonic_time() >= end)
            fail(MEDALS_E_INPUT,
                 "%s: its decoder hangs; an undamaged DICOM image expected",
                 thing.c_str());
        found = poll(&ready, 1, turn);
    } while (found == 0 || (found < 0 && errno == EINTR));
}

void DicomChild::read(void *bytes, uint64_t length)
{
    for (uint64_t done = 0; done < length;) {
        wait();
        ssize_t got =
            ::read(pipe, static_cast<char *>(bytes) + done,
                   size_t(std::min<uint64_t>(length - done, 1 << 20)));
        if (got == 0 || (got < 0 && errno != EINTR))
            lost();
        done += got > 0 ? uint64_t(got) : 0;
    }
}

} // namespace medals::bridge
