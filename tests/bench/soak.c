/*
 * soak.c - many sessions on one model, side by side, for as long as one likes
 *
 *   medals-soak [SECONDS] [SESSIONS] [model folder]
 *
 *   player threads   each one session after the other: random steps, some
 *                    cancelled, with a journal; closed, brought back, compared
 *   reader thread    looks at all of them while they work
 *   main thread      watches the resident memory; at the end plays rounds
 *                    again, alone, and compares the labels
 *
 * Run it with MALLOC_MMAP_THRESHOLD_=131072 to judge the memory: else glibc
 * keeps what was freed, and the peak creeps up where nothing grows.
 *
 * One JSON line; ends with 1 where memory grew after each player had ended a
 * round (resident_late is 0 where none got so far). Under a sanitizer that sees
 * threads, our own kernels run: oneDNN is not built for it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "head_image.h"
#include "soak_round.h"
#include "splitmix.h"
#include "temp_folder.h"

#define MOST_SESSIONS 64
/* Steps of a round; the deadline may cut it short. */
#define STEPS 24
/* The image's two windows are kept, or each puts the other one out. */
#define BOTH_BYTES (48u << 20)
#define ONE_BYTES (20u << 20)
/* What the peak may rise once each player has ended a round. */
#define SLACK_SHARE 1.1
#define SLACK_BYTES (32u << 20)

enum { NI = 64, NJ = 44, NK = 36 };
static const int64_t size[3] = {NI, NJ, NK};

typedef struct Soak Soak;

typedef struct Player {
    Soak *soak;
    uint64_t number;
    char *folder;
    GThread *thread;
    GPtrArray *rounds; /* SoakRound, finished ones */
    GMutex lock;       /* keeps the session open under the reader: */
    MedalsSession *session;
    uint64_t opened; /* how often a session came or went */
} Player;

struct Soak {
    double seconds, begun;
    size_t count;
    MedalsContext *context;
    MedalsModel *model;
    MedalsVolume *image;
    char *folder;
    Player players[MOST_SESSIONS];
    GThread *reader;
    uint64_t reads;   /* the reader's until it ends */
    GArray *resident; /* bytes, double: peak between two looks */
    guint early;      /* looks while not every player was warm */
    uint64_t steps, cancelled, replayed;
};

static bool over(const Soak *soak)
{
    return medals_now() - soak->begun >= soak->seconds;
}

/* ---- players ------------------------------------------------------------ */

static void open_view(const Player *player, SessionView *view,
                      const char *journal)
{
    const Soak *soak = player->soak;
    soak_round_open(view, soak->model, soak->image, journal,
                    player->number % 2 ? BOTH_BYTES : ONE_BYTES);
}

static void show(Player *player, MedalsSession *session)
{
    g_mutex_lock(&player->lock);
    player->session = session;
    player->opened++;
    g_mutex_unlock(&player->lock);
}

/* Closed and brought back, a session shows the same; also after a walk through
 * its history. */
static void bring_back(Player *player, const SoakRound *round,
                       const char *journal)
{
    SessionView view;
    open_view(player, &view, journal);
    if (!soak_round_is(round, &view) || !soak_round_walk(round, &view))
        g_error("player %d: the journal of seed %" G_GUINT64_FORMAT
                " brings back something else",
                (int) player->number, round->seed);
    session_view_close(&view);
}

static void play_round(Player *player, uint64_t seed)
{
    SessionView view;
    SoakRound *round = soak_round_new(seed);
    uint64_t state = seed, luck = ~seed;
    g_autofree char *journal =
        g_build_filename(player->folder, "journal", NULL);
    open_view(player, &view, journal);
    show(player, view.session);
    for (int n = 0; n < STEPS && !over(player->soak); n++)
        soak_round_step(round, &view, &state, &luck,
                        player->soak->begun + player->soak->seconds);
    soak_round_end(round, &view);
    show(player, NULL);
    session_view_close(&view);
    bring_back(player, round, journal);
    temp_folder_remove(journal);
    g_ptr_array_add(player->rounds, round);
}

static gpointer play(gpointer data)
{
    Player *player = data;
    for (uint64_t n = 0; !over(player->soak); n++)
        play_round(player, (player->number << 32) + n);
    return NULL;
}

