"""The C API of libmedals as ctypes sees it: structs and signatures.

One entry per function that this package calls, in the order of the headers
in engine/include/medals, which are the manual. Nothing here computes.
"""
import ctypes as c
from typing import Any

Handle = c.c_void_p
HandleOut = c.POINTER(c.c_void_p)
Status = c.c_int
Text = c.c_char_p
Texts = c.POINTER(c.c_char_p)
Sizes = c.POINTER(c.c_size_t)
Extent = c.c_int64 * 6
ExtentIn = c.POINTER(c.c_int64)
Bytes = c.POINTER(c.c_uint8)
Doubles = c.POINTER(c.c_double)


class Progress(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("phase", Text),
                ("fraction", c.c_double), ("seconds_left", c.c_double)]


ProgressFn = c.CFUNCTYPE(c.c_bool, c.c_void_p, c.POINTER(Progress))
InstantFn = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)


class Geometry(c.Structure):
    _fields_ = [("size", c.c_int64 * 3), ("spacing", c.c_double * 3),
                ("origin", c.c_double * 3), ("direction", c.c_double * 9)]


class _Sized(c.Structure):
    """A struct that starts with its own size."""

    def __init__(self, **fields: Any):
        super().__init__(c.sizeof(type(self)), **fields)


class ContextOptions(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("threads", c.c_uint32),
                ("isa", Text), ("log", c.c_void_p), ("log_cookie", c.c_void_p)]


class ModelOptions(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("precision", c.c_int)]


class ClassInfo(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("name", Text),
                ("modality", c.c_int), ("trained", c.c_bool),
                ("lesion", c.c_bool), ("rgb", c.c_uint8 * 3),
                ("terminology", Text), ("synonyms", Texts),
                ("repeated", c.c_bool)]


class SegmentOptions(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32),
                ("texts", Texts), ("text_count", c.c_size_t),
                ("labels", c.POINTER(c.c_uint32)), ("modality", c.c_int),
                ("header_modality", c.c_int), ("has_window", c.c_bool),
                ("window", c.c_double * 2), ("stages", c.c_uint32),
                ("has_roi", c.c_bool), ("roi", Extent), ("seed", c.c_uint64),
                ("progress", ProgressFn), ("progress_cookie", c.c_void_p),
                ("label_count", c.c_size_t)]


class ClassReport(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("text", Text),
                ("label", c.c_uint32), ("class_index", c.c_int64),
                ("class_name", Text), ("known", c.c_bool),
                ("voxels", c.c_uint64), ("ml", c.c_double),
                ("mean_probability", c.c_double), ("name", Text),
                ("text_index", c.c_size_t)]


class ReadClass(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("text", Text), ("name", Text),
                ("text_index", c.c_size_t), ("class_index", c.c_int64),
                ("known", c.c_bool)]


class InitialClass(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("value", c.c_uint32), ("name", Text)]


class SessionOptions(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("modality", c.c_int),
                ("header_modality", c.c_int), ("has_window", c.c_bool),
                ("window", c.c_double * 2), ("journal", Text),
                ("journal_bytes", c.c_uint64), ("feature_bytes", c.c_uint64),
                ("labelmap", Handle), ("initial", c.POINTER(InitialClass)),
                ("initial_count", c.c_size_t), ("copy_image", c.c_bool),
                ("progress", ProgressFn), ("progress_cookie", c.c_void_p),
                ("undo_bytes", c.c_uint64)]


class Call(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("answer", c.c_int),
                ("progress", ProgressFn), ("progress_cookie", c.c_void_p),
                ("instant", InstantFn), ("instant_cookie", c.c_void_p)]


class Change(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("class_index", c.c_size_t),
                ("extent", Extent), ("added", c.c_uint64),
                ("removed", c.c_uint64)]


class SessionClass(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("text", Text), ("name", Text),
                ("value", c.c_uint32), ("known", c.c_bool),
                ("model_class", c.c_int64), ("locked", c.c_bool)]


