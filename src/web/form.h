/* Forms are declared: each field with its validator and the place in a struct where the value goes. A handler
 * gets the filled struct, or the entered text and a sentence per field to show again (status 422). */
#ifndef WEB_FORM_H
#define WEB_FORM_H
#include "web/http.h"

enum field_kind {
  FIELD_TEXT,    /* struct str; trimmed, valid UTF-8, no control characters but newline and tab */
  FIELD_SECRET,  /* struct str; as typed, never shown again */
  FIELD_EMAIL,   /* struct str; one @, no blanks */
  FIELD_INTEGER, /* int64_t, min..max */
  FIELD_DECIMAL, /* int64_t scaled by 10^scale, min..max in scaled units; as the reader's locale writes it */
  FIELD_DAY,     /* day_t, YYYY-MM-DD; DAY_NONE when empty */
  FIELD_CHOICE,  /* int; of() names the values: stage_of, category_of … -1 when empty and not required */
  FIELD_FLAG,    /* bool; present and not "0" */
};
struct field {
  const char *name, *label; /* label: as the page calls it, a message by itself (tools/catalogc finds it) */
  enum field_kind kind;
  size_t offset;            /* offsetof(struct …, …) */
  bool required;
  int64_t min, max;         /* text: code points (max 0 = 500); numbers: the value, only checked when max > min */
  int scale;                /* FIELD_DECIMAL */
  int (*of)(struct str s);  /* FIELD_CHOICE */
};
struct form {
  const struct field *fields;
  size_t n;
  struct str *values, *errors; /* per field: what was entered; a sentence, or "" */
  size_t n_errors;
};
/* Reads r->form. OK also when fields are wrong: look at f->n_errors. Values of wrong fields are left as they
 * were in *ret. ERR_NOMEM. */
int form_read(struct request *r, const struct field *fields, size_t n, void *ret, struct form *f);
#define FORM_READ(r, fields, ret, f) form_read(r, fields, sizeof(fields) / sizeof((fields)[0]), ret, f)
/* A form with nothing entered, for the first showing. */
int form_empty(struct request *r, const struct field *fields, size_t n, struct form *f);
/* Adds an error found by a rule of the business. text must live as long as the request. */
void form_fail(struct form *f, const char *name, struct str text);
struct str form_value(const struct form *f, const char *name); /* entered text; "" for secrets */
struct str form_error(const struct form *f, const char *name);
#endif
