#include "exchange/xml.h"

#include <libxml/parser.h>

#include "base/alloc.h"

struct xml {
  xmlParserCtxtPtr parser;
  struct part *part;
  const char *what;
  struct xml_events on;
  const xmlChar *known; /* the last namespace that was ours: the parser keeps one copy of each */
  int depth, code;
  bool doctype, ended;
  struct err err; /* of the event that stopped the reading */
  char chunk[XML_CHUNK];
};
struct xml_attributes {
  int n;
  const xmlChar **list; /* name, prefix, namespace, value, end: five each */
};

static struct str attribute(const struct xml_attributes *a, const char *name, bool prefixed)
{
  for (int i = 0; i < a->n; i++) {
    const xmlChar *const *at = a->list + (size_t)i * 5;
    if ((at[1] != NULL) == prefixed && strcmp((const char *)at[0], name) == 0)
      return (struct str){(const char *)at[3], (size_t)(at[4] - at[3])};
  }
  return STR_NONE;
}

struct str xml_bare(const struct xml_attributes *a, const char *name)
{
  return attribute(a, name, false);
}

struct str xml_prefixed(const struct xml_attributes *a, const char *name)
{
  return attribute(a, name, true);
}

struct str xml_unescape(struct str value, char *buf, size_t cap)
{
  size_t n = 0;
  for (size_t i = 0; i < value.n && n < cap; i++) {
    buf[n++] = value.p[i];
    if (str_eq(str_sub(value, i, 5), STR("&#38;")))
      i += 4;
  }
  return (struct str){buf, n};
}

static void stop(struct xml *x, int code)
{
  if (x->code == OK)
    x->code = code;
  xmlStopParser(x->parser);
}

static bool known_space(struct xml *x, const xmlChar *uri)
{
  if (uri == NULL || uri == x->known)
    return true;
  for (const char *const *s = x->on.spaces; *s != NULL; s++)
    if (strcmp((const char *)uri, *s) == 0) {
      x->known = uri;
      return true;
    }
  return false;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_spaces,
                     const xmlChar **spaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  struct xml *x = ctx;
  (void)prefix, (void)n_spaces, (void)spaces, (void)n_defaulted;
  if (x->code != OK)
    return;
  if (++x->depth > XML_MAX_DEPTH) {
    stop(x, err_set(&x->err, ERR_LIMIT, "%s has XML nested deeper than any workbook: save it again", x->what));
    return;
  }
  if (!known_space(x, uri))
    return;
  struct xml_attributes a = {n_attributes, attributes};
  int code = x->on.start(x->on.ctx, (const char *)name, &a, &x->err);
  if (code < 0)
    stop(x, code);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  struct xml *x = ctx;
  (void)prefix;
  x->depth--;
  if (x->code != OK || !known_space(x, uri))
    return;
  int code = x->on.end(x->on.ctx, (const char *)name, &x->err);
  if (code < 0)
    stop(x, code);
}

static void on_text(void *ctx, const xmlChar *p, int n)
{
  struct xml *x = ctx;
  if (x->code == OK)
    x->on.text(x->on.ctx, (struct str){(const char *)p, (size_t)n});
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system_id)
{
  struct xml *x = ctx;
  (void)name, (void)external, (void)system_id;
  x->doctype = true;
  stop(x, ERR_SYNTAX);
}

static void on_error(void *ctx, xmlErrorPtr error)
{
  (void)ctx, (void)error; /* xmlParseChunk's result says it; nothing goes to standard error */
}

int xml_open(struct part *part, const char *what, const struct xml_events *events, struct xml **ret, struct err *e)
{
  xmlSAXHandler sax = {
      .initialized = XML_SAX2_MAGIC,
      .startElementNs = on_start,
      .endElementNs = on_end,
      .characters = on_text,
      .ignorableWhitespace = on_text,
      .cdataBlock = on_text,
      .internalSubset = on_doctype,
      .serror = on_error,
  };
  struct xml *x = mem_alloc(sizeof *x);
  if (x == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  memset(x, 0, offsetof(struct xml, chunk));
  x->part = part;
  x->what = what;
  x->on = *events;
  x->parser = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
  if (x->parser == NULL) {
    mem_free(x);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  xmlCtxtUseOptions(x->parser, XML_PARSE_NONET);
  *ret = x;
  return OK;
}

int xml_feed(struct xml *x, struct err *e)
{
  size_t n = 0;
  if (x->ended)
    return 0;
  int code = part_read(x->part, x->chunk, sizeof x->chunk, &n, e);
  if (code != OK)
    return code;
  x->ended = n == 0;
  int bad = xmlParseChunk(x->parser, x->chunk, (int)n, n == 0);
  if (x->doctype)
    return err_set(e, ERR_SYNTAX, "%s has an XML part with a DOCTYPE, which no workbook needs: it is refused", x->what);
  if (x->code != OK)
    return err_set(e, x->code, "%s", x->err.text);
  if (bad != 0)
    return err_set(e, ERR_SYNTAX, "%s has an XML part that is not well-formed (%s): save it again in a spreadsheet program",
                   x->what, bad == XML_ERR_NO_MEMORY ? "out of memory" : "damaged or written by a faulty program");
  return x->ended ? 0 : 1;
}

void xml_close(struct xml *x)
{
  if (x == NULL)
    return;
  if (x->parser->myDoc != NULL)
    xmlFreeDoc(x->parser->myDoc);
  xmlFreeParserCtxt(x->parser);
  mem_free(x);
}

int xml_read_part(struct package *p, struct str path, const char *what, const struct xml_events *events, struct err *e)
{
  struct part *part;
  struct xml *x = NULL;
  int code = part_open(p, path, &part, e);
  if (code != OK)
    return code;
  code = xml_open(part, what, events, &x, e);
  if (code == OK)
    while ((code = xml_feed(x, e)) == 1)
      ;
  xml_close(x);
  part_close(part);
  return code;
}
