/*
 * attention.h - multi-head attention on float32 rows
 *
 *   scores[i,j] = q[i]*k[j]/sqrt(width/heads) + bias[head,i,j] -> softmax -> v
 */
#ifndef MEDALS_ATTENTION_H
#define MEDALS_ATTENTION_H

#include "kernels.h"

/**
 * @shape q [rows,width], k and v [columns,width], dst [rows,width]; head n is
 *        columns n*width/heads ... of each; bias [heads,rows,columns] or NULL
 */
bool medals_attention_forward(const MedalsExec *exec, const float *q,
                              const float *k, const float *v, const float *bias,
                              int64_t rows, int64_t columns, int64_t width,
                              int64_t heads, float *dst, GError **error);

#endif
