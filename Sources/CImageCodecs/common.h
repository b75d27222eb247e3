#pragma once
#include "CImageCodecs.h"

/// Writes the message and returns false.
bool image_fail(image_message *message, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Whether a picture has pixels, no side above `image_largest_side`, and no more than `most_pixels` in all; the message otherwise.
bool image_size_allowed(uint64_t width, uint64_t height, uint64_t most_pixels, image_message *message);

/// A copy; no data when there is no memory.
image_bytes image_bytes_copy(const void *data, size_t length);
