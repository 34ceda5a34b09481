/* html_style.h: the one style sheet of all pages in HTML. Layer: export. */
#ifndef MATINEE_EXPORT_HTML_STYLE_H
#define MATINEE_EXPORT_HTML_STYLE_H

extern const char html_style[];

#endif
