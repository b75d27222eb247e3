#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pictures in memory to files in memory and back. libpng and libjpeg leave by longjmp when something is wrong;
// here that ends in `false` and a message, so that no Swift frame is ever jumped over.

enum { image_message_size = 256, image_largest_side = 16384, image_most_pixels = 100000000 };

/// Why something failed, in the library's words.
typedef struct { char text[image_message_size]; } image_message;

/// Memory of this module; `image_bytes_free` gives it back.
typedef struct {
    uint8_t *_Nullable data;
    size_t length;
} image_bytes;

void image_bytes_free(image_bytes bytes);

typedef struct {
    uint32_t width, height;
    /// 3 (red, green, blue) or 4 (and alpha, not multiplied in).
    int channels;
    /// 8 bits a channel, rows from top to bottom, no padding.
    image_bytes pixels;
    /// PNG's text with the keyword `parameters`; no data when there is none.
    image_bytes parameters;
    bool parameters_are_utf8;
    /// The Exif block: TIFF, perhaps after `Exif\0\0`. No data when there is none.
    image_bytes exif;
} decoded_image;

void decoded_image_free(decoded_image image);

// Each decoder refuses a picture with a side above `image_largest_side` or more than `most_pixels` in all, by its header, before it
// allocates anything for it. An animation is read as its first frame, an animated PNG as its default picture.
// The pixels are as they are stored: not turned. On failure `image` and `file` hold nothing.

bool png_decode(
    const uint8_t *_Nonnull file, size_t length, uint64_t most_pixels, decoded_image *_Nonnull image, image_message *_Nonnull message);
bool jpeg_decode(
    const uint8_t *_Nonnull file, size_t length, uint64_t most_pixels, decoded_image *_Nonnull image, image_message *_Nonnull message);
bool webp_decode(
    const uint8_t *_Nonnull file, size_t length, uint64_t most_pixels, decoded_image *_Nonnull image, image_message *_Nonnull message);

/// A text in a PNG. Both parts end with NUL; the text is Latin-1 or UTF-8.
typedef struct {
    const char *_Nonnull keyword;
    const char *_Nonnull text;
    bool is_utf8;
} image_text;

/// - `pixels`: width · height · channels bytes.
/// - `channels`: 3 (red, green, blue) or 4 (and alpha, not multiplied in).
bool png_encode(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int channels, const image_text *_Nullable texts, size_t text_count,
    image_bytes *_Nonnull file, image_message *_Nonnull message);

/// - `quality`: 1 to 100.
/// - `exif`: `Exif\0\0` and a TIFF, at most 65,533 bytes; NULL for none.
bool jpeg_encode(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int quality, const uint8_t *_Nullable exif, size_t exif_length,
    image_bytes *_Nonnull file, image_message *_Nonnull message);

/// - `channels`: as for PNG.
/// - `quality`: 1 to 100.
/// - `exif`: a TIFF; NULL for none.
bool webp_encode(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int channels, int quality, const uint8_t *_Nullable exif, size_t exif_length,
    image_bytes *_Nonnull file, image_message *_Nonnull message);

/// The picture in another size.
/// - `pixels`: width · height · 3 bytes.
/// - `scaled`: new_width · new_height · 3 bytes.
bool image_scale(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, uint32_t new_width, uint32_t new_height, image_bytes *_Nonnull scaled,
    image_message *_Nonnull message);
