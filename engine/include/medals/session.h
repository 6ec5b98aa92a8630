/*
 * session.h - a labelmap that is asked for, mended and never lost
 *
 *   open (model, image) --> classes --> predict --> prompt, refine, undo ...
 *                                                      |
 *                              each accepted call: one revision, one answer
 *
 * An answer names the new revision and, per class, the box that changed, so
 * that a viewer redraws only that. A failed or cancelled call leaves the
 * session exactly as it was. With a journal every revision is on disk before
 * its answer is given; opening the journal again brings back labelmap, prompts
 * and the history of undo and redo without running the network.
 *
 * What the user said is law: voxels marked positive are in their class, voxels
 * marked negative are out of it, in every later answer until that is undone or
 * the marks are reset; the later mark wins. The classes of a session exclude
 * one another.
 *
 * Boxes are half open, [i0,i1, j0,j1, k0,k1], voxel indices, i fastest. World
 * points are LPS millimetres; the voxel of a point is floor(x + 0.5).
 *
 * Threads: the calls that change a session come from one thread at a time, and
 * medals_session_class() and _stroke_is_open() from that one; all others that
 * take a const session may run beside them on any thread and see the last
 * whole revision: what one call answers is of one version. Many sessions may
 * work on one model: they share its weights and take turns, a window of the
 * network at a time.
 * @source spec command.md 3
 */
#ifndef MEDALS_SESSION_H
#define MEDALS_SESSION_H

#include "medals/model.h"
#include "medals/types.h"
#include "medals/volume.h"

MEDALS_BEGIN_DECLS

/** Limits; what exceeds them is MEDALS_E_INPUT. */
#define MEDALS_SESSION_MAX_CLASSES 255
#define MEDALS_SESSION_MAX_PROMPTS 100000
#define MEDALS_SESSION_MAX_TEXT 10000
#define MEDALS_SESSION_MAX_POINTS 1000000

typedef struct MedalsSession MedalsSession;
typedef struct MedalsAnswer MedalsAnswer;

/** A class that is there before the session begins (command.md 3, rule 6). */
typedef struct MedalsInitialClass {
    uint32_t struct_size; /**< the same in all of a list */
    uint32_t value;       /**< in the initial labelmap, not 0 */
    const char *name;     /**< or NULL */
} MedalsInitialClass;
#define MEDALS_INITIAL_CLASS_INIT                                              \
    {                                                                          \
        sizeof(MedalsInitialClass), 0, NULL                                    \
    }

typedef struct MedalsSessionOptions {
    uint32_t struct_size;
    MedalsModality modality;        /**< the user's choice, or NONE */
    MedalsModality header_modality; /**< what the file says, or NONE */
    bool has_window;                /**< CT only */
    double window[2];               /**< lower, upper bound in HU */
    /** folder of the journal, UTF-8, made with mode 0700; NULL: none */
    const char *journal;
    /** bytes that the journal may take before it is compacted; 0: 1 GiB */
    uint64_t journal_bytes;
    /** bytes of voxel features kept for instant answers; 0: 768 MiB */
    uint64_t feature_bytes;
    /** What is there already, on the image's grid, u8 | u16 | u32: each value,
     * ascending, becomes a class without text. Ignored, with a warning, when
     * the journal holds classes. Copied. */
    const MedalsVolume *labelmap;
    const MedalsInitialClass *initial; /**< names of its values; or NULL */
    size_t initial_count;
    bool copy_image; /**< false: the volume is kept by reference */
    /** Of opening: copy, image, journal, labels. */
    MedalsProgressFn progress;
    void *progress_cookie;
    /** Bytes of undo kept in memory while no journal holds it (none, or one
     * that cannot be written); the oldest steps go first, the newest never;
     * 0: 256 MiB. With a journal, `journal_bytes` bounds it. */
    uint64_t undo_bytes;
} MedalsSessionOptions;
#define MEDALS_SESSION_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(MedalsSessionOptions), MEDALS_MODALITY_NONE,                    \
            MEDALS_MODALITY_NONE, false, {0, 0}, NULL, 0, 0, NULL, NULL, 0,    \
            false, NULL, NULL, 0                                               \
    }

/**
 * Opens a session; brings back what the journal holds.
 * @param volume any scalar type; kept by reference and read once more when the
 *        modality is settled by the first texts
 * @return MEDALS_E_INPUT bad options, labelmap on another grid or with more
 *         than 255 values, journal of another image, of a newer version or in
 *         use by another process; MEDALS_E_IO, MEDALS_E_NOSPACE the journal
 *         cannot be made; MEDALS_E_NOMEM; MEDALS_E_CANCELLED
 */
