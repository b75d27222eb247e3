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
    {"more.css", (const unsigned char[]){
#embed "page/more.css" suffix(, 0)
    }},
    {"icon.svg", (const unsigned char[]){
#embed "page/icon.svg" suffix(, 0)
    }},
    {"account.js", (const unsigned char[]){
#embed "page/account.js" suffix(, 0)
    }},
    {"acts.js", (const unsigned char[]){
#embed "page/acts.js" suffix(, 0)
    }},
    {"albums.js", (const unsigned char[]){
#embed "page/albums.js" suffix(, 0)
    }},
    {"alerts.js", (const unsigned char[]){
#embed "page/alerts.js" suffix(, 0)
    }},
    {"api.js", (const unsigned char[]){
#embed "page/api.js" suffix(, 0)
    }},
    {"cells.js", (const unsigned char[]){
#embed "page/cells.js" suffix(, 0)
    }},
    {"chart.js", (const unsigned char[]){
#embed "page/chart.js" suffix(, 0)
    }},
    {"clipboard.js", (const unsigned char[]){
#embed "page/clipboard.js" suffix(, 0)
    }},
    {"compare.js", (const unsigned char[]){
#embed "page/compare.js" suffix(, 0)
    }},
    {"deleting.js", (const unsigned char[]){
#embed "page/deleting.js" suffix(, 0)
    }},
    {"dom.js", (const unsigned char[]){
#embed "page/dom.js" suffix(, 0)
    }},
    {"drop.js", (const unsigned char[]){
#embed "page/drop.js" suffix(, 0)
    }},
    {"facts.js", (const unsigned char[]){
#embed "page/facts.js" suffix(, 0)
    }},
    {"filters.js", (const unsigned char[]){
#embed "page/filters.js" suffix(, 0)
    }},
    {"folded.js", (const unsigned char[]){
#embed "page/folded.js" suffix(, 0)
    }},
    {"forever.js", (const unsigned char[]){
#embed "page/forever.js" suffix(, 0)
    }},
    {"form.js", (const unsigned char[]){
#embed "page/form.js" suffix(, 0)
    }},
    {"gallery.js", (const unsigned char[]){
#embed "page/gallery.js" suffix(, 0)
    }},
    {"get.js", (const unsigned char[]){
#embed "page/get.js" suffix(, 0)
    }},
    {"grids.js", (const unsigned char[]){
#embed "page/grids.js" suffix(, 0)
    }},
    {"hires.js", (const unsigned char[]){
#embed "page/hires.js" suffix(, 0)
    }},
    {"history.js", (const unsigned char[]){
#embed "page/history.js" suffix(, 0)
    }},
    {"infotext.js", (const unsigned char[]){
#embed "page/infotext.js" suffix(, 0)
    }},
    {"jobs.js", (const unsigned char[]){
#embed "page/jobs.js" suffix(, 0)
    }},
    {"kept.js", (const unsigned char[]){
#embed "page/kept.js" suffix(, 0)
    }},
    {"keys.js", (const unsigned char[]){
#embed "page/keys.js" suffix(, 0)
    }},
    {"loras.js", (const unsigned char[]){
#embed "page/loras.js" suffix(, 0)
    }},
    {"machines.js", (const unsigned char[]){
#embed "page/machines.js" suffix(, 0)
    }},
    {"main.js", (const unsigned char[]){
#embed "page/main.js" suffix(, 0)
    }},
    {"menu.js", (const unsigned char[]){
#embed "page/menu.js" suffix(, 0)
    }},
    {"models.js", (const unsigned char[]){
#embed "page/models.js" suffix(, 0)
    }},
    {"more-en.js", (const unsigned char[]){
#embed "page/more-en.js" suffix(, 0)
    }},
    {"more-zh.js", (const unsigned char[]){
#embed "page/more-zh.js" suffix(, 0)
    }},
    {"more.js", (const unsigned char[]){
#embed "page/more.js" suffix(, 0)
    }},
    {"painter.js", (const unsigned char[]){
#embed "page/painter.js" suffix(, 0)
    }},
    {"picture.js", (const unsigned char[]){
#embed "page/picture.js" suffix(, 0)
    }},
    {"pictures.js", (const unsigned char[]){
#embed "page/pictures.js" suffix(, 0)
    }},
    {"presets.js", (const unsigned char[]){
#embed "page/presets.js" suffix(, 0)
    }},
    {"prompt.js", (const unsigned char[]){
#embed "page/prompt.js" suffix(, 0)
    }},
    {"queue.js", (const unsigned char[]){
#embed "page/queue.js" suffix(, 0)
    }},
    {"roll.js", (const unsigned char[]){
#embed "page/roll.js" suffix(, 0)
    }},
    {"rows.js", (const unsigned char[]){
#embed "page/rows.js" suffix(, 0)
    }},
    {"select.js", (const unsigned char[]){
#embed "page/select.js" suffix(, 0)
    }},
    {"server.js", (const unsigned char[]){
#embed "page/server.js" suffix(, 0)
    }},
    {"settings.js", (const unsigned char[]){
#embed "page/settings.js" suffix(, 0)
    }},
    {"several.js", (const unsigned char[]){
#embed "page/several.js" suffix(, 0)
    }},
    {"shade.js", (const unsigned char[]){
#embed "page/shade.js" suffix(, 0)
    }},
    {"sheet.js", (const unsigned char[]){
#embed "page/sheet.js" suffix(, 0)
    }},
    {"size.js", (const unsigned char[]){
#embed "page/size.js" suffix(, 0)
    }},
    {"source.js", (const unsigned char[]){
#embed "page/source.js" suffix(, 0)
    }},
    {"sources.js", (const unsigned char[]){
#embed "page/sources.js" suffix(, 0)
    }},
    {"sourceview.js", (const unsigned char[]){
#embed "page/sourceview.js" suffix(, 0)
    }},
    {"stage.js", (const unsigned char[]){
#embed "page/stage.js" suffix(, 0)
    }},
    {"strings.js", (const unsigned char[]){
#embed "page/strings.js" suffix(, 0)
    }},
    {"styles.js", (const unsigned char[]){
#embed "page/styles.js" suffix(, 0)
    }},
    {"toasts.js", (const unsigned char[]){
#embed "page/toasts.js" suffix(, 0)
    }},
    {"upscale.js", (const unsigned char[]){
#embed "page/upscale.js" suffix(, 0)
    }},
    {"upscalers.js", (const unsigned char[]){
#embed "page/upscalers.js" suffix(, 0)
    }},
    {"words-en.js", (const unsigned char[]){
#embed "page/words-en.js" suffix(, 0)
    }},
    {"words-zh.js", (const unsigned char[]){
#embed "page/words-zh.js" suffix(, 0)
    }},
    {"zoom.js", (const unsigned char[]){
#embed "page/zoom.js" suffix(, 0)
    }},
};

size_t web_page_file_count(void) { return sizeof files / sizeof *files; }
struct web_page_file web_page_file_at(size_t index) { return files[index]; }
