/* The audit's entries in words. Text lives in the request's arena or is static. */
#ifndef WEB_PAGES_AUDIT_WORDS_H
#define WEB_PAGES_AUDIT_WORDS_H
#include "store/repo_audit.h"
#include "store/repo_people.h"
#include "insight/book.h"
#include "web/http.h"
#include "web/words.h"

/* What names are looked up in. book NULL: renewals are called by their number. */
struct audit_things {
  const struct person_detail *people;
  size_t n_people;
  const struct book *book;
  const uint8_t *reps; /* visible rep codes of the book */
};
/* "Changed a renewal"; the action itself when it has no words. */
struct str audit_action_words(struct request *r, struct str action);
/* {"role":["rep","manager"]} as "role: rep → manager". */
struct str audit_detail_words(struct request *r, struct str detail);
/* What the entry is about, and its address where the reader may go there; both may be "". */
void audit_thing(struct request *r, const struct audit_things *x, const struct audit_row *row, struct str *ret_text, struct str *ret_href);
#endif
