/* Duplicate accounts: the list of names that may be one, the preview of a merge, doing it and taking it back. */
#ifndef WEB_PAGES_MERGE_H
#define WEB_PAGES_MERGE_H
#include "web/parts.h"
#include "web/route.h"

struct duplicate_row {
  int64_t a_id, b_id;
  struct str a, a_href, b, b_href, why, country, merge_href;
};
struct apart_row {
  int64_t a_id, b_id;
  struct str a, a_href, b, b_href, when, who;
};
struct account_merged_row {
  int64_t id;
  struct str merged, survivor, survivor_href, when, who, reason, moved, undone;
  bool may_undo;
};
struct duplicates_view {
  struct duplicate_row *rows;
  size_t n_rows;
  struct account_merged_row *merges;
  size_t n_merges;
  struct apart_row *aparts;
  size_t n_aparts;
  struct str note, problem;
};
struct account_merge_count {
  struct str text;
};
struct account_merge_view {
  int64_t id;                 /* the survivor */
  int64_t with_id;            /* 0: not chosen yet */
  struct str name, href, with, with_href, swap_href, say, with_say, problem, reason, typed;
  struct account_merge_count *counts;
  size_t n_counts;
  struct duplicate_row *near; /* suggestions for this account */
  size_t n_near;
  bool ready;
};
route_fn duplicates_page, merge_page, merge_post, merge_undo_post, apart_post, apart_undo_post;
#endif
