"""The Segment Editor effect "Medal S"."""
