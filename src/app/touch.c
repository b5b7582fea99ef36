#include "app/touch.h"

#include "base/strbuf.h"
#include "store/repo_audit.h"
#include "store/repo_renewal.h"

const char *const touch_channels[] = {"email", "phone", "meeting", "chat", "letter", "portal", "visit", "other", NULL};
const char *const touch_parties[] = {"customer", "reseller", "distributor", "sales", NULL};

enum { TOUCH_SENT_TWICE = 120, /* seconds within which the same touch is one: a form that was sent twice */
  TOUCH_NOTE_MAX = 10000, TOUCH_LANGUAGE_MAX = 20 };

static bool listed(const char *const *words, struct str s)
{
  for (; *words; words++)
    if (str_eq(s, str_of(*words)))
      return true;
  return false;
}

static int check_touch(const struct touch *t, int64_t now, struct err *e)
{
  if (!listed(touch_channels, t->channel))
    return err_set(e, ERR_RANGE, "The channel is not known: use email, phone, meeting, chat, letter, portal, visit or other");
  if (!listed(touch_parties, t->party))
    return err_set(e, ERR_RANGE, "The party is not known: use customer, reseller, distributor or sales");
  if (str_trim(t->note).n == 0)
    return err_set(e, ERR_RANGE, "The note is empty: say in a few words what was said or sent");
  if (t->note.n > TOUCH_NOTE_MAX || t->language.n > TOUCH_LANGUAGE_MAX)
    return err_set(e, ERR_RANGE, "The note is too long: at most %d bytes", TOUCH_NOTE_MAX);
  if (t->at > now)
    return err_set(e, ERR_RANGE, "The touch lies in the future: give the time at which it happened, or plan it as a next step");
  return OK;
}

struct logging {
  struct arena *a;
  const struct scope *who;
  struct touch touch;
  int64_t now, id;
};

static int log_tx(struct store *s, void *arg, struct err *e)
{
  struct logging *x = arg;
  struct renewal r;
  int rc = renewal_get(s, x->a, x->touch.renewal_id, &r, e);
  if (rc < 0)
    return rc;
  if (!scope_sees(x->who, r.id, r.owner_id))
    return err_set(e, ERR_NOTFOUND, "There is no renewal %" PRId64, r.id);
  if (!scope_edits(x->who, r.id, r.owner_id))
    return err_set(e, ERR_DENIED, "Your role may read this renewal but not log a touch on it: ask its owner");
  rc = touch_same(s, &x->touch, x->touch.at - TOUCH_SENT_TWICE, &x->id, e);
  if (rc < 0 || x->id)
    return rc;
  rc = touch_add(s, &x->touch, &x->id, e);
  if (rc == OK)
    rc = audit_add(s, &(struct audit_entry){.at = x->now, .actor_id = x->who->person_id, .action = "touch.add", .entity = "renewal", .entity_id = r.id}, e);
  if (rc == OK && r.stage == STAGE_NOT_STARTED) {
    r.stage = STAGE_CONTACTED;
    if (!r.category_override)
      r.category = (int)stage_category(STAGE_CONTACTED);
    r.changed_at = x->now > r.changed_at ? x->now : r.changed_at;
    r.changed_by = x->who->person_id;
    r.why = STR("first touch");
    return renewal_save(s, &r, e);
  }
  return rc == OK ? store_changed(s, "renewal", r.id, e) : rc;
}

int touch_log(struct store *s, struct arena *a, const struct scope *who, const struct touch *t, int64_t now, int64_t *ret_id, struct err *e)
{
  struct logging x = {.a = a, .who = who, .touch = *t, .now = now};
  x.touch.by_id = who->person_id;
  if (x.touch.at == 0)
    x.touch.at = now;
  int r = check_touch(&x.touch, now, e);
  if (r == OK)
    r = store_write(s, log_tx, &x, e);
  if (r == OK)
    *ret_id = x.id;
  return r;
}
