/* Contract lines into the store. */
#include "app/import_first.h"
#include "app/notify.h"
#include "base/alloc.h"
#include "domain/value.h"
#include "store/repo_audit.h"

int import_no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory: nothing was imported: free memory or split the file");
}

static bool derived(const struct import_work *x, const struct file_line *f)
{
  return x->j->options->as_of == DAY_NONE && x->r.contract[f->contract].id == 0;
}

/* From when a new term was known: the file's day; in a first history without one, its order or start. */
static int64_t known_at(const struct import_work *x, const struct file_line *f, day_t start)
{
  if (!derived(x, f))
    return x->j->known_at;
  day_t d = f->booked != DAY_NONE ? f->booked : start;
  return (int64_t)(d < x->j->options->today ? d : x->j->options->today) * SECONDS_PER_DAY;
}

static int allocate(struct import_work *x)
{
  struct file_lines *l = x->l;
  struct arena *a = x->arena;
  size_t accounts = (size_t)dict_keys(&l->accounts) + 1, products = (size_t)dict_keys(&l->products) + 1, contracts = l->n_contracts + 1;
  x->match = arena_alloc(a, (l->n + 1) * sizeof *x->match);
  x->order = arena_alloc(a, (l->n + 1) * sizeof *x->order);
  x->contract_id = arena_zalloc(a, contracts, sizeof *x->contract_id);
  x->account_known = arena_alloc(a, accounts * sizeof *x->account_known);
  x->product_known = arena_alloc(a, products * sizeof *x->product_known);
  x->contract_known = arena_alloc(a, contracts * sizeof *x->contract_known);
  x->contract_used = arena_zalloc(a, contracts, 1);
  x->contract_set = arena_zalloc(a, contracts, 1);
  x->account_touched = arena_zalloc(a, accounts, 1);
  x->account_met = arena_zalloc(a, accounts, 1);
  if (!x->match || !x->order || !x->contract_id || !x->account_known || !x->product_known || !x->contract_known || !x->contract_used || !x->contract_set ||
      !x->account_touched || !x->account_met)
    return ERR_NOMEM;
  for (size_t i = 0; i < accounts; i++)
    x->account_known[i] = INT64_MAX;
  for (size_t i = 0; i < products; i++)
    x->product_known[i] = INT64_MAX;
  for (size_t i = 0; i < contracts; i++)
    x->contract_known[i] = INT64_MAX;
  return OK;
}

static int match_file(struct import_work *x, struct err *e)
{
  struct match_input in = {.lines = x->l, .contract_id = x->contract_id, .product_id = x->r.product, .known = x->r.known, .n_known = x->r.n_known,
                           .late = x->late_after != DAY_NONE && x->j->note.as_of < x->late_after};
  for (size_t i = 0; i < x->l->n_contracts; i++)
    x->contract_id[i] = x->r.contract[i].id;
  for (int f = 0; f < FIELD_COUNT; f++)
    in.mapped[f] = x->j->plan->column[f] >= 0 || x->j->plan->constant[f];
  int rc = match_lines(&in, x->order, x->match);
  if (rc == ERR_LIMIT)
    return err_set(e, rc, "%.*s: more than %d rows of one contract cannot be told apart: map line_number or serial_number", STR_FMT(x->j->note.file_name),
                   MATCH_MAX_ALIKE);
  return rc < 0 ? import_no_memory(e) : OK;
}

static void lower(int64_t *at, int64_t t)
{
  if (t < *at)
    *at = t;
}

/* Counts, and the earliest known times of everything new. */
static void survey(struct import_work *x)
{
  struct import_result *c = &x->counts;
  for (size_t i = 0; i < x->l->n; i++) {
    const struct file_line *f = &x->l->line[i];
    const struct file_contract *k = &x->l->contract[f->contract];
    const struct match *m = &x->match[i];
    c->added += m->action == MATCH_NEW;
    c->extended += m->action == MATCH_NEW && m->extends;
    c->changed += m->action == MATCH_CHANGED;
    c->same += m->action == MATCH_SAME || m->action == MATCH_OLDER || m->action == MATCH_SHORTER;
    c->older += m->action == MATCH_OLDER;
    int64_t t = known_at(x, f, m->start);
    x->contract_used[f->contract] = 1;
    lower(&x->contract_known[f->contract], t);
    lower(&x->account_known[k->end_user], t);
    lower(&x->product_known[f->product], t);
    if (k->reseller != CODE_NONE)
      lower(&x->account_known[k->reseller], t);
    if (k->distributor != CODE_NONE)
      lower(&x->account_known[k->distributor], t);
    if (m->action == MATCH_NEW || m->action == MATCH_CHANGED)
      x->account_touched[k->end_user] = 1;
  }
}

