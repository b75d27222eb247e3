#include "CCLIPVocabulary.h"

// Clang has C23's #embed in every mode and warns below C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char merges[] = {
#embed "merges.txt"
};

const unsigned char *clip_merges(void) { return merges; }
size_t clip_merges_length(void) { return sizeof merges; }
