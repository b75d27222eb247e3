#include "CLabelFont.h"

// Clang has C23's #embed in every mode and warns below C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char font[] = {
#embed "DejaVuSans.ttf"
};

const unsigned char *label_font(void) { return font; }
size_t label_font_length(void) { return sizeof font; }
