/* Sorting pieces of one long text; for search_names.c and search_numbers.c. */
#ifndef INSIGHT_SEARCH_SORT_H
#define INSIGHT_SEARCH_SORT_H
#include "base/str.h"

struct search_item {
  uint64_t key;      /* scratch */
  uint32_t off, n, id;
};
/* By bytes, then as they stood. OK, ERR_NOMEM. */
int search_sort(struct search_item *items, size_t n, const char *text);
#endif