MEDALS_API MedalsStatus medals_session_open(MedalsSession **out,
                                            MedalsModel *model,
                                            MedalsVolume *volume,
                                            const MedalsSessionOptions *options,
                                            MedalsError **error);
/** Closes; an open stroke is dropped. Sets *session to NULL. */
MEDALS_API void medals_session_close(MedalsSession **session);

/** How a call runs. NULL where one is taken: all zero. */
typedef enum MedalsAnswerKind {
    MEDALS_ANSWER_BOTH = 0,    /**< instant first, then the full pass */
    MEDALS_ANSWER_INSTANT = 1, /**< from kept features; no network pass where
                                    they are there */
    MEDALS_ANSWER_FULL = 2,    /**< network passes over the prompt's windows */
    MEDALS_ANSWER_NONE = 3     /**< only remember the prompt */
} MedalsAnswerKind;

typedef struct MedalsCall {
    uint32_t struct_size;
    MedalsAnswerKind answer; /**< of prompt calls; others ignore it */
    MedalsProgressFn progress;
    void *progress_cookie;
    /** MEDALS_ANSWER_BOTH: shows the instant answer before the full pass. It
     * is provisional and visible to readers; the answer's changes are relative
     * to it. Borrowed for the call.
     * @thread the one that made the call, within it; it may read the session
     *         and must not change or close it */
    void (*instant)(void *cookie, const MedalsAnswer *provisional);
    void *instant_cookie;
} MedalsCall;
#define MEDALS_CALL_INIT                                                       \
    {                                                                          \
        sizeof(MedalsCall), MEDALS_ANSWER_BOTH, NULL, NULL, NULL, NULL         \
    }

/* ---- answers ------------------------------------------------------------ */

MEDALS_API void medals_answer_free(MedalsAnswer **answer);
MEDALS_API uint64_t medals_answer_revision(const MedalsAnswer *answer);
/** Whether the journal holds this revision; true without a journal only if
 * none was asked for. */
MEDALS_API bool medals_answer_saved(const MedalsAnswer *answer);
MEDALS_API double medals_answer_seconds(const MedalsAnswer *answer);
/** NULL-terminated, one line each. Borrowed. */
MEDALS_API const char *const *
medals_answer_warnings(const MedalsAnswer *answer);

/** Of setting and adding classes: pairs of a text and a class of its, by text.
 * A text that names several has several pairs; texts may share a class. */
MEDALS_API size_t medals_answer_match_count(const MedalsAnswer *answer);
/** @return false: out of range. NULL: that number is not wanted */
MEDALS_API bool medals_answer_match(const MedalsAnswer *answer, size_t index,
                                    size_t *text_index, size_t *class_index);

typedef struct MedalsChange {
    uint32_t struct_size; /**< set by the caller */
    size_t class_index;
    int64_t extent[6]; /**< holds every changed voxel, half open, clipped */
    uint64_t added, removed;
} MedalsChange;
/** Classes of which voxels changed, ascending; none when nothing changed. A
 * class that the call took away stands last, under the index that it had. */
MEDALS_API size_t medals_answer_change_count(const MedalsAnswer *answer);
MEDALS_API bool medals_answer_change(const MedalsAnswer *answer, size_t index,
                                     MedalsChange *change);
/** Windows that a prompt call looked at: nothing outside them changed. */
MEDALS_API size_t medals_answer_window_count(const MedalsAnswer *answer);
MEDALS_API bool medals_answer_window(const MedalsAnswer *answer, size_t index,
                                     int64_t extent[6]);
/** Undo and redo: steps done. Refine: passes run. Else 0. */
MEDALS_API uint64_t medals_answer_count(const MedalsAnswer *answer);
/** Refine: DSC of a class to what it was before; NaN where not refined, 1 for
 * two empty masks. */
MEDALS_API double medals_answer_dice(const MedalsAnswer *answer,
                                     size_t class_index);

/* ---- classes ------------------------------------------------------------ */

/**
 * Sets the list of classes. A text may name several ("both kidneys", "liver
 * and spleen", a sided organ without its side): each becomes a class with a
 * text of its own; texts of one class are merged. The answer's warnings say
 * so, medals_answer_match() tells which class is whose.
 * @param texts count entries, NULL = an object known by prompts alone; a class
 *        of the same text keeps voxels, prompts and value; a class without
 *        text and name that a text or name fits is adopted
 * @param names count entries or NULL; an entry may be NULL: the text. Several
 *        classes of one text get its name with their own behind; where every
 *        class is named, each text stays one class as it stands
 * @param answer NULL or receives an answer (medals_answer_free()); so for all
 * @return MEDALS_E_INPUT no class, over 255, a text that is empty, there
 *         twice, not UTF-8, over 10000 bytes, or says what is not wanted
 */
