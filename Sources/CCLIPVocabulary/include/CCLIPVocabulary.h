#pragma once
#include <stddef.h>

/// The merges of OpenAI CLIP's vocabulary as text: a `#version` line, then one merge a line, the first to merge first.
/// Not NUL-terminated.
const unsigned char *_Nonnull clip_merges(void);
size_t clip_merges_length(void);
