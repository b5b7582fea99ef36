/* How reports say what they are about, and where its rows stand in the desk. Everything lives in the pack's arena. */
#ifndef APP_REPORT_SAY_H
#define APP_REPORT_SAY_H
#include "app/report_gather.h"
#include "words/format.h"

struct str say_category(const struct pack *p, int category);
struct str say_part(const struct pack *p, int up_to);       /* "Closed + commit" */
struct str say_stage(const struct pack *p, int stage);
struct str say_step(const struct pack *p, int step);        /* of a bridge */
struct str say_request(const struct pack *p, const struct exception *x); /* "12% discount" */
struct str say_request_kind(const struct pack *p, int kind);
struct str say_request_state(const struct pack *p, const struct exception *x);
struct str say_blocker(const struct pack *p, int department);
struct str say_chance(const struct pack *p, int64_t millionths); /* "under 1%" */
struct str say_head(const struct pack *p, int64_t minor);   /* $5.12M, in the reporting currency */
struct str say_name(const struct pack *p, const struct book_dict *d, uint32_t code); /* a copy; "" for none */
/* What a renewal was before a step of the bridge and is now. */
void say_change(const struct pack *p, const struct bridge_row *x, struct str *ret_was, struct str *ret_is);

/* Addresses without their beginning. */
struct str at_rows(const struct pack *p, struct str filter); /* a list of renewals, by amount */
struct str at_category(const struct pack *p, const struct period *period, const char *category, struct str node); /* node: "region:EMEA" or "" */
struct str at_node(const struct pack *p, size_t i); /* of p->nodes: the condition that finds a node's rows; "" for the whole */
struct str at_renewal(const struct pack *p, int64_t id);
struct str at_kpi(const struct pack *p, enum kpi_id id);
struct str at_forecast(const struct pack *p, const char *below); /* "/forecast/2026-Q4/bridge"; below "" = the forecast itself */
#endif
