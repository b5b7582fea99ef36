/* The audit's entries in words: actions, details, and the thing each is about. */
#include <jansson.h>
#include "web/pages/audit_words.h"
#include "web/shell.h"

static const struct {
  const char *action, *words;
} actions[] = {
    {"account.merge", MSG("Merged accounts")},
    {"account.sales_owner", MSG("Said who of field sales looks after an account")},
    {"account.unmerge", MSG("Took a merge back")},
    {"audit.check", MSG("Checked the audit chain")},
    {"audit.check_failed", MSG("Found the audit chain broken")},
    {"capacity.carry", MSG("Carried out a capacity plan")},
    {"capacity.plan", MSG("Made a capacity plan")},
    {"capacity.plan_remove", MSG("Deleted a capacity plan")},
    {"capacity.rule", MSG("Added a move to a capacity plan")},
    {"capacity.rule_remove", MSG("Took a move out of a capacity plan")},
    {"authority.set", MSG("Changed who may approve what")},
    {"calendar.add", MSG("Made a calendar address")},
    {"calendar.revoke", MSG("Revoked a calendar address")},
    {"config.set", MSG("Changed a setting")},
    {"demo.make", MSG("Made the demo")},
    {"exception.answer", MSG("Answered about an exception")},
    {"exception.approve", MSG("Approved an exception")},
    {"exception.ask", MSG("Asked for an exception")},
    {"exception.decline", MSG("Declined an exception")},
    {"exception.delegate", MSG("Let somebody stand in for approvals")},
    {"exception.delegate_end", MSG("Ended a standing in for approvals")},
    {"exception.pass", MSG("Agreed to an exception and passed it on")},
    {"exception.move", MSG("Moved an exception to the next approver")},
    {"exception.return", MSG("Returned an exception with a question")},
    {"exception.withdraw", MSG("Withdrew an exception")},
    {"exception_policy.set", MSG("Changed a policy on exceptions")},
    {"escalation.step", MSG("Acted on an escalation")},
    {"factor.codes", MSG("Made new recovery codes")},
    {"factor.off", MSG("Turned the second factor off")},
    {"factor.on", MSG("Turned the second factor on")},
    {"factor.recovery_used", MSG("Used a recovery code")},
    {"holiday.remove", MSG("Took a public holiday away")},
    {"holiday.set", MSG("Set a public holiday")},
    {"import.apply", MSG("Imported a file")},
    {"import.undo", MSG("Took an import back")},
    {"password.given", MSG("Gave the password again")},
    {"person.add", MSG("Added a person")},
    {"person.disable", MSG("Disabled a person")},
    {"person.edit", MSG("Changed a person")},
    {"person.enable", MSG("Enabled a person")},
    {"person.languages", MSG("Changed the languages somebody speaks")},
    {"person.leads", MSG("Said who leads a team of field sales")},
    {"person.notices", MSG("Changed what they are told")},
    {"person.password", MSG("Set a password")},
    {"person.reading", MSG("Changed language, locale or time zone")},
    {"promise.give_up", MSG("Gave a promise up")},
    {"promise.keep", MSG("Kept a promise")},
    {"promise.make", MSG("Made a promise")},
    {"review.close", MSG("Closed a 1:1")},
    {"review.move", MSG("Moved a 1:1")},
    {"review.note", MSG("Wrote in a 1:1")},
    {"review.note_remove", MSG("Took away a line of a 1:1")},
    {"review.plan", MSG("Planned a 1:1")},
    {"insight.run", MSG("Trained the models")},
    {"presence.end", MSG("Took an entry about a person’s days out")},
    {"presence.set", MSG("Said when a person joined, left or is away")},
    {"renewal.batch_undo", MSG("Took a change to many renewals back")},
    {"renewal.batch", MSG("Changed many renewals")},
    {"renewal.edit", MSG("Changed a renewal")},
    {"reset_link.make", MSG("Made a link to set a password")},
    {"reset_link.use", MSG("Set a password by a link")},
    {"sales_ask.accept", MSG("Accepted an ask to field sales")},
    {"sales_ask.add", MSG("Asked field sales to step in")},
    {"sales_ask.decline", MSG("Declined an ask to field sales")},
    {"sales_ask.done", MSG("Said that an ask to field sales is done")},
    {"sales_ask.pass", MSG("Passed on an ask to field sales")},
    {"sales_ask.withdraw", MSG("Withdrew an ask to field sales")},
    {"secret.set", MSG("Set a secret")},
    {"sign_in", MSG("Signed in")},
    {"sign_in.code_failed", MSG("A sign-in failed at the code")},
    {"sign_in.failed", MSG("A sign-in failed")},
    {"sign_in.oidc", MSG("Signed in through the provider")},
    {"sign_out", MSG("Ended a session")},
    {"target.set", MSG("Set targets")},
    {"team.add", MSG("Added a team")},
    {"team.edit", MSG("Changed a team")},
    {"team.remove", MSG("Removed a team")},
    {"territory.add", MSG("Added a territory rule")},
    {"territory.edit", MSG("Changed a territory rule")},
    {"territory.remove", MSG("Removed a territory rule")},
    {"token.add", MSG("Made an API token")},
    {"token.revoke", MSG("Revoked an API token")},
    {"touch.add", MSG("Logged a touch")},
};

