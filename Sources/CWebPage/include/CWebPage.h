#pragma once
#include <stddef.h>

/// A file of the web page.
struct web_page_file {
    /// As it is asked for: `main.js`.
    const char *_Nonnull name;
    /// NUL-terminated; the files are text.
    const unsigned char *_Nonnull text;
};

size_t web_page_file_count(void);
/// @param index below the count.
struct web_page_file web_page_file_at(size_t index);
