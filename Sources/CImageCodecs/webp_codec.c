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

static void read_exif(const WebPMux *mux, decoded_image *image) {
    WebPData exif;
    if (WebPMuxGetChunk(mux, "EXIF", &exif) == WEBP_MUX_OK) image->exif = image_bytes_copy(exif.bytes, exif.size);
}

/// Draws a still picture or a frame at its place on an empty canvas.
static bool draw(const WebPMuxFrameInfo *frame, int width, int height, decoded_image *image, image_message *message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return image_fail(message, "this libwebp does not fit the one Easel was built with");
    VP8StatusCode status = WebPGetFeatures(frame->bitstream.bytes, frame->bitstream.size, &config.input);
    if (status != VP8_STATUS_OK) return image_fail(message, "%s", explanation(status));
    int x = frame->x_offset, y = frame->y_offset;
    if (x < 0 || y < 0 || config.input.width > width - x || config.input.height > height - y) {
        return image_fail(message, "its first frame lies outside the picture");
    }

    bool covers = config.input.width == width && config.input.height == height;
    int channels = config.input.has_alpha || !covers ? 4 : 3;
    size_t stride = (size_t)width * channels, size = stride * height, start = y * stride + (size_t)x * channels;
    // Zeros: what the frame does not cover is transparent.
    image->pixels = (image_bytes){calloc(size, 1), size};
    if (!image->pixels.data) return image_fail(message, "out of memory");
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = image->pixels.data + start, .stride = (int)stride, .size = size - start};
    image->width = (uint32_t)width;
    image->height = (uint32_t)height;
    image->channels = channels;
    status = WebPDecode(frame->bitstream.bytes, frame->bitstream.size, &config);
    return status == VP8_STATUS_OK || image_fail(message, "%s", explanation(status));
}

bool webp_decode(const uint8_t *file, size_t length, uint64_t most_pixels, decoded_image *image, image_message *message) {
    *image = (decoded_image){0};
    WebPBitstreamFeatures canvas;
    VP8StatusCode status = WebPGetFeatures(file, length, &canvas);
    if (status != VP8_STATUS_OK) return image_fail(message, "%s", explanation(status));
    if (!image_size_allowed(canvas.width, canvas.height, most_pixels, message)) return false;

    WebPData data = {file, length};
    // NULL for a file with damaged chunks, whose pixels may be whole.
    WebPMux *mux = WebPMuxCreate(&data, 0);
    WebPMuxFrameInfo frame = {.bitstream = data};
    bool done;
    if (!canvas.has_animation) {
        done = draw(&frame, canvas.width, canvas.height, image, message);
    } else if (mux && WebPMuxGetFrame(mux, 1, &frame) == WEBP_MUX_OK) {
        done = draw(&frame, canvas.width, canvas.height, image, message);
        WebPDataClear(&frame.bitstream);
    } else {
        done = image_fail(message, "the file ends too early, or its data is damaged");
    }
    if (done && mux) read_exif(mux, image);
    WebPMuxDelete(mux);
    if (!done) {
        decoded_image_free(*image);
        *image = (decoded_image){0};
    }
    return done;
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
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality, const uint8_t *exif, size_t exif_length,
    image_bytes *file, image_message *message) {
    *file = (image_bytes){0};
    if (width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
        return image_fail(message, "WebP holds at most %d pixels a side", WEBP_MAX_DIMENSION);
    }
    uint8_t *output = NULL;
    int stride = (int)width * channels;
    size_t length = channels == 4 ? WebPEncodeRGBA(pixels, (int)width, (int)height, stride, (float)quality, &output)
                                  : WebPEncodeRGB(pixels, (int)width, (int)height, stride, (float)quality, &output);
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
