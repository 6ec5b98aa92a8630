/*
 * dicom_record.hpp - what medals-dicom writes to its pipe
 *
 *   record  = kind (1 byte), length (8 bytes, of this machine), payload
 *   answer  = beats and warnings anywhere; then either one failure, or a list,
 *             or an image and its slices; then the end
 *
 * Both ends are built together, so the layout needs no version.
 */
#ifndef MEDALS_BRIDGE_DICOM_RECORD_HPP
#define MEDALS_BRIDGE_DICOM_RECORD_HPP

namespace medals::bridge
{

enum DicomRecord : char {
    record_beat = 'b',    /* no payload: the program is alive */
    record_failure = 'f', /* JSON: status, message */
    record_list = 'l',    /* JSON: the series */
    record_image = 'i',   /* JSON: description and geometry */
    record_slice = 's',   /* voxels */
    record_note = 'n',    /* a warning, text */
    record_end = 'e'      /* no payload: that was all */
};

} // namespace medals::bridge
#endif
