/* The sentences of notices. {0}, {1}, {2} are the notice's words a, b, c, {3} is who did it. */
#include "web/pages/approvals.h"
#include "web/pages/notices.h"
#include "web/shell.h"

/* Sentences whose words follow the number. */
typedef struct str counted_fn(const struct reader *r, int64_t n, const struct str *w);

static struct str say_import(const struct reader *r, int64_t n, const struct str *w) {
  return tr_n(r, n, "Your import of {0} is done: {n} row read", "Your import of {0} is done: {n} rows read", w[0]);
}

static struct str say_given(const struct reader *r, int64_t n, const struct str *w) {
  return tr_n(r, n, "{2} gave you {n} renewal: {1}", "{2} gave you {n} renewals: {1}", w[0], w[1], w[3]);
}

static const struct notice_words {
  int kind;
  const char *icon, *title, *sentence; /* sentence NULL: counted says it */
  char words[4];                       /* what a, b and c are: t text, d day, e kind of exception, p period, m money, s a sentence of struct err, # a number */
  counted_fn *counted;
} table[] = {
  {NOTICE_MENTION, "message", MSG("Somebody mentions you in a note"), MSG("{3} mentions you at {0}: {1}"), "tt"},
  {NOTICE_HANDED_YOU, "users", MSG("Work is handed to you"), MSG("{3} hands you the work of {0} from {1} to {2}"), "tdd"},
  {NOTICE_HANDED_OFF, "users", MSG("Your work is handed to somebody"), MSG("{3} hands your work to {0} from {1} to {2}"), "tdd"},
  {NOTICE_HANDED_BACK, "users", MSG("A handover is ended"), MSG("{3} ended the handover of {0}\u2019s work to {1}"), "tt"},
  {NOTICE_IMPORT_DONE, "file-import", MSG("Your import is done"), NULL, "t#", say_import},
  {NOTICE_IMPORT_STOPPED, "file-import", MSG("Your import stopped"), MSG("Your import of {0} stopped: {1}"), "ts"},
  {NOTICE_BATCH, "table", MSG("Somebody changes several renewals of yours"), MSG("{3} changed {0} of your renewals: {1}"), "#t"},
  {NOTICE_BATCH_UNDONE, "table", MSG("Somebody takes such a change back"), MSG("{3} took back a change of {0} of your renewals: {1}"), "#t"},
  {NOTICE_EXCEPTION_ASKED, "gavel", MSG("An exception waits for your decision"), MSG("A request waits for you at {0}, {1}: {2}"), "tet"},
  {NOTICE_EXCEPTION_ANSWERED, "gavel", MSG("Your question about an exception is answered"), MSG("{3} answers about {0}, {1}: {2}"), "tet"},
  {NOTICE_EXCEPTION_WITHDRAWN, "gavel", MSG("A request that waited for you is withdrawn"), MSG("{3} withdrew the request for {0}, {1}"), "te"},
  {NOTICE_EXCEPTION_RETURNED, "gavel", MSG("Your request comes back with a question"), MSG("{3} asks about your request for {0}, {1}: {2}"), "tet"},
  {NOTICE_EXCEPTION_APPROVED, "gavel", MSG("Your request is approved"), MSG("{3} approved your request for {0}, {1}"), "te"},
  {NOTICE_EXCEPTION_DECLINED, "gavel", MSG("Your request is declined"), MSG("{3} declined your request for {0}, {1}: {2}"), "tet"},
  {NOTICE_EXCEPTION_MOVED, "gavel", MSG("Your request goes to another approver"), MSG("Your request for {0}, {1}, waits for {2} now"), "tet"},
  {NOTICE_EXCEPTION_STAND_IN, "gavel", MSG("You stand in for an approver"), MSG("You decide requests for {0} from {1} to {2}"), "tdd"},
  {NOTICE_GIVEN, "user", MSG("Renewals become yours"), NULL, "#t", say_given},
  {NOTICE_SALES_IMPORT, "building", MSG("Imported accounts become yours"), MSG("{3} imported accounts: you look after {0} of them now"), "#"},
  {NOTICE_REVIEW_PLANNED, "users", MSG("A 1:1 is planned or moved"), MSG("{3} plans your 1:1 on {0}"), "d"},
  {NOTICE_REVIEW_CLOSED, "users", MSG("A 1:1 is closed"), MSG("{3} closed your 1:1 of {0}"), "d"},
  {NOTICE_PROMISE, "checklist", MSG("A promise of yours is written down"), MSG("{3} wrote down your promise at {0}, by {2}: {1}"), "ttd"},
  {NOTICE_SALES_YOURS, "building", MSG("An account becomes yours"), MSG("You look after {0} now"), "t"},
  {NOTICE_SALES_WINDOW, "calendar", MSG("A renewal of your accounts enters its window"), MSG("{0} comes up for renewal: {1} a year, ends {2}"), "tmd"},
  {NOTICE_SALES_RISK, "alert-triangle", MSG("A renewal of your accounts is at risk"), MSG("{0} is at risk: {1} a year, ends {2}"), "tmd"},
  {NOTICE_SALES_NEED, "clock", MSG("A renewal of your accounts needs you"), MSG("{0} has confirmed nothing: {1} a year, ends {2}"), "tmd"},
  {NOTICE_ASK, "flag", MSG("Somebody asks you to step in"), MSG("{3} asks you to step in at {0} by {2}: {1}"), "ttd"},
  {NOTICE_ASK_ACCEPTED, "check", MSG("Field sales accepts what you asked"), MSG("{3} steps in at {0} by {2}. {1}"), "ttd"},
  {NOTICE_ASK_DECLINED, "x", MSG("Field sales declines what you asked"), MSG("{3} declined to step in at {0}: {1}"), "ttd"},
  {NOTICE_ASK_PASSED, "arrow-right", MSG("Field sales passes on what you asked"), MSG("{3} passed your ask about {0} on to {1}"), "ttd"},
  {NOTICE_ASK_DONE, "checklist", MSG("What was asked of field sales is done"), MSG("{3} says it is done at {0}. {1}"), "ttd"},
  {NOTICE_ASK_WITHDRAWN, "arrow-left", MSG("An ask to you is withdrawn"), MSG("{3} withdrew the ask about {0}. {1}"), "ttd"},
  {NOTICE_ASK_LATE, "clock", MSG("An ask is late"), MSG("The ask about {0} was due {2}: {1}"), "ttd"},
  {NOTICE_CALL_MISSING, "chart-histogram", MSG("Your weekly call is missing"), MSG("{3} asks for your call for {0}, week {1}"), "p#"},
  {NOTICE_ESCALATION_YOURS, "flame", MSG("An escalation becomes yours"), MSG("{3} gives you the escalation of {0}: {1}"), "tt"},
  {NOTICE_ESCALATION_BROKEN, "flame", MSG("A promise of an escalation is not kept"), MSG("The promise for {0} was not kept: {1}"), "tt"},
  {NOTICE_ESCALATION_ROSE, "flame", MSG("An escalation rises"), MSG("The escalation of {0} was not resolved in time and rose to level {1}"), "tt"},
  {NOTICE_ESCALATION_RESOLVED, "flame", MSG("An escalation is resolved"), MSG("{3} resolved the escalation of {0}: {1}"), "tt"},
};

