/* Follows the HTML of a view: tags, attributes, quoted values; keeps its writers to what the
 * Content-Security-Policy allows. */
#include "viewc.h"

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static void append(char *buf, size_t size, char c) {
  size_t n = strlen(buf);
  if (n + 1 < size) buf[n] = lower(c), buf[n + 1] = 0;
}

static bool is_one_of(const char *s, const char *const *list) {
  for (; *list; list++)
    if (!strcmp(s, *list)) return true;
  return false;
}

static int attr_begins(struct unit *u) {
  static const char *const urls[] = {"href", "src", "action", "formaction", "poster", "hx-get", "hx-post", "hx-push-url", "hx-replace-url", NULL};
  static const char *const refused[] = {"style", "srcdoc", "hx-on", "hx-put", "hx-patch", "hx-delete", "hx-nonce", NULL};
  struct html_pos *h = &u->html;
  struct str a = str_of(h->attr);
  if (is_one_of(h->attr, refused) || str_starts(a, STR("on")) || str_starts(a, STR("hx-on")))
    return fail(u, "this attribute is not allowed in views", a);
  h->url = is_one_of(h->attr, urls);
  if (str_starts(a, STR("hx-"))) h->hx = true;
  return OK;
}

/* The literal beginning of a value: what would run script is refused here, whoever writes it. */
static int value_checked(struct unit *u) {
  struct html_pos *h = &u->html;
  struct str v = str_sub(u->src, u->pos, 400);
  size_t end = str_find(v, h->quote, 0);
  v = str_trim(str_sub(v, 0, end == SIZE_MAX ? v.n : end));
  if (str_starts(v, STR("js:")) || str_starts(v, STR("javascript:"))) return fail(u, "script in an attribute", v);
  if (!strcmp(h->attr, "hx-trigger") && str_find(v, '[', 0) != SIZE_MAX) return fail(u, "a trigger filter needs eval", v);
  if (h->is_form && !strcmp(h->attr, "method") && str_eq_nocase(v, STR("post"))) h->is_post = true;
  if (!strcmp(h->attr, "type") && str_eq(v, STR("application/json"))) h->json_script = true;
  if (!strcmp(h->attr, "translate") && str_eq(v, STR("no"))) h->mute_next = true;
  return OK;
}

/* Text of code is said as it stands, and text of an element with translate="no", up to that element's end. */
static void mute(struct html_pos *h) {
  static const char *const code[] = {"code", "kbd", "pre", "samp", "var", NULL};
  if (h->mute[0]) {
    if (!strcmp(h->mute, h->tag)) h->mute_depth += h->closing ? -1 : 1;
    if (!h->mute_depth) h->mute[0] = 0;
  } else if (!h->closing && (h->mute_next || is_one_of(h->tag, code))) {
    memcpy(h->mute, h->tag, sizeof h->mute);
    h->mute_depth = 1;
  }
  h->mute_next = false;
}

static int tag_ends(struct unit *u) {
  struct html_pos *h = &u->html;
  bool self = strbuf_str(&u->text).n && u->text.p[u->text.n - 1] == '/';
  if (h->hx && !h->closing) {
    if (self) u->text.n--;
    for (const char *p = " hx-nonce=\""; *p; p++) literal(u, *p);
    flush_literal(u);
    strbuf_addz(&u->code, "  html_text_z(b, cx->nonce);\n");
    literal(u, '"');
    if (self) literal(u, '/');
  }
  literal(u, '>');
  h->state = IN_TEXT;
  if (h->is_post && !h->closing) h->post_form = true, h->has_csrf = false;
  if (h->closing && !strcmp(h->tag, "form")) {
    if (h->post_form && !h->has_csrf) return fail(u, "a POST form needs {{@csrf}}", STR_NONE);
    h->post_form = false;
  }
  h->raw = 0;
  if (!self) mute(h);
  h->mute_next = false;
  if (!h->closing && !self) {
    if (!strcmp(h->tag, "script")) h->raw = h->json_script ? 'j' : 's';
    else if (!strcmp(h->tag, "style")) h->raw = 'y';
    else if (!strcmp(h->tag, "pre") || !strcmp(h->tag, "textarea")) h->raw = 'p';
  }
  if (h->raw == 'y') return fail(u, "inline style is not allowed", STR_NONE);
  h->hx = h->is_form = h->is_post = h->json_script = false;
  return OK;
}

