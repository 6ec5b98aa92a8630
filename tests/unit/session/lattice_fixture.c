#include "lattice_fixture.h"

#include <string.h>

#include "windows.h"

void lattice_fixture(MedalsLattice *lattice, const int64_t size[3])
{
    *lattice =
        (MedalsLattice){.geometry = {.size = {size[0], size[1], size[2]},
                                     .spacing = {1, 1, 1},
                                     .direction = {0, 1, 0, 0, 0, 1, 1, 0, 0}},
                        .stage = {.crop = {8, 8, 8}}};
    g_assert_true(medals_canonical_init(&lattice->canonical, &lattice->geometry,
                                        "RAS", NULL));
    for (int a = 0; a < 3; a++) {
        int64_t n = lattice->canonical.shape[a];
        lattice->grid.shape[a] = MAX(n * 3 / 5, 1);
        lattice->padded[a] = MAX(lattice->grid.shape[a], 8);
        lattice->spacing[a] = (float) n / (float) lattice->grid.shape[a];
        lattice->count[a] = medals_windows_axis(lattice->padded[a], 8,
                                                &lattice->starts[a], NULL);
    }
}