static const struct notice_words *words_for(int kind) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].kind == kind)
      return &table[i];
  return NULL;
}

/* "123450 USD" as money; as it is when it is none. */
static struct str money_word(const struct reader *r, struct str s) {
  struct str amount, code;
  int64_t minor = 0;
  currency_t c = CURRENCY_NONE;
  return str_cut(s, ' ', &amount, &code) && str_to_i64(amount, &minor) == OK && currency_parse(code, &c) == OK ? format_money(r, minor, c, MONEY_WHOLE) : s;
}

static struct str word(const struct reader *r, char kind, struct str s, int64_t *n) {
  day_t day = DAY_NONE;
  switch (kind) {
  case 'd': return day_parse_iso(s, &day) == OK ? format_weekday(r, day) : STR("\u2013");
  case 'm': return money_word(r, s);
  case '#':
    if (str_to_i64(s, n) < 0)
      *n = 0;
    return format_count(r, *n);
  case 'p': return format_period(r, s);
  case 's': return reader_sentence(r, s);
  case 'e': return str_of(approval_kind(r, exception_kind_of(s)));
  default: return s;
  }
}

struct str notice_sentence(const struct reader *r, const struct notice *n) {
  const struct notice_words *x = words_for(n->kind);
  int64_t number = 0;
  if (!x)
    return STR_NONE;
  const struct str given[] = {n->a, n->b, n->c};
  struct str words[4] = {STR_NONE, STR_NONE, STR_NONE, n->by.n ? n->by : STR("Perennial")};
  for (size_t i = 0; i < 3 && x->words[i]; i++)
    words[i] = word(r, x->words[i], given[i], &number);
  return x->counted ? x->counted(r, number, words) : reader_fmt(r, x->sentence, words, 4);
}

struct str notice_title(const struct reader *r, int kind) {
  const struct notice_words *x = words_for(kind);
  return x ? tr(r, x->title) : STR_NONE;
}

const char *notice_icon(int kind) {
  const struct notice_words *x = words_for(kind);
  return x ? x->icon : "bell";
}

struct str notice_href(struct request *r, const struct notice *n) {
  static const struct {
    const char *entity, *before, *after;
  } places[] = {
    {"account", "/accounts/", ""},
    {"exception", "/approvals/", ""},
    {"escalation", "/escalations/", ""},
    {"import", "/imports/", "/done"},
    {"import_staged", "/imports/", "/check"},
    {"renewal", "/renewals/", ""},
    {"review", "/reviews/", ""},
    {"sales_ask", "/sales/asks/", ""},
  };
  static const char *const fixed[][2] = {
    {"approvals", "/approvals"},
    {"forecast_submission", "/forecast"},
    {"handover", "/work"},
    {"sales", "/sales"},
  };
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
    if (str_eq(n->entity, str_of(fixed[i][0])))
      return shell_may_get(r, fixed[i][1]) ? str_of(fixed[i][1]) : STR_NONE;
  /* Renewals that were changed together: those of this person that changed on that day. */
  if (str_eq(n->entity, STR("change_batch")) && shell_may_get(r, "/renewals")) {
    char day[DAY_ISO_SIZE];
    day_iso(day_of_instant(n->at), day);
    return arena_fmt(r->arena, "/renewals?f=changed%%3A%s..%s", day, day);
  }
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (!str_eq(n->entity, str_of(places[i].entity)))
      continue;
    struct str to = arena_fmt(r->arena, "%s%" PRId64 "%s", places[i].before, n->entity_id, places[i].after);
    if (!to.n || !shell_may_get(r, to.p))
      return STR_NONE;
    return n->kind == NOTICE_MENTION ? arena_fmt(r->arena, "%.*s#notes", STR_FMT(to)) : to;
  }
  return STR_NONE;
}