static int text_char(struct unit *u, char c) {
  struct html_pos *h = &u->html;
  if (c == '<' && u->pos < u->src.n) {
    char next = u->src.p[u->pos];
    if (!h->raw && str_starts(str_sub(u->src, u->pos, 3), STR("!--"))) {
      while (u->pos + 3 <= u->src.n && memcmp(u->src.p + u->pos, "-->", 3)) u->pos++;
      u->pos += 3;
      return OK;
    }
    if (next == '/' || (!h->raw && (next == '!' || (lower(next) >= 'a' && lower(next) <= 'z')))) {
      h->state = IN_TAG_NAME;
      h->closing = next == '/';
      h->tag[0] = 0;
      h->hx = h->is_form = h->is_post = h->json_script = false;
      literal(u, c);
      if (h->closing) literal(u, '/'), u->pos++;
      return OK;
    }
  }
  if (h->raw == 's' && !blank(c)) return fail(u, "inline script is not allowed", STR_NONE);
  if (blank(c) && !h->raw) { /* a run of blanks becomes one */
    bool line = c == '\n';
    while (u->pos < u->src.n && blank(u->src.p[u->pos])) line |= u->src.p[u->pos++] == '\n';
    literal(u, line ? '\n' : ' ');
    return OK;
  }
  if (!h->raw && !h->mute[0] && c != '<') {
    u->pos--;
    if (words_run(u)) return OK;
    u->pos++;
  }
  literal(u, c);
  return OK;
}

static int in_tag_char(struct unit *u, char c) {
  struct html_pos *h = &u->html;
  if (c == '>') return tag_ends(u);
  if (blank(c)) {
    while (u->pos < u->src.n && blank(u->src.p[u->pos])) u->pos++;
    literal(u, ' ');
    h->state = IN_TAG;
    return OK;
  }
  if (c != '/') {
    h->state = IN_ATTR_NAME;
    h->attr[0] = 0;
    append(h->attr, sizeof h->attr, c);
  }
  literal(u, c);
  return OK;
}

static int attr_name_char(struct unit *u, char c) {
  struct html_pos *h = &u->html;
  if (c == '=') {
    int rc = attr_begins(u);
    if (rc < 0) return rc;
    h->state = BEFORE_VALUE;
    literal(u, c);
    return OK;
  }
  if (blank(c) || c == '>' || c == '/') {
    int rc = attr_begins(u);
    if (rc < 0) return rc;
    h->state = IN_TAG;
    return in_tag_char(u, c);
  }
  append(h->attr, sizeof h->attr, c);
  literal(u, c);
  return OK;
}

static int html_char(struct unit *u, char c) {
  struct html_pos *h = &u->html;
  switch (h->state) {
  case IN_TEXT: return text_char(u, c);
  case IN_TAG_NAME:
    if (blank(c) || c == '>' || c == '/') {
      h->is_form = !strcmp(h->tag, "form");
      h->state = IN_TAG;
      return in_tag_char(u, c);
    }
    append(h->tag, sizeof h->tag, c);
    literal(u, c);
    return OK;
  case IN_TAG: return in_tag_char(u, c);
  case IN_ATTR_NAME: return attr_name_char(u, c);
  case BEFORE_VALUE:
    if (c != '"' && c != '\'') return fail(u, "attribute values are quoted", str_of(h->attr));
    h->quote = c;
    h->state = IN_VALUE;
    h->at_start = true;
    literal(u, c);
    return value_checked(u);
  case IN_VALUE:
    if (words_attr(h) && !h->mute[0] && c != h->quote) {
      u->pos--;
      if (words_run(u)) return h->at_start = false, OK;
      u->pos++;
    }
    if (c == h->quote) h->state = IN_TAG;
    h->at_start = false;
    literal(u, c);
    return OK;
  }
  return OK;
}

int html_scan(struct unit *u) {
  while (u->pos < u->src.n) {
    if (u->pos + 1 < u->src.n && u->src.p[u->pos] == '{' && u->src.p[u->pos + 1] == '{') {
      size_t end = u->pos + 2;
      while (end + 1 < u->src.n && !(u->src.p[end] == '}' && u->src.p[end + 1] == '}')) end++;
      if (end + 1 >= u->src.n) return fail(u, "{{ without }}", STR_NONE);
      int rc = OK;
      if (u->html.state == IN_ATTR_NAME) { /* an attribute without a value ends here */
        rc = attr_begins(u);
        u->html.state = IN_TAG;
      } else if (u->html.state == IN_TAG_NAME) {
        u->html.is_form = !strcmp(u->html.tag, "form");
        u->html.state = IN_TAG;
      }
      if (rc == OK) rc = tag_compile(u, str_trim(str_sub(u->src, u->pos + 2, end - u->pos - 2)));
      if (rc < 0) return rc;
      u->pos = end + 2;
      continue;
    }
    char c = u->src.p[u->pos++];
    int rc = html_char(u, c);
    if (rc < 0) return rc;
  }
  return OK;
}
