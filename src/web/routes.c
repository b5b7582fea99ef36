/* Every address of the product, who may call it, and what it takes. */
#include "web/api/api.h"
#include "web/kept_form.h"
#include "web/pages/access.h"
#include "web/pages/account.h"
#include "web/pages/approvals.h"
#include "web/pages/audit.h"
#include "web/pages/bridge.h"
#include "web/pages/capacity.h"
#include "web/pages/contract.h"
#include "web/pages/bulk.h"
#include "web/pages/calls.h"
#include "web/pages/forecast.h"
#include "web/pages/grid.h"
#include "web/pages/grid_edit.h"
#include "web/pages/grid_views.h"
#include "web/pages/home.h"
#include "web/pages/imports.h"
#include "web/pages/kpi.h"
#include "web/pages/merge.h"
#include "web/pages/notices.h"
#include "web/pages/renewal.h"
#include "web/pages/sales_digest.h"
#include "web/pages/sales.h"
#include "web/pages/review.h"
#include "web/pages/search.h"
#include "web/pages/settings.h"
#include "web/pages/work.h"
#include "web/route.h"

#define GET_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT}
#define PAST_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT, true}
#define EXPORT_ROW(PATH, MAY, HANDLER, SUBJECT) \
  {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT, .as_of = true, .fresh_all = true}
#define API_ROW(PATH, HANDLER, SUBJECT) {HTTP_GET, "/api/v1" PATH, MAY_READ, CSRF_TOKEN, BODY_NONE, 0, HANDLER, SUBJECT, true}
/* Only shortly after the password was given: what opens doors, and what leaves with everything. */
#define FRESH_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_POST, PATH, MAY, CSRF_FORM, BODY_FORM, 0, HANDLER, SUBJECT, .fresh = true}
#define POST_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_POST, PATH, MAY, CSRF_FORM, BODY_FORM, 0, HANDLER, SUBJECT}

