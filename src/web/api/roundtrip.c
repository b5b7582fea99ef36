/* The round trip for programs: a workbook is sent in as a form with one file; what it would change comes back, and is applied by its number. */
#include "app/roundtrip.h"
#include "web/api/api.h"
#include "web/api/json.h"

static json_t *field_json(const struct request *r, const struct roundtrip_row *x, unsigned bit) {
  bool clash = (x->conflicts & bit) != 0;
  return json_pack("{s:s, s:o, s:o, s:o, s:b, s:b}", "field", renewal_field_name(bit), "old", api_str(roundtrip_value(r->arena, &x->batch.before, bit)), "new",
                   api_str(roundtrip_value(r->arena, clash ? &x->mine : &x->batch.after, bit)), "base",
                   clash ? api_str(roundtrip_value(r->arena, &x->base, bit)) : json_null(), "conflict", clash, "taken", !clash || (x->decided & bit) != 0);
}

static json_t *row_json(const struct request *r, const struct roundtrip_row *x) {
  static const char *const fates[BATCH_FATES] = {"change", "same", "absent", "denied", "refused", "conflict"};
  json_t *fields = json_array();
  for (unsigned bit = 1; bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if ((x->batch.fate == BATCH_CHANGE && (x->batch.changed & bit)) || (x->conflicts & bit)) json_array_append_new(fields, field_json(r, x, bit));
  return json_pack("{s:I, s:o, s:s, s:o, s:o, s:o}", "row", (json_int_t)x->line, "renewal", x->batch.id ? json_integer((json_int_t)x->batch.id) : json_null(), "state",
                   fates[x->batch.fate], "fields", fields, "note", api_str(x->batch.note), "reason", api_str(x->batch.why));
}

static int send_look(struct request *r, struct response *w, int64_t id, const struct roundtrip_sheet *sheet, const struct roundtrip_look *look) {
  json_t *rows = json_array();
  for (size_t i = 0; i < look->n; i++) json_array_append_new(rows, row_json(r, &look->rows[i]));
  return api_send(r, w, json_pack("{s:I, s:o, s:o, s:I, s:o, s:o}", "id", (json_int_t)id, "made_by", api_str(sheet->origin.by), "partner", api_str(sheet->origin.partner),
                                  "unchanged", (json_int_t)look->same, "rows", rows, "change", look->batch_id ? json_integer((json_int_t)look->batch_id) : json_null()));
}

int api_workbook_post(struct request *r, struct response *w) {
  struct roundtrip_sheet sheet;
  struct roundtrip_look look;
  int64_t id = 0;
  if (!r->upload.path || !r->upload.size) return err_set(&r->err, ERR_SYNTAX, "file: send the workbook as the file of a form");
  int rc = roundtrip_read(r->store, r->arena, r->upload.path, str_sub(r->upload.file_name, 0, 120), &sheet, &r->err);
  rc = rc < 0 ? rc : roundtrip_look(r->store, r->arena, &r->scope, &sheet, NULL, 0, r->today, r->now, &look, &r->err);
  rc = rc < 0 ? rc : roundtrip_keep(r->store, &r->scope, &sheet, &look, str_sub(r->upload.file_name, 0, 120), r->now, &id, &r->err);
  return rc < 0 ? rc : send_look(r, w, id, &sheet, &look);
}

static unsigned bit_of(const char *name) {
  for (unsigned bit = 1; name && bit <= RENEWAL_SET_OWNER; bit <<= 1)
    if (!strcmp(renewal_field_name(bit), name)) return bit;
  return 0;
}

/* "take": [{"renewal": 48213, "fields": ["close_date"]}]: where the workbook's value stands against somebody's newer one. */
static int read_take(struct request *r, const json_t *take, struct roundtrip_choice **ret, size_t *ret_n) {
  size_t n = json_array_size(take);
  struct roundtrip_choice *x = arena_zalloc(r->arena, n + 1, sizeof *x);
  if (!x) return err_set(&r->err, ERR_NOMEM, "Out of memory");
  for (size_t i = 0; i < n; i++) {
    const json_t *one = json_array_get(take, i), *fields = json_object_get(one, "fields");
    x[i].id = json_integer_value(json_object_get(one, "renewal"));
    for (size_t k = 0; k < json_array_size(fields); k++) x[i].take |= bit_of(json_string_value(json_array_get(fields, k)));
    if (!x[i].id || !x[i].take) return err_set(&r->err, ERR_RANGE, "take: each entry names a renewal and its fields");
  }
  *ret = x;
  *ret_n = n;
  return OK;
}

int api_workbook_apply(struct request *r, struct response *w) {
  struct roundtrip_kept kept;
  struct roundtrip_look look;
  struct roundtrip_choice *choices = NULL;
  struct str why = STR("edited in a workbook");
  size_t n = 0;
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  rc = rc < 0 ? rc : roundtrip_open(r->store, r->arena, &r->scope, id, &kept, &r->err);
  if (rc >= 0 && kept.applied_at && kept.batch_id) return err_set(&r->err, ERR_CONFLICT, "This workbook was applied already: it is change %" PRId64, kept.batch_id);
  json_t *x = json_loadb(r->json.p, r->json.n, 0, NULL);
  rc = rc < 0 ? rc : api_take_str(r, x, "why", &why);
  rc = rc < 0 ? rc : read_take(r, json_object_get(x, "take"), &choices, &n);
  json_decref(x);
  rc = rc < 0 ? rc : roundtrip_apply(r->store, r->arena, &r->scope, &kept.sheet, choices, n, why, r->today, r->now, &look, &r->err);
  rc = rc < 0 ? rc : roundtrip_close(r->store, id, look.batch_id, r->now, &r->err);
  return rc < 0 ? rc : send_look(r, w, id, &kept.sheet, &look);
}