class Prompt(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("kind", c.c_int),
                ("class_index", c.c_size_t), ("positive", c.c_bool),
                ("space", c.c_int), ("points", Doubles),
                ("point_count", c.c_size_t), ("radius_mm", c.c_double),
                ("mask", Bytes), ("extent", Extent),
                ("mask_bytes", c.c_size_t)]


class SessionStatistics(_Sized):
    _fields_ = [("struct_size", c.c_uint32), ("voxels", c.c_uint64),
                ("ml", c.c_double), ("mean_probability", c.c_double),
                ("prompts", c.c_uint64)]


_ANSWER = [HandleOut, HandleOut]  # answer, error: how most calls end
_CALL = [c.POINTER(Call)] + _ANSWER

#: name -> (result, arguments)
FUNCTIONS = {
    # types.h
    "medals_error_message": (Text, [Handle]),
    "medals_error_free": (None, [HandleOut]),
    "medals_modality_name": (Text, [c.c_int]),
    "medals_modality_parse": (c.c_int, [Text]),
    "medals_version": (Text, []),
    # volume.h
    "medals_volume_wrap": (Status, [
        HandleOut, c.POINTER(Geometry), c.c_int, c.c_void_p, c.c_void_p,
        c.c_void_p, HandleOut]),
    "medals_volume_free": (None, [HandleOut]),
    "medals_volume_peek_geometry": (c.POINTER(Geometry), [Handle]),
    "medals_volume_dtype": (c.c_int, [Handle]),
    "medals_volume_peek_data": (c.c_void_p, [Handle]),
    # context.h
    "medals_context_new": (Status, [
        HandleOut, c.POINTER(ContextOptions), HandleOut]),
    "medals_context_isa": (Text, [Handle]),
    "medals_context_threads": (c.c_uint32, [Handle]),
    # model.h
    "medals_model_open": (Status, [
        HandleOut, Handle, Text, c.POINTER(ModelOptions), HandleOut]),
    "medals_model_ref": (Handle, [Handle]),
    "medals_model_free": (None, [HandleOut]),
    "medals_model_name": (Text, [Handle]),
    "medals_model_license": (Text, [Handle]),
    "medals_model_precision": (c.c_int, [Handle]),
    "medals_model_default_modality": (c.c_int, [Handle]),
    "medals_model_class_count": (c.c_size_t, [Handle]),
    "medals_model_class": (c.c_bool, [
        Handle, c.c_size_t, c.POINTER(ClassInfo)]),
    "medals_model_match": (c.c_int64, [Handle, c.c_int, c.c_bool, Text]),
    # segment.h
    "medals_segment": (Status, [
        HandleOut, Handle, Handle, c.POINTER(SegmentOptions), HandleOut]),
    "medals_segmentation_free": (None, [HandleOut]),
    "medals_segmentation_peek_labelmap": (Handle, [Handle]),
    "medals_segmentation_class_count": (c.c_size_t, [Handle]),
    "medals_segmentation_class": (c.c_bool, [
        Handle, c.c_size_t, c.POINTER(ClassReport)]),
    "medals_segmentation_match_count": (c.c_size_t, [Handle]),
    "medals_segmentation_match": (c.c_bool, [
        Handle, c.c_size_t, Sizes, Sizes]),
    "medals_segmentation_warnings": (Texts, [Handle]),
    # reading.h
    "medals_reading_new": (Status, [
        HandleOut, Handle, c.c_int, c.c_bool, Texts, c.c_size_t, HandleOut]),
    "medals_reading_free": (None, [HandleOut]),
    "medals_reading_class_count": (c.c_size_t, [Handle]),
    "medals_reading_class": (c.c_bool, [
        Handle, c.c_size_t, c.POINTER(ReadClass)]),
    "medals_reading_match_count": (c.c_size_t, [Handle]),
    "medals_reading_match": (c.c_bool, [Handle, c.c_size_t, Sizes, Sizes]),
    "medals_reading_warnings": (Texts, [Handle]),
    # session.h
    "medals_session_open": (Status, [
        HandleOut, Handle, Handle, c.POINTER(SessionOptions), HandleOut]),
    "medals_session_close": (None, [HandleOut]),
    "medals_answer_free": (None, [HandleOut]),
    "medals_answer_revision": (c.c_uint64, [Handle]),
    "medals_answer_saved": (c.c_bool, [Handle]),
    "medals_answer_seconds": (c.c_double, [Handle]),
    "medals_answer_warnings": (Texts, [Handle]),
    "medals_answer_change_count": (c.c_size_t, [Handle]),
    "medals_answer_change": (c.c_bool, [
        Handle, c.c_size_t, c.POINTER(Change)]),
    "medals_answer_window_count": (c.c_size_t, [Handle]),
    "medals_answer_window": (c.c_bool, [Handle, c.c_size_t, ExtentIn]),
    "medals_answer_count": (c.c_uint64, [Handle]),
    "medals_answer_dice": (c.c_double, [Handle, c.c_size_t]),
    "medals_answer_match_count": (c.c_size_t, [Handle]),
    "medals_answer_match": (c.c_bool, [Handle, c.c_size_t, Sizes, Sizes]),
    "medals_session_set_classes": (Status, [
        Handle, Texts, Texts, c.c_size_t] + _ANSWER),
    "medals_session_add_class": (Status, [Handle, Text, Text, Sizes]
                                 + _ANSWER),
    "medals_session_remove_class": (Status, [Handle, c.c_size_t] + _ANSWER),
    "medals_session_lock": (Status, [Handle, c.c_size_t, c.c_bool,
                                     HandleOut]),
    "medals_session_class_count": (c.c_size_t, [Handle]),
    "medals_session_class": (c.c_bool, [
        Handle, c.c_size_t, c.POINTER(SessionClass)]),
    "medals_session_predict": (Status, [Handle, Sizes, c.c_size_t] + _CALL),
    "medals_session_refine": (Status, [
        Handle, c.c_uint32, Sizes, c.c_size_t] + _CALL),
    "medals_session_prompt": (Status, [Handle, c.POINTER(Prompt)] + _CALL),
    "medals_session_mask": (Status, [
        Handle, c.c_size_t, c.c_int, ExtentIn, c.c_void_p, c.c_size_t]
        + _CALL),
    "medals_session_stroke_begin": (Status, [
        Handle, c.POINTER(Prompt), HandleOut]),
    "medals_session_stroke_append": (Status, [
        Handle, c.c_int, Doubles, c.c_size_t, Bytes, c.c_size_t, ExtentIn]
        + _CALL),
    "medals_session_stroke_end": (Status, [Handle] + _CALL),
    "medals_session_stroke_cancel": (Status, [Handle] + _ANSWER),
    "medals_session_stroke_is_open": (c.c_bool, [Handle]),
    "medals_session_undo": (Status, [Handle, c.c_uint64] + _ANSWER),
    "medals_session_redo": (Status, [Handle, c.c_uint64] + _ANSWER),
    "medals_session_reset": (Status, [Handle, c.c_int] + _ANSWER),
    "medals_session_revision": (c.c_uint64, [Handle]),
    "medals_session_resumed": (c.c_bool, [Handle]),
    "medals_session_saved": (c.c_bool, [Handle]),
    "medals_session_warnings": (Texts, [Handle]),
    "medals_session_modality": (c.c_int, [Handle]),
    "medals_session_read": (Status, [
        Handle, c.c_int64, ExtentIn, c.c_int, c.c_void_p, c.c_size_t,
        c.POINTER(c.c_uint64), HandleOut]),
    "medals_session_changed_since": (c.c_bool, [
        Handle, c.c_uint64, ExtentIn]),
    "medals_session_labelmap": (Status, [
        Handle, c.POINTER(c.c_uint32), c.c_size_t, HandleOut, HandleOut]),
    "medals_session_statistics": (Status, [
        Handle, c.c_size_t, c.POINTER(SessionStatistics), HandleOut]),
}
