/*
 * test_slice_frame.cpp - slices as radiologists read them, in 48 orientations;
 * and the text field
 */
#include "slice_frame.hpp"
#include "text_field.hpp"

#include <cmath>

#include <glib.h>

using namespace medals::ui;

static void same(const std::string &found, const std::string &expected)
{
    g_assert_cmpstr(found.c_str(), ==, expected.c_str());
}

static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* Index axis a runs along patient axis orders[n / 8][a] of LPS, against it
 * where bit a of n is set. */
static MedalsGeometry grid_of(int n)
{
    MedalsGeometry grid = {};
    for (int a = 0; a < 3; a++) {
        grid.size[a] = 5 + a;
        grid.spacing[a] = 1 + a;
        grid.origin[a] = 3 * a;
        grid.direction[3 * orders[n / 8][a] + a] = n >> a & 1 ? -1 : 1;
    }
    return grid;
}

static void point_of(const MedalsGeometry &grid, const double index[3],
                     double lps[3])
{
    for (int r = 0; r < 3; r++) {
        lps[r] = grid.origin[r];
        for (int c = 0; c < 3; c++)
            lps[r] += grid.direction[3 * r + c] * grid.spacing[c] * index[c];
    }
}

/* A pixel further to the right or up lies further that way in the patient, by
 * one voxel's spacing. */
static void check_way(const MedalsGeometry &grid, const SliceFrame &frame,
                      int s, int patient_axis, int sense)
{
    double a[3], b[3], from[3], to[3], back[3];
    frame.to_index(1, 2, 3, a);
    frame.to_index(s == 0 ? 2 : 1, s == 1 ? 3 : 2, 3, b);
    point_of(grid, a, from);
    point_of(grid, b, to);
    for (int r = 0; r < 3; r++)
        g_assert_cmpfloat_with_epsilon(
            to[r] - from[r], r == patient_axis ? sense * frame.spacing[s] : 0,
            1e-12);
    frame.from_index(a, back);
    g_assert_cmpfloat(back[0], ==, 1);
    g_assert_cmpfloat(back[1], ==, 2);
    g_assert_cmpfloat(back[2], ==, 3);
}

static void check_letters(const SliceFrame &frame, const char *expected)
{
    for (int side = 0; side < 4; side++)
        same(frame.letters[side], std::string(1, expected[side]));
}

static void test_orientations()
{
    for (int n = 0; n < 48; n++) {
        MedalsGeometry grid = grid_of(n);
        SliceFrame axial = slice_frame(grid, Plane::axial);
        check_way(grid, axial, 0, 0, 1);  /* right: Left */
        check_way(grid, axial, 1, 1, -1); /* up: Anterior */
        check_letters(axial, "LARP");
        SliceFrame coronal = slice_frame(grid, Plane::coronal);
        check_way(grid, coronal, 0, 0, 1);
        check_way(grid, coronal, 1, 2, 1); /* up: Superior */
        check_letters(coronal, "LSRI");
        SliceFrame sagittal = slice_frame(grid, Plane::sagittal);
        check_way(grid, sagittal, 0, 1, 1); /* right: Posterior */
        check_way(grid, sagittal, 1, 2, 1);
        check_letters(sagittal, "PSAI");
    }
}

/* Turned by 30 degrees about the body's axis: two letters a side. */
static void test_oblique()
{
    MedalsGeometry grid = grid_of(0);
    const double c = std::sqrt(0.75), s = 0.5;
    const double turned[9] = {c, -s, 0, s, c, 0, 0, 0, 1};
    for (int n = 0; n < 9; n++)
        grid.direction[n] = turned[n];
    SliceFrame axial = slice_frame(grid, Plane::axial);
    same(axial.letters[0], "LP");
    same(axial.letters[1], "AL");
    same(axial.letters[2], "RA");
    same(axial.letters[3], "PR");
    g_assert_cmpint(axial.axis[2], ==, 2);
}

static void test_text_field()
{
    TextField field;
    field.set_words({"left hippocampus", "left thalamus", "liver"});
    field.type("le");
    same(field.proposal(), "ft hippocampus");
    field.complete();
    field.type("; left t");
    same(field.proposal(), "halamus");
    field.complete();
    field.type("\n\n left thalamus\n\xC3\xA4");
    field.erase(); /* one letter of two bytes */
    same(field.lines().back(), "");
    field.erase(); /* the line break */
    same(field.lines().back(), "left thalamus");
    std::vector<std::string> texts = field.texts();
    g_assert_cmpuint(texts.size(), ==, 2);
    same(texts[1], "left thalamus");
    field.clear();
    field.erase();
    g_assert_true(field.texts().empty());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, nullptr);
    g_test_add_func("/vtk/slice_frame/orientations", test_orientations);
    g_test_add_func("/vtk/slice_frame/oblique", test_oblique);
    g_test_add_func("/vtk/text_field", test_text_field);
    return g_test_run();
}
