#include "segment_names.h"

#include <glib.h>
#include <string.h>

#include "canvas.h"

static void set_palette_color(MedalsSegment *segment, uint64_t index)
{
    Color color = palette_color(index);
    segment->rgb[0] = color.r;
    segment->rgb[1] = color.g;
    segment->rgb[2] = color.b;
}

void segment_describe(MedalsSegment *segment, const MedalsModel *model,
                      int64_t class_index, size_t place)
{
    MedalsClassInfo info = {.struct_size = sizeof info};
    set_palette_color(segment, place);
    if (class_index < 0 ||
        !medals_model_class(model, (size_t) class_index, &info))
        return;
    memcpy(segment->rgb, info.rgb, sizeof segment->rgb);
    segment->terminology = info.terminology;
}

/* The first entry describes the class; makes one a numbered instance of it. */
static void number_instances(SegmentNames *names, size_t count)
{
    MedalsSegment class = names->segments[0];
    names->count = count;
    names->owned = g_new0(char *, count + 1);
    for (size_t n = 0; n < count; n++) {
        names->owned[n] = g_strdup_printf("%s %zu", class.name, n + 1);
        names->segments[n] = class;
        names->segments[n].label = (uint32_t) n + 1;
        names->segments[n].name = names->owned[n];
        set_palette_color(&names->segments[n], n);
        names->present[n] = true;
    }
}

void segment_names_init(SegmentNames *names, const MedalsSegmentation *result,
                        const MedalsModel *model, bool instances)
{
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(result, &info);
    *names = (SegmentNames){medals_segmentation_class_count(result), NULL, NULL,
                            NULL};
    size_t room = MAX(names->count, instances ? info.instances : 0) + 1;
    names->segments = g_new0(MedalsSegment, room);
    names->present = g_new0(bool, room);
    for (size_t c = 0; c < names->count; c++) {
        MedalsClassReport report = {.struct_size = sizeof report};
        if (!medals_segmentation_class(result, c, &report))
            continue;
        names->segments[c].label = report.label;
        names->segments[c].name = report.name;
        segment_describe(&names->segments[c], model, report.class_index, c);
        names->present[c] = report.voxels > 0;
    }
    if (instances && names->count == 1)
        number_instances(names, info.instances);
}

void segment_names_clear(SegmentNames *names)
{
    g_free(names->segments);
    g_free(names->present);
    g_strfreev(names->owned);
    memset(names, 0, sizeof *names);
}