const struct route web_routes[] = {
    GET_ROW("/sign-in", MAY_ANYBODY, sign_in_page, NULL),
    {HTTP_POST, "/sign-in", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, sign_in_post, NULL},
    {HTTP_POST, "/language", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, language_post, NULL},
    POST_ROW("/sign-out", MAY_SIGNED_IN, sign_out_post, NULL),
    PAST_ROW("/", MAY_STAFF, home_page, NULL),
    PAST_ROW("/accounts/:id", MAY_STAFF, account_page, "account"),
    GET_ROW("/accounts/duplicates", MAY_MERGE, duplicates_page, NULL),
    GET_ROW("/accounts/:id/merge", MAY_MERGE, merge_page, "account"),
    PAST_ROW("/accounts/:id/coverage", MAY_STAFF, coverage_page, "account"),
    PAST_ROW("/contracts/:number", MAY_STAFF, contract_page, "contract"),
    PAST_ROW("/capacity", MAY_READ & ~MAY_REP, capacity_page, NULL),
    GET_ROW("/capacity/plans/:id", MAY_READ & ~MAY_REP, capacity_plan_page, "capacity_plan"),
    POST_ROW("/capacity/languages", MAY_IMPORT, capacity_speak_post, NULL),
    POST_ROW("/capacity/plans", MAY_IMPORT, capacity_plan_add_post, NULL),
    POST_ROW("/capacity/plans/:id/carry", MAY_IMPORT, capacity_carry_post, "capacity_plan"),
    POST_ROW("/capacity/plans/:id/drop", MAY_IMPORT, capacity_plan_drop_post, "capacity_plan"),
    POST_ROW("/capacity/plans/:id/rules", MAY_IMPORT, capacity_rule_add_post, "capacity_plan"),
    POST_ROW("/capacity/plans/:id/rules/drop", MAY_IMPORT, capacity_rule_drop_post, "capacity_plan"),
    GET_ROW("/drafts/:id", MAY_STAFF, draft_page, "draft"),
    PAST_ROW("/documents/:id", MAY_STAFF, document_page, "document"),
    PAST_ROW("/forecast", MAY_READ, forecast_now, NULL),
    PAST_ROW("/forecast/:period", MAY_READ, forecast_page, "period"),
    PAST_ROW("/forecast/:period/bridge", MAY_READ, bridge_page, "period"),
    PAST_ROW("/forecast/:period/bridge.csv", MAY_READ, bridge_csv, "period"),
    PAST_ROW("/forecast/:period/calls", MAY_READ, calls_page, "period"),
    PAST_ROW("/forecast/:period/calls/:call", MAY_READ, call_one_page, "period"),
    GET_ROW("/forecast/:period/adjust/:node", MAY_MANAGER, call_adjust_page, "period"),
    POST_ROW("/forecast/:period/adjust/:node", MAY_MANAGER, call_adjust_post, "period"),
    POST_ROW("/forecast/:period/call", MAY_REP | MAY_MANAGER, call_post, "period"),
    POST_ROW("/forecast/:period/remind", MAY_MANAGER, call_remind_post, "period"),
    GET_ROW("/imports", MAY_READ & ~MAY_REP, imports_page, NULL),
    GET_ROW("/imports/new", MAY_IMPORT, import_new_page, NULL),
    GET_ROW("/imports/:id/map", MAY_IMPORT, import_map_page, "import"),
    GET_ROW("/imports/:id/check", MAY_IMPORT, import_check_page, "import"),
    GET_ROW("/imports/:id/done", MAY_READ & ~MAY_REP, import_done_page, "import"),
    GET_ROW("/imports/:id/problems.csv", MAY_IMPORT, import_problems_csv, "import"),
    PAST_ROW("/kpi", MAY_READ, kpi_page, NULL),
    PAST_ROW("/kpi/:name", MAY_READ, kpi_one_page, "kpi"),
    PAST_ROW("/renewals", MAY_STAFF, grid_page, NULL),
    EXPORT_ROW("/renewals.csv", MAY_READ, grid_csv, NULL),
    EXPORT_ROW("/renewals.xlsx", MAY_READ, grid_xlsx, NULL),
    GET_ROW("/renewals/bulk/:id", MAY_READ, bulk_page, "batch"),
    PAST_ROW("/renewals/columns", MAY_READ, grid_columns_page, NULL),
    PAST_ROW("/renewals/filter", MAY_STAFF, grid_filter_page, NULL),
    PAST_ROW("/renewals/group", MAY_READ, grid_group_page, NULL),
    GET_ROW("/renewals/views", MAY_READ, grid_views_page, NULL),
    GET_ROW("/renewals/views/save", MAY_READ, grid_view_form_page, NULL),
    GET_ROW("/renewals/:id/cell/:field", MAY_WRITE, grid_cell_page, "renewal"),
    PAST_ROW("/renewals/:id", MAY_STAFF, renewal_page, "renewal"),
    PAST_ROW("/renewals/:id/history", MAY_STAFF, renewal_history_page, "renewal"),
    PAST_ROW("/search", MAY_STAFF, search_page, NULL),
    GET_ROW("/settings", MAY_STAFF, settings_page, NULL),
    POST_ROW("/drafts/:id/discard", MAY_STAFF, draft_discard_post, "draft"),
    POST_ROW("/documents/:id/remove", MAY_WRITE, document_drop_post, "document"),
    {HTTP_POST, "/imports/new", MAY_IMPORT, CSRF_FORM, BODY_UPLOAD, 0, import_new_post, NULL},
    POST_ROW("/imports/:id/map", MAY_IMPORT, import_map_post, "import"),
    POST_ROW("/imports/:id/check", MAY_IMPORT, import_check_post, "import"),
    POST_ROW("/imports/:id/mend", MAY_IMPORT, import_mend_post, "import"),
    POST_ROW("/imports/:id/apply", MAY_IMPORT, import_apply_post, "import"),
    POST_ROW("/imports/:id/cancel", MAY_IMPORT, import_cancel_post, "import"),
    POST_ROW("/imports/:id/discard", MAY_IMPORT, import_discard_post, "import"),
    POST_ROW("/imports/:id/undo", MAY_IMPORT, import_undo_post, "import"),
    POST_ROW("/accounts/merges/:id/undo", MAY_MERGE, merge_undo_post, "merge"),
    POST_ROW("/accounts/:id/apart", MAY_MERGE, apart_post, "account"),
    POST_ROW("/accounts/:id/apart/undo", MAY_MERGE, apart_undo_post, "account"),
    POST_ROW("/accounts/:id/merge", MAY_MERGE, merge_post, "account"),
    POST_ROW("/accounts/:id/sales-owner", MAY_MERGE, account_sales_post, "account"),
    POST_ROW("/accounts/:id/contacts", MAY_WRITE, contact_add_post, "account"),
    POST_ROW("/accounts/:id/contacts/:contact", MAY_WRITE, contact_edit_post, "account"),
    POST_ROW("/accounts/:id/contacts/:contact/remove", MAY_WRITE, contact_remove_post, "account"),
    POST_ROW("/renewals/bulk", MAY_WRITE, bulk_post, NULL),
    POST_ROW("/renewals/bulk/apply", MAY_WRITE, bulk_apply_post, NULL),
    POST_ROW("/renewals/bulk/:id/undo", MAY_WRITE, bulk_undo_post, "batch"),
    POST_ROW("/renewals/views", MAY_READ, grid_view_add_post, NULL),
    POST_ROW("/renewals/views/:id", MAY_READ, grid_view_change_post, "view"),
    POST_ROW("/renewals/views/:id/delete", MAY_READ, grid_view_delete_post, "view"),
    POST_ROW("/renewals/views/:id/start", MAY_READ, grid_view_start_post, "view"),
    POST_ROW("/renewals/:id", MAY_WRITE, renewal_edit_post, "renewal"),
    {HTTP_POST, "/renewals/:id/documents", MAY_WRITE, CSRF_FORM, BODY_UPLOAD, 6 << 20, renewal_document_post, "renewal"},
    POST_ROW("/renewals/:id/mentions/seen", MAY_STAFF, renewal_mentions_seen_post, "renewal"),
    POST_ROW("/renewals/:id/notes", MAY_STAFF, renewal_note_post, "renewal"),
    POST_ROW("/renewals/:id/cell/:field", MAY_WRITE, grid_cell_post, "renewal"),
    POST_ROW("/renewals/:id/cell/:field/undo", MAY_WRITE, grid_cell_undo_post, "renewal"),
    POST_ROW("/renewals/:id/touches", MAY_WRITE, renewal_touch_post, "renewal"),
    POST_ROW("/renewals/:id/undo", MAY_WRITE, renewal_undo_post, "renewal"),
    POST_ROW("/settings/look", MAY_STAFF, settings_look_post, NULL),
    POST_ROW("/settings/password", MAY_STAFF, settings_password_post, NULL),
    POST_ROW("/settings/sessions/end", MAY_STAFF, settings_sessions_end_post, NULL),
    FRESH_ROW("/settings/tokens", MAY_STAFF, settings_token_add_post, NULL),
    POST_ROW("/settings/tokens/:id/revoke", MAY_STAFF, settings_token_revoke_post, "token"),
    {HTTP_GET, "/api/v1/me", MAY_READ, CSRF_TOKEN, BODY_NONE, 0, api_me, NULL},
    API_ROW("/renewals", api_renewals, NULL),
    API_ROW("/renewals/:id", api_renewal, "renewal"),
    API_ROW("/bridge", api_bridge, NULL),
    API_ROW("/capacity", api_capacity, NULL),
    API_ROW("/calls", api_calls, NULL),
    API_ROW("/calls/:id", api_call, "call"),
    {HTTP_POST, "/api/v1/calls", MAY_REP | MAY_MANAGER, CSRF_TOKEN, BODY_JSON, 0, api_call_post, NULL},
    API_ROW("/forecast", api_forecast, NULL),
    API_ROW("/kpi", api_kpi, NULL),
    API_ROW("/kpi/:name", api_kpi_rows, "kpi"),
    {HTTP_GET, "/api/v1/search", MAY_READ, CSRF_TOKEN, BODY_NONE, 0, api_search, NULL},
    /* accounts and access */
    GET_ROW("/audit", MAY_ADMIN | MAY_OPS | MAY_MANAGER, audit_page, NULL),
    {HTTP_GET, "/audit.csv", MAY_ADMIN | MAY_OPS | MAY_MANAGER, CSRF_UNSET, BODY_NONE, 0, audit_csv, NULL, .fresh = true},
    POST_ROW("/audit/check", MAY_ADMIN | MAY_OPS, audit_check_post, NULL),
    GET_ROW("/set-password", MAY_ANYBODY, set_password_page, NULL),
    {HTTP_POST, "/set-password", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, set_password_post, NULL},
    GET_ROW("/sign-in/code", MAY_ANYBODY, sign_in_code_page, NULL),
    {HTTP_POST, "/sign-in/code", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, sign_in_code_post, NULL},
    GET_ROW("/sign-in/oidc", MAY_ANYBODY, sign_in_oidc_page, NULL),
    GET_ROW("/sign-in/oidc/callback", MAY_ANYBODY, sign_in_oidc_callback, NULL),
    FRESH_ROW("/settings/confirm", MAY_STAFF, settings_confirm_post, NULL),
    GET_ROW("/settings/factor", MAY_STAFF, settings_factor_page, NULL),
    FRESH_ROW("/settings/factor/begin", MAY_STAFF, settings_factor_begin_post, NULL),
    FRESH_ROW("/settings/factor/codes", MAY_STAFF, settings_factor_codes_post, NULL),
    FRESH_ROW("/settings/factor/confirm", MAY_STAFF, settings_factor_confirm_post, NULL),
    FRESH_ROW("/settings/factor/off", MAY_STAFF, settings_factor_off_post, NULL),
    GET_ROW("/settings/organization", MAY_ADMIN, settings_organization_page, NULL),
    FRESH_ROW("/settings/organization", MAY_ADMIN, settings_organization_post, NULL),
    GET_ROW("/settings/people", MAY_ADMIN, settings_people_page, NULL),
    FRESH_ROW("/settings/people", MAY_ADMIN, settings_person_add_post, NULL),
    GET_ROW("/settings/people/new", MAY_ADMIN, settings_person_new, NULL),
    GET_ROW("/settings/people/:id", MAY_ADMIN, settings_person_page, "person"),
    FRESH_ROW("/settings/people/:id", MAY_ADMIN, settings_person_post, "person"),
    FRESH_ROW("/settings/people/:id/active", MAY_ADMIN, settings_person_switch_post, "person"),
    FRESH_ROW("/settings/people/:id/factor", MAY_ADMIN, settings_person_factor_post, "person"),
    FRESH_ROW("/settings/people/:id/leads", MAY_ADMIN, settings_person_leads_post, "person"),
    FRESH_ROW("/settings/people/:id/reset-link", MAY_ADMIN, settings_person_reset_post, "person"),
    FRESH_ROW("/settings/people/:id/sessions", MAY_ADMIN, settings_person_sessions_post, "person"),
    GET_ROW("/settings/roles", MAY_STAFF, settings_roles_page, NULL),
    GET_ROW("/settings/sign-on", MAY_ADMIN, settings_sign_on_page, NULL),
    FRESH_ROW("/settings/sign-on", MAY_ADMIN, settings_sign_on_post, NULL),
    GET_ROW("/settings/teams", MAY_ADMIN | MAY_OPS, settings_teams_page, NULL),
    FRESH_ROW("/settings/teams", MAY_ADMIN | MAY_OPS, settings_team_add_post, NULL),
    FRESH_ROW("/settings/teams/:id", MAY_ADMIN | MAY_OPS, settings_team_post, "team"),
    FRESH_ROW("/settings/teams/:id/remove", MAY_ADMIN | MAY_OPS, settings_team_remove_post, "team"),
    GET_ROW("/settings/territories", MAY_ADMIN | MAY_OPS, settings_territories_page, NULL),
    FRESH_ROW("/settings/territories", MAY_ADMIN | MAY_OPS, settings_territory_add_post, NULL),
    FRESH_ROW("/settings/territories/apply", MAY_ADMIN | MAY_OPS, settings_territories_apply_post, NULL),
    FRESH_ROW("/settings/territories/:id", MAY_ADMIN | MAY_OPS, settings_territory_act_post, "territory"),
    GET_ROW("/settings/tokens", MAY_ADMIN, settings_tokens_page, NULL),
    /* field sales */
    PAST_ROW("/sales", MAY_STAFF, sales_page, NULL),
    PAST_ROW("/sales/asks/:id", MAY_STAFF, ask_page, "ask"),
    POST_ROW("/sales/asks/:id", MAY_STAFF & ~MAY_EXEC, ask_post, "ask"),
    POST_ROW("/renewals/:id/asks", MAY_WRITE, renewal_ask_post, "renewal"),
    PAST_ROW("/sales/digest", MAY_SALES, digest_page, NULL),
    GET_ROW("/sales/digest.eml", MAY_SALES, digest_eml, NULL),
    POST_ROW("/sales/calendars", MAY_STAFF, calendar_add_post, NULL),
    POST_ROW("/sales/calendars/:id/revoke", MAY_STAFF, calendar_end_post, "calendar"),
    GET_ROW("/calendar/:secret", MAY_ANYBODY, calendar_ics, "calendar_secret"),
    /* notices */
    {HTTP_GET, "/api/v1/asks", MAY_STAFF, CSRF_TOKEN, BODY_NONE, 0, api_asks, NULL},
    {HTTP_GET, "/api/v1/notices", MAY_STAFF, CSRF_TOKEN, BODY_NONE, 0, api_notices, NULL, true},
    PAST_ROW("/notices", MAY_STAFF, notices_page, NULL),
    GET_ROW("/notices/settings", MAY_STAFF, notice_settings_page, NULL),
    POST_ROW("/notices/read", MAY_STAFF, notices_read_post, NULL),
    POST_ROW("/notices/settings", MAY_STAFF, notice_settings_post, NULL),
    POST_ROW("/notices/:id/read", MAY_STAFF, notice_read_post, "notice"),
    /* exceptions */
    PAST_ROW("/approvals", MAY_READ, approvals_page, NULL),
    PAST_ROW("/approvals/:id", MAY_READ, approval_page, "exception"),
    POST_ROW("/approvals/:id/answer", MAY_WRITE, approval_answer_post, "exception"),
    POST_ROW("/approvals/:id/decide", MAY_READ, approval_decide_post, "exception"),
    POST_ROW("/approvals/:id/withdraw", MAY_WRITE, approval_withdraw_post, "exception"),
    GET_ROW("/renewals/:id/exceptions/new", MAY_WRITE, approval_ask_page, "renewal"),
    POST_ROW("/renewals/:id/exceptions", MAY_WRITE, approval_ask_post, "renewal"),
    /* 1:1 reviews, promises */
    {HTTP_GET, "/api/v1/reviews", MAY_REVIEW, CSRF_TOKEN, BODY_NONE, 0, api_reviews, NULL, true},
    {HTTP_GET, "/api/v1/reviews/:rep", MAY_REVIEW, CSRF_TOKEN, BODY_NONE, 0, api_review, "review", true},
    PAST_ROW("/reviews", MAY_REVIEW, reviews_page, NULL),
    PAST_ROW("/reviews/:rep", MAY_REVIEW, review_series_page, "review"),
    PAST_ROW("/reviews/:rep/:date", MAY_REVIEW, review_page, "review"),
    POST_ROW("/reviews/:rep", MAY_REVIEW, review_plan_post, "review"),
    POST_ROW("/reviews/:rep/:date/close", MAY_REVIEW, review_close_post, "review"),
    POST_ROW("/reviews/:rep/:date/move", MAY_REVIEW, review_move_post, "review"),
    POST_ROW("/reviews/:rep/:date/notes", MAY_REVIEW, review_note_post, "review"),
    POST_ROW("/reviews/:rep/:date/promises", MAY_REVIEW, review_promise_post, "review"),
    POST_ROW("/promises/:id", MAY_WRITE, promise_post, "promise"),
    POST_ROW("/renewals/:id/promises", MAY_WRITE, renewal_promise_post, "renewal"),
    /* the worklist */
    API_ROW("/worklist", api_worklist, NULL),
    PAST_ROW("/work", MAY_READ, work_page, NULL),
    PAST_ROW("/work/:rep", MAY_READ, work_rep_page, "worklist"),
    GET_ROW("/work/hand", MAY_WRITE, work_hand_page, NULL),
    POST_ROW("/work/hand", MAY_WRITE, work_hand_post, NULL),
    POST_ROW("/work/handovers/:id/end", MAY_WRITE, work_take_back_post, "handover"),
    POST_ROW("/work/keys", MAY_STAFF, work_keys_post, NULL),
    POST_ROW("/work/renewals/:id", MAY_WRITE, work_edit_post, "renewal"),
    POST_ROW("/work/renewals/:id/later", MAY_WRITE, work_later_post, "renewal"),
    POST_ROW("/work/renewals/:id/log", MAY_WRITE, work_log_post, "renewal"),
    POST_ROW("/work/renewals/:id/undo", MAY_WRITE, work_undo_post, "renewal"),
    POST_ROW("/work/renewals/:id/wake", MAY_WRITE, work_wake_post, "renewal"),
    {0},
};
