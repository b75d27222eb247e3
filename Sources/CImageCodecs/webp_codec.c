#include "common.h"

#include <stdlib.h>
#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

static const char *explanation(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return "out of memory";
    case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not know";
    default: return "its data is damaged";
    }
}

static void read_exif(const uint8_t *file, size_t length, decoded_image *image) {
    WebPData data = {file, length}, exif;
    WebPMux *mux = WebPMuxCreate(&data, 0);
    if (!mux) return;
    if (WebPMuxGetChunk(mux, "EXIF", &exif) == WEBP_MUX_OK) image->exif = image_bytes_copy(exif.bytes, exif.size);
    WebPMuxDelete(mux);
}

bool webp_decode(const uint8_t *file, size_t length, decoded_image *image, image_message *message) {
    *image = (decoded_image){0};
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return image_fail(message, "this libwebp does not fit the one Easel was built with");
    VP8StatusCode status = WebPGetFeatures(file, length, &config.input);
    if (status != VP8_STATUS_OK) return image_fail(message, "%s", explanation(status));
    if (!image_size_allowed(config.input.width, config.input.height, message)) return false;
    if (config.input.has_animation) return image_fail(message, "it is an animation");

    int channels = config.input.has_alpha ? 4 : 3;
    size_t stride = (size_t)config.input.width * channels, size = stride * config.input.height;
    image->pixels = (image_bytes){malloc(size), size};
    if (!image->pixels.data) return image_fail(message, "out of memory");
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = image->pixels.data, .stride = (int)stride, .size = size};
    status = WebPDecode(file, length, &config);
    if (status != VP8_STATUS_OK) {
        decoded_image_free(*image);
        *image = (decoded_image){0};
        return image_fail(message, "%s", explanation(status));
    }
    image->width = (uint32_t)config.input.width;
    image->height = (uint32_t)config.input.height;
    image->channels = channels;
    read_exif(file, length, image);
    return true;
}

/// The file with an EXIF chunk added.
static bool add_exif(WebPData picture, const uint8_t *exif, size_t exif_length, image_bytes *file) {
    WebPData chunk = {exif, exif_length}, assembled = {NULL, 0};
    WebPMux *mux = WebPMuxNew();
    if (!mux) return false;
    bool done = WebPMuxSetImage(mux, &picture, 0) == WEBP_MUX_OK && WebPMuxSetChunk(mux, "EXIF", &chunk, 0) == WEBP_MUX_OK
        && WebPMuxAssemble(mux, &assembled) == WEBP_MUX_OK;
    WebPMuxDelete(mux);
    if (done) *file = image_bytes_copy(assembled.bytes, assembled.size);
    WebPDataClear(&assembled);
    return done && file->data;
}

bool webp_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, const uint8_t *exif, size_t exif_length, image_bytes *file,
    image_message *message) {
    *file = (image_bytes){0};
    if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
        return image_fail(message, "WebP holds at most %d pixels a side", WEBP_MAX_DIMENSION);
    }
    uint8_t *output = NULL;
    size_t length = WebPEncodeRGB(pixels, (int)width, (int)height, (int)width * 3, (float)quality, &output);
    if (length == 0) return image_fail(message, "out of memory");
    bool done = true;
    if (exif) {
        done = add_exif((WebPData){output, length}, exif, exif_length, file);
    } else {
        *file = image_bytes_copy(output, length);
        done = file->data != NULL;
    }
    WebPFree(output);
    return done || image_fail(message, "out of memory");
}