/* ---- reader ------------------------------------------------------------- */

/* Whatever a session shows is whole: no revision goes back, no label is beyond
 * what a session may have. */
static uint64_t look_at(const MedalsSession *session, uint64_t last)
{
    static uint8_t labels[NI * NJ * NK];
    uint64_t revision = 0;
    int64_t extent[6];
    MedalsSessionStatistics first = {.struct_size = sizeof first};
    MedalsVolume *labelmap = NULL;
    MUST(medals_session_read(session, -1, NULL, MEDALS_U8, labels,
                             sizeof labels, &revision, &error));
    /* there may be no class yet */
    MedalsStatus status = medals_session_statistics(session, 0, &first, NULL);
    g_assert_true(status == MEDALS_OK || status == MEDALS_E_INPUT);
    MUST(medals_session_labelmap(session, NULL, 0, &labelmap, &error));
    medals_volume_free(&labelmap);
    g_assert_cmpuint(revision, >=, last);
    g_assert_cmpuint(medals_session_revision(session), >=, revision);
    g_assert_cmpuint(first.voxels, <=, sizeof labels);
    if (medals_session_changed_since(session, last, extent))
        for (int a = 0; a < 3; a++)
            g_assert_true(extent[2 * a] >= 0 &&
                          extent[2 * a] < extent[2 * a + 1] &&
                          extent[2 * a + 1] <= size[a]);
    return revision;
}

static gpointer look(gpointer data)
{
    Soak *soak = data;
    uint64_t seen[MOST_SESSIONS] = {0}, last[MOST_SESSIONS] = {0};
    while (!over(soak)) {
        for (size_t n = 0; n < soak->count; n++) {
            Player *player = &soak->players[n];
            g_mutex_lock(&player->lock);
            if (player->opened != seen[n])
                last[n] = 0;
            seen[n] = player->opened;
            if (player->session) {
                last[n] = look_at(player->session, last[n]);
                soak->reads++;
            }
            g_mutex_unlock(&player->lock);
        }
        g_usleep(5000);
    }
    return NULL;
}

#ifdef __SANITIZE_ADDRESS__
/* What is freed waits less long than usual: it counts as resident. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16";
}
#endif

/* ---- main --------------------------------------------------------------- */

static void open_all(Soak *soak, const char *folder)
{
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
#ifdef __SANITIZE_THREAD__
    options.isa = "avx2";
#endif
    options.threads = 2;
    if (medals_context_new(&soak->context, &options, NULL) != MEDALS_OK) {
        options.isa = "ref";
        MUST(medals_context_new(&soak->context, &options, &error));
    }
    MUST(medals_model_open(&soak->model, soak->context, folder, NULL, &error));
    soak->image = head_image_new(size, 3, 1);
    soak->folder = temp_folder_new();
    soak->resident = g_array_new(FALSE, FALSE, sizeof(double));
}

static void start(Soak *soak)
{
    soak->begun = medals_now();
    for (size_t n = 0; n < soak->count; n++) {
        Player *player = &soak->players[n];
        g_autofree char *name = g_strdup_printf("%d", (int) n);
        player->soak = soak;
        player->number = n;
        player->folder = g_build_filename(soak->folder, name, NULL);
        player->rounds =
            g_ptr_array_new_with_free_func((GDestroyNotify) soak_round_free);
        g_mutex_init(&player->lock);
        player->thread = g_thread_new("player", play, player);
    }
    soak->reader = g_thread_new("reader", look, soak);
}

/* Whether each player has ended a round and begun another. */
static bool is_warm(Soak *soak)
{
    bool warm = true;
    for (size_t n = 0; n < soak->count; n++) {
        Player *player = &soak->players[n];
        g_mutex_lock(&player->lock);
        warm = warm && player->opened > 2;
        g_mutex_unlock(&player->lock);
    }
    return warm;
}

static void watch(Soak *soak)
{
    while (!over(soak)) {
        medals_peak_rss_reset();
        g_usleep(500000);
        double bytes = (double) medals_peak_rss();
        g_array_append_val(soak->resident, bytes);
        if (!is_warm(soak))
            soak->early = soak->resident->len;
    }
    g_thread_join(soak->reader);
    for (size_t n = 0; n < soak->count; n++)
        g_thread_join(soak->players[n].thread);
}

