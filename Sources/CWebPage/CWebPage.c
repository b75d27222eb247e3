#include "CWebPage.h"

// Clang has C23's #embed in every mode and warns below C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Every file of page/.
static const struct web_page_file files[] = {
    {"index.html", (const unsigned char[]){
#embed "page/index.html" suffix(, 0)
    }},
    {"login.html", (const unsigned char[]){
#embed "page/login.html" suffix(, 0)
    }},
    {"style.css", (const unsigned char[]){
#embed "page/style.css" suffix(, 0)
    }},
    {"icon.svg", (const unsigned char[]){
#embed "page/icon.svg" suffix(, 0)
    }},
    {"api.js", (const unsigned char[]){
#embed "page/api.js" suffix(, 0)
    }},
    {"chart.js", (const unsigned char[]){
#embed "page/chart.js" suffix(, 0)
    }},
    {"devices.js", (const unsigned char[]){
#embed "page/devices.js" suffix(, 0)
    }},
    {"dom.js", (const unsigned char[]){
#embed "page/dom.js" suffix(, 0)
    }},
    {"form.js", (const unsigned char[]){
#embed "page/form.js" suffix(, 0)
    }},
    {"gallery.js", (const unsigned char[]){
#embed "page/gallery.js" suffix(, 0)
    }},
    {"folded.js", (const unsigned char[]){
#embed "page/folded.js" suffix(, 0)
    }},
    {"infotext.js", (const unsigned char[]){
#embed "page/infotext.js" suffix(, 0)
    }},
    {"jobs.js", (const unsigned char[]){
#embed "page/jobs.js" suffix(, 0)
    }},
    {"main.js", (const unsigned char[]){
#embed "page/main.js" suffix(, 0)
    }},
    {"picture.js", (const unsigned char[]){
#embed "page/picture.js" suffix(, 0)
    }},
    {"pictures.js", (const unsigned char[]){
#embed "page/pictures.js" suffix(, 0)
    }},
    {"prompt.js", (const unsigned char[]){
#embed "page/prompt.js" suffix(, 0)
    }},
    {"server.js", (const unsigned char[]){
#embed "page/server.js" suffix(, 0)
    }},
    {"settings.js", (const unsigned char[]){
#embed "page/settings.js" suffix(, 0)
    }},
    {"strings.js", (const unsigned char[]){
#embed "page/strings.js" suffix(, 0)
    }},
    {"toasts.js", (const unsigned char[]){
#embed "page/toasts.js" suffix(, 0)
    }},
    {"watch.js", (const unsigned char[]){
#embed "page/watch.js" suffix(, 0)
    }},
    {"words-common.js", (const unsigned char[]){
#embed "page/words-common.js" suffix(, 0)
    }},
    {"words-create.js", (const unsigned char[]){
#embed "page/words-create.js" suffix(, 0)
    }},
    {"words-jobs.js", (const unsigned char[]){
#embed "page/words-jobs.js" suffix(, 0)
    }},
    {"words-gallery.js", (const unsigned char[]){
#embed "page/words-gallery.js" suffix(, 0)
    }},
    {"words-machines.js", (const unsigned char[]){
#embed "page/words-machines.js" suffix(, 0)
    }},
    {"words-settings.js", (const unsigned char[]){
#embed "page/words-settings.js" suffix(, 0)
    }},
};

size_t web_page_file_count(void) { return sizeof files / sizeof *files; }
struct web_page_file web_page_file_at(size_t index) { return files[index]; }
