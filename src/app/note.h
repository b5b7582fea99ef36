/* Notes on a renewal, and the people mentioned in them by "@" and their whole name. */
#ifndef APP_NOTE_H
#define APP_NOTE_H
#include "app/scope.h"
#include "store/repo_note.h"

enum {
  NOTE_MAX = 10000,        /* bytes */
  NOTE_MOST_MENTIONS = 20,
  SENT_TWICE_SECONDS = 120, /* the same text by the same person within this time is one: a form that was sent twice */
};
/* The next "@Name" of one of these people at or after *from: *from and *ret_n are its place in the body, '@' included, *ret_person its index.
 * Names match without regard to ASCII case, the longest name wins, and it must end where a word ends. False: there is none. */
bool note_mention_next(struct str body, const struct person_brief *people, size_t n, size_t *from, size_t *ret_n, size_t *ret_person);

/* Writes a note: the row, a mention for each person named, the author's own mentions on this renewal seen, an audit entry. Runs its own
 * write transaction. *ret_id = the note, or the one that stands already when it was sent twice.
 * OK, ERR_NOTFOUND (no such renewal in the scope), ERR_RANGE (empty, too long, too many mentions, a person who cannot see the renewal). */
int note_write(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, int64_t now, int64_t *ret_id, struct err *e);
/* For changes of many (app/renewal_batch.h): whether note_write would take it, writing nothing; and the same inside the caller's transaction. */
int note_judge(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, struct err *e);
int note_write_step(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, struct str body, int64_t now, int64_t *ret_id, struct err *e);
/* Says that the person saw what waits on a renewal for them. OK also when nothing did. ERR_NOTFOUND outside the scope. */
int note_mentions_seen(struct store *s, struct arena *a, const struct scope *who, int64_t renewal_id, int64_t now, struct err *e);
#endif