MEDALS_API MedalsStatus medals_session_set_classes(
    MedalsSession *session, const char *const *texts, const char *const *names,
    size_t count, MedalsAnswer **answer, MedalsError **error);
/** Adds the class of a text, or the classes; those that are there already stay
 * as they are.
 * @param class_index receives the place of the first of them; may be NULL
 * @return MEDALS_E_INPUT as above, or all of them are there */
MEDALS_API MedalsStatus medals_session_add_class(
    MedalsSession *session, const char *text, const char *name,
    size_t *class_index, MedalsAnswer **answer, MedalsError **error);
/** Its voxels become background; later classes move down by one. */
MEDALS_API MedalsStatus medals_session_remove_class(MedalsSession *session,
                                                    size_t class_index,
                                                    MedalsAnswer **answer,
                                                    MedalsError **error);
/**
 * Locks a class, or unlocks it: until then no call but undo, redo, reset and
 * the removal of the class adds voxels to it or takes any from it; what a call
 * would have changed stays as it was, with a warning in its answer. No revision
 * and no undo step; a journal brings it back.
 * @return MEDALS_E_INPUT no such class
 */
MEDALS_API MedalsStatus medals_session_lock(MedalsSession *session,
                                            size_t class_index, bool locked,
                                            MedalsError **error);

typedef struct MedalsSessionClass {
    uint32_t struct_size; /**< set by the caller */
    const char *text;     /**< NULL: known by prompts alone */
    const char *name;     /**< never NULL */
    uint32_t value;       /**< in the labelmap */
    bool known;           /**< the model was trained on the text */
    int64_t model_class;  /**< of medals_model_class(), or -1 */
    bool locked;          /**< medals_session_lock() */
} MedalsSessionClass;
MEDALS_API size_t medals_session_class_count(const MedalsSession *session);
/** Texts are valid until the next call that changes the session; from the
 * thread of those calls. @return false: out of range */
MEDALS_API bool medals_session_class(const MedalsSession *session, size_t index,
                                     MedalsSessionClass *info);

/* ---- answers of the network --------------------------------------------- */

/**
 * A full pass over the whole image with all prompts so far.
 * @param classes indices of classes with a text, or NULL: all of them
 * @return MEDALS_E_USAGE no class has a text; MEDALS_E_INPUT no such class
 */
MEDALS_API MedalsStatus medals_session_predict(
    MedalsSession *session, const size_t *classes, size_t class_count,
    const MedalsCall *call, MedalsAnswer **answer, MedalsError **error);
/**
 * Self-refinement of what is there, on the regions that hold it.
 * @param passes at least 1; stops early when a pass changes nothing
 */
MEDALS_API MedalsStatus medals_session_refine(
    MedalsSession *session, uint32_t passes, const size_t *classes,
    size_t class_count, const MedalsCall *call, MedalsAnswer **answer,
    MedalsError **error);

/* ---- prompts ------------------------------------------------------------ */

typedef enum MedalsPromptKind {
    MEDALS_PROMPT_POINT = 0,    /**< 1 point */
    MEDALS_PROMPT_BOX = 1,      /**< 2 corners; as indices: an extent */
    MEDALS_PROMPT_SCRIBBLE = 2, /**< a polyline (LPS) or voxels (indices) */
    MEDALS_PROMPT_LASSO = 3,    /**< a closed polygon in any plane */
    MEDALS_PROMPT_MASK = 4      /**< of medals_session_mask(); only in lists of
                                     prompts, MEDALS_E_USAGE where one is given */
} MedalsPromptKind;

typedef enum MedalsSpace {
    MEDALS_SPACE_INDEX = 0, /**< voxel indices i,j,k */
    MEDALS_SPACE_LPS = 1    /**< millimetres */
} MedalsSpace;

