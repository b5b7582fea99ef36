/* Notes with mentions, documents, drafts and visits of people. Rules are in app/note.h, app/document.h and app/draft.h; here is only SQL.
 * Everything that writes runs inside a write transaction. Strings of results live in the arena. until: as in repo_contract.h. */
#ifndef STORE_REPO_NOTE_H
#define STORE_REPO_NOTE_H
#include "base/date.h"
#include "store/store.h"

struct note {
  int64_t id, renewal_id, at, by_id;
  struct str by, body; /* by: the author's name */
};
int note_put(struct store *s, struct note *x, struct err *e); /* gives the id */
/* Newest first, at most max. */
int note_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct note **ret, size_t *ret_n, struct err *e);
/* Takes a note away with its mentions. */
int note_remove(struct store *s, int64_t id, struct err *e);
/* The id of the same text by the same person on the same renewal since an instant, 0 = none: a form that was sent twice. */
int note_same(struct store *s, const struct note *x, int64_t since, int64_t *ret_id, struct err *e);

struct mention {
  int64_t note_id, renewal_id, owner_id, at; /* owner_id: of the renewal, for the scope */
  struct str by, body, customer;
};
int mention_put(struct store *s, int64_t note_id, int64_t person_id, struct err *e);
/* Those that wait for a person, newest first, at most max. */
int mention_waiting(struct store *s, struct arena *a, int64_t person_id, size_t max, struct mention **ret, size_t *ret_n, struct err *e);
/* Whether one of them is on this renewal. */
int mention_waits_on(struct store *s, int64_t person_id, int64_t renewal_id, bool *ret, struct err *e);
/* Says that the person saw what waits on one renewal. Returns how many that were, or a code. */
int64_t mention_seen(struct store *s, int64_t person_id, int64_t renewal_id, int64_t now, struct err *e);
int64_t mention_seen_all(struct store *s, int64_t person_id, int64_t now, struct err *e);

/* An active person, for choosing one by name. */
struct person_brief {
  int64_t id;
  struct str name;
  int role; /* enum role */
};
int person_briefs(struct store *s, struct arena *a, struct person_brief **ret, size_t *ret_n, struct err *e); /* by name */

struct document {
  int64_t id, renewal_id, owner_id, at, by_id, size, removed_at; /* owner_id: of the renewal; removed_at 0 = there */
  struct str by, file_name, kind, sha256, removed_by;
};
int document_put(struct store *s, struct document *x, struct str bytes, struct err *e); /* gives the id */
int document_list(struct store *s, struct arena *a, int64_t renewal_id, int64_t until, size_t max, struct document **ret, size_t *ret_n, struct err *e);
int document_row(struct store *s, struct arena *a, int64_t id, struct document *ret, struct err *e); /* ERR_NOTFOUND */
int document_bytes(struct store *s, struct arena *a, int64_t id, struct str *ret, struct err *e);    /* ERR_NOTFOUND: removed */
int document_remove(struct store *s, int64_t id, int64_t by_id, int64_t now, struct err *e);         /* ERR_NOTFOUND: gone already */
/* Bytes of all documents of a renewal that are there. */
int document_total(struct store *s, int64_t renewal_id, int64_t *ret, struct err *e);

struct draft {
  int64_t id, person_id, at;
  struct str path, fields; /* fields: as the form came, name=value&… */
};
int draft_put(struct store *s, struct draft *x, struct err *e); /* gives the id */
int draft_get(struct store *s, struct arena *a, int64_t id, int64_t person_id, struct draft *ret, struct err *e); /* ERR_NOTFOUND: none of theirs */
int draft_list(struct store *s, struct arena *a, int64_t person_id, size_t max, struct draft **ret, size_t *ret_n, struct err *e); /* newest first */
int draft_delete(struct store *s, int64_t id, int64_t person_id, struct err *e); /* OK also when there is none */
int draft_delete_old(struct store *s, int64_t before, struct err *e);

/* When the person's visit before this one ended; 0 = this is the first. */
int visit_before(struct store *s, int64_t person_id, int64_t *ret, struct err *e);
/* The person is there now: a pause of more than `pause` seconds begins a new visit. */
int visit_mark(struct store *s, int64_t person_id, int64_t now, int64_t pause, struct err *e);
#endif
