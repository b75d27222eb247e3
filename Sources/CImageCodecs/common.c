#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool image_fail(image_message *message, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message->text, sizeof message->text, format, arguments);
    va_end(arguments);
    return false;
}

bool image_size_allowed(uint64_t width, uint64_t height, uint64_t most_pixels, image_message *message) {
    if (width == 0 || height == 0) return image_fail(message, "it says that it has no pixels");
    if (width <= image_largest_side && height <= image_largest_side && width * height <= most_pixels) return true;
    return image_fail(
        message, "its %llux%llu pixels are more than %d a side or %.3g million in all", (unsigned long long)width,
        (unsigned long long)height, image_largest_side, (double)most_pixels / 1000000);
}

image_bytes image_bytes_copy(const void *data, size_t length) {
    image_bytes copy = {malloc(length ? length : 1), length};
    if (copy.data) memcpy(copy.data, data, length);
    return copy;
}

void image_bytes_free(image_bytes bytes) { free(bytes.data); }

void decoded_image_free(decoded_image image) {
    free(image.pixels.data);
    free(image.parameters.data);
    free(image.exif.data);
}
