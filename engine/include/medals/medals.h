/*
 * medals.h - everything of libmedals that is stable
 *
 *     context --> model --> segmentation     one request
 *                 volume ---^
 *                 volume ---> session        many, with memory and journal
 *
 * The first segmentation in ten lines stands in the README. Read the headers
 * in the order below; each explains its own noun.
 */
#ifndef MEDALS_MEDALS_H
#define MEDALS_MEDALS_H

#include "medals/challenge.h"
#include "medals/checkpoint.h"
#include "medals/context.h"
#include "medals/convert.h"
#include "medals/journal.h"
#include "medals/metrics.h"
#include "medals/model.h"
#include "medals/reading.h"
#include "medals/segment.h"
#include "medals/session.h"
#include "medals/types.h"
#include "medals/volume.h"

#endif
