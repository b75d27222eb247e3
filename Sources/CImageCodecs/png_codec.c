#include "common.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/// What is at work, and where a fatal error goes. It belongs to the caller of the function that calls setjmp,
/// so what it holds is certain after a jump.
typedef struct {
    png_structp png;
    png_infop info;
    png_bytepp rows;
    const uint8_t *input;
    size_t remaining;
    decoded_image image;
    image_bytes output;
    size_t capacity;
    image_message *message;
    jmp_buf escape;
} png_work;

static void on_error(png_structp png, png_const_charp text) {
    png_work *work = png_get_error_ptr(png);
    image_fail(work->message, "%s", text);
    longjmp(work->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void read_input(png_structp png, png_bytep bytes, size_t length) {
    png_work *work = png_get_io_ptr(png);
    if (length > work->remaining) png_error(png, "the file ends too early");
    memcpy(bytes, work->input, length);
    work->input += length;
    work->remaining -= length;
}

static void allocate_rows(png_work *work, uint32_t height, uint8_t *pixels, size_t stride) {
    work->rows = malloc(height * sizeof *work->rows);
    if (!work->rows) png_error(work->png, "out of memory");
    for (uint32_t y = 0; y < height; y++) work->rows[y] = pixels + y * stride;
}

static void read_parameters(png_work *work) {
    png_textp texts = NULL;
    int count = 0;
    png_get_text(work->png, work->info, &texts, &count);
    for (int i = 0; i < count; i++) {
        if (strcmp(texts[i].key, "parameters") != 0 || !texts[i].text) continue;
        bool international = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE;
        size_t length = international ? texts[i].itxt_length : texts[i].text_length;
        work->image.parameters = image_bytes_copy(texts[i].text, length);
        work->image.parameters_are_utf8 = international;
        return;
    }
}

static void read_exif(png_work *work) {
    png_bytep exif = NULL;
    png_uint_32 length = 0;
    if (png_get_eXIf_1(work->png, work->info, &length, &exif)) work->image.exif = image_bytes_copy(exif, length);
}

static bool decode(png_work *work, uint64_t most_pixels) {
    if (setjmp(work->escape)) return false;
    png_structp png = work->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, work, on_error, on_warning);
    work->info = png ? png_create_info_struct(png) : NULL;
    if (!work->info) return image_fail(work->message, "out of memory");
    png_set_read_fn(png, work, read_input);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Compressed texts unfold to 16 MB each at most, and to 256 MB in all.
    png_set_chunk_malloc_max(png, 16 << 20);
    png_set_chunk_cache_max(png, 16);
    png_read_info(png, work->info);

    uint32_t width = png_get_image_width(png, work->info), height = png_get_image_height(png, work->info);
    image_message message;
    if (!image_size_allowed(width, height, most_pixels, &message)) png_error(png, message.text);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, work->info);

    int channels = png_get_channels(png, work->info);
    if (channels != 3 && channels != 4) png_error(png, "its pixels have an unknown layout");
    size_t stride = (size_t)width * channels;
    if (png_get_rowbytes(png, work->info) != stride) png_error(png, "its pixels have an unknown layout");
    work->image.width = width;
    work->image.height = height;
    work->image.channels = channels;
    work->image.pixels = (image_bytes){malloc(stride * height), stride * height};
    if (!work->image.pixels.data) png_error(png, "out of memory");
    allocate_rows(work, height, work->image.pixels.data, stride);
    png_read_image(png, work->rows);
    // Texts and Exif may also come after the pixels.
    png_read_end(png, work->info);
    read_parameters(work);
    read_exif(work);
    return true;
}

/// Whether all chunks up to the last one lie within the file. libpng takes memory for as much as a chunk's length says, up to 2 GB,
/// before it finds that the file ends.
static bool chunks_fit(const uint8_t *file, size_t length) {
    size_t chunk = 8;
    while (chunk < length && length - chunk >= 12) {
        size_t data = (size_t)file[chunk] << 24 | (size_t)file[chunk + 1] << 16 | (size_t)file[chunk + 2] << 8 | file[chunk + 3];
        if (data > length - chunk - 12) return false;
        if (memcmp(file + chunk + 4, "IEND", 4) == 0) return true;
        chunk += 12 + data;
    }
    return false;
}

bool png_decode(const uint8_t *file, size_t length, uint64_t most_pixels, decoded_image *image, image_message *message) {
    png_work work = {.input = file, .remaining = length, .message = message};
    bool done = chunks_fit(file, length) ? decode(&work, most_pixels) : image_fail(message, "the file ends too early");
    png_destroy_read_struct(&work.png, &work.info, NULL);
    free(work.rows);
    if (!done) {
        decoded_image_free(work.image);
        work.image = (decoded_image){0};
    }
    *image = work.image;
    return done;
}

static void write_output(png_structp png, png_bytep bytes, size_t length) {
    png_work *work = png_get_io_ptr(png);
    size_t needed = work->output.length + length;
    if (needed > work->capacity) {
        size_t capacity = needed * 2;
        uint8_t *grown = realloc(work->output.data, capacity);
        if (!grown) png_error(png, "out of memory");
        work->output.data = grown;
        work->capacity = capacity;
    }
    memcpy(work->output.data + work->output.length, bytes, length);
    work->output.length = needed;
}

static void flush_output(png_structp png) { (void)png; }

static bool encode(
    png_work *work, const uint8_t *pixels, uint32_t width, uint32_t height, int channels, const image_text *texts, size_t text_count) {
    if (setjmp(work->escape)) return false;
    png_structp png = work->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, work, on_error, on_warning);
    work->info = png ? png_create_info_struct(png) : NULL;
    if (!work->info) return image_fail(work->message, "out of memory");
    png_set_write_fn(png, work, write_output, flush_output);
    png_set_IHDR(
        png, work->info, width, height, 8, channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    for (size_t index = 0; index < text_count; index++) {
        png_text text = {
            .compression = texts[index].is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE,
            .key = (char *)texts[index].keyword,
            .text = (char *)texts[index].text,
            .lang = (char *)"",
            .lang_key = (char *)"",
        };
        png_set_text(png, work->info, &text, 1);
    }
    png_write_info(png, work->info);
    // libpng takes rows to write without const; it does not change them.
    allocate_rows(work, height, (uint8_t *)pixels, (size_t)width * (size_t)channels);
    png_write_image(png, work->rows);
    png_write_end(png, NULL);
    return true;
}

bool png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, const image_text *texts, size_t text_count, image_bytes *file,
    image_message *message) {
    png_work work = {.message = message};
    bool done = encode(&work, pixels, width, height, channels, texts, text_count);
    png_destroy_write_struct(&work.png, &work.info);
    free(work.rows);
    if (!done) {
        image_bytes_free(work.output);
        work.output = (image_bytes){0};
    }
    *file = work.output;
    return done;
}
