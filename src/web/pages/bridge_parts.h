/* What the files of the bridge's page share. */
#ifndef WEB_PAGES_BRIDGE_PARTS_H
#define WEB_PAGES_BRIDGE_PARTS_H
#include "web/api/json.h"
#include "web/pages/bridge.h"
#include "web/pages/desk.h"

int bridge_section_of(struct request *r, const struct desk *d, const struct bridge_read *x, size_t most, struct bridge_section *ret);
/* "Closed + commit" */
struct str bridge_part_label(struct request *r, enum category up_to);
/* The same question with another step (-1: none) at /forecast/PERIOD/FILE. */
void bridge_address(struct request *r, const struct desk *d, const struct bridge_read *x, const char *file, int step, struct strbuf *b);
/* What moved the model's middle, null where it has not run twice. Owned. */
int bridge_middle_json(struct request *r, const struct desk *d, const struct bridge_read *x, json_t **ret);
#endif
