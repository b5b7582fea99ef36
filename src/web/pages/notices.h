/* What the program tells a person: the list behind the bell, its settings, the sentences. */
#ifndef WEB_PAGES_NOTICES_H
#define WEB_PAGES_NOTICES_H
#include "app/notify.h"
#include "web/http.h"
#include "web/parts.h"

/* The sentence of a notice and the name of its kind, as this reader reads them; an unknown kind reads "". */
struct str notice_sentence(const struct reader *r, const struct notice *n);
struct str notice_title(const struct reader *r, int kind);
const char *notice_icon(int kind);
/* Where it leads for whoever asks, "" when nowhere they may go. */
struct str notice_href(struct request *r, const struct notice *n);

struct notice_item {
  int64_t id;
  struct str text, when, when_iso, href;
  const char *icon;
  bool unread;
};
struct notices_view {
  struct notice_item *items;
  size_t n_items;
  struct str count, older_href;
  int64_t last_id;  /* of what is shown first: "all" means up to it */
  bool may_read, any_unread; /* may_read: not on a past day */
};
struct notice_choice {
  struct str name, label;
  bool product, digest;
};
struct notice_settings_view {
  struct notice_choice *kinds;
  size_t n_kinds;
  bool saved, has_digest;
};
int notices_page(struct request *r, struct response *w);
int notice_read_post(struct request *r, struct response *w);
int notices_read_post(struct request *r, struct response *w);
int notice_settings_page(struct request *r, struct response *w);
int notice_settings_post(struct request *r, struct response *w);
#endif
