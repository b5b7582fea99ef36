/* Every address of the product, who may call it, and what it takes. */
#include "web/pages/access.h"
#include "web/route.h"

#define GET_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_GET, PATH, MAY, CSRF_UNSET, BODY_NONE, 0, HANDLER, SUBJECT}
#define POST_ROW(PATH, MAY, HANDLER, SUBJECT) {HTTP_POST, PATH, MAY, CSRF_FORM, BODY_FORM, 0, HANDLER, SUBJECT}

const struct route web_routes[] = {
    GET_ROW("/sign-in", MAY_ANYBODY, sign_in_page, NULL),
    {HTTP_POST, "/sign-in", MAY_ANYBODY, CSRF_ORIGIN, BODY_FORM, 16 << 10, sign_in_post, NULL},
    POST_ROW("/sign-out", MAY_SIGNED_IN, sign_out_post, NULL),
    GET_ROW("/settings", MAY_STAFF, settings_page, NULL),
    POST_ROW("/settings/password", MAY_STAFF, settings_password_post, NULL),
    POST_ROW("/settings/sessions/end", MAY_STAFF, settings_sessions_end_post, NULL),
    POST_ROW("/settings/tokens", MAY_STAFF, settings_token_add_post, NULL),
    POST_ROW("/settings/tokens/:id/revoke", MAY_STAFF, settings_token_revoke_post, "token"),
    {0},
};
