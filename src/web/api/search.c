/* Search as JSON: what the palette finds, with the page each thing has. */
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/pages/search.h"

static json_t *result_row(struct request *r, const struct search_result *x) {
  static const char *const matches[] = {[SEARCH_EXACT] = "exact", [SEARCH_PREFIX] = "prefix", [SEARCH_WORDS] = "words", [SEARCH_TYPO] = "typo"};
  json_t *row = json_object();
  json_object_set_new(row, "kind", json_string(search_kind_name(x)));
  json_object_set_new(row, "id", json_integer(x->id));
  json_object_set_new(row, "name", api_str(x->name));
  json_object_set_new(row, "account", api_str(x->kind == SEARCH_ACCOUNT ? STR_NONE : x->of));
  json_object_set_new(row, "merged_name", api_str(x->kind == SEARCH_ACCOUNT ? x->of : STR_NONE));
  json_object_set_new(row, "contract_number", api_str(x->contract));
  json_object_set_new(row, "match", json_string(matches[x->match]));
  json_object_set_new(row, "address", api_str(search_address(r, x)));
  if (x->next_renewal) {
    json_object_set_new(row, "next_renewal", json_integer(x->next_renewal));
    json_object_set_new(row, "next_due_date", api_day(x->next_due));
    json_object_set_new(row, "next_amount", api_money(x->next_amount, x->next_currency));
    json_object_set_new(row, "currency", api_currency(x->next_currency));
  }
  return row;
}

int api_search(struct request *r, struct response *w) {
  struct search_found found = {0};
  struct str q = str_trim(pairs_get(&r->query, "q"));
  if (!q.n)
    return err_set(&r->err, ERR_SYNTAX, "q: nothing to look for: write ?q=a name, a contract, a serial number or a PO");
  if (!r->books)
    return err_set(&r->err, ERR_FAIL, "book: the server was started without one");
  int rc = search_run(r->books, r->store, r->arena, &r->scope, q, r->today, SEARCH_MOST_OF_KIND, &found, &r->err);
  if (rc < 0)
    return rc;
  json_t *x = json_object(), *rows = json_array(), *closest = json_array();
  for (size_t i = 0; i < found.n; i++)
    json_array_append_new(rows, result_row(r, &found.rows[i]));
  for (size_t i = 0; i < found.n_closest; i++)
    json_array_append_new(closest, result_row(r, &found.closest[i]));
  json_object_set_new(x, "results", rows);
  json_object_set_new(x, "closest", closest);
  json_object_set_new(x, "too_short", json_boolean(found.too_short));
  return api_send(r, w, x);
}
