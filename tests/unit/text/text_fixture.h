/*
 * text_fixture.h - small files for the tests of text
 */
#ifndef MEDALS_TEXT_FIXTURE_H
#define MEDALS_TEXT_FIXTURE_H

#include "kernels.h"
#include "tensor.h"

/** A fresh folder; fixture_remove() deletes it and the files in it. */
char *fixture_folder(void);
void fixture_remove(char *folder);
/** FOLDER/NAME with these bytes; returns the path. @owner g_free */
char *fixture_file(const char *folder, const char *name, const void *data,
                   size_t size);

/** Tensors of a .safetensors file as they are added. */
typedef struct FixtureTensors {
    GString *header;
    GByteArray *data;
    uint32_t seed;
} FixtureTensors;

void fixture_tensors_init(FixtureTensors *tensors, uint32_t seed);
/** columns 0: one dimension. Values of a fixed noise of +-scale around
 * `centre`; stored as bf16 or float32. */
void fixture_tensor(FixtureTensors *tensors, const char *name, int64_t rows,
                    int64_t columns, float centre, float scale, bool bf16);
/** Writes FOLDER/NAME and empties the struct. @owner g_free */
char *fixture_tensors_write(FixtureTensors *tensors, const char *folder,
                            const char *name);

/** A one-layer tower: 16 words, 12 positions, 8 wide, 2 heads, F 12. A tensor
 * whose name ends in `without` is left out (NULL: none). */
char *fixture_tower(const char *folder, const char *name, const char *prefix,
                    bool mpnet, bool bf16, const char *without);
/** Adds the tensors of that tower to others. */
void fixture_tower_tensors(FixtureTensors *tensors, const char *prefix,
                           bool mpnet, bool bf16, const char *without);
/** The 16-line vocabulary of that tower. */
char *fixture_vocab(const char *folder);
/** Projection 8 -> 6 -> 4. */
char *fixture_projection(const char *folder, const char *prefix);

/** A lane of `threads`, entered, and the best kernels. */
MedalsExec fixture_exec(unsigned threads);
void fixture_exec_clear(MedalsExec *exec);

#endif
