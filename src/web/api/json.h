/* Small helpers over jansson for answers. Values that can't be made (no memory) leave the key out and the answer
 * fails as a whole in api_send. */
#ifndef WEB_API_JSON_H
#define WEB_API_JSON_H
#include <jansson.h>
#include "base/date.h"
#include "base/money.h"
#include "web/http.h"

json_t *api_str(struct str s);              /* "" is null */
json_t *api_day(day_t d);                   /* DAY_NONE is null */
json_t *api_money(int64_t minor, currency_t c); /* "1234.50" */
json_t *api_currency(currency_t c);
json_t *api_rate(int64_t num, int64_t den); /* null when den <= 0 */
/* Of what was sent: a missing key or null leaves *ret as it is. OK, ERR_RANGE with a sentence that names the key, ERR_NOMEM. Texts live in the arena. */
int api_take_str(struct request *r, const json_t *x, const char *name, struct str *ret);
int api_take_i64(struct request *r, const json_t *x, const char *name, int64_t *ret);
int api_take_day(struct request *r, const json_t *x, const char *name, day_t *ret);
/* Sends and frees root. OK or ERR_NOMEM. */
int api_send(struct request *r, struct response *w, json_t *root);
#endif