typedef struct MedalsPrompt {
    uint32_t struct_size;
    MedalsPromptKind kind;
    size_t class_index;
    bool positive;
    MedalsSpace space;
    const double *points; /**< [point_count][3] */
    size_t point_count;
    double radius_mm; /**< of a scribble in LPS; at least 0 */
    /** Scribble and lasso may come as voxels instead of points: a mask over
     * `extent`, u8, i fastest, not 0 where the stroke is. NULL: points. */
    const uint8_t *mask;
    int64_t extent[6];
    size_t mask_bytes; /**< product of the extent, else MEDALS_E_SHAPE */
} MedalsPrompt;
#define MEDALS_PROMPT_INIT                                                     \
    {                                                                          \
        sizeof(MedalsPrompt), MEDALS_PROMPT_POINT, 0, true,                    \
            MEDALS_SPACE_INDEX, NULL, 0, 1.0, NULL, {0, 0, 0, 0, 0, 0}, 0      \
    }

/**
 * Adds a prompt and answers it. A box with MEDALS_SPACE_INDEX has the points
 * (i0,j0,k0) and (i1,j1,k1) of its half-open extent; a positive box forces no
 * voxel and adds nothing outside itself; a negative one empties itself.
 * @return MEDALS_E_INPUT no such class, a point outside the image or not
 *         finite, no point, a box of zero size, a lasso without area, too many
 *         prompts or points; MEDALS_E_USAGE a stroke is open
 */
MEDALS_API MedalsStatus medals_session_prompt(MedalsSession *session,
                                              const MedalsPrompt *prompt,
                                              const MedalsCall *call,
                                              MedalsAnswer **answer,
                                              MedalsError **error);

typedef enum MedalsMaskUse {
    MEDALS_MASK_LABELMAP = 0, /**< replaces what is there; binds nothing */
    MEDALS_MASK_PROMPT = 1    /**< its voxels are in, its edge is kept */
} MedalsMaskUse;
/**
 * Gives a class a drawn or imported mask.
 * @param extent box of the mask; NULL: the whole image
 * @param mask u8, i fastest, not 0 where the class is
 * @param mask_bytes product of the extent, else MEDALS_E_SHAPE
 */
MEDALS_API MedalsStatus medals_session_mask(
    MedalsSession *session, size_t class_index, MedalsMaskUse use,
    const int64_t extent[6], const uint8_t *mask, size_t mask_bytes,
    const MedalsCall *call, MedalsAnswer **answer, MedalsError **error);

/**
 * A stroke while it is drawn: begin with its first points, append, end. It is
 * one revision and one undo step, made by the end. An append with
 * MEDALS_ANSWER_INSTANT shows a provisional labelmap (revision unchanged);
 * other kinds only collect. Until the end every other changing call fails with
 * MEDALS_E_USAGE.
 */
MEDALS_API MedalsStatus medals_session_stroke_begin(MedalsSession *session,
                                                    const MedalsPrompt *prompt,
                                                    MedalsError **error);
/** @param points in the space that the stroke began with
 *  @param mask further voxels over extent (see MedalsPrompt), or NULL
 *  @param mask_bytes product of the extent, else MEDALS_E_SHAPE */
MEDALS_API MedalsStatus medals_session_stroke_append(
    MedalsSession *session, MedalsSpace space, const double *points,
    size_t point_count, const uint8_t *mask, size_t mask_bytes,
    const int64_t extent[6], const MedalsCall *call, MedalsAnswer **answer,
    MedalsError **error);
MEDALS_API MedalsStatus medals_session_stroke_end(MedalsSession *session,
                                                  const MedalsCall *call,
                                                  MedalsAnswer **answer,
                                                  MedalsError **error);
/** Drops an open stroke and what it showed; answers what was taken back. */
MEDALS_API MedalsStatus medals_session_stroke_cancel(MedalsSession *session,
                                                     MedalsAnswer **answer,
                                                     MedalsError **error);
MEDALS_API bool medals_session_stroke_is_open(const MedalsSession *session);

/* ---- history ------------------------------------------------------------ */

/** Takes back up to `steps` steps (at least 1). With nothing to take back the
 * call succeeds, medals_answer_count() is 0 and the revision stays. */
MEDALS_API MedalsStatus medals_session_undo(MedalsSession *session,
                                            uint64_t steps,
                                            MedalsAnswer **answer,
                                            MedalsError **error);
MEDALS_API MedalsStatus medals_session_redo(MedalsSession *session,
                                            uint64_t steps,
                                            MedalsAnswer **answer,
                                            MedalsError **error);
typedef enum MedalsResetWhat {
    MEDALS_RESET_PROMPTS = 0, /**< prompts and what they bind */
    MEDALS_RESET_ALL = 1      /**< also all voxels; classes stay */
} MedalsResetWhat;
MEDALS_API MedalsStatus medals_session_reset(MedalsSession *session,
                                             MedalsResetWhat what,
                                             MedalsAnswer **answer,
                                             MedalsError **error);

