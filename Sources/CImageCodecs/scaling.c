#include "common.h"

#include <stdlib.h>
#include <webp/encode.h>

/// Takes the colours out of libwebp's pixels of 32 bits.
static bool copy_colours(const WebPPicture *picture, image_bytes *colours) {
    size_t row = (size_t)picture->width * 3, size = row * picture->height;
    *colours = (image_bytes){malloc(size), size};
    if (!colours->data) return false;
    uint8_t *out = colours->data;
    for (int y = 0; y < picture->height; y++) {
        const uint32_t *in = picture->argb + (size_t)y * picture->argb_stride;
        for (int x = 0; x < picture->width; x++) {
            *out++ = (uint8_t)(in[x] >> 16);
            *out++ = (uint8_t)(in[x] >> 8);
            *out++ = (uint8_t)in[x];
        }
    }
    return true;
}

bool image_scale(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t new_width, uint32_t new_height, image_bytes *scaled,
    image_message *message) {
    *scaled = (image_bytes){0};
    if (!image_size_allowed(width, height, image_most_pixels, message)) return false;
    if (!image_size_allowed(new_width, new_height, image_most_pixels, message)) return false;
    WebPPicture picture;
    if (!WebPPictureInit(&picture)) return image_fail(message, "this libwebp does not fit the one Easel was built with");
    picture.use_argb = 1;
    picture.width = (int)width;
    picture.height = (int)height;
    bool done = WebPPictureImportRGB(&picture, pixels, (int)width * 3) && WebPPictureRescale(&picture, (int)new_width, (int)new_height)
        && copy_colours(&picture, scaled);
    WebPPictureFree(&picture);
    return done || image_fail(message, "out of memory");
}
