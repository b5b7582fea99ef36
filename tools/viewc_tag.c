/* {{…}}: fields by context, blocks, partials, and the few words that begin with @. */
#include "viewc.h"

/* A path of the view's struct, as C: "name" -> "v->name"; inside an each the element is meant, "../name" goes one
 * out, "." is the element itself. ERR_SYNTAX. */
int path_c(struct unit *u, struct str t, struct strbuf *ret) {
  int level = u->level;
  struct str whole = t;
  while (str_starts(t, STR("../"))) {
    if (--level < 0) return fail(u, "../ goes out of the view", whole);
    t = str_sub(t, 3, t.n);
  }
  if (!t.n) return fail(u, "a name is missing", whole);
  if (level) strbuf_fmt(ret, str_eq(t, STR(".")) ? "(*e%d)" : "e%d->", level);
  else strbuf_addz(ret, str_eq(t, STR(".")) ? "(*v)" : "v->");
  if (str_eq(t, STR("."))) return OK;
  for (size_t i = 0; i < t.n; i++) {
    char c = t.p[i];
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    bool joint = c == '.' || (c == '-' && i + 1 < t.n && t.p[i + 1] == '>') || (c == '>' && i && t.p[i - 1] == '-');
    if (!word && !joint) return fail(u, "not a field's name", whole);
  }
  strbuf_add(ret, t);
  return OK;
}

static int put(struct unit *u, const char *before, const struct strbuf *expr, const char *after) {
  flush_literal(u);
  strbuf_addz(&u->code, before);
  strbuf_add(&u->code, strbuf_str(expr));
  strbuf_addz(&u->code, after);
  return OK;
}

static int field(struct unit *u, struct str t) {
  STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
  int rc = path_c(u, t, &e);
  if (rc < 0) return rc;
  struct html_pos *h = &u->html;
  const char *with = NULL;
  if (h->state == IN_TEXT) with = h->raw == 'j' ? "  html_json(b, " : h->raw == 's' ? NULL : h->raw == 'p' ? "  html_kept(b, " : "  html_text(b, ";
  else if (h->state == IN_VALUE) with = !h->url ? strcmp(h->attr, "value") ? "  html_text(b, " : "  html_kept(b, " : h->at_start ? "  html_url(b, " : "  html_part(b, ";
  if (!with) return fail(u, "a field may stand in text, in a quoted value or in a JSON script only", t);
  h->at_start = false;
  return put(u, with, &e, ");\n");
}

int open_block(struct unit *u, char kind, const char *count) {
  if (u->depth == MAX_DEPTH) return fail(u, "blocks are nested too deeply", STR_NONE);
  struct block *bl = &u->blocks[u->depth++];
  *bl = (struct block){.kind = kind, .state = u->html.state, .at_start = u->html.at_start, .level = u->level};
  str_to_z(str_of(count), bl->count, sizeof bl->count);
  return OK;
}

static int begin_if(struct unit *u, struct str t) {
  STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
  bool not_it = t.n && t.p[0] == '!';
  bool index = str_eq(t, STR("@index"));
  if (not_it) t = str_trim(str_sub(t, 1, t.n));
  int rc = OK;
  if (index && u->level) strbuf_fmt(&e, "i%d", u->level);
  else rc = path_c(u, t, &e);
  if (rc == OK) rc = put(u, not_it ? "  if (!html_true(" : "  if (html_true(", &e, ")) {\n");
  return rc < 0 ? rc : open_block(u, 'i', "");
}

/* {{#each a.rows}}: the length is a.n_rows. */
static int begin_each(struct unit *u, struct str t) {
  STRBUF_CLEANUP struct strbuf rows = STRBUF_INIT(200), count = STRBUF_INIT(200);
  int rc = path_c(u, t, &rows);
  if (rc < 0) return rc;
  struct str r = strbuf_str(&rows);
  size_t cut = r.n;
  while (cut && r.p[cut - 1] != '.' && r.p[cut - 1] != '>') cut--;
  strbuf_add(&count, str_sub(r, 0, cut));
  strbuf_addz(&count, "n_");
  strbuf_add(&count, str_sub(r, cut, r.n));
  rc = open_block(u, 'e', strbuf_z(&count));
  if (rc < 0) return rc;
  flush_literal(u);
  int l = ++u->level;
  strbuf_fmt(&u->code, "  for (size_t i%d = 0; i%d < (size_t)%s; i%d++) {\n  __typeof__(&(%.*s)[0]) e%d = &(%.*s)[i%d];\n  (void)e%d;\n", l, l, strbuf_z(&count), l,
             STR_FMT(r), l, STR_FMT(r), l, l);
  return OK;
}

static int block_else(struct unit *u) {
  struct block *bl = u->depth ? &u->blocks[u->depth - 1] : NULL;
  if (!bl || bl->has_else || bl->kind == 't') return fail(u, "{{else}} without its block", STR_NONE);
  if (bl->state != u->html.state) return fail(u, "a block must end where it began: inside the same tag, value or text", STR_NONE);
  flush_literal(u);
  bl->has_else = true;
  u->html.at_start = bl->at_start;
  if (bl->kind == 'i') return strbuf_addz(&u->code, "  } else {\n"), OK;
  u->level = bl->level;
  strbuf_fmt(&u->code, "  }\n  if (!(%s)) {\n", bl->count);
  return OK;
}

