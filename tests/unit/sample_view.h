/* What the view compiler's sample views show. */
#ifndef TESTS_SAMPLE_VIEW_H
#define TESTS_SAMPLE_VIEW_H
#include "web/html.h"
struct sample_row {
  const char *label;
  bool hot;
  struct str *tags;
  size_t n_tags;
};
struct sample_head {
  int64_t amount;
};
struct sample_view {
  struct str name, note, link;
  int count;
  struct sample_row *rows;
  size_t n_rows;
  struct sample_head head;
  struct raw_html_trusted picture;
};
#endif
