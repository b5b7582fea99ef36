/* How the import pages call fields and kinds; what they share. */
#include "web/pages/imports.h"
#include "web/server.h"

static const char *const FIELDS[FIELD_COUNT] = {
  [FIELD_CONTRACT_NUMBER] = MSG("Contract number"), [FIELD_TERM_NUMBER] = MSG("Term number"), [FIELD_LINE_NUMBER] = MSG("Line number"),
  [FIELD_END_USER] = MSG("Customer"), [FIELD_COUNTRY] = MSG("Country"), [FIELD_REGION] = MSG("Region"), [FIELD_OWNER] = MSG("Owner"),
  [FIELD_SALES_MODEL] = MSG("Sales model"), [FIELD_RESELLER] = MSG("Reseller"), [FIELD_DISTRIBUTOR] = MSG("Distributor"), [FIELD_PRODUCT] = MSG("Product"),
  [FIELD_DESCRIPTION] = MSG("Description"), [FIELD_FAMILY] = MSG("Product family"), [FIELD_SERIAL] = MSG("Serial number"), [FIELD_QUANTITY] = MSG("Quantity"),
  [FIELD_START] = MSG("Start date"), [FIELD_END] = MSG("End date"), [FIELD_CURRENCY] = MSG("Currency"), [FIELD_LIST_AMOUNT] = MSG("List amount"),
  [FIELD_NET_AMOUNT] = MSG("Net amount"), [FIELD_UNIT_PRICE] = MSG("Unit price"), [FIELD_BOOKED] = MSG("Booked date"), [FIELD_RENEWED_FROM] = MSG("Renewed from"),
  [FIELD_OUTCOME] = MSG("Outcome"), [FIELD_RENEWED_ON] = MSG("Renewed on"), [FIELD_RENEWED_AMOUNT] = MSG("Renewed amount"), [FIELD_STATUS] = MSG("Status"),
  [FIELD_NAME] = MSG("Name"), [FIELD_KIND] = MSG("Kind of account"), [FIELD_LANGUAGE] = MSG("Language"), [FIELD_PARENT] = MSG("Parent account"),
  [FIELD_EXTERNAL_ID] = MSG("External ID"),
  [FIELD_SALES_OWNER] = MSG("Sales owner"), [FIELD_SKU] = MSG("SKU"), [FIELD_PRODUCT_LINE] = MSG("Product line"), [FIELD_SERVICE_LEVEL] = MSG("Service level"),
  [FIELD_EOL] = MSG("End of life"), [FIELD_EOS] = MSG("End of support"), [FIELD_REPLACEMENT] = MSG("Replacement"), [FIELD_RATE_DATE] = MSG("Date of the rate"),
  [FIELD_RATE] = MSG("Rate"), [FIELD_SOURCE] = MSG("Source"), [FIELD_SCOPE] = MSG("Scope"), [FIELD_SCOPE_NAME] = MSG("Name of the scope"), [FIELD_PERIOD] = MSG("Period"),
  [FIELD_TARGET_KIND] = MSG("Kind of target"), [FIELD_MEASURE] = MSG("Measure"), [FIELD_AMOUNT] = MSG("Amount"), [FIELD_REASON] = MSG("Reason"),
  [FIELD_DUE] = MSG("Due date"), [FIELD_AT] = MSG("Date"), [FIELD_CHANNEL] = MSG("Channel"), [FIELD_PARTY] = MSG("Party"), [FIELD_NOTE] = MSG("Note"),
  [FIELD_SIGNAL] = MSG("Name of the signal"), [FIELD_VALUE] = MSG("Number"), [FIELD_SAYS] = MSG("Text"),
};
static const char *const KINDS[IMPORT_KIND_COUNT] = {
  [IMPORT_CONTRACTS] = MSG("Contracts"), [IMPORT_ACCOUNTS] = MSG("Accounts"), [IMPORT_PRODUCTS] = MSG("Products"), [IMPORT_FX] = MSG("Exchange rates"),
  [IMPORT_TARGETS] = MSG("Targets"), [IMPORT_TOUCHES] = MSG("Touches"), [IMPORT_SIGNALS] = MSG("Signals"),
};

const char *imports_field(const struct reader *r, enum import_field f) { return tr(r, FIELDS[f]).p; }

const char *imports_kind(const struct reader *r, int kind) { return kind >= 0 && kind < IMPORT_KIND_COUNT ? tr(r, KINDS[kind]).p : ""; }

struct option *imports_kinds(struct request *r, struct str now, size_t *ret_n) {
  struct option *x = arena_zalloc(r->arena, IMPORT_KIND_COUNT, sizeof *x);
  for (int i = 0; x && i < IMPORT_KIND_COUNT; i++)
    x[i] = (struct option){str_of(import_kind_name(i)), str_of(imports_kind(r->reader, i)), str_eq(now, str_of(import_kind_name(i)))};
  *ret_n = x ? IMPORT_KIND_COUNT : 0;
  return x;
}

int imports_desk(struct request *r, struct import_desk **ret) {
  if (!r->web->imports)
    return err_set(&r->err, ERR_NOTFOUND, "This server takes no uploads");
  *ret = r->web->imports;
  return OK;
}

int imports_staged(struct request *r, struct staged *ret) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = staged_get(r->store, r->arena, id, ret, &r->err);
  return rc == OK && !imports_own(r, ret->person_id) ? ERR_NOTFOUND : rc;
}

bool imports_own(const struct request *r, int64_t person_id) { return r->scope.everything || person_id == r->who.id; }

struct str imports_href(struct request *r, int64_t id, const char *step) { return arena_fmt(r->arena, "/imports/%lld/%s", (long long)id, step); }

struct str imports_counts(struct request *r, const struct import_result *x) {
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1000);
  const struct str parts[] = {tr_n(r, x->added, "{n} new", "{n} new"), tr_n(r, x->changed, "{n} changed", "{n} changed"), tr_n(r, x->same, "{n} same", "{n} same"),
                              tr_n(r, x->refused, "{n} refused", "{n} refused")};
  const int64_t n[] = {x->added, x->changed, x->same, x->refused};
  bool any = false;
  strbuf_add(&b, tr_n(r, x->rows, "{n} row", "{n} rows"));
  for (size_t i = 0; i < 4; i++)
    if (n[i]) {
      strbuf_addz(&b, any ? ", " : ": ");
      strbuf_add(&b, parts[i]);
      any = true;
    }
  return b.failed ? STR_NONE : arena_str(r->arena, strbuf_str(&b));
}

struct str imports_size(struct request *r, int64_t bytes) {
  if (bytes < 10 << 10)
    return tr_n(r, bytes, "{n} byte", "{n} bytes");
  if (bytes < 10 << 20)
    return tr_fmt(r, "{0} KB", format_count(r->reader, (bytes + 512) >> 10));
  return tr_fmt(r, "{0} MB", format_count(r->reader, (bytes + (1 << 19)) >> 20));
}
