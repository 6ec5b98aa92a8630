/*
 * labelmap_data.hpp - what stands behind a MedalsLabelmap
 *
 *   labelmap_read --> MedalsLabelmap --> labelmap_place
 */
#ifndef MEDALS_BRIDGE_LABELMAP_DATA_HPP
#define MEDALS_BRIDGE_LABELMAP_DATA_HPP

#include <string>
#include <vector>

#include "labelmap.h"

namespace medals::bridge
{

struct NamedSegment {
    std::string name, terminology; /* name: "" if the file has none */
    uint32_t label, layer, value;
    uint8_t rgb[3];
};

} // namespace medals::bridge

struct MedalsLabelmap {
    std::string path; /* for messages */
    std::vector<MedalsVolume *> layers;
    std::vector<medals::bridge::NamedSegment> segments;
    bool is_segmentation = false;

    MedalsLabelmap() = default;
    MedalsLabelmap(const MedalsLabelmap &) = delete;
    MedalsLabelmap &operator=(const MedalsLabelmap &) = delete;
    ~MedalsLabelmap()
    {
        for (MedalsVolume *&layer : layers)
            medals_volume_free(&layer);
    }
};

#endif
