#include "web/qr.h"

#include "base/err.h"

#include <errno.h>
#include <qrencode.h>

enum { QUIET = 4, TEXT_MOST = 2000, SVG_MOST = 256 << 10 };

int qr_svg(struct arena *a, struct str text, struct raw_html_trusted *ret) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(SVG_MOST);
  if (text.n > TEXT_MOST) return ERR_LIMIT;
  QRcode *q = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
  if (!q) return errno == ERANGE ? ERR_LIMIT : ERR_NOMEM;
  int size = q->width + 2 * QUIET;
  strbuf_fmt(&b, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"QR code\"><path class=\"qr-bg\" d=\"M0 0h%dv%dH0z\"/><path class=\"qr-on\" d=\"",
             size, size, size, size);
  for (int y = 0; y < q->width; y++) {
    for (int x = 0; x < q->width; x++) {
      int from = x;
      while (x < q->width && (q->data[y * q->width + x] & 1)) x++;
      if (x > from) strbuf_fmt(&b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
    }
  }
  strbuf_addz(&b, "\"/></svg>");
  QRcode_free(q);
  struct str s = b.failed ? (struct str){0} : arena_str(a, strbuf_str(&b));
  if (!s.p) return ERR_NOMEM;
  ret->html = s;
  return OK;
}
