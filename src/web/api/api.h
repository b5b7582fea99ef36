/* /api/v1: the same functions as the pages, as JSON. Keys are domain.md's names; amounts are decimal strings with
 * their currency beside them, rates numbers from 0 to 1 (null without a denominator), days YYYY-MM-DD. */
#ifndef WEB_API_API_H
#define WEB_API_API_H
#include "web/route.h"

route_fn api_escalations, api_escalation, api_escalation_raise, api_escalation_update, api_escalation_resolve, api_escalation_give, api_escalation_reopen;
route_fn api_me, api_search, api_renewals, api_renewal, api_forecast, api_kpi, api_kpi_rows, api_worklist;
route_fn api_notices, api_asks; /* notices.c, asks.c */
route_fn api_renewal_insight; /* renewal_insight.c */
route_fn api_reports, api_schedules; /* reports.c */
route_fn api_reviews, api_review; /* reviews.c */
route_fn api_exceptions, api_exception, api_exception_ask, api_exception_approve, api_exception_return, api_exception_decline, api_exception_answer,
    api_exception_withdraw; /* exceptions.c */
route_fn api_workbook_post, api_workbook_apply; /* roundtrip.c */
route_fn api_targets, api_target_post; /* targets.c */
#endif