static int add_regions(struct import_work *x, struct err *e)
{
  int rc = OK;
  for (uint32_t i = 0; i < dict_keys(&x->l->regions) && rc == OK; i++)
    if (x->r.region[i] == 0) {
      rc = store_reserve_ids(x->s, "region", 1, &x->r.region[i], e);
      if (rc == OK)
        rc = import_add_region(x->s, x->r.region[i], dict_shown(&x->l->regions, i), x->j->note.id, e);
    }
  return rc;
}

static int add_people(struct import_work *x, struct err *e)
{
  int rc = OK;
  for (uint32_t i = 0; i < dict_keys(&x->l->people) && rc == OK; i++) {
    struct str name = dict_shown(&x->l->people, i);
    if (x->r.person[i] != 0)
      continue;
    x->counts.people_added++;
    rc = store_reserve_ids(x->s, "person", 1, &x->r.person[i], e);
    if (rc == OK)
      rc = import_add_person(x->s, x->r.person[i], name, dict_folded(&x->l->people, i), str_find(name, '@', 0) != SIZE_MAX ? name : STR_NONE,
                             x->j->options->now, x->j->note.id, e);
  }
  return rc;
}

static int add_accounts(struct import_work *x, struct err *e)
{
  struct file_lines *l = x->l;
  struct new_account *rows = arena_zalloc(x->arena, (size_t)dict_keys(&l->accounts) + 1, sizeof *rows);
  size_t n = 0;
  int64_t first = 0;
  int rc = rows ? OK : import_no_memory(e);
  for (uint32_t i = 0; i < dict_keys(&l->accounts) && rc == OK; i++) {
    const struct file_account *a = &l->account[i];
    if (x->account_known[i] == INT64_MAX)
      continue;
    if (x->r.account[i] != 0) {
      rc = import_add_account_kind(x->s, x->r.account[i], a->kind, x->j->note.id, e);
      continue;
    }
    rows[n++] = (struct new_account){.id = i, .known_at = x->account_known[i], .kind = a->kind, .name = dict_shown(&l->accounts, i),
                                     .key = dict_folded(&l->accounts, i), .country = a->country == CODE_NONE ? STR_NONE : map_key(l->texts, a->country),
                                     .region_id = a->region == CODE_NONE ? 0 : x->r.region[a->region]};
  }
  if (rc == OK && n)
    rc = store_reserve_ids(x->s, "account", (int64_t)n, &first, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    x->r.account[rows[i].id] = first + (int64_t)i;
    rows[i].id = first + (int64_t)i;
  }
  x->counts.accounts_added = (int64_t)n;
  return rc == OK && n ? import_add_accounts(x->s, rows, n, x->j->note.id, e) : rc;
}

static int add_products(struct import_work *x, struct err *e)
{
  struct file_lines *l = x->l;
  struct new_product *rows = arena_zalloc(x->arena, (size_t)dict_keys(&l->products) + 1, sizeof *rows);
  size_t n = 0;
  int64_t first = 0;
  int rc = rows ? OK : import_no_memory(e);
  for (uint32_t i = 0; i < dict_keys(&l->products) && rc == OK; i++) {
    const struct file_product *p = &l->product[i];
    if (x->product_known[i] == INT64_MAX || x->r.product[i] != 0)
      continue;
    rows[n++] = (struct new_product){.id = i, .known_at = x->product_known[i], .sku = dict_shown(&l->products, i), .key = dict_folded(&l->products, i),
                                     .name = p->name == CODE_NONE ? STR_NONE : map_key(l->texts, p->name),
                                     .family = p->family == CODE_NONE ? STR_NONE : map_key(l->texts, p->family), .eol = DAY_NONE, .eos = DAY_NONE};
  }
  if (rc == OK && n)
    rc = store_reserve_ids(x->s, "product", (int64_t)n, &first, e);
  for (size_t i = 0; i < n && rc == OK; i++) {
    x->r.product[rows[i].id] = first + (int64_t)i;
    rows[i].id = first + (int64_t)i;
  }
  x->counts.products_added = (int64_t)n;
  return rc == OK && n ? import_add_products(x->s, rows, n, x->j->note.id, e) : rc;
}

