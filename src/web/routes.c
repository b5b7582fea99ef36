/* Every address of the product, who may call it, and what it takes. */
#include "web/api/api.h"
#include "web/pages/access.h"
#include "web/pages/account.h"
#include "web/pages/bulk.h"
#include "web/pages/forecast.h"
#include "web/pages/grid.h"
#include "web/pages/home.h"
#include "web/pages/kpi.h"
#include "web/pages/renewal.h"
#include "web/pages/search.h"
#include "web/route.h"

#define GET_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT}
#define PAST_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT, true}
#define API_ROW(PATH, HANDLER, SUBJECT) {HTTP_GET, "/api/v1" PATH, MAY_READ, CSRF_TOKEN, BODY_NONE, 0, HANDLER, SUBJECT, true}
#define POST_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_POST, PATH, MAY, CSRF_FORM, BODY_FORM, 0, HANDLER, SUBJECT}

const struct route web_routes[] = {
    GET_ROW("/sign-in", MAY_ANYBODY, sign_in_page, NULL),
    {HTTP_POST, "/sign-in", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, sign_in_post, NULL},
    {HTTP_POST, "/language", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, language_post, NULL},
    POST_ROW("/sign-out", MAY_SIGNED_IN, sign_out_post, NULL),
    PAST_ROW("/", MAY_READ, home_page, NULL),
    PAST_ROW("/accounts/:id", MAY_READ, account_page, "account"),
    PAST_ROW("/contracts/:number", MAY_READ, contract_page, "contract"),
    PAST_ROW("/forecast", MAY_READ, forecast_now, NULL),
    PAST_ROW("/forecast/:period", MAY_READ, forecast_page, "period"),
    GET_ROW("/imports", MAY_READ & ~MAY_REP, imports_page, NULL),
    PAST_ROW("/kpi", MAY_READ, kpi_page, NULL),
    PAST_ROW("/kpi/:name", MAY_READ, kpi_one_page, "kpi"),
    PAST_ROW("/renewals", MAY_READ, grid_page, NULL),
    PAST_ROW("/renewals.csv", MAY_READ, grid_csv, NULL),
    GET_ROW("/renewals/bulk/:id", MAY_READ, bulk_page, "batch"),
    PAST_ROW("/renewals/:id", MAY_READ, renewal_page, "renewal"),
    GET_ROW("/search", MAY_READ, search_page, NULL),
    GET_ROW("/settings", MAY_STAFF, settings_page, NULL),
    POST_ROW("/renewals/bulk", MAY_WRITE, bulk_post, NULL),
    POST_ROW("/renewals/bulk/apply", MAY_WRITE, bulk_apply_post, NULL),
    POST_ROW("/renewals/bulk/:id/undo", MAY_WRITE, bulk_undo_post, "batch"),
    POST_ROW("/renewals/:id", MAY_WRITE, renewal_edit_post, "renewal"),
    POST_ROW("/renewals/:id/touches", MAY_WRITE, renewal_touch_post, "renewal"),
    POST_ROW("/renewals/:id/undo", MAY_WRITE, renewal_undo_post, "renewal"),
    POST_ROW("/settings/look", MAY_STAFF, settings_look_post, NULL),
    POST_ROW("/settings/password", MAY_STAFF, settings_password_post, NULL),
    POST_ROW("/settings/sessions/end", MAY_STAFF, settings_sessions_end_post, NULL),
    POST_ROW("/settings/tokens", MAY_STAFF, settings_token_add_post, NULL),
    POST_ROW("/settings/tokens/:id/revoke", MAY_STAFF, settings_token_revoke_post, "token"),
    {HTTP_GET, "/api/v1/me", MAY_READ, CSRF_TOKEN, BODY_NONE, 0, api_me, NULL},
    API_ROW("/renewals", api_renewals, NULL),
    API_ROW("/renewals/:id", api_renewal, "renewal"),
    API_ROW("/forecast", api_forecast, NULL),
    API_ROW("/kpi", api_kpi, NULL),
    {HTTP_GET, "/api/v1/search", MAY_READ, CSRF_TOKEN, BODY_NONE, 0, api_search, NULL},
    {0},
};
