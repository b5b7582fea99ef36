/* The 1:1 pack: a rep's week, what was promised, what is to be talked about. */
#include "app/report_parts.h"
#include "app/promise.h"
#include "app/review.h"

enum { PROMISE_DAYS = 28, SHORT = 10 };

static struct str said_state(const struct pack *p, int state) {
  static const char *const words[PROMISE_STATES] = {[PROMISE_OPEN] = MSG("promise|Open"), [PROMISE_KEPT] = MSG("promise|Kept"),
      [PROMISE_BROKEN] = MSG("promise|Broken"),
                                                    [PROMISE_DROPPED] = MSG("promise|Dropped"), [PROMISE_PASSED] = MSG("promise|Passed on")};
  return state >= 0 && state < PROMISE_STATES ? tr(p->r, words[state]) : STR_NONE;
}

int story_promises(struct pack *p, struct report_section *s, struct err *e) {
  static const struct report_column columns[] = {{MSG("Promise"), REPORT_TEXT, 44, false}, {MSG("Customer"), REPORT_TEXT, 26, false}, {MSG("By when"), REPORT_DAY, 12,
      false},
                                                 {MSG("State"), REPORT_TEXT, 12, false}};
  struct promise *rows = NULL;
  size_t n = 0, cap = 0;
  int64_t open = 0, late = 0;
  int code = promise_of_rep(p->s, p->a, p->subject_id, (int64_t)(p->today - PROMISE_DAYS) * SECONDS_PER_DAY, p->until, &rows, &n, e);
  if (code != OK) {
    return code;
  }
  if (part_section(p, s, "promises", tr(p->r, "Promises"), 1, 0) != OK) {
    return part_out_of_memory(e);
  }
  struct report_table *t = &s->tables[0];
  *t = part_table("Promises", "", tr(p->r, "Nothing is promised.").p, part_columns(p, columns, 4), 4);
  for (size_t i = 0; i < n && t->columns != NULL; i++) {
    open += rows[i].state == PROMISE_OPEN;
    late += rows[i].state == PROMISE_OPEN && rows[i].due_date < p->today;
    struct report_cell *row = t->n_rows < SHORT ? report_row(t, p->a, &cap) : NULL;
    if (row == NULL) {
      continue;
    }
    row[0] = cell_link(cell_text(rows[i].body), at_renewal(p, rows[i].renewal_id));
    row[1] = cell_text(rows[i].customer);
    row[2] = cell_day(rows[i].due_date);
    row[3] = cell_text(said_state(p, rows[i].state));
  }
  s->calm = n == 0;
  s->claim = open == 0 ? tr(p->r, "No promise is open.") : tr_n(p->r, open, "{n} promise is open, {0} of them past its day.",
      "{n} promises are open, {0} of them past their day.",
                                                                format_count(p->r, late));
  s->source = tr(p->r, "Promises that are open, and those settled in the last four weeks.");
  return t->columns != NULL ? OK : part_out_of_memory(e);
}

/* Who it is about: by number or by name, of those the actor leads, or the actor. */
int review_subject(struct pack *p, struct err *e) {
  int64_t id = 0;
  bool leads = false;
  if (str_to_i64(p->ask->subject, &id) != OK) {
    for (uint32_t i = 1; i < p->book->reps.n; i++) {
      id = str_eq_nocase(p->book->reps.name[i], p->ask->subject) ? p->book->reps.id[i] : id;
    }
  }
  uint32_t code = id != 0 ? book_code(&p->book->reps, id) : 0;
  bool may = code != 0 && (p->ask->who->person_id == 0 || review_may(p->s, p->a, p->ask->who, id, &leads, e) == OK);
  if (!may) {
    return err_set(e, ERR_NOTFOUND, "%.*s: there is no such rep of yours", STR_FMT(str_sub(p->ask->subject, 0, 80)));
  }
  int64_t *ids = arena_alloc(p->a, sizeof *ids);
  struct scope *who = arena_zalloc(p->a, 1, sizeof *who);
  struct report_ask *ask = arena_alloc(p->a, sizeof *ask);
  if (ids == NULL || who == NULL || ask == NULL) {
    return part_out_of_memory(e);
  }
  *ids = id;
  *who = (struct scope){.person_id = id, .role = ROLE_REP, .rep_ids = ids, .n_rep_ids = 1, .today = p->today}; /* the rep's own rows */
  *ask = *p->ask;
  ask->who = who;
  p->ask = ask;
  p->subject_id = id;
  p->subject_name = say_name(p, &p->book->reps, code);
  return OK;
}