/* The first of a contract's moves, or n_moved. */
static size_t moves_of(const struct import_work *x, int64_t contract_id)
{
  size_t from = 0, to = x->n_moved;
  while (from < to) {
    size_t mid = (from + to) / 2;
    if (x->moved[mid].contract_id < contract_id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < x->n_moved && x->moved[from].contract_id == contract_id ? from : x->n_moved;
}

/* Whether a person gave the contract on from that owner: a file that still names them has nothing new to say. */
static bool was_moved_from(const struct import_work *x, int64_t contract_id, int64_t owner_id)
{
  for (size_t i = moves_of(x, contract_id); i < x->n_moved && x->moved[i].contract_id == contract_id; i++)
    if (x->moved[i].from_id == owner_id)
      return true;
  return false;
}

static int64_t owner_of(const struct import_work *x, const struct file_contract *c, const struct known_contract *k)
{
  int64_t owner = c->owner != CODE_NONE ? x->r.person[c->owner] : k->owner;
  return owner != k->owner && k->id && was_moved_from(x, k->id, owner) ? k->owner : owner;
}

/* The file names the new owner, too: from now on it may say who comes after them. */
static int confirm_owner(struct import_work *x, size_t i, struct err *e)
{
  const struct file_contract *c = &x->l->contract[i];
  const struct known_contract *k = &x->r.contract[i];
  if (moves_of(x, k->id) == x->n_moved || c->owner == CODE_NONE || x->r.person[c->owner] != k->owner)
    return OK;
  return contract_move_confirm(x->s, k->id, x->j->note.id, e);
}

/* The contract as the file has it; what the file does not say stays as it is known. */
struct new_contract import_contract_of(const struct import_work *x, size_t i)
{
  const struct file_contract *c = &x->l->contract[i];
  const struct known_contract *k = &x->r.contract[i];
  return (struct new_contract){.id = k->id, .end_user = x->r.account[c->end_user],
                               .reseller = c->reseller != CODE_NONE ? x->r.account[c->reseller] : k->reseller,
                               .distributor = c->distributor != CODE_NONE ? x->r.account[c->distributor] : k->distributor,
                               .owner = owner_of(x, c, k),
                               .region = c->region != CODE_NONE ? x->r.region[c->region] : k->region, .known_at = x->contract_known[i],
                               .sales_model = c->model != MODEL_UNKNOWN ? c->model : k->sales_model, .currency = c->currency};
}

static int set_contract(struct import_work *x, size_t i, struct err *e)
{
  const struct known_contract *k = &x->r.contract[i];
  struct new_contract c = import_contract_of(x, i);
  bool same = c.end_user == k->end_user && c.reseller == k->reseller && c.distributor == k->distributor && c.owner == k->owner && c.region == k->region &&
              c.sales_model == k->sales_model;
  bool late = x->late_after != DAY_NONE && x->j->note.as_of < x->late_after;
  int rc = late ? OK : confirm_owner(x, i, e);
  if (rc < 0 || same || late)
    return rc;
  c.currency = k->currency;
  x->contract_set[i] = 1;
  x->account_touched[x->l->contract[i].end_user] = 1;
  return import_set_contract(x->s, &c, x->j->note.id, e);
}

static int add_contract(struct import_work *x, size_t i, enum contract_state state, struct import_writer *w, struct strbuf *key, struct strbuf *number, struct err *e)
{
  const struct file_contract *f = &x->l->contract[i];
  struct new_contract c = import_contract_of(x, i);
  strbuf_clear(key);
  strbuf_clear(number);
  contract_key(key, x->l, f, x->r.suffixed[i]);
  strbuf_add(number, dict_shown(&x->l->numbers, f->number));
  if (x->r.suffixed[i]) {
    strbuf_addz(number, " / ");
    strbuf_add(number, dict_shown(&x->l->accounts, f->end_user));
  }
  if (key->failed || number->failed)
    return import_no_memory(e);
  c.id = x->contract_id[i];
  c.state = state;
  c.number = strbuf_str(number);
  c.key = strbuf_str(key);
  return import_contracts_add(w, &c, e);
}

/* Known contracts get what is new about them, new contracts and lines their ids. */
static int set_contracts(struct import_work *x, struct err *e)
{
  int64_t first = 0;
  int rc = OK;
  for (size_t i = 0; i < x->l->n_contracts && rc == OK; i++) {
    if (x->r.contract[i].id != 0)
      rc = set_contract(x, i, e);
    else
      x->counts.contracts_added += x->contract_used[i];
  }
  if (rc == OK && x->counts.contracts_added)
    rc = store_reserve_ids(x->s, "contract", x->counts.contracts_added, &first, e);
  for (size_t i = 0; i < x->l->n_contracts && rc == OK; i++)
    if (x->r.contract[i].id == 0 && x->contract_used[i])
      x->contract_id[i] = first++;
  return rc == OK && x->counts.added ? store_reserve_ids(x->s, "contract_line", x->counts.added, &x->first_line, e) : rc;
}

static int write_contracts(struct import_work *x, struct err *e)
{
  struct strbuf key STRBUF_CLEANUP = STRBUF_INIT(8192), number STRBUF_CLEANUP = STRBUF_INIT(8192);
  struct import_writer *w = NULL;
  size_t written = 0;
  if (x->counts.contracts_added == 0)
    return OK;
  int rc = import_contracts_begin(x->s, x->j->note.id, &w, e);
  for (size_t i = 0; i < x->l->n_contracts && rc == OK; i++)
    if (x->r.contract[i].id == 0 && x->contract_used[i]) {
      enum contract_state state = x->history ? history_first_state(x->history, written++) : CONTRACT_ACTIVE;
      rc = add_contract(x, i, state, w, &key, &number, e);
    }
  int end = import_writer_end(w, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

struct new_line import_line_of(const struct import_work *x, const struct file_line *f, const struct match *m)
{
  struct new_line n = {.contract_id = x->contract_id[f->contract], .product_id = x->r.product[f->product], .quantity = f->quantity, .list = f->list,
                       .net = f->net, .renewed_amount = f->renewed_amount, .line_key = m->line_key, .line_number = line_text(x->l, f, TEXT_LINE_NUMBER),
                       .serial = line_text(x->l, f, TEXT_SERIAL), .renewed_from = line_text(x->l, f, TEXT_RENEWED_FROM),
                       .status = line_text(x->l, f, TEXT_STATUS), .start = m->start, .end = f->end, .booked = f->booked, .renewed_on = f->renewed_on,
                       .currency = f->currency, .outcome = f->outcome, .has_list = f->has_list, .has_renewed_amount = f->has_renewed_amount,
                       .derived = derived(x, f), .known_at = known_at(x, f, m->start)};
  if (value_annual(f->net, m->start, f->end, &n.annual) < 0)
    n.annual = f->net;
  return n;
}

static void progress(const struct import_work *x, const char *step, size_t done, size_t total)
{
  if ((done & 0x3FFF) == 0 && x->j->options->progress)
    x->j->options->progress(x->j->options->progress_ctx, step, (int64_t)done, (int64_t)total);
}

static int write_new_lines(struct import_work *x, struct err *e)
{
  struct import_writer *w = NULL;
  int64_t id = x->first_line;
  if (x->counts.added == 0)
    return OK;
  int rc = import_lines_begin(x->s, x->j->note.id, &w, e);
  for (size_t i = 0; i < x->l->n && rc == OK; i++) {
    const struct match *m = &x->match[x->order[i]];
    if (m->action != MATCH_NEW)
      continue;
    struct new_line n = import_line_of(x, &x->l->line[x->order[i]], m);
    n.id = id++;
    rc = import_lines_add(w, &n, e);
    progress(x, "writing lines", i, x->l->n);
  }
  int end = import_writer_end(w, rc < 0 ? NULL : e);
  return rc < 0 ? rc : end;
}

static int add_finding(struct import_work *x, int64_t line_id, const char *rule, const char *field, const char *status, struct str detail, struct err *e)
{
  bool added = false;
  struct finding f = {.rule = rule, .entity = "contract_line", .field = field, .department = "ops", .status = status, .entity_id = line_id,
                      .known_at = x->j->known_at, .import_id = x->j->note.id, .detail = detail};
  int rc = import_add_finding(x->s, &f, &added, e);
  x->counts.findings += added;
  return rc;
}

static int find_shorter(struct import_work *x, const struct file_line *f, const struct known_line *k, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  char a[DAY_ISO_SIZE], c[DAY_ISO_SIZE];
  strbuf_fmt(&b, "end_date %s is known, a file says %s: a cancellation or a correction", day_iso(k->end, a), day_iso(f->end, c));
  return add_finding(x, k->id, "end_date_earlier", "end_date", "open", strbuf_str(&b), e);
}

static int change_line(struct import_work *x, const struct file_line *f, const struct match *m, const struct known_line *k, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  struct new_line n = import_line_of(x, f, m);
  n.id = k->id;
  int rc = import_set_line(x->s, &n, x->j->note.id, e);
  if (rc < 0 || (k->net == f->net && k->currency == f->currency))
    return rc;
  char code[4];
  money_add_text(&b, k->net, k->currency);
  strbuf_fmt(&b, " %s became ", currency_code(k->currency, code));
  money_add_text(&b, f->net, f->currency);
  strbuf_fmt(&b, " %s", currency_code(f->currency, code));
  return add_finding(x, k->id, "amount_changed", "net_amount", "noted", strbuf_str(&b), e);
}

static int write_changes(struct import_work *x, struct err *e)
{
  int rc = OK;
  for (size_t i = 0; i < x->l->n && rc == OK; i++) {
    const struct match *m = &x->match[i];
    const struct file_line *f = &x->l->line[i];
    if (m->action == MATCH_CHANGED)
      rc = change_line(x, f, m, &x->r.known[m->known], e);
    else if (m->action == MATCH_SHORTER)
      rc = find_shorter(x, f, &x->r.known[m->known], e);
    if (m->action == MATCH_SAME && x->contract_set[f->contract]) {
      x->counts.changed++; /* its contract has another owner, partner or end user now */
      x->counts.same--;
    }
  }
  return rc;
}

/* What changed, for the history. The ids live in the work's arena. */
static int describe_change(struct import_work *x, bool all, struct history_change *ret, struct err *e)
{
  int64_t *ids = arena_alloc(x->arena, ((size_t)dict_keys(&x->l->accounts) + 1) * sizeof *ids);
  const struct import_options *o = x->j->options;
  size_t n = 0;
  if (!ids)
    return import_no_memory(e);
  for (uint32_t i = 0; i < dict_keys(&x->l->accounts); i++)
    if (x->account_touched[i])
      ids[n++] = x->r.account[i];
  *ret = (struct history_change){.all = all, .account_ids = ids, .n = n, .import_id = x->j->note.id, .today = x->j->note.as_of, .now = o->now,
                                 .known_at = x->j->known_at, .actor_id = o->actor_id};
  return OK;
}

static int derive(struct import_work *x, bool all, struct err *e)
{
  struct history_change c;
  struct history_counts h = {0};
  int rc = x->history ? OK : describe_change(x, all, &c, e);
  progress(x, "linking", 0, x->l->n);
  if (x->history)
    rc = history_first_end(x->history, &h, e);
  else if (rc == OK && c.n)
    rc = history_derive(x->s, &c, &h, e);
  x->counts.findings += h.findings_added;
  return rc;
}

/* A store without lines and contracts: the history is concluded before anything of it is written. */
static int begin_first(struct import_work *x, struct err *e)
{
  struct history_rows rows = {0};
  int rc = describe_change(x, true, &x->change, e);
  if (rc == OK)
    rc = import_first_rows(x, &rows, e);
  return rc == OK ? history_first_begin(x->s, &x->change, &rows, &x->history, e) : rc;
}

static size_t used_contracts(const struct import_work *x)
{
  size_t n = 0;
  for (size_t i = 0; i < x->l->n_contracts; i++)
    n += x->contract_used[i];
  return n;
}

static int write_all(struct import_work *x, struct err *e)
{
  int64_t had_lines = 0;
  int rc = import_count_lines(x->s, &had_lines, e);
  if (rc == OK)
    rc = apply_open(x->s, x->j, e);
  if (rc == OK)
    rc = add_regions(x, e);
  if (rc == OK)
    rc = add_people(x, e);
  if (rc == OK)
    rc = add_accounts(x, e);
  if (rc == OK)
    rc = add_products(x, e);
  if (rc == OK)
    rc = set_contracts(x, e);
  if (rc == OK && had_lines == 0 && x->counts.added && x->counts.contracts_added == (int64_t)used_contracts(x))
    rc = begin_first(x, e);
  if (rc == OK)
    rc = write_contracts(x, e);
  if (rc == OK)
    rc = write_new_lines(x, e);
  if (rc == OK)
    rc = write_changes(x, e);
  resolved_free(&x->r); /* the history needs the memory */
  return rc == OK ? derive(x, had_lines == 0, e) : rc;
}

static void hand_over(const struct import_work *x, struct import_result *r)
{
  const struct import_result *c = &x->counts;
  r->added = c->added;
  r->changed = c->changed;
  r->same = c->same + x->j->twice;
  r->extended = c->extended;
  r->older = c->older;
  r->findings = c->findings;
  r->doubt = c->doubt;
  r->doubted = c->doubted;
  r->doubted_of = c->doubted_of;
  r->accounts_added = c->accounts_added;
  r->products_added = c->products_added;
  r->people_added = c->people_added;
  r->contracts_added = c->contracts_added;
}

/* Share of the known lines, in percent, and number from which an import that changes so much may be the wrong file. */
enum { DOUBT_PERCENT = 30, DOUBT_LEAST = 20 };

static void doubt(struct import_work *x)
{
  int64_t known = 0, differ = 0, customers = 0, strange = 0;
  uint8_t *met = x->account_met;
  for (size_t i = 0; i < x->l->n; i++) {
    const struct match *m = &x->match[i];
    uint32_t customer = x->l->contract[x->l->line[i].contract].end_user;
    known += m->action != MATCH_NEW;
    differ += m->action == MATCH_CHANGED || m->action == MATCH_SHORTER;
    customers += !met[customer];
    strange += !met[customer] && x->r.account[customer] == 0;
    met[customer] = 1;
  }
  struct import_result *c = &x->counts;
  if (differ >= DOUBT_LEAST && differ * 100 >= known * DOUBT_PERCENT) {
    c->doubt = DOUBT_CHANGES;
    c->doubted = differ;
    c->doubted_of = known;
  } else if (x->late_after != DAY_NONE && customers > 0 && strange == customers && x->l->n >= DOUBT_LEAST) {
    c->doubt = DOUBT_CUSTOMERS;
    c->doubted = strange;
    c->doubted_of = customers;
  }
}

static int refuse_doubted(const struct import_work *x, struct err *e)
{
  const struct import_result *c = &x->counts;
  if (c->doubt == DOUBT_CHANGES)
    return err_set(e, ERR_CONFLICT, "%.*s: %" PRId64 " of %" PRId64 " known lines would change: this may be the wrong file or day: look at it with --dry-run, "
                   "then repeat with --yes", STR_FMT(x->j->note.file_name), c->doubted, c->doubted_of);
  return err_set(e, ERR_CONFLICT, "%.*s: none of its %" PRId64 " customers is known, although \"%.*s\" was imported before: this may be the wrong file: "
                 "look at it with --dry-run, then repeat with --yes", STR_FMT(x->j->note.file_name), c->doubted_of, STR_FMT(x->j->note.source));
}

/* What a dry run would add, without writing. */
static void count_new(struct import_work *x)
{
  struct file_lines *l = x->l;
  for (uint32_t i = 0; i < dict_keys(&l->accounts); i++)
    x->counts.accounts_added += x->account_known[i] != INT64_MAX && x->r.account[i] == 0;
  for (uint32_t i = 0; i < dict_keys(&l->products); i++)
    x->counts.products_added += x->product_known[i] != INT64_MAX && x->r.product[i] == 0;
  for (uint32_t i = 0; i < dict_keys(&l->people); i++)
    x->counts.people_added += x->r.person[i] == 0;
  for (size_t i = 0; i < l->n_contracts; i++)
    x->counts.contracts_added += x->contract_used[i] && x->r.contract[i].id == 0;
}

/* The open forecast before and after, by currency; both lists are in order of currency. */
static int effects(struct import_work *x, const struct open_forecast *was, size_t n_was, struct err *e)
{
  struct open_forecast *is = NULL;
  size_t n_is = 0, n = 0;
  struct arena *a = x->j->arena;
  int rc = import_open_forecast(x->s, a, &is, &n_is, e);
  struct import_effect *list = rc == OK ? arena_alloc(a, (n_was + n_is + 1) * sizeof *list) : NULL;
  if (rc == OK && !list)
    rc = import_no_memory(e);
  for (size_t i = 0, k = 0; rc == OK && (i < n_was || k < n_is); n++) {
    bool old = k == n_is || (i < n_was && was[i].currency <= is[k].currency), now = i == n_was || (k < n_is && is[k].currency <= was[i].currency);
    list[n] = (struct import_effect){.currency = old ? was[i].currency : is[k].currency};
    if (old) {
      list[n].before = was[i].amount;
      list[n].n_before = was[i++].n;
    }
    if (now) {
      list[n].after = is[k].amount;
      list[n].n_after = is[k++].n;
    }
  }
  if (rc < 0)
    return rc;
  x->j->result->effects = list;
  x->j->result->n_effects = n;
  return OK;
}

static int run_lines(struct import_work *x, struct err *e)
{
  struct import_job *j = x->j;
  struct open_forecast *was = NULL;
  size_t n_was = 0;
  survey(x);
  doubt(x);
  if (j->dry_run && !j->rehearse) {
    count_new(x);
    return OK;
  }
  if (x->counts.doubt && !j->dry_run && !j->options->confirmed)
    return refuse_doubted(x, e);
  int rc = j->rehearse ? import_open_forecast(x->s, j->arena, &was, &n_was, e) : OK;
  if (rc == OK)
    rc = write_all(x, e);
  return rc == OK && j->rehearse ? effects(x, was, n_was, e) : rc;
}

int apply_lines(struct store *s, void *job, struct err *e)
{
  struct import_job *j = job;
  struct arena *a ARENA_CLEANUP = arena_child(j->arena);
  struct import_work x = {.s = s, .j = j, .l = j->lines, .arena = a};
  if (!a || allocate(&x) < 0)
    return import_no_memory(e);
  int rc = import_last_as_of(s, j->note.kind, j->note.source, &x.late_after, e);
  rc = rc < 0 ? rc : contract_moves(s, x.arena, &x.moved, &x.n_moved, e);
  if (rc == OK)
    rc = resolve_lines(s, a, j->lines, &x.r, e);
  if (rc == OK)
    rc = match_file(&x, e);
  if (rc == OK)
    rc = run_lines(&x, e);
  history_first_free(x.history);
  resolved_free(&x.r);
  if (rc < 0)
    return rc;
  hand_over(&x, j->result);
  if (!j->dry_run)
    return apply_close(s, j, e);
  j->undone = j->rehearse;
  return j->rehearse ? ERR_CONFLICT : OK;
}

int apply_open(struct store *s, struct import_job *j, struct err *e)
{
  j->note.id = j->options->id;
  int rc = j->note.id ? OK : store_reserve_ids(s, "import_run", 1, &j->note.id, e);
  return rc < 0 ? rc : import_run_add(s, &j->note, e);
}

int apply_close(struct store *s, struct import_job *j, struct err *e)
{
  struct import_result *r = j->result;
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4096);
  strbuf_fmt(&b,
             "{\"rows\":%" PRId64 ",\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"same\":%" PRId64 ",\"refused\":%" PRId64 ",\"extended\":%" PRId64
             ",\"older\":%" PRId64 ",\"findings\":%" PRId64 ",\"accounts\":%" PRId64 ",\"products\":%" PRId64 ",\"people\":%" PRId64 ",\"contracts\":%" PRId64 "}",
             r->rows, r->added, r->changed, r->same, r->refused, r->extended, r->older, r->findings, r->accounts_added, r->products_added, r->people_added,
             r->contracts_added);
  if (b.failed)
    return import_no_memory(e);
  j->note.counts = strbuf_str(&b);
  j->note.finished_at = j->options->now;
  int rc = import_run_done(s, &j->note, e);
  if (rc == OK)
    rc = import_mapping_set(s, j->note.kind, j->note.source, j->mapping, j->options->now, j->options->actor_id, e);
  struct audit_entry entry = {.at = j->options->now, .actor_id = j->options->actor_id, .action = "import.apply", .entity = "import", .entity_id = j->note.id,
                              .detail = j->note.counts};
  if (rc == OK)
    rc = audit_add(s, &entry, e);
  if (rc == OK) /* by the program: it went on while the person did something else */
    rc = notify_send(s, &(struct notify){.person_id = j->options->actor_id, .kind = NOTICE_IMPORT_DONE, .entity = STR("import"), .entity_id = j->note.id,
                                         .a = j->note.file_name, .b = notify_number(j->arena, r->rows), .at = j->options->now}, e);
  if (rc == OK)
    rc = store_changed(s, "import", 0, e);
  j->result->import_id = j->note.id;
  return rc;
}
