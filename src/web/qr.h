/* A QR code as SVG, drawn on the server so that no script and no other host sees the secret. */
#ifndef WEB_QR_H
#define WEB_QR_H
#include "base/arena.h"
#include "web/html.h"

/* Four modules of quiet zone, dark on light in both themes: phones want that. OK, ERR_LIMIT (longer than a code holds), ERR_NOMEM. */
int qr_svg(struct arena *a, struct str text, struct raw_html_trusted *ret);
#endif
