/*
 * vtk_fixture.cpp - grids in all 48 orientations and sessions on them
 */
#include "vtk_fixture.hpp"

#include <cstring>
#include <vector>

/* Orientation n: index axis a runs along patient axis axes[n / 8][a], against
 * it where bit a of n is set. */
static const int axes[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                               {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

MedalsGeometry fixture_grid(int orientation)
{
    MedalsGeometry grid = {};
    int first[3] = {0, 0, 0};
    for (int a = 0; a < 3; a++) {
        int p = axes[orientation / 8][a];
        bool against = orientation >> a & 1;
        grid.size[a] = fixture_size[p];
        grid.spacing[a] = fixture_spacing[p];
        grid.direction[3 * p + a] = against ? -1 : 1;
        first[p] = against ? fixture_size[p] - 1 : 0;
    }
    fixture_point(first, grid.origin);
    return grid;
}

void fixture_place(int orientation, const int index[3], int place[3])
{
    for (int a = 0; a < 3; a++) {
        int p = axes[orientation / 8][a];
        bool against = orientation >> a & 1;
        place[p] = against ? fixture_size[p] - 1 - index[a] : index[a];
    }
}

int fixture_value(const int place[3])
{
    return 1 + place[0] + 10 * place[1] + 100 * place[2];
}

void fixture_point(const int place[3], double lps[3])
{
    for (int p = 0; p < 3; p++)
        lps[p] = fixture_corner[p] + fixture_spacing[p] * place[p];
}

MedalsVolume *fixture_phantom(int orientation)
{
    MedalsGeometry grid = fixture_grid(orientation);
    MedalsVolume *volume = nullptr;
    g_assert_cmpint(medals_volume_new(&volume, &grid, MEDALS_I16, nullptr), ==,
                    MEDALS_OK);
    auto *voxel = static_cast<int16_t *>(medals_volume_peek_data(volume));
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++) {
                const int index[3] = {i, j, k};
                int place[3];
                fixture_place(orientation, index, place);
                *voxel++ = int16_t(fixture_value(place));
            }
    return volume;
}

/* ---- sessions ----------------------------------------------------------- */

static MedalsContext *context;
static MedalsModel *model;

static void check(MedalsStatus status, MedalsError *error)
{
    if (status != MEDALS_OK)
        g_error("%s", medals_error_message(error));
}

static void open_model()
{
    MedalsError *error = nullptr;
    if (model)
        return;
    check(medals_context_new(&context, nullptr, &error), error);
    check(medals_model_open(&model, context, MEDALS_COMPACT, nullptr, &error),
          error);
}

MedalsSession *fixture_session(MedalsVolume *volume, size_t count)
{
    open_model();
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    MedalsSession *session = nullptr;
    MedalsError *error = nullptr;
    check(medals_session_open(&session, model, volume, &options, &error),
          error);
    medals_volume_free(&volume);
    for (size_t n = 0; n < count; n++)
        check(medals_session_add_class(session, nullptr, nullptr, nullptr,
                                       nullptr, &error),
              error);
    return session;
}

void fixture_fill(MedalsSession *session, size_t class_index,
                  const int64_t extent[6])
{
    size_t voxels = 1;
    for (int r = 0; r < 3; r++)
        voxels *= size_t(extent[2 * r + 1] - extent[2 * r]);
    std::vector<uint8_t> mask(voxels, 1);
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = MEDALS_ANSWER_NONE;
    MedalsError *error = nullptr;
    check(medals_session_mask(session, class_index, MEDALS_MASK_LABELMAP,
                              extent, mask.data(), voxels, &call, nullptr,
                              &error),
          error);
}

void fixture_end()
{
    medals_model_free(&model);
    medals_context_free(&context);
}

void fixture_ok(MedalsStatus status, const std::string &message)
{
    if (status != MEDALS_OK)
        g_error("%s", message.c_str());
}

void fixture_refused(MedalsStatus status, MedalsStatus expected,
                     const std::string &message, const char *part)
{
    g_assert_cmpint(status, ==, expected);
    g_assert_nonnull(strstr(message.c_str(), part));
    g_assert_null(strchr(message.c_str(), '\n'));
}
