/*
 * relative_bias.h - MPNet's attention bias by distance of two tokens
 *
 * @source spec 3.2
 */
#ifndef MEDALS_RELATIVE_BIAS_H
#define MEDALS_RELATIVE_BIAS_H

#include <stdint.h>

/** Rows of the table: 16 for keys to the left or equal, 16 to the right. */
#define MEDALS_RELATIVE_BUCKETS 32

/** @param relative key index - query index @return 0..31 */
int medals_relative_bucket(int64_t relative);

/**
 * bias[h,i,j] = table[bucket(j-i), h]; the lowest float where ids[j] is 0,
 * which the attention mask of the reference hides.
 * @shape table [32,heads], ids [count], bias [heads,count,count]
 */
void medals_relative_bias_fill(const float *table, int64_t heads,
                               const int32_t *ids, int64_t count, float *bias);

#endif