/* ---- reading (any thread) ----------------------------------------------- */

MEDALS_API uint64_t medals_session_revision(const MedalsSession *session);
/** Whether a journal brought something back. */
MEDALS_API bool medals_session_resumed(const MedalsSession *session);
/** Whether the last revision is in the journal; true without one. */
MEDALS_API bool medals_session_saved(const MedalsSession *session);
/** Of opening. NULL-terminated. Borrowed. */
MEDALS_API const char *const *
medals_session_warnings(const MedalsSession *session);
/** What the first texts, the header or the options came to; NONE until a call
 * that needs it has succeeded. */
MEDALS_API MedalsModality medals_session_modality(const MedalsSession *session);
MEDALS_API const MedalsGeometry *
medals_session_peek_geometry(const MedalsSession *session);

/**
 * Copies voxels out.
 * @param class_index 0/1 of one class; negative: label values of all
 * @param extent box, NULL: the whole image
 * @param dtype MEDALS_U8, MEDALS_U16 or MEDALS_U32; too narrow for the largest
 *        value is MEDALS_E_USAGE
 * @param data product(extent) elements, i fastest
 * @param bytes of data; fewer than the elements take is MEDALS_E_SHAPE
 * @param revision receives the revision that was read; may be NULL
 */
MEDALS_API MedalsStatus medals_session_read(const MedalsSession *session,
                                            int64_t class_index,
                                            const int64_t extent[6],
                                            MedalsDtype dtype, void *data,
                                            size_t bytes, uint64_t *revision,
                                            MedalsError **error);
/** Box of all voxels that changed after `revision`; @return false: none did.
 * A revision older than what is remembered gives the whole image. */
MEDALS_API bool medals_session_changed_since(const MedalsSession *session,
                                             uint64_t revision,
                                             int64_t extent[6]);
/**
 * The labelmap on the image's grid, u8, u16 or u32, a copy.
 * @param values one a class, different, not 0; NULL: the classes' own
 * @owner *out: medals_volume_free()
 */
MEDALS_API MedalsStatus medals_session_labelmap(const MedalsSession *session,
                                                const uint32_t *values,
                                                size_t value_count,
                                                MedalsVolume **out,
                                                MedalsError **error);
typedef struct MedalsSessionStatistics {
    uint32_t struct_size; /**< set by the caller */
    uint64_t voxels;
    double ml;
    double mean_probability; /**< of the last predict or refine; NaN: none */
    uint64_t prompts;
} MedalsSessionStatistics;
MEDALS_API MedalsStatus medals_session_statistics(
    const MedalsSession *session, size_t class_index,
    MedalsSessionStatistics *statistics, MedalsError **error);

/**
 * How many steps undo and redo could take now, of one revision. An open stroke
 * counts when it has ended. A journal brings both back; memory and disk are
 * bounded (`undo_bytes`, `journal_bytes`), so that undo may reach less far
 * than the revisions do.
 * @param undo, redo either may be NULL; 0 without a session
 * @thread any
 */
MEDALS_API void medals_session_history(const MedalsSession *session,
                                       uint64_t *undo, uint64_t *redo);

/** A prompt that holds: given, and neither taken back nor reset. The session
 * keeps what it marked, not the points it was drawn with. */
typedef struct MedalsSessionPrompt {
    uint32_t struct_size; /**< set by the caller, in the first of a list */
    MedalsPromptKind kind;
    uint64_t id; /**< ascending in the order given; kept by undo and redo */
    size_t class_index;
    bool positive;
    int64_t extent[6]; /**< its voxels lie in it; of a box: the box; of a point:
                            its voxel */
} MedalsSessionPrompt;
/**
 * Copies the prompts that hold, in the order given, all of one revision.
 * @param first how many of them to pass over
 * @param list receives at most `count` of them, struct_size bytes apart, which
 *        the first of them says; NULL with a count of 0: they are counted
 * @param total receives how many there are, passed over or not; may be NULL
 * @param revision receives the revision that was read; may be NULL
 * @return MEDALS_E_USAGE no session, no list for a count, a struct_size that
 *         is none of this struct's
 * @thread any
 */
MEDALS_API MedalsStatus medals_session_prompts(
    const MedalsSession *session, size_t first, MedalsSessionPrompt *list,
    size_t count, size_t *total, uint64_t *revision, MedalsError **error);

MEDALS_END_DECLS
#endif
