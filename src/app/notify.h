/* Telling people what concerns them, in the product and in their weekly digest. The sentence is made when it is read, in the
 * reader's language, from the kind and up to three words a, b, c: a new kind is one line here and one line in web/pages/notice_words.c.
 *   notify_send(s, &(struct notify){.person_id = owner, .kind = NOTICE_BATCH, .entity = STR("change_batch"), .entity_id = id,
 *                                   .a = notify_number(a, n), .b = why, .by_id = who->person_id, .at = now}, e) */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H
#include "base/date.h"
#include "base/money.h"
#include "domain/terms.h"
#include "store/repo_notice.h"

enum { /* who may ever be told of a kind: the rows of their settings */
  TOLD_DESK = 1 << ROLE_ADMIN | 1 << ROLE_EXEC | 1 << ROLE_MANAGER | 1 << ROLE_REP | 1 << ROLE_OPS,
  TOLD_BOOK = 1 << ROLE_MANAGER | 1 << ROLE_REP,
  TOLD_IMPORT = 1 << ROLE_ADMIN | 1 << ROLE_MANAGER | 1 << ROLE_OPS,
  TOLD_DECIDE = 1 << ROLE_ADMIN | 1 << ROLE_EXEC | 1 << ROLE_MANAGER | 1 << ROLE_OPS, /* who can have authority */
  TOLD_WRITE = 1 << ROLE_ADMIN | 1 << ROLE_MANAGER | 1 << ROLE_REP | 1 << ROLE_OPS,   /* who can ask for an exception */
  TOLD_SALES = 1 << ROLE_SALES,
};
/* X(constant, number in the store, spelling in settings and the API, who may be told). Numbers stay; each subject has its own ten. */
#define NOTICE_KINDS(X)                                               \
  X(NOTICE_MENTION, 1, "mention", TOLD_DESK | TOLD_SALES)             \
  X(NOTICE_HANDED_YOU, 2, "handed_you", TOLD_BOOK)                    \
  X(NOTICE_HANDED_OFF, 3, "handed_off", TOLD_BOOK)                    \
  X(NOTICE_HANDED_BACK, 4, "handed_back", TOLD_BOOK)                  \
  X(NOTICE_IMPORT_DONE, 5, "import_done", TOLD_IMPORT)                \
  X(NOTICE_IMPORT_STOPPED, 6, "import_stopped", TOLD_IMPORT)          \
  X(NOTICE_BATCH, 7, "renewals_changed", TOLD_BOOK)                   \
  X(NOTICE_BATCH_UNDONE, 8, "renewals_changed_back", TOLD_BOOK)       \
  X(NOTICE_GIVEN, 9, "renewals_given", TOLD_BOOK)                     \
  X(NOTICE_CALL_MISSING, 20, "call_missing", TOLD_BOOK)               \
  X(NOTICE_EXCEPTION_ASKED, 60, "exception_asked", TOLD_DECIDE)       \
  X(NOTICE_EXCEPTION_ANSWERED, 61, "exception_answered", TOLD_DECIDE) \
  X(NOTICE_EXCEPTION_WITHDRAWN, 62, "exception_withdrawn", TOLD_DECIDE) \
  X(NOTICE_EXCEPTION_RETURNED, 63, "exception_returned", TOLD_WRITE)  \
  X(NOTICE_EXCEPTION_APPROVED, 64, "exception_approved", TOLD_WRITE)  \
  X(NOTICE_EXCEPTION_DECLINED, 65, "exception_declined", TOLD_WRITE)  \
  X(NOTICE_EXCEPTION_MOVED, 66, "exception_moved", TOLD_WRITE)        \
  X(NOTICE_EXCEPTION_STAND_IN, 67, "exception_stand_in", TOLD_DECIDE) \
  X(NOTICE_SALES_IMPORT, 89, "sales_accounts_yours", TOLD_SALES)      \
  X(NOTICE_REVIEW_PLANNED, 40, "review_planned", TOLD_BOOK)           \
  X(NOTICE_REVIEW_CLOSED, 41, "review_closed", TOLD_BOOK)             \
  X(NOTICE_PROMISE, 42, "promise_yours", TOLD_BOOK)                   \
  X(NOTICE_SALES_YOURS, 90, "sales_account_yours", TOLD_SALES)        \
  X(NOTICE_SALES_WINDOW, 91, "sales_window", TOLD_SALES)              \
  X(NOTICE_SALES_RISK, 92, "sales_risk", TOLD_SALES)                  \
  X(NOTICE_SALES_NEED, 93, "sales_need", TOLD_SALES)                  \
  X(NOTICE_ASK, 94, "sales_asked", TOLD_SALES)                        \
  X(NOTICE_ASK_ACCEPTED, 95, "sales_ask_accepted", TOLD_DESK)         \
  X(NOTICE_ASK_DECLINED, 96, "sales_ask_declined", TOLD_DESK)         \
  X(NOTICE_ASK_PASSED, 97, "sales_ask_passed", TOLD_DESK)             \
  X(NOTICE_ASK_DONE, 98, "sales_ask_done", TOLD_DESK | TOLD_SALES)    \
  X(NOTICE_ASK_WITHDRAWN, 99, "sales_ask_withdrawn", TOLD_SALES)      \
  X(NOTICE_ASK_LATE, 100, "sales_ask_late", TOLD_DESK | TOLD_SALES) \
  X(NOTICE_ESCALATION_YOURS, 50, "escalation_yours", TOLD_DESK)       \
  X(NOTICE_ESCALATION_BROKEN, 51, "escalation_broken", TOLD_DESK)     \
  X(NOTICE_ESCALATION_ROSE, 52, "escalation_rose", TOLD_DESK)         \
  X(NOTICE_ESCALATION_RESOLVED, 53, "escalation_resolved", TOLD_DESK)
