#pragma once
#include <stddef.h>

/// DejaVu Sans, a TrueType file.
const unsigned char *_Nonnull label_font(void);
size_t label_font_length(void);
