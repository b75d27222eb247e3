#include "common.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

/// What libjpeg's callbacks reach, and where a fatal error goes. `base` comes first, so that a pointer to it is one to this.
/// It belongs to the caller of the function that calls setjmp, as all that is given back after a jump.
typedef struct {
    struct jpeg_error_mgr base;
    image_message *message;
    jmp_buf escape;
} jpeg_exit;

static void on_error(j_common_ptr jpeg) {
    jpeg_exit *way_out = (jpeg_exit *)jpeg->err;
    char text[JMSG_LENGTH_MAX];
    way_out->base.format_message(jpeg, text);
    image_fail(way_out->message, "%s", text);
    longjmp(way_out->escape, 1);
}

static void on_message(j_common_ptr jpeg, int level) {
    (void)level;
    // libjpeg fills up with grey and goes on; half a picture is no picture.
    int code = jpeg->err->msg_code;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) {
        jpeg_exit *way_out = (jpeg_exit *)jpeg->err;
        image_fail(way_out->message, "its data ends too early");
        longjmp(way_out->escape, 1);
    }
}

static void set_exit(jpeg_exit *way_out, image_message *message) {
    jpeg_std_error(&way_out->base);
    way_out->base.error_exit = on_error;
    way_out->base.emit_message = on_message;
    way_out->message = message;
}

static void fail(j_common_ptr jpeg, const char *text) {
    jpeg_exit *way_out = (jpeg_exit *)jpeg->err;
    image_fail(way_out->message, "%s", text);
    longjmp(way_out->escape, 1);
}

/// A small progressive file can ask for the whole picture to be gone over thousands of times.
static void on_progress(j_common_ptr jpeg) {
    if (jpeg->is_decompressor && ((j_decompress_ptr)jpeg)->input_scan_number > 100) fail(jpeg, "it has more than 100 scans");
}

/// Adobe's programs store how little ink there is, and since nobody else writes CMYK, readers take all files so.
/// In place: four bytes a pixel become three, which never overtakes the reading.
static void rgb_from_cmyk(uint8_t *row, uint32_t width) {
    for (uint32_t x = 0; x < width; x++) {
        const uint8_t *ink = row + 4 * x;
        int black = ink[3];
        for (int channel = 0; channel < 3; channel++) row[3 * x + channel] = (uint8_t)((ink[channel] * black + 127) / 255);
    }
}

static void read_exif(struct jpeg_decompress_struct *jpeg, decoded_image *image) {
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
        if (marker->marker != JPEG_APP0 + 1 || marker->data_length < 6 || memcmp(marker->data, "Exif\0", 6) != 0) continue;
        image->exif = image_bytes_copy(marker->data, marker->data_length);
        return;
    }
}

static bool decode(
    struct jpeg_decompress_struct *jpeg, const uint8_t *file, size_t length, uint64_t most_pixels, decoded_image *image,
    uint8_t **cmyk_row) {
    if (setjmp(((jpeg_exit *)jpeg->err)->escape)) return false;
    jpeg_create_decompress(jpeg);
    struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
    jpeg->progress = &progress;
    jpeg_mem_src(jpeg, file, length);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(jpeg, TRUE);
    image_message message;
    if (!image_size_allowed(jpeg->image_width, jpeg->image_height, most_pixels, &message)) fail((j_common_ptr)jpeg, message.text);
    bool cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);

    size_t stride = (size_t)jpeg->output_width * 3;
    image->width = jpeg->output_width;
    image->height = jpeg->output_height;
    image->channels = 3;
    image->pixels = (image_bytes){malloc(stride * jpeg->output_height), stride * jpeg->output_height};
    if (cmyk) *cmyk_row = malloc((size_t)jpeg->output_width * 4);
    if (!image->pixels.data || (cmyk && !*cmyk_row)) fail((j_common_ptr)jpeg, "out of memory");
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *target = image->pixels.data + jpeg->output_scanline * stride;
        uint8_t *row = cmyk ? *cmyk_row : target;
        jpeg_read_scanlines(jpeg, &row, 1);
        if (!cmyk) continue;
        rgb_from_cmyk(row, jpeg->output_width);
        memcpy(target, row, stride);
    }
    read_exif(jpeg, image);
    jpeg_finish_decompress(jpeg);
    return true;
}

bool jpeg_decode(const uint8_t *file, size_t length, uint64_t most_pixels, decoded_image *image, image_message *message) {
    struct jpeg_decompress_struct jpeg = {0};
    jpeg_exit way_out;
    uint8_t *cmyk_row = NULL;
    *image = (decoded_image){0};
    set_exit(&way_out, message);
    jpeg.err = &way_out.base;
    bool done = decode(&jpeg, file, length, most_pixels, image, &cmyk_row);
    jpeg_destroy_decompress(&jpeg);
    free(cmyk_row);
    if (!done) {
        decoded_image_free(*image);
        *image = (decoded_image){0};
    }
    return done;
}

static bool encode(
    struct jpeg_compress_struct *jpeg, const uint8_t *pixels, uint32_t width, uint32_t height, int quality, const uint8_t *exif,
    size_t exif_length, unsigned char **output, unsigned long *length) {
    if (setjmp(((jpeg_exit *)jpeg->err)->escape)) return false;
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, output, length);
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->optimize_coding = TRUE;
    jpeg_start_compress(jpeg, TRUE);
    if (exif) jpeg_write_marker(jpeg, JPEG_APP0 + 1, exif, (unsigned)exif_length);
    while (jpeg->next_scanline < height) {
        // libjpeg takes rows to write without const; it does not change them.
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)jpeg->next_scanline * width * 3);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

bool jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, const uint8_t *exif, size_t exif_length, image_bytes *file,
    image_message *message) {
    struct jpeg_compress_struct jpeg = {0};
    jpeg_exit way_out;
    unsigned char *output = NULL;
    unsigned long length = 0;
    set_exit(&way_out, message);
    jpeg.err = &way_out.base;
    bool done = encode(&jpeg, pixels, width, height, quality, exif, exif_length, &output, &length);
    jpeg_destroy_compress(&jpeg);
    // After a failure libjpeg's buffer may have moved without `output` knowing: better to lose it than to free it twice.
    *file = done ? (image_bytes){output, length} : (image_bytes){0};
    return done;
}