#define NOTICE_KIND_VALUE(NAME, NUMBER, SPELLING, ROLES) NAME = NUMBER,
enum notice_kind { NOTICE_KINDS(NOTICE_KIND_VALUE) };

struct notify_kind {
  int kind;
  const char *name;
  unsigned roles;
};
extern const struct notify_kind notify_kinds[];
extern const size_t n_notify_kinds;
const struct notify_kind *notify_kind_of(int kind); /* NULL: there is none */

struct notify {
  int64_t person_id;  /* who is told; 0 = nobody: nothing is written */
  int kind;           /* enum notice_kind */
  struct str entity;  /* what it is about, by the name the audit uses: "renewal", "handover", "import", "change_batch" … */
  int64_t entity_id;
  struct str a, b, c; /* the words of the sentence, as web/pages/notice_words.c reads them; cut at NOTIFY_WORDS bytes */
  int64_t at;
  int64_t by_id;      /* who did it: nobody is told of their own act. 0 = the program */
};
enum { NOTIFY_WORDS = 200, NOTIFY_UNREAD_MOST = 100 };
/* Inside the caller's write transaction. OK also when nothing was written: one's own act, a person who is gone or does not want this kind.
 * ERR_RANGE (no such kind), ERR_NOMEM and the store's codes. */
int notify_send(struct store *s, const struct notify *n, struct err *e);
/* Words of a sentence that the reader's language forms anew. STR_NONE on no memory, which reads as a dash. */
struct str notify_number(struct arena *a, int64_t n);
struct str notify_day(struct arena *a, day_t d);
struct str notify_money(struct arena *a, int64_t minor, currency_t c);

/* How a person is told of each kind, NOTICE_IN_… bits, in the order of notify_kinds; without a wish both ways. In arena. */
int notify_wishes(struct store *s, struct arena *a, int64_t person_id, int **ret, struct err *e);
/* Sets them all, in its own write transaction, with an audit entry. */
int notify_wishes_set(struct store *s, int64_t person_id, const int *ways, int64_t now, struct err *e);
/* Marks as read, each in its own write transaction: one (and what it mentions), or all that there is up to an id. ERR_NOTFOUND: not theirs. */
int notify_read(struct store *s, struct arena *a, int64_t person_id, int64_t id, int64_t now, struct err *e);
int notify_read_all(struct store *s, int64_t person_id, int64_t last_id, int64_t now, struct err *e);
#endif