struct str audit_action_words(struct request *r, struct str action) {
  for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
    if (str_eq(action, str_of(actions[i].action))) return tr(r, actions[i].words);
  return action;
}

static void add_value(struct strbuf *b, const json_t *v) {
  if (json_is_string(v)) {
    struct str s = {json_string_value(v), json_string_length(v)};
    strbuf_add(b, s.n ? str_sub(s, 0, 200) : STR("–"));
  } else if (json_is_integer(v)) strbuf_fmt(b, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
  else if (json_is_boolean(v)) strbuf_addz(b, json_is_true(v) ? "true" : "false");
  else strbuf_addz(b, "…");
}

struct str audit_detail_words(struct request *r, struct str detail) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4000);
  json_t *j = detail.n ? json_loadb(detail.p, detail.n, 0, NULL) : NULL;
  const char *key;
  json_t *v;
  json_object_foreach(j, key, v) {
    strbuf_fmt(&b, "%s%s: ", b.n ? ", " : "", key);
    bool change = json_is_array(v) && json_array_size(v) == 2;
    add_value(&b, change ? json_array_get(v, 0) : v);
    if (change) strbuf_addz(&b, " → ");
    if (change) add_value(&b, json_array_get(v, 1));
  }
  json_decref(j);
  struct str s = b.failed ? str_sub(detail, 0, 200) : arena_str(r->arena, strbuf_str(&b));
  return s.p ? s : STR_NONE;
}

static struct str person_of(const struct audit_things *x, int64_t id) {
  for (size_t i = 0; i < x->n_people; i++)
    if (x->people[i].id == id) return x->people[i].name;
  return STR_NONE;
}

static struct str renewal_name(struct request *r, const struct audit_things *x, int64_t id) {
  const struct book_renewals *n = x->book ? &x->book->renewals : NULL;
  size_t low = 0, high = n ? n->n : 0;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (n->id[mid] < id) low = mid + 1;
    else high = mid;
  }
  if (n && low < n->n && n->id[low] == id && x->reps[n->rep[low]]) return book_name(&x->book->accounts, n->account[low]);
  return tr_fmt(r, "Renewal {0}", arena_fmt(r->arena, "%" PRId64, id));
}

void audit_thing(struct request *r, const struct audit_things *x, const struct audit_row *row, struct str *ret_text, struct str *ret_href) {
  static const struct {
    const char *entity, *root;
  } roots[] = {{"renewal", "/renewals/"}, {"account", "/accounts/"}, {"person", "/settings/people/"}, {"change_batch", "/renewals/bulk/"}};
  static const char *const fixed[][3] = {{"team", "/settings/teams", MSG("Teams")}, {"org_config", "/settings/organization", MSG("Organization")},
                                         {"territory", "/settings/territories", MSG("Territories")}};
  struct str id = arena_fmt(r->arena, "%" PRId64, row->entity_id);
  *ret_text = *ret_href = STR_NONE;
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
    if (!str_eq(row->entity, str_of(fixed[i][0]))) continue;
    *ret_text = tr(r, fixed[i][2]);
    if (shell_may_get(r, fixed[i][1])) *ret_href = str_of(fixed[i][1]);
    return;
  }
  if (!row->entity_id) return;
  if (str_eq(row->entity, STR("renewal"))) *ret_text = renewal_name(r, x, row->entity_id);
  else if (str_eq(row->entity, STR("person"))) *ret_text = person_of(x, row->entity_id);
  else if (str_eq(row->entity, STR("insight_run"))) *ret_text = tr_fmt(r, "Training {0}", id);
  else *ret_text = arena_fmt(r->arena, "%.*s %.*s", STR_FMT(row->entity), STR_FMT(id));
  for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
    struct str to = str_eq(row->entity, str_of(roots[i].entity)) ? arena_fmt(r->arena, "%s%.*s", roots[i].root, STR_FMT(id)) : STR_NONE;
    if (to.n && shell_may_get(r, to.p)) *ret_href = to;
  }
  struct str import = str_eq(row->entity, STR("import")) ? arena_fmt(r->arena, "/imports/%.*s/done", STR_FMT(id)) : STR_NONE;
  if (import.n && shell_may_get(r, import.p)) *ret_href = import;
}