static int block_end(struct unit *u, char kind) {
  if (!u->depth || u->blocks[u->depth - 1].kind != kind) return fail(u, "this block was not opened here", STR_NONE);
  struct block *bl = &u->blocks[--u->depth];
  if (bl->state != u->html.state) return fail(u, "a block must end where it began: inside the same tag, value or text", STR_NONE);
  flush_literal(u);
  strbuf_addz(&u->code, kind == 't' ? "  } break;\n  }\n  }\n" : "  }\n");
  u->level = bl->level;
  return OK;
}

/* {{> name path}}: the view `name` with that part of our struct; a leading * says that the part is a pointer. */
static int partial(struct unit *u, struct str t) {
  struct str name, what;
  if (u->html.state != IN_TEXT || u->html.raw) return fail(u, "a partial stands in text", t);
  str_cut(t, ' ', &name, &what);
  what = str_trim(what);
  bool pointer = what.n && what.p[0] == '*';
  if (pointer) what = str_sub(what, 1, what.n);
  STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
  int rc = path_c(u, what.n ? what : STR("."), &e);
  if (rc < 0) return rc;
  flush_literal(u);
  strbuf_fmt(&u->code, "  view_%.*s(b, cx, %s", STR_FMT(name), pointer ? "" : "&");
  return put(u, "", &e, ");\n");
}

/* {{@icon "name" 16}} or {{@icon path 16}} */
static int icon(struct unit *u, struct str t) {
  if (u->html.state != IN_TEXT) return fail(u, "an icon stands in text", t);
  STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
  struct str name, size;
  str_cut(t, ' ', &name, &size);
  int64_t px = 16;
  if (str_trim(size).n && (str_to_i64(str_trim(size), &px) < 0 || px < 8 || px > 96)) return fail(u, "an icon's size is 8 to 96", size);
  if (name.n > 2 && name.p[0] == '"' && name.p[name.n - 1] == '"') strbuf_fmt(&e, "STR(%.*s)", STR_FMT(name));
  else if (path_c(u, name, &e) < 0) return ERR_SYNTAX;
  flush_literal(u);
  strbuf_fmt(&u->code, "  html_icon(b, %s, %d);\n", strbuf_z(&e), (int)px);
  return OK;
}

static int word(struct unit *u, struct str t) {
  struct str name, rest;
  str_cut(t, ' ', &name, &rest);
  rest = str_trim(rest);
  flush_literal(u);
  if (str_eq(name, STR("@csrf"))) {
    if (!u->html.post_form) return fail(u, "{{@csrf}} stands in a POST form", STR_NONE);
    u->html.has_csrf = true;
    return strbuf_addz(&u->code, "  html_csrf_field(b, cx);\n"), OK;
  }
  if (str_eq(name, STR("@icon"))) return icon(u, rest);
  bool value = u->html.state == IN_VALUE || u->html.state == IN_TEXT;
  if (!value) return fail(u, "this word stands in text or in a quoted value", t);
  bool start = u->html.at_start;
  u->html.at_start = false;
  if (str_eq(name, STR("@nonce"))) return strbuf_addz(&u->code, "  html_text_z(b, cx->nonce);\n"), OK;
  if (str_eq(name, STR("@back")))
    return strbuf_addz(&u->code, u->html.url && start ? "  html_url(b, cx->back);\n" : u->html.url ? "  html_part(b, cx->back);\n" : "  html_text(b, cx->back);\n"), OK;
  if (str_eq(name, STR("@index")) && u->level) return strbuf_fmt(&u->code, "  html_text(b, i%d);\n", u->level), OK;
  if (str_eq(name, STR("@asset")) && rest.n > 2 && rest.p[0] == '"') return strbuf_fmt(&u->code, "  html_asset(b, %.*s);\n", STR_FMT(rest)), OK;
  return fail(u, "not a word of views", t);
}

int tag_compile(struct unit *u, struct str t) {
  if (!t.n || t.p[0] == '!') return OK;
  if (str_starts(t, STR("#if "))) return begin_if(u, str_trim(str_sub(t, 4, t.n)));
  if (str_starts(t, STR("#each "))) return begin_each(u, str_trim(str_sub(t, 6, t.n)));
  if (str_starts(t, STR("#t "))) return words_block(u, str_trim(str_sub(t, 3, t.n)));
  if (str_starts(t, STR("t \""))) return words_tag(u, str_trim(str_sub(t, 2, t.n)), false);
  if (str_starts(t, STR("tn "))) return words_tag(u, str_trim(str_sub(t, 3, t.n)), true);
  if (str_eq(t, STR("|"))) return words_part(u);
  if (str_eq(t, STR("/t"))) return block_end(u, 't');
  if (str_eq(t, STR("else"))) return block_else(u);
  if (str_eq(t, STR("/if"))) return block_end(u, 'i');
  if (str_eq(t, STR("/each"))) return block_end(u, 'e');
  if (t.p[0] == '>') return partial(u, str_trim(str_sub(t, 1, t.n)));
  if (t.p[0] == '@') return word(u, t);
  if (str_starts(t, STR("raw_html_trusted "))) {
    if (u->html.state != IN_TEXT || u->html.raw) return fail(u, "raw HTML stands in text", t);
    STRBUF_CLEANUP struct strbuf e = STRBUF_INIT(400);
    int rc = path_c(u, str_trim(str_sub(t, 17, t.n)), &e);
    return rc < 0 ? rc : put(u, "  html_raw(b, ", &e, ");\n");
  }
  return field(u, t);
}