static double most(const Soak *soak, guint from, guint to)
{
    double bytes = 0;
    for (guint n = from; n < to; n++)
        bytes = MAX(bytes, g_array_index(soak->resident, double, n));
    return bytes;
}

static void count(Soak *soak, const SoakRound *round)
{
    soak->steps += round->status->len;
    for (guint n = 0; n < round->status->len; n++)
        soak->cancelled +=
            g_array_index(round->status, MedalsStatus, n) == MEDALS_E_CANCELLED;
}

/* With all features kept: what is remembered must not show. */
static void replay(Soak *soak, const SoakRound *round)
{
    SessionView view;
    soak_round_open(&view, soak->model, soak->image, NULL, 0);
    if (!soak_round_replay(round, &view))
        g_error("seed %" G_GUINT64_FORMAT ": %d steps give other labels alone",
                round->seed, (int) round->status->len);
    session_view_close(&view);
    soak->replayed++;
}

/* First rounds first, for half the time of the soak; at least one. */
static void replay_all(Soak *soak)
{
    double begun = medals_now();
    bool any = true;
    for (guint n = 0; any; n++) {
        any = false;
        for (size_t p = 0; p < soak->count; p++) {
            const GPtrArray *rounds = soak->players[p].rounds;
            if (n >= rounds->len)
                continue;
            any = true;
            count(soak, rounds->pdata[n]);
            if (!soak->replayed || medals_now() - begun < 0.5 * soak->seconds)
                replay(soak, rounds->pdata[n]);
        }
    }
}

/* Megabytes: the peak of each tenth of the time. */
static void print_tenths(const Soak *soak)
{
    guint looks = soak->resident->len;
    printf("\"resident_tenths_mb\":[");
    for (guint n = 0; n < 10; n++)
        printf("%s%.0f", n ? "," : "",
               most(soak, looks * n / 10, looks * (n + 1) / 10) / 1e6);
    printf("],");
}

/* @return whether the memory stayed */
static bool report(const Soak *soak)
{
    guint rounds = 0;
    for (size_t n = 0; n < soak->count; n++)
        rounds += soak->players[n].rounds->len;
    double early = most(soak, 0, soak->early);
    double late = most(soak, soak->early, soak->resident->len);
    bool stayed = late <= SLACK_SHARE * early + SLACK_BYTES;
    printf("{\"bench\":\"soak\",\"isa\":\"%s\",\"sessions\":%d,"
           "\"seconds\":%.0f,\"rounds\":%u,\"steps\":%.0f,\"cancelled\":%.0f,"
           "\"reads\":%.0f,\"replayed\":%.0f,",
           medals_context_isa(soak->context), (int) soak->count, soak->seconds,
           rounds, (double) soak->steps, (double) soak->cancelled,
           (double) soak->reads, (double) soak->replayed);
    print_tenths(soak);
    printf("\"resident_early\":%.0f,\"resident_late\":%.0f,\"stayed\":%s}\n",
           early, late, stayed ? "true" : "false");
    return stayed;
}

static void close_all(Soak *soak)
{
    for (size_t n = 0; n < soak->count; n++) {
        g_ptr_array_unref(soak->players[n].rounds);
        g_mutex_clear(&soak->players[n].lock);
        g_free(soak->players[n].folder);
    }
    temp_folder_remove(soak->folder);
    g_array_unref(soak->resident);
    medals_volume_free(&soak->image);
    medals_model_free(&soak->model);
    medals_context_free(&soak->context);
    g_free(soak->folder);
}

int main(int argc, char **argv)
{
    static Soak soak;
    soak.seconds = argc > 1 ? atof(argv[1]) : 60;
    soak.count = argc > 2 ? (size_t) CLAMP(atoi(argv[2]), 1, MOST_SESSIONS) : 8;
    open_all(&soak, argc > 3 ? argv[3] : MEDALS_COMPACT);
    start(&soak);
    watch(&soak);
    replay_all(&soak);
    bool stayed = report(&soak);
    close_all(&soak);
    return stayed ? 0 : 1;
}
